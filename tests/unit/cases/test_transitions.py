"""A case from one value to the next: what KMS says outranks what was recorded."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reprieve.cases.case import Case, Closure, Counts, Ending, ScheduledBy
from reprieve.cases.decision import Choice
from reprieve.cases.key import KmsAnswer
from reprieve.cases.transitions import (
    ANSWER_DELAY,
    CANCEL_RECORD_DELAY,
    DELETED_WITHIN,
    LONGEST_DELETION,
    count,
    cut,
    glimpse,
    note_answer,
    note_changes,
    note_schedulings,
    of_deletion,
    without_those_of,
)
from reprieve.cloudtrail.key_use import KeyChange, KeyEvent, Scheduling
from tests.examples import ADMIN, DELETION, JANE, KEY, NOW, at, case, counted, decision, use

MINUTE = timedelta(minutes=1)
AGAIN = DELETION + timedelta(days=3)
PENDING = KmsAnswer(state="PendingDeletion", deletion_date=DELETION)
LATER = KmsAnswer(state="PendingDeletion", deletion_date=AGAIN)
DISABLED = KmsAnswer(state="Disabled")
ABSENT = KmsAnswer(is_absent=True)
SILENT = KmsAnswer()
OUT_OF_REACH = KmsAnswer(can_be_asked=False)
REPORTED = Closure(how=Ending.CANCELLED, at=at("14:40"), by=ADMIN)
CLOSED = Closure(how=Ending.CANCELLED, at=at("14:40"), by=ADMIN, confirmed=False)


def noted(answer: KmsAnswer, now: datetime = NOW, **changes: Any) -> Case:
    return note_answer(case(**changes), answer, now)


def ending(of: Case) -> tuple[str, bool] | None:
    return (of.closure.how, of.closure.confirmed) if of.closure else None


OPEN: dict[str, Any] = {}
WITH_REPORT: dict[str, Any] = {"cancel_reported": REPORTED}
NOT_PENDING: dict[str, Any] = {"not_pending_since": NOW - CANCEL_RECORD_DELAY}
UNANSWERED: dict[str, Any] = {"unanswered_since": NOW - ANSWER_DELAY, "cancel_reported": REPORTED}
ENDED: dict[str, Any] = {"closure": CLOSED}


@pytest.mark.parametrize(
    ("answer", "of", "expected"),
    [
        (PENDING, OPEN, None),
        (PENDING, WITH_REPORT, None),
        (PENDING, NOT_PENDING, None),
        (PENDING, UNANSWERED, None),
        (PENDING, ENDED, None),
        (LATER, OPEN, ("cancelled", True)),
        (LATER, WITH_REPORT, ("cancelled", True)),
        (LATER, NOT_PENDING, ("cancelled", True)),
        (LATER, UNANSWERED, ("cancelled", True)),
        (LATER, ENDED, ("cancelled", True)),
        (DISABLED, OPEN, None),
        (DISABLED, WITH_REPORT, ("cancelled", True)),
        (DISABLED, NOT_PENDING, ("cancelled", True)),
        (DISABLED, UNANSWERED, ("cancelled", True)),
        (DISABLED, ENDED, ("cancelled", True)),
        (ABSENT, OPEN, None),
        (ABSENT, WITH_REPORT, None),
        (ABSENT, NOT_PENDING, ("absent", True)),
        (ABSENT, UNANSWERED, None),
        (ABSENT, ENDED, ("cancelled", True)),
        (SILENT, OPEN, None),
        (SILENT, WITH_REPORT, None),
        (SILENT, NOT_PENDING, None),
        (SILENT, UNANSWERED, ("cancelled", False)),
        (SILENT, ENDED, ("cancelled", False)),
        (OUT_OF_REACH, OPEN, None),
        (OUT_OF_REACH, WITH_REPORT, ("cancelled", False)),
        (OUT_OF_REACH, NOT_PENDING, None),
        (OUT_OF_REACH, UNANSWERED, ("cancelled", False)),
        (OUT_OF_REACH, ENDED, ("cancelled", False)),
    ],
)
def test_every_answer_has_its_end_for_every_state_of_a_case(
    answer: KmsAnswer, of: dict[str, Any], expected: tuple[str, bool] | None
) -> None:
    assert ending(noted(answer, **of)) == expected


def test_a_case_that_kms_calls_pending_for_its_date_is_open_whatever_was_recorded() -> None:
    states = WITH_REPORT | NOT_PENDING | ENDED

    assert noted(PENDING, **states) == case()


def test_a_key_that_is_pending_for_another_date_ends_the_case_with_that_date() -> None:
    recorded, unrecorded = noted(LATER, **WITH_REPORT).closure, noted(LATER).closure

    assert recorded == replace(REPORTED, scheduled_again=AGAIN)
    assert unrecorded == Closure(how=Ending.CANCELLED, at=NOW, scheduled_again=AGAIN)


def test_who_cancelled_is_waited_for_and_an_end_without_a_record_is_at_its_first_sight() -> None:
    first = noted(DISABLED)
    early = note_answer(first, DISABLED, NOW + CANCEL_RECORD_DELAY - MINUTE)
    late = note_answer(early, DISABLED, NOW + CANCEL_RECORD_DELAY)

    assert first.not_pending_since == early.not_pending_since == NOW
    assert late.closure == Closure(how=Ending.CANCELLED, at=NOW)
    assert late.not_pending_since is None


@pytest.mark.parametrize(("now", "how"), [(DELETION, Ending.DELETED), (DELETION - MINUTE, None)])
def test_a_key_that_is_gone_on_its_date_was_deleted(now: datetime, how: Ending | None) -> None:
    closure = noted(ABSENT, now).closure

    assert (closure.how if closure else None) == how


def test_what_kms_says_later_of_a_closed_case_confirms_it() -> None:
    assert noted(DISABLED, **ENDED).closure == replace(CLOSED, confirmed=True)


@pytest.mark.parametrize(
    ("of", "now", "how"),
    [
        (case(), DELETION + DELETED_WITHIN, Ending.DELETED),
        (case(), DELETION + DELETED_WITHIN - MINUTE, None),
        (case(deletion_date=None), NOW + LONGEST_DELETION, Ending.UNKNOWN),
        (case(deletion_date=None), NOW + LONGEST_DELETION - MINUTE, None),
    ],
)
def test_a_case_of_which_kms_says_nothing_ends_by_the_calendar(
    of: Case, now: datetime, how: Ending | None
) -> None:
    closed = note_answer(of, SILENT, now)

    assert closed.closure == (Closure(how=how, at=now, confirmed=False) if how else None)


def test_a_use_after_the_cancellation_that_a_record_tells_of_keeps_the_case_open() -> None:
    used = Counts().plus([counted(use(at=at("14:41")))])

    assert noted(OUT_OF_REACH, settled=used, **WITH_REPORT).closure is None
    assert noted(OUT_OF_REACH, settled=Counts().plus([counted(use(at=at("14:39")))]), **WITH_REPORT).closure


def test_what_was_counted_apart_is_the_case_s_own_once_kms_answers_whoever_could_ask_before() -> None:
    apart = Counts().plus([counted(use())])

    answered = noted(PENDING, unanswered=apart, answered_until=at("14:40"))

    assert (answered.settled, answered.unanswered, answered.answered_until) == (apart, Counts(), None)


def test_since_when_there_was_no_answer_is_kept_until_there_is_one() -> None:
    first = noted(SILENT)
    second = note_answer(first, SILENT, NOW + MINUTE)

    assert first.unanswered_since == second.unanswered_since == NOW
    assert note_answer(second, PENDING, NOW + 2 * MINUTE).unanswered_since is None


def change(moment: str, what: KeyEvent = KeyEvent.CANCELLED) -> KeyChange:
    return KeyChange(key=KEY, change=what, caller=JANE, at=at(moment))


@pytest.mark.parametrize(
    ("of", "changes", "reported_at"),
    [
        ({}, [change("14:41")], "14:41"),
        ({}, [change("14:41"), change("14:43"), change("14:42")], "14:43"),
        ({}, [change("14:41", KeyEvent.ENABLED), change("14:42", KeyEvent.DELETED)], None),
        ({}, [change("18:00")], "14:55:30"),
        (WITH_REPORT, [change("14:39")], "14:40"),
        (WITH_REPORT, [change("14:41")], "14:41"),
        ({"scheduled_by": ScheduledBy(caller=ADMIN, at=at("14:42"))}, [change("14:41")], None),
        ({"scheduled_by": ScheduledBy(caller=ADMIN, at=at("14:42"))}, [change("14:42")], "14:42"),
        (ENDED, [change("14:41")], None),
    ],
)
def test_the_latest_cancellation_after_the_scheduling_is_kept_as_reported(
    of: dict[str, Any], changes: list[KeyChange], reported_at: str | None
) -> None:
    reported = note_changes(case(**of), changes, NOW).cancel_reported

    assert (reported.at if reported else None) == (at(reported_at) if reported_at else None)


def test_a_cancellation_of_before_somebody_kept_the_deletion_is_no_news() -> None:
    kept = case(decision=decision(choice=Choice.KEEP, at=at("14:46")))

    assert note_changes(kept, [change("14:40")], NOW).cancel_reported is None
    assert note_changes(kept, [change("14:40"), change("14:41")], NOW).cancel_reported is not None


def test_a_record_alone_never_closes_a_case() -> None:
    every = [change("14:41", what) for what in KeyEvent]

    assert note_changes(case(), every, NOW).closure is None


MINUTES = {at("14:30"): counted(use(event_id="a")), at("14:40"): counted(use(event_id="b"))}


def test_what_is_counted_while_kms_does_not_answer_is_kept_apart_until_it_does() -> None:
    before = case(unanswered_since=at("14:36"), answered_until=at("14:35"))
    of = count(before, MINUTES, at("14:45"), NOW, is_answered=False)

    assert (of.settled.uses.count, of.unanswered.uses.count) == (1, 1)
    answered = note_answer(of, PENDING, NOW)
    assert (answered.settled.uses.count, answered.unanswered.uses.count) == (2, 0)
    assert of.uses.count == answered.uses.count == 2
    assert (answered.unanswered_since, answered.answered_until) == (None, None)


def test_a_reading_that_reached_less_far_and_settles_more_counts() -> None:
    ahead = case(read_until=at("14:55"), recent=Counts().plus([MINUTES[at("14:30")]]))

    of = count(ahead, MINUTES, at("14:41"), at("14:45"))

    assert (of.settled.uses.count, of.recent.uses.count) == (2, 0)
    assert of.settled_until == at("14:41")


def test_a_reading_that_reached_less_far_and_settles_nothing_changes_nothing() -> None:
    ahead = case(read_until=at("14:55"))

    assert count(ahead, MINUTES, ahead.settled_until, at("14:50")) == ahead


def test_a_glimpse_counts_what_is_recent_and_settles_nothing() -> None:
    of = glimpse(case(), MINUTES)

    assert (of.settled.uses.count, of.recent.uses.count) == (0, 2)
    assert (of.settled_until, of.read_until) == (case().settled_until, case().read_until)


def test_what_was_only_glimpsed_is_read_again_and_does_not_stay_with_a_case_that_is_cut() -> None:
    glimpsed = glimpse(case(), MINUTES)

    left = cut(glimpsed, MINUTES, at("14:29"), at("14:29"))

    assert left.uses.count == 0
    assert not left.is_glimpsed
    assert not count(glimpsed, MINUTES, at("14:41"), NOW).is_glimpsed


def test_a_case_is_cut_where_a_later_one_begins() -> None:
    of = count(case(answered_until=at("14:39")), MINUTES, at("14:41"), NOW)

    left = cut(
        replace(of, settled_until=case().settled_until, settled=Counts()), MINUTES, at("14:35"), at("14:25")
    )

    assert (left.settled.uses.count, left.unanswered.uses.count, left.recent.uses.count) == (1, 1, 0)
    assert (left.settled_until, left.read_until) == (at("14:35"), at("14:35"))


def test_a_case_is_never_cut_before_what_it_has_settled() -> None:
    of = case(settled_until=at("14:45"))

    assert cut(of, MINUTES, at("14:30"), at("14:25")).settled_until == at("14:45")


def test_what_is_recent_and_not_read_again_stays_with_a_case_that_is_cut() -> None:
    of = count(case(), MINUTES, at("14:30"), NOW)

    left = cut(of, {}, at("14:55"), at("14:50"))

    assert left.uses == of.uses
    assert left.recent == Counts()


def scheduled(seconds: int) -> Scheduling:
    """Return a record by which the deletion would be so many seconds early."""
    made_at = DELETION - timedelta(days=7, seconds=seconds)
    return Scheduling(key=KEY, caller=ADMIN, at=made_at, waiting_period=timedelta(days=7))


@pytest.mark.parametrize(("seconds", "same"), [(0, True), (119, True), (-119, True), (120, False)])
def test_a_scheduling_is_of_the_deletion_whose_date_it_comes_to(seconds: int, *, same: bool) -> None:
    assert (of_deletion([scheduled(seconds)], DELETION) is not None) is same
    assert of_deletion([scheduled(seconds)], None) is None


def test_of_two_schedulings_within_a_minute_the_one_that_comes_to_the_date_is_of_the_deletion() -> None:
    noted_by = note_schedulings(case(), [scheduled(80), scheduled(1), scheduled(-30)]).scheduled_by

    assert noted_by
    assert noted_by.at == scheduled(1).at


@pytest.mark.parametrize(
    ("of", "is_answered", "apart"),
    [
        (case(version=1, read_until=at("14:40:20")), False, 1),
        (case(version=1, read_until=at("14:29")), False, 2),
        (case(version=1, read_until=at("14:41")), False, 0),
        (case(version=1, read_until=at("14:29")), True, 0),
        (case(version=0, read_until=at("14:29")), False, 0),
        (case(version=1, read_until=at("14:41"), answered_until=at("14:40")), False, 1),
    ],
    ids=["in a minute", "before", "after", "answers", "new", "silent for longer"],
)
def test_what_was_not_read_while_kms_answered_is_counted_apart(
    of: Case, *, is_answered: bool, apart: int
) -> None:
    found = count(of, MINUTES, at("14:45"), NOW, is_answered=is_answered)

    assert (found.settled.uses.count, found.unanswered.uses.count) == (2 - apart, apart)


@pytest.mark.parametrize(
    ("off", "seconds", "later"),
    [(0, 60, "is kept"), (0, 0, "is kept"), (2, 2, "is kept"), (2, 1, "takes over")],
)
def test_the_scheduling_that_comes_nearest_to_the_date_stays_and_of_two_the_first(
    off: int, seconds: int, later: str
) -> None:
    known = replace(case(), scheduled_by=ScheduledBy(caller=JANE, at=scheduled(off).at))

    noted_by = note_schedulings(known, [scheduled(seconds), scheduled(-seconds - 1)]).scheduled_by

    assert noted_by
    assert noted_by.caller == (JANE if later == "is kept" else ADMIN)


def test_the_first_minute_that_is_not_settled_is_glimpsed_and_cut_as_well() -> None:
    of = case(settled_until=at("14:30"))

    assert glimpse(of, MINUTES).recent.uses.count == 2
    assert cut(of, MINUTES, at("14:35"), at("14:25")).settled.uses.count == 1


def test_of_two_cancellations_in_one_second_the_first_is_reported() -> None:
    second = replace(change("14:41"), caller=ADMIN)

    reported = note_changes(case(), [change("14:41"), second], NOW).cancel_reported

    assert reported
    assert reported.by == JANE


def test_a_key_that_is_there_on_its_date_was_cancelled() -> None:
    assert ending(noted(DISABLED, DELETION + MINUTE, **WITH_REPORT)) == ("cancelled", True)


def test_a_closed_case_stays_as_it_is_while_kms_does_not_answer() -> None:
    closed = case(closure=replace(CLOSED, confirmed=True))

    assert note_answer(closed, SILENT, NOW) == closed
    assert note_answer(closed, SILENT, DELETION + DELETED_WITHIN) == closed


def test_a_use_in_the_second_of_the_cancellation_does_not_contradict_it() -> None:
    used = Counts().plus([counted(use(at=at("14:40")))])

    assert noted(OUT_OF_REACH, settled=used, **WITH_REPORT).closure


def test_without_a_date_every_record_of_a_scheduling_may_be_of_the_deletion() -> None:
    records = [scheduled(0), scheduled(3_600)]

    assert without_those_of([case()], records, None) == tuple(records)
    assert without_those_of([case()], records, scheduled(3_600).deletion_date) == (records[1],)
