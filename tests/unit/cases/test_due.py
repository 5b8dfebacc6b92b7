"""When a notice is due, and why: the table of `reprieve.cases.due`, line by line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.case import Case, Closure, Counts, Ending, Notified, ScheduledBy, open_case
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.due import NoticeRules, due, ringing, wake_at
from reprieve.cases.key import Key
from reprieve.cases.notice import Reason, tell
from reprieve.cases.usage import CallerUses, OtherCaller, Uses
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.resource import Resource
from tests.examples import visitor

KEY = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
RULES = NoticeRules()
QUIET = NoticeRules(repeat_after=None, tells_of_scheduling=False)


def uses(*names: str, count: int = 1, resource: str = "") -> Uses:
    parts = tuple(
        CallerUses(
            caller=Caller(kind="IAMUser", id=f"arn:{name}", name=f"user {name}"),
            count=count,
            first_at=NOW,
            last_at=NOW,
            operations={"Decrypt": count},
            resources=(Resource(service="S3", name=resource),) if resource else (),
        )
        for name in names
    )
    return Uses(count=count * len(parts), first_at=NOW, last_at=NOW, by_caller=parts)


def case(
    counted: Uses | None = None, *, days: float = 6.5, managed: Uses | None = None, **changes: Any
) -> Case:
    key = Key(
        arn=KEY,
        account="111122223333",
        region="eu-west-1",
        state="PendingDeletion",
        deletion_date=NOW + days * DAY,
    )
    counts = Counts(uses=counted or Uses(), management_calls=managed or Uses())
    return replace(open_case(key, NOW, NOW), settled=counts, **changes)


def told(of: Case, reason: Reason = Reason.KEY_IN_USE, at: datetime = NOW) -> Case:
    """The case once people have had a notice about it."""
    return tell(of, reason, at)[0]


def more(of: Case, counted: Uses) -> Case:
    return replace(of, settled=replace(of.settled, uses=counted))


def decision(choice: str) -> Decision:
    return Decision(choice=Choice(choice), at=NOW, by=visitor(), enable=False, why="meant")


NOTHING = "nothing is new"
FIRST = "it is used, and nobody has been told"
AGAIN = "it was used since the last notice, long ago"
NEW = "a caller, or a resource, is new"
MEANT = "someone decided that the deletion is intentional"
CLOSED = "the case is closed"
GOES_ON = "the case goes on as another one, which has a date"
THREE_DAYS = "it is in use, and deleted in less than 72 hours"
ONE_DAY = "it is in use, and deleted in less than 24 hours"
REMINDER = "the intentional deletion is in less than 24 hours"
OFF = "the deletion is off"
OVER = "the deletion is over"
SCHED = "someone scheduled its deletion"
MANAGED = "someone tried to manage it"

SCHEDULED = ScheduledBy(caller=Caller(kind="IAMUser", id="arn:jane", name="user jane"), at=NOW)
CANCELLED = Closure(how=Ending.CANCELLED, at=NOW)
CONTINUED = Closure(how=Ending.CONTINUED, at=NOW + HOUR)
DELETED = Closure(how=Ending.DELETED, at=NOW)
UNKNOWN = Closure(how=Ending.UNKNOWN, at=NOW, confirmed=False)
IN_USE = told(case(uses("a")))
KEPT = told(replace(IN_USE, decision=decision("keep")), Reason.DELETION_KEPT)


@pytest.mark.parametrize(
    ("of", "after", "rules", "reason", "why"),
    [
        (case(), 0 * HOUR, RULES, None, NOTHING),
        (case(uses("a")), 0 * HOUR, RULES, Reason.KEY_IN_USE, FIRST),
        (case(uses("a"), scheduled_by=SCHEDULED), 0 * HOUR, RULES, Reason.KEY_IN_USE, FIRST),
        (IN_USE, HOUR, RULES, None, NOTHING),
        (more(IN_USE, uses("a", count=9)), 23 * HOUR, RULES, None, NOTHING),
        (more(IN_USE, uses("a", count=9)), 24 * HOUR, RULES, Reason.STILL_IN_USE, AGAIN),
        (more(IN_USE, uses("a", count=9)), 48 * HOUR, QUIET, None, NOTHING),
        (IN_USE, 48 * HOUR, RULES, None, NOTHING),
        (more(IN_USE, uses("a", "b")), HOUR, RULES, Reason.NEW_CALLER, NEW),
        (more(IN_USE, uses("a", count=2, resource="x")), HOUR, RULES, Reason.NEW_CALLER, NEW),
        (case(managed=uses("m")), 0 * HOUR, RULES, Reason.MANAGEMENT_CALL, MANAGED),
        (told(case(managed=uses("m")), Reason.MANAGEMENT_CALL), HOUR, RULES, None, NOTHING),
        (case(scheduled_by=SCHEDULED), 0 * HOUR, RULES, Reason.DELETION_SCHEDULED, SCHED),
        (case(scheduled_by=SCHEDULED), 0 * HOUR, QUIET, None, NOTHING),
        (IN_USE, 84 * HOUR, QUIET, Reason.DELETION_SOON, THREE_DAYS),
        (told(IN_USE, Reason.DELETION_SOON, NOW + 84 * HOUR), 100 * HOUR, QUIET, None, NOTHING),
        (told(IN_USE, Reason.DELETION_SOON, NOW + 84 * HOUR), 132 * HOUR, QUIET, Reason.DELETION_SOON,
         ONE_DAY),
        (told(case(uses("a"), days=0.5)), HOUR, QUIET, None, NOTHING),
        (case(), 132 * HOUR, QUIET, None, NOTHING),
        (IN_USE, 156 * HOUR - timedelta(seconds=1), QUIET, Reason.DELETION_SOON, ONE_DAY),
        (IN_USE, 156 * HOUR, QUIET, None, NOTHING),
        (IN_USE, 300 * HOUR, QUIET, None, NOTHING),
        (more(replace(IN_USE, decision=decision("cancel")), uses("b")), HOUR, RULES, Reason.NEW_CALLER, NEW),
        (KEPT, HOUR, RULES, None, MEANT),
        (more(KEPT, uses("a", "b", count=99)), 100 * HOUR, RULES, None, MEANT),
        (KEPT, 133 * HOUR, RULES, Reason.DELETION_SOON, REMINDER),
        (told(KEPT, Reason.DELETION_SOON, NOW + 133 * HOUR), 134 * HOUR, RULES, None, MEANT),
        (replace(IN_USE, closure=CANCELLED), HOUR, RULES, Reason.DELETION_CANCELLED, OFF),
        (replace(KEPT, closure=CANCELLED), HOUR, RULES, Reason.DELETION_CANCELLED, OFF),
        (told(replace(IN_USE, closure=CANCELLED), Reason.DELETION_CANCELLED), HOUR, RULES, None, CLOSED),
        (case(closure=CANCELLED), HOUR, RULES, None, CLOSED),
        (replace(IN_USE, closure=DELETED), HOUR, RULES, Reason.KEY_DELETED, OVER),
        (replace(IN_USE, closure=UNKNOWN), HOUR, RULES, Reason.KEY_DELETED, OVER),
        (replace(KEPT, closure=DELETED), HOUR, RULES, Reason.KEY_DELETED, OVER),
        (told(replace(IN_USE, closure=DELETED), Reason.KEY_DELETED), HOUR, RULES, None, CLOSED),
        (case(closure=DELETED), HOUR, RULES, None, CLOSED),
        (replace(IN_USE, closure=CONTINUED), HOUR, RULES, Reason.CASE_CONTINUED, GOES_ON),
        (told(replace(IN_USE, closure=CONTINUED), Reason.CASE_CONTINUED, NOW + HOUR), HOUR, RULES, None,
         CLOSED),
        (replace(told(replace(IN_USE, closure=CANCELLED), Reason.DELETION_CANCELLED), closure=CONTINUED),
         HOUR, RULES, Reason.CASE_CONTINUED, GOES_ON),
        (case(closure=CONTINUED), HOUR, RULES, None, CLOSED),
        (replace(IN_USE, notified=Notified(cancelled=True), closure=CANCELLED), HOUR, RULES, None, CLOSED),
    ],
)  # fmt: skip
def test_a_notice_is_due_for_one_reason_or_none_and_says_why(
    of: Case, after: timedelta, rules: NoticeRules, reason: Reason | None, why: str
) -> None:
    verdict = due(of, NOW + after, rules)

    assert (verdict.reason, verdict.why) == (reason, why)


def test_five_new_callers_an_hour_are_told_one_by_one_and_the_rest_is_folded() -> None:
    of, said = IN_USE, []

    for minute in range(60):
        now = NOW + timedelta(minutes=minute)
        of = more(of, uses("a", *(f"n{number}" for number in range(minute // 5 + 1))))
        if reason := due(of, now, QUIET).reason:
            of = told(of, reason, now)
            said.append(minute)
    at_the_hour = due(of, NOW + timedelta(minutes=60), QUIET).reason
    of = told(of, Reason.NEW_CALLER, NOW + timedelta(minutes=60))

    assert said == [0, 5, 10, 15, 20]
    assert at_the_hour is Reason.NEW_CALLER
    assert due(of, NOW + timedelta(minutes=61), QUIET).reason is None


def test_callers_that_appear_together_make_one_notice() -> None:
    of = more(IN_USE, uses("a", "b", "c", "d"))

    of = told(of, Reason.NEW_CALLER)

    assert due(of, NOW, RULES).reason is None


def test_ignored_callers_are_counted_and_wake_nobody() -> None:
    rules = NoticeRules(ignored_callers=("arn:scan*",))
    scanned = case(uses("scanner", count=7), managed=uses("scan2"))

    silent = due(scanned, NOW, rules)
    used = due(more(scanned, uses("scanner", "a", count=7)), NOW, rules)

    assert silent.reason is None
    assert used.reason is Reason.KEY_IN_USE
    assert scanned.uses.count == 7
    assert ringing(more(scanned, uses("scanner", "a", count=7)), rules) == 7


@pytest.mark.parametrize(
    ("of", "rules", "hours"),
    [
        (case(), RULES, 180),
        (case(days=0.5), RULES, 36),
        (case(managed=uses("a")), RULES, 180),
        (case(uses("scan1")), NoticeRules(ignored_callers=("arn:scan*",)), 180),
        (IN_USE, RULES, 84),
        (more(IN_USE, uses("a", count=5)), RULES, 24),
        (more(IN_USE, uses("a", count=5)), QUIET, 84),
        (told(more(IN_USE, uses("a", "b")), Reason.NEW_CALLER), QUIET, 84),
        (more(told(more(IN_USE, uses("a", "b")), Reason.NEW_CALLER), uses("a", "b", "c")), QUIET, 1),
        (more(IN_USE, uses("a", "b")), QUIET, 84),
        (KEPT, RULES, 132),
        (replace(KEPT, deletion_date=NOW + 12 * HOUR), RULES, 12 - 24),
        (told(case(uses("a"), days=0.5)), QUIET, 36),
        (replace(IN_USE, not_pending_since=NOW), RULES, 1 / 4),
        (replace(IN_USE, unanswered_since=NOW), RULES, 84),
        (replace(IN_USE, unanswered_since=NOW, cancel_reported=CANCELLED), RULES, 1 / 6),
        (replace(IN_USE, cancel_reported=CANCELLED), RULES, 0),
        (replace(IN_USE, cancel_reported=replace(CANCELLED, at=NOW - HOUR)), RULES, 84),
        (replace(told(replace(IN_USE, closure=CANCELLED)), closure=None), RULES, 1 / 12),
        (replace(case(), deletion_date=None), RULES, 31 * 24),
    ],
)
def test_a_case_is_looked_at_when_the_next_notice_may_be_due(
    of: Case, rules: NoticeRules, hours: float
) -> None:
    assert wake_at(of, rules) == NOW + hours * HOUR


@pytest.mark.parametrize(
    ("of", "heard", "hours"),
    [
        (more(IN_USE, uses("a", "b")), 8, 20),
        (more(IN_USE, uses("a", "b")), 9, 21),
        (more(IN_USE, uses("a", "b")), 7, 84),
        (IN_USE, 8, 84),
    ],
    ids=["eight in a day", "nine", "no limit", "nothing waits"],
)
def test_what_waits_for_the_limit_of_a_day_is_looked_at_when_that_ends(
    of: Case, heard: int, hours: float
) -> None:
    heard_at = [NOW - (4 - number) * HOUR for number in range(heard)]

    assert wake_at(of, QUIET, heard_at[::-1]) == NOW + hours * HOUR


def test_a_closed_case_is_never_looked_at_again() -> None:
    assert wake_at(replace(IN_USE, closure=CANCELLED), RULES) is None


@pytest.mark.parametrize(
    ("of", "after", "seven", "eight"),
    [
        (more(IN_USE, uses("a", "b")), HOUR, Reason.NEW_CALLER, None),
        (more(IN_USE, uses("a", count=9)), 24 * HOUR, Reason.STILL_IN_USE, None),
        (case(managed=uses("m")), 0 * HOUR, Reason.MANAGEMENT_CALL, None),
        (case(uses("a")), 0 * HOUR, Reason.KEY_IN_USE, Reason.KEY_IN_USE),
        (IN_USE, 84 * HOUR, Reason.DELETION_SOON, Reason.DELETION_SOON),
    ],
)
def test_after_eight_notices_in_a_day_only_what_cannot_wait_is_told(
    of: Case, after: timedelta, seven: Reason, eight: Reason | None
) -> None:
    assert due(of, NOW + after, RULES, 7).reason is seven
    assert due(of, NOW + after, RULES, 8).reason is eight


@pytest.mark.parametrize(
    ("of", "reason"),
    [
        (
            replace(told(replace(IN_USE, closure=CANCELLED), at=NOW + 9 * DAY), closure=None),
            Reason.CORRECTION,
        ),
        (more(told(IN_USE, at=NOW + 9 * DAY), uses("a", count=9)), Reason.STILL_IN_USE),
        (
            more(
                replace(IN_USE, notified=replace(IN_USE.notified, new_callers_at=(NOW + 9 * DAY,) * 5)),
                uses("a", "b"),
            ),
            Reason.NEW_CALLER,
        ),
    ],
    ids=["correction", "still in use", "new caller"],
)
def test_what_a_clock_far_ahead_has_noted_silences_nothing(of: Case, reason: Reason) -> None:
    assert due(of, NOW, RULES).reason is reason


def test_a_state_from_before_a_cancellation_is_corrected_once_it_has_settled() -> None:
    open_again = replace(told(replace(IN_USE, closure=CANCELLED), Reason.DELETION_CANCELLED), closure=None)
    five_minutes = timedelta(minutes=5)

    assert due(open_again, NOW + five_minutes - timedelta(seconds=1), QUIET).reason is None
    assert due(open_again, NOW + five_minutes, QUIET).reason is Reason.CORRECTION


def test_nothing_is_corrected_once_kms_calls_the_key_not_pending_or_while_it_has_just_fallen_silent() -> None:
    open_again = replace(told(replace(IN_USE, closure=CANCELLED), Reason.DELETION_CANCELLED), closure=None)
    later = NOW + timedelta(minutes=20)
    silent = replace(open_again, unanswered_since=NOW + timedelta(minutes=12))

    assert due(open_again, later, QUIET).reason is Reason.CORRECTION
    assert due(replace(open_again, not_pending_since=later), later, QUIET).reason is None
    assert due(silent, NOW + timedelta(minutes=22) - timedelta(seconds=1), QUIET).reason is None
    assert due(silent, NOW + timedelta(minutes=22), QUIET).reason is Reason.CORRECTION


def test_a_caller_that_is_only_listed_by_name_is_new_as_well() -> None:
    other = OtherCaller(id="other", name="user other", count=1)
    with_other = replace(uses("a"), count=2, unlisted=1, others=(other,))

    used, managed = more(IN_USE, with_other), case(managed=with_other)

    assert due(used, NOW, QUIET).reason is Reason.NEW_CALLER
    assert due(told(used, Reason.NEW_CALLER), NOW, QUIET).reason is None
    told_of_a = told(case(managed=uses("a")), Reason.MANAGEMENT_CALL)
    known = replace(told_of_a, settled=replace(told_of_a.settled, management_calls=with_other))
    assert due(known, NOW, QUIET).reason is Reason.MANAGEMENT_CALL
    assert due(told(managed, Reason.MANAGEMENT_CALL), NOW, QUIET).reason is None
