"""What is stored of a key's cases, and what people are told of it, at the end of every update."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reprieve.cases.case import Case, Closure, Counts, Ending
from reprieve.cases.decision import Choice
from reprieve.cases.due import MOST_NOTICES_A_DAY, NoticeRules
from reprieve.cases.key import KmsAnswer
from reprieve.investigate.case_change import Left, Telling, as_answered, succeeding, until_told
from tests.examples import NOW, at, case, counted, decision, key, use

CLOSURE = Closure(how=Ending.CANCELLED, at=at("14:40"))
PENDING = KmsAnswer(state="PendingDeletion")
SILENT = KmsAnswer()
ENABLED = replace(key(), state="Enabled")


@pytest.mark.parametrize(
    ("of", "answer", "state"),
    [
        (case(), SILENT, "PendingDeletion"),
        (case(closure=CLOSURE), SILENT, None),
        (case(key=ENABLED), SILENT, None),
        (case(closure=CLOSURE), PENDING, "PendingDeletion"),
        (case(key=ENABLED), PENDING, "Enabled"),
    ],
)
def test_what_was_read_earlier_stands_while_it_is_what_the_case_is_about(
    of: Case, answer: KmsAnswer, state: str | None
) -> None:
    assert as_answered(of, answer).key.state == state


def part(event_id: str) -> Counts:
    return Counts().plus([counted(use(event_id=event_id))])


def test_a_case_goes_on_with_the_counts_of_one_without_a_date() -> None:
    undated = case(settled=part("a"), unanswered=part("b"), settled_until=at("14:50"), read_until=at("14:52"))
    new = case(recent=part("c"), settled_until=at("14:30"), read_until=at("14:30"))

    begun = succeeding(new, (Left(undated, continues=True),))

    assert (begun.uses.count, begun.recent.uses.count) == (2, 0)
    assert (begun.settled_until, begun.read_until, begun.previous) == (at("14:50"), at("14:52"), undated.id)


def test_a_case_that_had_begun_keeps_what_it_counted_and_the_one_before_it() -> None:
    undated = case(settled=part("a"), settled_until=at("14:50"), read_until=at("14:52"))
    there = case(
        recent=part("c"), settled_until=at("14:30"), read_until=at("14:40"), version=2, previous="before"
    )

    joined = succeeding(there, (Left(undated, continues=True),))

    assert (joined.uses.count, joined.previous) == (2, "before")


def test_a_case_that_only_gives_leaves_everything_else_as_it_is() -> None:
    left = Left(case(settled=part("a"), settled_until=at("14:50")), gives=part("b"))

    assert succeeding(case(), (left,)) == case(settled=part("b"))


def changed_by(telling: Telling, of: Case, *earlier: Case, unless: Case | None = None) -> int | None:
    """Return how many notices of a change are in a digest; None if there is no change."""
    change = telling.change(of, earlier, unless)
    return len(change.in_digest) if change else None


def test_a_case_that_stays_as_it_is_is_stored_where_one_before_it_changes() -> None:
    telling = Telling((), NoticeRules(tells_of_scheduling=False), NOW)
    before = case(closure=CLOSURE, deletion_date=NOW)

    assert changed_by(telling, case(), unless=case()) is None
    assert changed_by(telling, case(), before, unless=case()) == 0


@pytest.mark.parametrize(
    ("heard", "ago", "in_digest"),
    [
        (MOST_NOTICES_A_DAY - 1, timedelta(hours=1), 0),
        (MOST_NOTICES_A_DAY, timedelta(hours=1), 1),
        (MOST_NOTICES_A_DAY + 2, timedelta(hours=1), 1),
        (MOST_NOTICES_A_DAY, timedelta(days=1) - timedelta(seconds=1), 1),
        (MOST_NOTICES_A_DAY, timedelta(days=1), 0),
        (MOST_NOTICES_A_DAY, -timedelta(days=3), 0),
    ],
)
def test_the_thirteenth_notice_of_a_key_in_a_day_goes_out_in_a_digest(
    heard: int, ago: timedelta, in_digest: int
) -> None:
    before = case(
        closure=CLOSURE, deletion_date=NOW, notified=replace(case().notified, lately=(NOW - ago,) * heard)
    )
    used = case(settled=part("a"))

    assert MOST_NOTICES_A_DAY == 12
    assert changed_by(Telling((before,), NoticeRules(), NOW), used) == in_digest


REPORTED = replace(CLOSURE, confirmed=False)
KNOWN = replace(case().notified, in_use=True, cancelled=True)


@pytest.mark.parametrize(
    ("of", "is_open"),
    [
        (case(settled=part("a"), closure=REPORTED), True),
        (case(settled=part("a"), closure=CLOSURE), False),
        (case(settled=part("a"), closure=replace(REPORTED, how=Ending.UNKNOWN)), False),
        (case(settled=part("a"), closure=REPORTED, notified=KNOWN), True),
        (case(closure=REPORTED), False),
        (case(), True),
    ],
    ids=["never heard", "KMS says so", "the calendar", "a caller is new", "no use", "open"],
)
def test_a_record_closes_a_case_only_when_people_have_heard_who_uses_the_key(
    of: Case, *, is_open: bool
) -> None:
    left = until_told(of, NoticeRules(), NOW)

    assert (left.closure is None) is is_open
    assert left.cancel_reported == (of.closure if is_open else None)
    assert not (is_open and left.notified.cancelled)


def test_what_nobody_is_woken_for_keeps_no_case_open() -> None:
    used = case(settled=part("a"), closure=REPORTED)

    assert until_told(used, NoticeRules(ignored_callers=("*",)), NOW) is used


def test_what_waits_keeps_no_case_open_of_a_deletion_that_a_record_calls_off() -> None:
    kept = replace(case(settled=part("a"), closure=REPORTED), decision=decision(choice=Choice.KEEP))
    heard = replace(kept, decision=None, notified=replace(kept.notified, notices=1, in_use=True, uses=1))

    assert until_told(kept, NoticeRules(), NOW) is kept
    assert until_told(heard, NoticeRules(), NOW, 7).closure is None
    assert until_told(heard, NoticeRules(), NOW, 8) is heard


def test_people_hear_of_a_use_before_they_hear_of_the_cancellation_that_only_a_record_tells_of() -> None:
    telling, used = Telling((), NoticeRules(), NOW), case(settled=part("a"), closure=REPORTED)

    first = telling.change(used)
    assert first
    again = telling.change(replace(first.case, closure=REPORTED, cancel_reported=None))

    assert [notice.reason for notice in first.notices] == ["key-in-use"]
    assert again
    assert [notice.reason for notice in again.notices] == ["deletion-cancelled"]


@pytest.mark.parametrize(("version", "is_heard"), [(0, True), (2, False)])
def test_a_new_case_knows_that_people_heard_of_the_end_of_the_one_that_it_goes_on_for(
    version: int, *, is_heard: bool
) -> None:
    undated = case(notified=replace(KNOWN, last_at=at("14:45")))

    begun = succeeding(case(version=version), (Left(undated, continues=True),))

    assert (begun.notified.cancelled, begun.notified.last_at) == (
        (True, at("14:45")) if is_heard else (False, None)
    )


def test_a_change_says_when_people_heard_of_the_key_with_the_notices_that_it_makes() -> None:
    other = case(deletion_date=NOW, notified=replace(case().notified, lately=(at("13:00"), at("14:00"))))
    before = case(notified=replace(case().notified, lately=(at("12:00"),)))

    change = Telling((other, before), NoticeRules(), NOW).change(replace(before, settled=part("a")))

    assert change
    assert sorted(change.heard_at) == [at("12:00"), at("13:00"), at("14:00"), NOW]
