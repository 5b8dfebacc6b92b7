"""CloudFormation → the notice topic's e-mail subscriptions: see `reprieve.subscribe`."""

import os
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from reprieve.adapters.aws import PROMPT, client
from reprieve.adapters.cloudformation import put_answer
from reprieve.adapters.structured_log import make_logger
from reprieve.adapters.subscriptions import SnsSubscriptions
from reprieve.environment import prepare
from reprieve.subscribe import Answer, answer

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> None:
    """Answer a custom resource's request. The event is never logged: its `ResponseURL` is a secret."""
    _logger().append_keys(function_request_id=context.aws_request_id)
    answered = answer(event, _subscriptions())
    _tell(answered)
    put_answer(event["ResponseURL"], answered.body)


def _tell(answered: Answer) -> None:
    if answered.changes is None:
        _logger().error("The subscriptions are not as listed", exc_info=answered.error)
    else:
        _logger().info("The subscriptions are as listed", extra=asdict(answered.changes))


@cache
def _logger() -> "Logger":
    return make_logger()


@cache
def _subscriptions() -> SnsSubscriptions:
    return SnsSubscriptions(client("sns", PROMPT))


prepare(os.environ, _subscriptions)
