"""CloudFormation → email subscriptions, and a look at the document of channels: see `reprieve.subscribe`."""

import os
import time
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from reprieve.adapters.aws import PROMPT, client
from reprieve.adapters.cloudformation import put_answer
from reprieve.adapters.structured_log import make_logger
from reprieve.adapters.subscriptions import SnsSubscriptions
from reprieve.adapters.tools import AwsTools
from reprieve.environment import prepare
from reprieve.subscribe import Answer, Changes, Checked, Means, answer

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> None:
    """Answer a custom resource's request. The event is never logged: its `ResponseURL` is a secret."""
    _logger().append_keys(function_request_id=context.aws_request_id)
    answered = answer(event, _means())
    _tell(answered)
    put_answer(event["ResponseURL"], answered.body)


def _tell(answered: Answer) -> None:
    match answered.done:
        case None:
            _logger().error("Could not complete a request of CloudFormation", exc_info=answered.error)
        case Changes():
            _logger().info("The email subscriptions match NotificationEmails", extra=asdict(answered.done))
        case Checked(faults=()):
            _logger().info("The document of channels is valid", extra=asdict(answered.done))
        case Checked():
            _logger().warning("The document of channels is valid in part", extra=asdict(answered.done))


@cache
def _logger() -> "Logger":
    return make_logger()


@cache
def _means() -> Means:
    return Means(subscriptions=SnsSubscriptions(client("sns", PROMPT)), tools=AwsTools(), wait=time.sleep)


prepare(os.environ, _means)
