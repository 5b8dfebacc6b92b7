"""The sample in a test notice: a made-up case of a key that can't exist, in an account that can't exist.

Everything in it is called a sample, so that nobody takes it for a key of theirs.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from reprieve.arn import KeyArn, partition_of
from reprieve.cases.case import Case, Counts, ScheduledBy, open_case
from reprieve.cases.key import Key, KeyState
from reprieve.cases.notice import CaseSummary, Notice, Reason, Sender
from reprieve.cases.timeline import Timeline, hour
from reprieve.cases.usage import CallerUses, Uses
from reprieve.clock import to_minute
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.resource import Resource

ACCOUNT: Final = "000000000000"
"""AWS gives no account this number."""

REGION: Final = "eu-west-1"
KEY: Final = KeyArn(partition_of(REGION), REGION, ACCOUNT, "key/00000000-0000-0000-0000-000000000000")

_ADMIN: Final = Caller(
    kind="AssumedRole", id="sample-admin", name="sample-admin@example.com", behind="permission set Sample"
)
_API: Final = Caller(kind="AssumedRole", id="sample-orders-api", name="role sample-orders-api")
_JOB: Final = Caller(kind="AssumedRole", id="sample-report-job", name="role sample-report-job")
_SECRET: Final = Resource(service="secret", name="sample/orders/db")
_BUCKET: Final = Resource(service="S3 bucket", name="sample-reports")

_SCHEDULED: Final = timedelta(hours=49)
_LEFT: Final = timedelta(days=5)
_CALLS_BY_HOURS_AGO: Final = {48: 4, 41: 6, 33: 9, 27: 7, 20: 12, 12: 8, 6: 5, 3: 6, 0: 7}
_JOB_CALLS: Final = 3
_API_CALLS: Final = sum(_CALLS_BY_HOURS_AGO.values()) - _JOB_CALLS


def sample_case(now: datetime) -> Case:
    """Return the case that a test notice of `now` shows."""
    now = now.replace(microsecond=0)
    key = Key(
        arn=KEY,
        account=ACCOUNT,
        region=KEY.region,
        aliases=("alias/sample-orders-db",),
        description="A sample. This key does not exist.",
        state=KeyState.PENDING_DELETION,
        deletion_date=now + _LEFT,
        owner="sample-team",
        account_name="sample account",
    )
    return replace(
        open_case(key, now - _SCHEDULED, to_minute(now)),
        settled=Counts(uses=_uses(now), timeline=_timeline(now)),
        scheduled_by=ScheduledBy(caller=_ADMIN, at=now - _SCHEDULED),
    )


def sample_notice(notice: str, sender: Sender, now: datetime) -> Notice:
    """Return a test notice.

    Args:
        notice: Its id.
        sender: The stack that sends it.
        now: When it is started.
    """
    case = sample_case(now)
    return Notice(
        id=notice,
        reason=Reason.TEST,
        at=now.replace(microsecond=0),
        case=CaseSummary(id=case.id, key=case.key, opened_at=case.opened_at, scheduled_by=case.scheduled_by),
        uses=case.uses,
        last_refused_at=case.uses.last_at,
        sender=sender,
    )


def _uses(now: datetime) -> Uses:
    first, last = now - _SCHEDULED + timedelta(hours=1), now - timedelta(minutes=4)
    api = CallerUses(
        caller=_API,
        count=_API_CALLS,
        first_at=first,
        last_at=last,
        operations={"Decrypt": _API_CALLS},
        source_ips=("192.0.2.10",),
        resources=(_SECRET,),
    )
    job = CallerUses(
        caller=_JOB,
        count=_JOB_CALLS,
        first_at=now - timedelta(hours=27),
        last_at=now - timedelta(hours=3),
        operations={"GenerateDataKey": _JOB_CALLS},
        source_ips=("192.0.2.20",),
        resources=(_BUCKET,),
    )
    return Uses(count=_API_CALLS + _JOB_CALLS, first_at=first, last_at=last, by_caller=(api, job))


def _timeline(now: datetime) -> Timeline:
    """Return the calls of the sample by hours."""
    return Timeline.of({hour(now) - ago: calls for ago, calls in _CALLS_BY_HOURS_AGO.items()})
