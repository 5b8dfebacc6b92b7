"""The stack's own alarms, and the clock → what is wrong, to every channel: see `reprieve.health`."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from reprieve.adapters.aws import PROMPT, client
from reprieve.adapters.cloudwatch_alarms import CloudWatchAlarms
from reprieve.adapters.dynamodb import DynamoTable
from reprieve.adapters.idempotency import OnceInTable
from reprieve.adapters.structured_log import StructuredLog, make_logger
from reprieve.adapters.subscriptions import SnsSubscriptions
from reprieve.adapters.tools import AwsTools
from reprieve.cases.health_store import HealthStore
from reprieve.cases.store import CaseStore
from reprieve.clock import utc_now
from reprieve.environment import prepare
from reprieve.errors import ReprieveError
from reprieve.health.addresses import Addresses
from reprieve.health.health_check import Health
from reprieve.health.settings import HealthSettings
from reprieve.messages.channels.configured import configured

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.utilities.typing import LambdaContext

CHANNELS_AT_ONCE = 16


def handler(event: dict[str, Any], context: "LambdaContext") -> None:
    """Tell what is wrong. A failure is let out: the retry, and the alarms on this function, are AWS'."""
    _logger().append_keys(function_request_id=context.aws_request_id)
    health = _health(context)
    try:
        health.run(event)
    except ReprieveError as error:
        _logger().error("Could not finish the run; it will be retried", extra={"problem": str(error)})
        raise


def _health(context: "LambdaContext") -> Health:
    settings, table = _settings(), DynamoTable(_dynamodb(), _settings().table)
    log = StructuredLog(_logger())
    return Health(
        channels=configured(settings.channels, _tools()),
        pool=_pool(),
        alarms=_alarms(),
        names=settings.names,
        addresses=_addresses(HealthStore(table), log),
        log_group=settings.log_group,
        book=HealthStore(table),
        store=CaseStore(table),
        once=OnceInTable(_dynamodb(), settings.table, context, partition="health"),
        clock=utc_now,
        log=log,
    )


def _prepare_channels() -> None:
    """Make what the channels need without a call: the document is read when there is an event."""
    settings = _settings().channels
    configured(replace(settings, document=""), _tools())
    if settings.document or settings.slack_secret:
        _tools().prepare_secrets()


def _addresses(book: HealthStore, log: StructuredLog) -> Addresses:
    settings = _settings()
    return Addresses(
        topic=settings.channels.notice_topic,
        listed=settings.emails,
        subscriptions=_subscriptions(),
        book=book,
        log=log,
    )


@cache
def _tools() -> AwsTools:
    return AwsTools()


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(CHANNELS_AT_ONCE)


@cache
def _alarms() -> CloudWatchAlarms:
    return CloudWatchAlarms(client("cloudwatch", PROMPT), _settings().health_topic)


@cache
def _subscriptions() -> SnsSubscriptions:
    return SnsSubscriptions(client("sns", PROMPT))


@cache
def _settings() -> HealthSettings:
    return HealthSettings.read(os.environ)


@cache
def _logger() -> "Logger":
    return make_logger()


@cache
def _dynamodb() -> Any:  # noqa: ANN401 - only the type checker knows the client's type
    return client("dynamodb", PROMPT)


prepare(os.environ, _prepare_channels, _alarms, _subscriptions, _dynamodb)
