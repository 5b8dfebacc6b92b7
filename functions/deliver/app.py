"""The queue → a notice to each channel, and to each recipient: see `reprieve.deliver.deliverer`."""

import os
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from reprieve.adapters.aws import PROMPT, client
from reprieve.adapters.dynamodb import DynamoTable
from reprieve.adapters.idempotency import OnceInTable
from reprieve.adapters.kms import KmsMinter, Regions
from reprieve.adapters.sqs import SqsQueue
from reprieve.adapters.structured_log import StructuredLog, make_logger
from reprieve.adapters.tools import AwsTools
from reprieve.cases.health_store import HealthStore
from reprieve.cases.recipient import RecipientStore
from reprieve.cases.sample_store import SampleStore
from reprieve.cases.thread import ThreadStore
from reprieve.clock import utc_now
from reprieve.deliver.deliverer import Deliverer, pause
from reprieve.deliver.noted_channel import NotedChannel
from reprieve.deliver.settings import DeliverSettings
from reprieve.deliver.threaded_channel import ThreadedChannel
from reprieve.environment import prepare
from reprieve.errors import ReprieveError
from reprieve.links import SigningKey
from reprieve.messages.channels import Channel
from reprieve.messages.channels.configured import Channels, configured

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, list[dict[str, str]]]:
    """Deliver one message; one that fails comes again, and holds up no other.

    Source of its form: Lambda developer guide, "Implementing partial batch responses".
    """
    _logger().append_keys(function_request_id=context.aws_request_id)
    failed = [each["messageId"] for each in event["Records"] if not _is_delivered(each, context)]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def _is_delivered(record: dict[str, Any], context: "LambdaContext") -> bool:
    try:
        _deliver(record, context)
    except ReprieveError:
        return False
    except Exception:  # noqa: BLE001 - whatever it is, it holds up no other message
        _logger().exception("Unexpected error during a delivery; it will be retried")
        return False
    return True


def _deliver(record: dict[str, Any], context: "LambdaContext") -> None:
    try:
        _deliverer(context).deliver(record["body"])
    except ReprieveError as error:
        wait = pause(error, int(record["attributes"]["ApproximateReceiveCount"]))
        _logger().warning(
            "Could not deliver a notice; it will be retried", extra={"problem": str(error), "after": wait}
        )
        _queue().postpone(record["receiptHandle"], wait)
        raise


def _deliverer(context: "LambdaContext") -> Deliverer:
    settings = _settings()
    return Deliverer(
        channels=_channels(),
        queue=_queue(),
        dead_letters=SqsQueue(_queue().client, settings.dead_letter_url),
        once=OnceInTable(_dynamodb(), settings.table, context),
        signing_key=SigningKey(settings.signing_letter, _minter()),
        page_url=settings.page_url,
        lifetime=settings.link_lifetime,
        account=settings.account,
        enters_accounts=bool(settings.member_role),
        approvers=settings.approvers,
        samples=SampleStore(_table()),
        recipients=RecipientStore(_table(), settings.retention),
        clock=utc_now,
        log=StructuredLog(_logger()),
    )


def _channels() -> Channels:
    """Return the channels as they are now: the document may be another one than a minute ago."""
    found = configured(_settings().channels, _tools())
    return replace(found, by_name={name: _wrapped(channel) for name, channel in found.by_name.items()})


def _prepare_channels() -> None:
    """Make what the channels need without a call: the document is read when there is an event."""
    settings = _settings().channels
    configured(replace(settings, document=""), _tools())
    if settings.document or settings.slack_secret:
        _tools().prepare_secrets()


def _wrapped(channel: Channel) -> Channel:
    """Return a channel that keeps its threads, and of which it is noted whether it takes what it is sent."""
    log, table = StructuredLog(_logger()), _table()
    noted = NotedChannel(channel=channel, book=HealthStore(table), clock=utc_now, log=log)
    threads = ThreadStore(table, _settings().retention)
    return ThreadedChannel(channel=noted, threads=threads, clock=utc_now, log=log)


@cache
def _tools() -> AwsTools:
    return AwsTools()


@cache
def _settings() -> DeliverSettings:
    return DeliverSettings.read(os.environ)


@cache
def _logger() -> "Logger":
    return make_logger()


@cache
def _dynamodb() -> Any:  # noqa: ANN401 - only the type checker knows the client's type
    return client("dynamodb", PROMPT)


def _table() -> DynamoTable:
    return DynamoTable(_dynamodb(), _settings().table)


@cache
def _minter() -> KmsMinter:
    regions, key = Regions(), _settings().signing_key
    regions.of(key)
    return KmsMinter(regions, key)


@cache
def _queue() -> SqsQueue:
    return SqsQueue(client("sqs", PROMPT), _settings().queue_url)


prepare(os.environ, _prepare_channels, _minter, _queue, _dynamodb)
