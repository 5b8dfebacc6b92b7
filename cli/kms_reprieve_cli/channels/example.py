"""A notice of each kind, about a key that does not exist: what `channels preview` shows."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from reprieve.arn import KeyArn
from reprieve.cases.case import Case, Closure, Ending, ScheduledBy, open_case
from reprieve.cases.digest import digest
from reprieve.cases.key import Key, KeyState
from reprieve.cases.notice import Notice, Reason, Window, no_event_found, stack_unhealthy, tell
from reprieve.cases.problem import Kind, Problem
from reprieve.cases.tallies import Tally, one
from reprieve.cases.visitor import AuthMethod
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.key_use import KeyUse
from reprieve.cloudtrail.resource import Resource

LINK: Final = "https://example.execute-api.eu-west-1.amazonaws.com/keys/preview"
_KEY: Final = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")
_JANE: Final = Caller(kind="IAMUser", id="jane", name="user jane")
_ENDINGS: Final = {Reason.DELETION_CANCELLED: Ending.CANCELLED, Reason.KEY_DELETED: Ending.DELETED}


def example(reason: Reason, now: datetime) -> Notice:
    """Return a notice for a reason."""
    match reason:
        case Reason.DIGEST:
            return digest([_of_key(Reason.KEY_IN_USE, now)], now, None)
        case Reason.NO_EVENT_FOUND:
            window = Window(log_group="CloudTrail/logs", start=now - timedelta(minutes=30), end=now)
            return no_event_found(window, _KEY.region, '{ $.errorMessage = "*" }', now, ())
        case Reason.STACK_UNHEALTHY:
            problem = Problem(
                kind=Kind.CHANNEL_FAILS,
                subject="slack",
                since=now - timedelta(hours=1),
                advice="Fix the channel, then start the redrive.",
                error="HTTP 500",
            )
            return stack_unhealthy(problem, now)
        case _:
            return _of_key(reason, now)


def _of_key(reason: Reason, now: datetime) -> Notice:
    tally = Tally()
    tally.add(one(_use(now)))
    _, notice = tell(_case(reason, now), reason, now)
    return replace(
        notice,
        uses=tally.uses(),
        link=LINK,
        link_expires_at=now + timedelta(days=6),
        approvers=AuthMethod.LINK,
    )


def _case(reason: Reason, now: datetime) -> Case:
    """Return a case that is as the notice has it: ended, where it tells of an end."""
    ending = _ENDINGS.get(reason)
    is_cancelled = ending is Ending.CANCELLED
    key = replace(
        Key.bare(_KEY),
        aliases=("alias/orders-db",),
        description="Orders database, prod",
        state=KeyState.ENABLED if is_cancelled else None if ending else KeyState.PENDING_DELETION,
        deletion_date=None if is_cancelled else now + timedelta(days=0 if ending else 6),
        owner="team-orders",
    )
    return replace(
        open_case(key, now, now),
        scheduled_by=ScheduledBy(caller=_JANE, at=now - timedelta(days=1)),
        closure=Closure(how=ending, at=now, by=_JANE if is_cancelled else None) if ending else None,
    )


def _use(now: datetime) -> KeyUse:
    return KeyUse(
        key=_KEY,
        event_id="preview",
        request="preview",
        at=now - timedelta(minutes=3),
        delivered_at=now,
        operation="Decrypt",
        is_use=True,
        caller=Caller(kind="AssumedRole", id="orders", name="role orders-fn", session="orders-api"),
        source_ip="198.51.100.7",
        user_agent="Boto3",
        resources=(Resource(service="secret", name="prod/orders/db"),),
    )
