"""Which of a key's cases a reading belongs to, and what becomes of the others."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reprieve.cases.case import Case, Closure, Counts, Ending
from reprieve.cases.due import NoticeRules
from reprieve.cases.key import Key, KmsAnswer
from reprieve.cases.minute_counts import Counted
from reprieve.cloudtrail.record import KeyChange, Scheduling
from reprieve.cloudtrail.record import KeyEvent as Event
from reprieve.investigate.case_change import CaseChange
from reprieve.investigate.facts.key_facts import KeyFacts
from reprieve.investigate.key_activity import LATE_USE, KeyActivity, ReadWindow, Update
from reprieve.investigate.review import Review
from tests.examples import ADMIN, DELETION, KEY, NOW, at, case, counted, key, use

MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)
AGAIN = NOW + WEEK
PENDING = KmsAnswer(state="PendingDeletion", deletion_date=DELETION)
LATER = KmsAnswer(state="PendingDeletion", deletion_date=AGAIN)
REPLICA = KmsAnswer(state="PendingReplicaDeletion")
DISABLED = KmsAnswer(state="Disabled")
ABSENT = KmsAnswer(is_absent=True)
SILENT = KmsAnswer()
OUT_OF_REACH = KmsAnswer(can_be_asked=False)
QUIET = NoticeRules(tells_of_scheduling=False)
USED = use(at=at("14:50"))
MINUTES: Mapping[datetime, Counted] = {at("14:50"): counted(USED)}
TOLD = case().notified


def facts(answer: KmsAnswer) -> KeyFacts:
    of = replace(key(), state=answer.state, deletion_date=answer.deletion_date)
    told = frozenset({"state", "deletion_date"}) if answer.state else frozenset()
    return KeyFacts(of if answer.state else Key.bare(KEY), answer=answer, fields=told)


def update(
    answer: KmsAnswer, *cases: Case, minutes: Mapping[datetime, Counted] = MINUTES, **more: Any
) -> CaseChange | None:
    is_whole = more.pop("is_whole", True)
    stretch = ReadWindow(at("14:25"), at("14:40"), at("14:55"), is_whole=is_whole)
    return Update(KeyActivity(facts(answer), minutes, **more), stretch, QUIET, NOW).apply(cases)


def named(change: CaseChange | None) -> str | None:
    return change.case.name if change else None


def undated(**changes: Any) -> Case:
    return case(key=replace(key(), state=None, deletion_date=None), deletion_date=None, **changes)


def ended(of: Case, *, confirmed: bool = True, moment: str = "14:45") -> Case:
    return replace(of, closure=Closure(how=Ending.CANCELLED, at=at(moment), confirmed=confirmed), version=3)


def scheduling(moment: datetime) -> Scheduling:
    return Scheduling(key=KEY, caller=ADMIN, at=moment, waiting_period=WEEK)


def cancelled(moment: str) -> KeyChange:
    return KeyChange(key=KEY, change=Event.CANCELLED, caller=ADMIN, at=at(moment))


DATED = "2026-11-29T14:02:10Z"
FIRST = "unknown-2026-11-22-1"
NEW = "unknown-2026-11-22-2"
OLD = "unknown-2026-11-21-1"
BEFORE = undated(opened_at=NOW - timedelta(days=1), version=1)


@pytest.mark.parametrize(
    ("answer", "cases", "name"),
    [
        (PENDING, (), DATED),
        (PENDING, (case(version=1),), DATED),
        (PENDING, (ended(case()),), DATED),
        (LATER, (case(version=1),), "2026-11-29T14:55:30Z"),
        (LATER, (ended(case()),), "2026-11-29T14:55:30Z"),
        (PENDING, (BEFORE,), DATED),
        (REPLICA, (), FIRST),
        (REPLICA, (BEFORE,), OLD),
        (REPLICA, (ended(BEFORE),), NEW),
        (REPLICA, (ended(BEFORE, confirmed=False),), OLD),
        (DISABLED, (), None),
        (DISABLED, (case(version=1),), DATED),
        (DISABLED, (ended(case()),), DATED),
        (ABSENT, (), None),
        (ABSENT, (case(version=1),), DATED),
        (SILENT, (), FIRST),
        (SILENT, (case(version=1),), DATED),
        (SILENT, (ended(case()),), NEW),
        (SILENT, (ended(case(), moment="14:51"),), DATED),
        (SILENT, (BEFORE,), OLD),
        (SILENT, (ended(BEFORE, confirmed=False),), NEW),
        (OUT_OF_REACH, (ended(BEFORE, confirmed=False),), NEW),
    ],
)
def test_a_use_belongs_to_the_deletion_that_kms_tells_of_or_to_the_one_that_goes_on(
    answer: KmsAnswer, cases: tuple[Case, ...], name: str | None
) -> None:
    assert named(update(answer, *cases)) == name


def test_a_case_that_kms_calls_pending_again_for_its_date_is_open_again_and_that_is_told() -> None:
    closed = ended(case(notified=replace(TOLD, notices=2, in_use=True, cancelled=True, last_at=at("14:45"))))

    change = update(PENDING, closed)

    assert change
    assert change.case.closure is None
    assert [notice.reason for notice in change.notices] == ["correction"]


def test_a_use_long_after_the_end_of_a_case_is_nobodys() -> None:
    long_ago = (NOW - LATE_USE - MINUTE).strftime("%H:%M")

    assert update(DISABLED, ended(case(), moment=long_ago)) is None


def test_a_change_alone_after_the_end_of_a_case_is_nobodys() -> None:
    assert update(DISABLED, ended(case()), minutes={}, changes=(cancelled("14:44"),)) is None


def test_a_first_look_at_a_key_that_is_not_pending_changes_nothing() -> None:
    assert update(DISABLED, case(version=1), is_whole=False) is None


def test_an_undated_case_goes_on_under_the_date_that_kms_tells_of() -> None:
    known = replace(BEFORE, settled=Counts().plus([counted(use(event_id="x", at=at("14:20")))]))

    change = update(PENDING, known)

    assert change
    assert (change.case.uses.count, change.case.previous) == (2, known.id)
    (left,) = change.earlier
    assert left.closure
    assert left.closure.how is Ending.CONTINUED


def test_an_undated_case_whose_uses_were_before_the_scheduling_does_not_go_on() -> None:
    known = replace(
        BEFORE,
        settled=Counts().plus([counted(use(event_id="x", at=at("13:20")))]),
        read_until=at("14:20"),
        settled_until=at("14:20"),
    )

    change = update(PENDING, known, schedulings=(scheduling(DELETION - WEEK),))

    assert change
    assert change.case.uses.count == 1
    (left,) = change.earlier
    assert left.closure
    assert (left.closure.how, left.closure.scheduled_again) == (Ending.CANCELLED, DELETION)
    assert left.uses.count == 1


def test_a_dated_case_is_superseded_with_what_was_counted_while_kms_did_not_answer() -> None:
    unsure = case(
        version=1,
        settled=Counts().plus([counted(use(event_id="a"))]),
        unanswered=Counts().plus([counted(use(event_id="b"), use(event_id="c"))]),
        unanswered_since=at("14:26"),
    )

    change = update(LATER, unsure)

    assert change
    assert change.case.uses.count == 3
    (left,) = change.earlier
    assert left.uses.count == 1
    assert left.closure
    assert left.closure.scheduled_again == AGAIN


def test_no_use_is_counted_in_two_cases_where_a_later_one_begins() -> None:
    minutes = {at("14:41"): counted(use(event_id="a")), at("14:50"): counted(use(event_id="b"))}
    before = case(version=1, read_until=at("14:42"), recent=Counts().plus([minutes[at("14:41")]]))

    change = update(LATER, before, minutes=minutes)

    assert change
    assert (change.case.uses.count, [left.uses.count for left in change.earlier]) == (1, [1])


@pytest.mark.parametrize("changes", [(), (cancelled("14:30"),)], ids=["silent", "cancelled"])
def test_an_undated_case_of_a_key_out_of_reach_is_over_where_records_say_that_it_was_scheduled_again(
    changes: tuple[KeyChange, ...],
) -> None:
    change = update(OUT_OF_REACH, BEFORE, changes=changes, schedulings=(scheduling(at("14:35")),))

    assert named(change) == NEW
    assert change
    (left,) = change.earlier
    assert left.closure
    assert (left.closure.how, left.closure.confirmed) == (Ending.CANCELLED, False)


def test_an_undated_case_of_a_key_out_of_reach_is_over_where_it_is_used_after_a_cancellation() -> None:
    assert named(update(OUT_OF_REACH, BEFORE, changes=(cancelled("14:45"),))) == NEW
    assert named(update(OUT_OF_REACH, BEFORE, changes=(cancelled("14:51"),))) == OLD


def test_a_scheduling_of_a_key_that_does_not_answer_opens_a_case_once() -> None:
    known = (scheduling(at("14:35")),)

    assert named(update(SILENT, minutes={}, schedulings=known)) == FIRST
    assert update(OUT_OF_REACH, minutes={}, schedulings=known) is None
    assert update(SILENT, minutes={}, schedulings=known, changes=(cancelled("14:36"),)) is None
    assert update(SILENT, ended(case()), minutes={}, schedulings=known) is None


def test_two_undated_cases_of_one_day_have_different_names() -> None:
    change = update(SILENT, ended(undated(opened_at=NOW), moment="14:40"))

    assert named(change) == "unknown-2026-11-22-2"


def test_an_update_that_brings_nothing_new_stores_nothing() -> None:
    change = update(PENDING)
    assert change

    assert update(PENDING, change.case) is None


def test_the_same_notices_have_other_ids_where_a_case_begins_again() -> None:
    first = update(SILENT)
    assert first
    second = update(SILENT, ended(replace(first.case, opened_at=NOW - WEEK)))
    assert second

    assert {notice.id for notice in first.notices}.isdisjoint(notice.id for notice in second.notices)


def review(answer: KmsAnswer, *cases: Case, name: str = DATED) -> CaseChange | None:
    return Review(name, facts(answer), QUIET, NOW).apply(cases)


def test_a_review_of_a_case_that_is_not_there_any_more_changes_nothing() -> None:
    assert review(PENDING) is None


def test_a_review_that_finds_nothing_new_changes_nothing() -> None:
    assert review(PENDING, case(version=1)) is None


def test_a_review_closes_a_case_that_kms_calls_pending_for_another_date() -> None:
    change = review(LATER, case(version=1))

    assert change
    assert change.case.closure
    assert change.case.closure.scheduled_again == AGAIN


def test_a_review_gives_an_undated_case_its_date() -> None:
    known = replace(BEFORE, recent=Counts().plus([counted(USED)]))

    change = review(PENDING, known, name=OLD)

    assert change
    assert (change.case.name, change.case.uses.count, change.case.previous) == (DATED, 1, known.id)
    assert [left.closure.how for left in change.earlier if left.closure] == [Ending.CONTINUED]


def test_a_review_joins_an_undated_case_with_the_dated_one_that_is_there() -> None:
    known = replace(BEFORE, settled=Counts().plus([counted(USED)]))
    there = case(
        version=4, opened_at=NOW - timedelta(days=2), settled=Counts().plus([counted(use(event_id="y"))])
    )

    change = review(PENDING, there, known, name=OLD)

    assert change
    assert (change.case.uses.count, change.case.version) == (2, 4)


def test_while_kms_does_not_answer_an_older_open_case_stays_as_it_is() -> None:
    counted_before = replace(case(version=1), read_until=NOW - timedelta(minutes=5))
    older = undated(version=1, opened_at=NOW - timedelta(days=2))

    change = update(SILENT, older, counted_before)

    assert change
    assert change.earlier == ()
