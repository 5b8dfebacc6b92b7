"""The alarm's topic, and the clock → cases → notices: see `reprieve.investigate.investigator`."""

import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from reprieve.adapters.accounts import Accounts, member_sessions
from reprieve.adapters.aws import BRIEF, PAGING, PROMPT, client
from reprieve.adapters.dynamodb import DynamoTable
from reprieve.adapters.event_history import CloudTrailHistory
from reprieve.adapters.kms import KmsDirectory
from reprieve.adapters.logs import CloudWatchLogs
from reprieve.adapters.organizations import OrganizationAccounts
from reprieve.adapters.sqs import SqsQueue
from reprieve.adapters.structured_log import StructuredLog, make_logger
from reprieve.cases.due import NoticeRules
from reprieve.cases.health_store import HealthStore
from reprieve.cases.notice import Sender
from reprieve.cases.sample_store import SampleStore
from reprieve.cases.store import CaseStore
from reprieve.clock import utc_now
from reprieve.environment import prepare
from reprieve.errors import ReprieveError
from reprieve.investigate.facts.fact import Sources
from reprieve.investigate.facts.lookup import Facts
from reprieve.investigate.health_watch import HealthWatch
from reprieve.investigate.investigator import Investigator
from reprieve.investigate.settings import InvestigateSettings

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.utilities.typing import LambdaContext

TEST_SOURCE = "kms-reprieve.test-notice"
"""The source of the event that asks for a test notice. No alarm and no schedule can send it."""

READS_AT_ONCE = 8
LOOKUPS_AT_ONCE = 16


def handler(event: dict[str, Any], context: "LambdaContext") -> Mapping[str, Any] | None:
    """Investigate. A failure is let out: the retry and the dead-letter queue are Lambda's."""
    _logger().append_keys(function_request_id=context.aws_request_id)
    if event.get("source") == TEST_SOURCE:
        return _sent_test(event)
    investigator = replace(_investigator(), remaining=lambda: context.get_remaining_time_in_millis() / 1000)
    _health_watch().look()
    try:
        investigator.run(event)
    except ReprieveError as error:
        _logger().error("Could not finish the run; it will be retried", extra={"problem": str(error)})
        raise
    return None


def _sent_test(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Send a test notice instead, and return which one."""
    from reprieve.investigate.sample_sender import SampleSender  # noqa: PLC0415 - no other run waits for it

    settings = _settings()
    return SampleSender(
        sender=Sender(account=settings.account, region=settings.region),
        store=SampleStore(_table(), settings.retention),
        queue=_queue(),
        clock=utc_now,
        log=StructuredLog(_logger()),
    ).send(event)


@cache
def _logger() -> "Logger":
    return make_logger()


@cache
def _settings() -> InvestigateSettings:
    return InvestigateSettings.read(os.environ)


@cache
def _table() -> DynamoTable:
    return DynamoTable(client("dynamodb", PROMPT), _settings().table)


@cache
def _queue() -> SqsQueue:
    return SqsQueue(client("sqs", PROMPT), _settings().queue_url)


@cache
def _investigator() -> Investigator:
    settings = _settings()
    return Investigator(
        log_group=settings.log_group,
        alarm_name=settings.alarm_name,
        account=settings.account,
        region=settings.region,
        rules=NoticeRules(
            repeat_after=settings.repeat_after,
            tells_of_scheduling=settings.tells_of_scheduling,
            ignored_callers=settings.ignored_callers,
        ),
        logs=CloudWatchLogs(client("logs", PAGING), settings.log_group),
        facts=_facts(settings),
        store=CaseStore(_table(), settings.retention),
        queue=_queue(),
        pool=ThreadPoolExecutor(READS_AT_ONCE),
        clock=utc_now,
        sleep=time.sleep,
        remaining=lambda: 0.0,
        log=StructuredLog(_logger()),
    )


@cache
def _health_watch() -> HealthWatch:
    return HealthWatch(
        book=HealthStore(_table()),
        queue=_queue(),
        clock=utc_now,
        log=StructuredLog(_logger()),
    )


def _facts(settings: InvestigateSettings) -> Facts:
    accounts = Accounts(
        own=settings.account,
        members=member_sessions(settings.read_role, settings.external_id, BRIEF),
        config=BRIEF,
    )
    accounts.prepare("kms", "cloudtrail", region=settings.region)
    return Facts(
        sources=Sources(
            keys=KmsDirectory(accounts),
            history=CloudTrailHistory(accounts),
            account=settings.account,
            clock=utc_now,
            responder=settings.responder,
            member_role=settings.member_role,
            names=_names(settings),
            owner_tags=settings.owner_tags,
        ),
        pool=ThreadPoolExecutor(LOOKUPS_AT_ONCE),
    )


def _names(settings: InvestigateSettings) -> OrganizationAccounts | None:
    if not settings.organization:
        return None
    return OrganizationAccounts(client("organizations", BRIEF))


prepare(os.environ, _investigator, _health_watch)
