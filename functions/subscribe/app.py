"""CloudFormation → the notice topic's e-mail subscriptions: see `reprieve.subscribe`."""

from dataclasses import asdict
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from reprieve import subscribe
from reprieve.adapters.cloudformation import put_answer
from reprieve.adapters.subscriptions import SnsSubscriptions


def handler(event: dict[str, Any], _context: object) -> None:
    """Answer a custom resource's request; the event is never logged, for its `ResponseURL` is signed."""
    answer = subscribe.answer(event, _subscriptions())
    _log(answer)
    put_answer(event["ResponseURL"], answer.body)


def _log(answer: subscribe.Answer) -> None:
    if answer.changes is None:
        _logger().error("subscriptions are not as listed", exc_info=answer.error)
    else:
        _logger().info("subscriptions are as listed", **asdict(answer.changes))


@cache
def _logger() -> Logger:
    return Logger()


@cache
def _subscriptions() -> subscribe.Subscriptions:
    return SnsSubscriptions.connect()
