"""Which of a key's cases a reading belongs to, and what becomes of the others."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reprieve.cases.case import Case, Closure, Counts, Ending, ScheduledBy
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.due import NoticeRules
from reprieve.cases.key import Key, KmsAnswer
from reprieve.cases.minute_counts import Counted
from reprieve.cases.visitor import AuthMethod, Visitor
from reprieve.cloudtrail.key_use import KeyChange, Scheduling
from reprieve.cloudtrail.key_use import KeyEvent as Event
from reprieve.investigate.case_change import CaseChange
from reprieve.investigate.facts.key_facts import KeyFacts
from reprieve.investigate.key_activity import KeyActivity
from reprieve.investigate.review import Review
from reprieve.investigate.update import LATE_USE, UNSTORED_FOR, ReadWindow, Update
from tests.examples import ADMIN, DELETION, KEY, NOW, at, case, counted, key, use
from tests.rendered import mail_subject

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


def update_of(
    answer: KmsAnswer, minutes: Mapping[datetime, Counted] = MINUTES, *, is_whole: bool = True, **more: Any
) -> Update:
    span = ReadWindow(at("14:25"), at("14:40"), at("14:55"), is_whole=is_whole)
    return Update(KeyActivity(facts(answer), minutes, **more), span, QUIET, NOW)


def update(
    answer: KmsAnswer, *cases: Case, minutes: Mapping[datetime, Counted] = MINUTES, **more: Any
) -> CaseChange | None:
    return update_of(answer, minutes, **more).apply(cases)


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


def test_of_a_deletion_that_only_records_call_off_no_state_and_no_date_is_told() -> None:
    closure = Closure(how=Ending.CANCELLED, at=at("14:40"), by=ADMIN)
    kept = case(
        version=1,
        opened_at=at("14:00"),
        decision=KEPT,
        cancel_reported=closure,
        notified=replace(TOLD, notices=2, in_use=True),
    )

    change = update(SILENT, kept)

    assert change
    (notice,) = (each for each in change.notices if each.reason == "deletion-cancelled")
    assert notice.key
    assert (notice.key.state, notice.key.deletion_date) == (None, None)
    assert mail_subject(notice) == "Deletion cancelled, not confirmed by KMS: alias/orders-db"


def test_a_use_long_after_the_end_of_a_case_is_nobodys() -> None:
    before = (NOW - LATE_USE - MINUTE).strftime("%H:%M")

    assert update(DISABLED, ended(case(), moment=before)) is None


KEPT = Decision(
    choice=Choice.KEEP, at=at("14:30"), enable=False, by=Visitor(auth_method=AuthMethod.LINK, channel="email")
)


@pytest.mark.parametrize(
    ("reported", "changes", "name"),
    [
        (None, (cancelled("14:45"),), NEW),
        ("14:45", (), NEW),
        (None, (cancelled("14:51"),), DATED),
        (None, (), DATED),
    ],
    ids=["cancelled, and used", "cancelled earlier", "cancelled since", "used"],
)
def test_whoever_kept_a_deletion_has_not_kept_the_next_one(
    reported: str | None, changes: tuple[KeyChange, ...], name: str
) -> None:
    closure = Closure(how=Ending.CANCELLED, at=at(reported), confirmed=False) if reported else None
    kept = case(version=1, opened_at=at("14:00"), decision=KEPT, cancel_reported=closure)

    assert named(update(SILENT, kept, changes=changes)) == name


@pytest.mark.parametrize(
    ("scheduled", "off", "name"),
    [
        ("14:31", None, NEW),
        ("14:30", None, FIRST),
        (None, "14:45", NEW),
        (None, "14:30", FIRST),
        (None, "14:50", FIRST),
        (None, "14:51", FIRST),
        (None, None, FIRST),
    ],
)
def test_a_case_without_a_date_is_over_when_the_records_say_that_its_key_was_scheduled_again(
    scheduled: str | None, off: str | None, name: str
) -> None:
    undated_case = undated(opened_at=at("14:30"), version=1)
    schedulings = (made_at(scheduled, AGAIN),) if scheduled else ()
    changes = (cancelled(off),) if off else ()

    assert named(update(SILENT, undated_case, schedulings=schedulings, changes=changes)) == name


@pytest.mark.parametrize(("scheduled_at", "name"), [("14:31", NEW), ("14:30", FIRST)])
def test_a_deletion_that_waits_for_replicas_is_another_one_if_it_was_scheduled_later(
    scheduled_at: str, name: str
) -> None:
    before = undated(opened_at=at("14:30"), version=1)

    change = update(REPLICA, before, schedulings=(made_at(scheduled_at, AGAIN),))

    assert change
    assert (change.case.name, [notice.reason for notice in change.notices]) == (name, ["key-in-use"])


def test_a_management_call_of_before_the_end_begins_no_case() -> None:
    call = use(at=at("14:40"), operation="TagResource", is_use=False)
    minutes = {at("14:50"): counted(call)}

    before = update(SILENT, ended(BEFORE, confirmed=False, moment="14:41"), minutes=minutes)
    after = update(SILENT, ended(BEFORE, confirmed=False, moment="14:39"), minutes=minutes)

    assert (named(before), named(after)) == (OLD, NEW)


def test_a_use_of_after_the_end_counts_though_its_line_appeared_late() -> None:
    over = replace(
        ended(BEFORE, confirmed=False, moment="14:45"),
        read_until=at("14:54"),
        recent=Counts().plus([counted(use(event_id="x", at=at("14:44")))]),
    )

    change = update(SILENT, over)

    assert change
    assert (change.case.name, change.case.uses.count) == (NEW, 1)


def long_ago(
    answer: KmsAnswer,
    *cases: Case,
    minutes: timedelta = UNSTORED_FOR + MINUTE,
    found: Mapping[datetime, Counted] = MINUTES,
) -> CaseChange | None:
    """A reading that goes on where cases could not be stored for long."""
    span = ReadWindow(NOW - minutes, at("14:40"), at("14:55"))
    activity = KeyActivity(facts(answer), found, changes=(cancelled("14:52"),))
    return Update(activity, span, QUIET, NOW).apply(cases)


def test_people_hear_that_a_key_is_rescued_of_which_they_may_have_heard_while_nothing_could_be_stored() -> (
    None
):
    change = long_ago(DISABLED)

    assert change
    assert [notice.reason for notice in change.notices] == ["deletion-cancelled"]
    assert change.case.closure == Closure(how=Ending.CANCELLED, at=at("14:52"), by=ADMIN)
    assert change.case.uses.count == 1


def test_they_hear_nothing_of_what_nobody_can_have_told_them() -> None:
    assert long_ago(DISABLED, minutes=UNSTORED_FOR) is None
    assert long_ago(ABSENT) is None


def test_nor_of_a_call_that_only_manages_the_key() -> None:
    call = use(at=at("14:40"), operation="TagResource", is_use=False)

    assert long_ago(DISABLED, found={at("14:50"): counted(call)}) is None


@pytest.mark.parametrize(("ended_at", "is_told"), [("13:19", True), ("13:20", False), ("13:21", False)])
def test_nor_of_a_use_of_before_the_end_of_a_case_that_is_stored(ended_at: str, *, is_told: bool) -> None:
    before = replace(ended(case(), moment=ended_at), deletion_date=at("13:00"), read_until=at("13:10"))
    used = {at("13:20"): counted(use(at=at("13:20")))}

    change = long_ago(DISABLED, before, minutes=timedelta(hours=2), found=used)

    assert bool(change and change.notices) is is_told


def test_another_deletion_that_could_not_be_stored_is_told_beside_one_of_before() -> None:
    before = replace(ended(case(), moment="13:30"), deletion_date=at("13:00"))

    change = long_ago(DISABLED, before)

    assert change
    assert (change.case.number, [notice.reason for notice in change.notices]) == (2, ["deletion-cancelled"])


def test_a_change_alone_after_the_end_of_a_case_is_nobodys() -> None:
    assert update(DISABLED, ended(case()), minutes={}, changes=(cancelled("14:44"),)) is None


def test_a_change_alone_of_a_key_that_kms_does_not_answer_for_begins_no_case() -> None:
    assert update(SILENT, minutes={}, changes=(cancelled("14:44"),)) is None
    assert update(SILENT, minutes={}) is None
    assert update(SILENT, ended(case()), minutes={}) is None


@pytest.mark.parametrize(
    ("answer", "cases", "is_known"),
    [
        (DISABLED, (), False),
        (PENDING, (case(version=1),), False),
        (PENDING, (case(version=1, decision=KEPT),), True),
        (DISABLED, (ended(case()),), True),
    ],
)
def test_people_know_of_a_deletion_that_they_kept_or_that_is_over(
    answer: KmsAnswer, cases: tuple[Case, ...], *, is_known: bool
) -> None:
    assert update_of(answer).is_known(cases) is is_known


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


@pytest.mark.parametrize("answer", [DISABLED, ABSENT, SILENT, REPLICA])
def test_a_review_without_a_date_leaves_an_undated_case_what_it_is(answer: KmsAnswer) -> None:
    change = review(answer, BEFORE, name=OLD)

    assert named(change) in {OLD, None}
    assert not change or not change.earlier


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


def test_a_use_up_to_an_hour_after_the_end_of_a_case_was_delivered_late() -> None:
    closed = replace(case(), closure=Closure(how=Ending.CANCELLED, at=NOW - LATE_USE))

    assert timedelta(hours=1) == LATE_USE
    assert named(update(DISABLED, closed)) == DATED


def test_a_use_in_the_second_of_the_end_belongs_to_the_case_that_ended() -> None:
    assert named(update(SILENT, ended(case(), moment="14:50"))) == DATED


@pytest.mark.parametrize(
    ("answer", "may_be"),
    [(PENDING, True), (SILENT, True), (OUT_OF_REACH, True), (DISABLED, False), (ABSENT, False)],
)
def test_a_key_may_be_pending_unless_kms_says_that_it_is_not(answer: KmsAnswer, *, may_be: bool) -> None:
    span = ReadWindow(at("14:25"), at("14:40"), at("14:55"))

    assert Update(KeyActivity(facts(answer), MINUTES), span, QUIET, NOW).may_be_pending is may_be


SCHEDULED_AGAIN: dict[str, Any] = {"schedulings": (scheduling(at("14:35")),)}


@pytest.mark.parametrize(
    ("of", "more", "name"),
    [
        (case(version=1, opened_at=NOW - timedelta(days=1)), SCHEDULED_AGAIN, DATED),
        (BEFORE, SCHEDULED_AGAIN | {"is_whole": False}, OLD),
        (BEFORE, SCHEDULED_AGAIN | {"minutes": {}}, OLD),
        (replace(BEFORE, opened_at=at("14:35")), SCHEDULED_AGAIN, "unknown-2026-11-22-1"),
        (BEFORE, {"minutes": {}, "changes": (cancelled("14:45"),)}, OLD),
        (replace(BEFORE, opened_at=at("14:45")), {"changes": (cancelled("14:45"),)}, FIRST),
        (BEFORE, {"changes": (cancelled("14:50"),)}, OLD),
    ],
    ids=["dated", "glimpsed", "unused", "opened by it", "cancelled", "cancelled before", "used at once"],
)
def test_a_case_goes_on_unless_records_say_that_its_key_is_used_for_another_deletion(
    of: Case, more: dict[str, Any], name: str
) -> None:
    assert named(update(OUT_OF_REACH, of, **more)) == name


def test_a_key_that_kms_calls_pending_has_a_case_whatever_was_read_of_it() -> None:
    assert named(update(PENDING, minutes={}, changes=(cancelled("14:44"),))) == DATED


def test_a_scheduling_after_a_cancellation_or_an_end_opens_a_case() -> None:
    known = (scheduling(at("14:46")),)
    closed = ended(undated(opened_at=at("14:00")))

    assert named(update(SILENT, minutes={}, schedulings=known, changes=(cancelled("14:45"),))) == FIRST
    assert named(update(SILENT, closed, minutes={}, schedulings=known)) == NEW
    assert update(SILENT, minutes={}, schedulings=known, changes=(cancelled("14:46"),)) is None
    assert update(SILENT, ended(closed, moment="14:46"), minutes={}, schedulings=known) is None


def test_a_part_of_a_window_is_good_for_a_first_notice_and_settles_nothing() -> None:
    first = update(PENDING, is_whole=False)
    assert first
    settled = case(version=1, settled=Counts().plus([counted(use(event_id="x"))]))

    assert (first.case.recent.uses.count, first.case.settled_until) == (1, at("14:25"))
    again = update(PENDING, settled, is_whole=False)
    assert (again.case if again else settled).counts == settled.counts
    assert (again.case if again else settled).read_until == settled.read_until


UNSURE = case(
    version=1,
    settled=Counts().plus([counted(use(event_id="a"))]),
    unanswered=Counts().plus([counted(use(event_id="b"))]),
    recent=Counts().plus([counted(use(event_id="c"))]),
    settled_until=at("14:30"),
    read_until=at("14:51"),
    unanswered_since=at("14:28"),
    answered_until=at("14:28"),
)


def shares(change: CaseChange | None) -> tuple[int, ...]:
    """Return how many uses the case has, and how many those before it."""
    return (change.case.uses.count, *(left.uses.count for left in change.earlier)) if change else ()


def test_a_deletion_that_was_scheduled_since_has_the_minutes_from_its_scheduling_on() -> None:
    early, late = counted(use(event_id="c")), counted(use(event_id="d"), use(event_id="e"))
    minutes = {at("14:33"): early, at("14:41"): late}
    again = Scheduling(key=KEY, caller=ADMIN, at=at("14:35"), waiting_period=AGAIN - at("14:35"))

    known = update(LATER, UNSURE, minutes=minutes, schedulings=(again,))
    unknown = update(LATER, UNSURE, minutes=minutes)

    assert shares(known) == (3, 2)
    assert shares(unknown) == (4, 1)


def test_what_was_counted_while_kms_did_not_answer_stays_where_it_was_if_the_scheduling_came_after() -> None:
    used = Counts().plus([counted(use(event_id="b", at=at("14:30")))])
    unsure = replace(UNSURE, unanswered=used)
    minutes = {at("14:41"): counted(use(event_id="d", at=at("14:40")))}

    after = update(LATER, unsure, minutes=minutes, schedulings=(made_at("14:31", AGAIN),))
    before = update(LATER, unsure, minutes=minutes, schedulings=(made_at("14:29", AGAIN),))

    assert shares(after) == (1, 2)
    assert shares(before) == (2, 1)


@pytest.mark.parametrize(
    ("since", "is_whole", "name"),
    [("14:49", True, NEW), ("14:50", True, DATED), ("14:49", False, DATED)],
)
def test_a_use_after_kms_called_a_key_not_pending_is_of_another_deletion(
    since: str, *, is_whole: bool, name: str
) -> None:
    over = case(version=1, not_pending_since=at(since))

    change = update(SILENT, over, is_whole=is_whole)

    assert change
    told = ["key-in-use"] if name == NEW else []
    assert (change.case.name, [notice.reason for notice in change.notices]) == (name, told)


def test_without_a_use_a_case_that_kms_called_over_goes_on_while_kms_is_silent() -> None:
    over = case(version=1, not_pending_since=at("14:49"))

    assert named(update(SILENT, over, minutes={}, changes=(cancelled("14:50"),))) == DATED


def test_a_later_reading_leaves_the_case_before_as_it_was() -> None:
    counts = Counts().plus([counted(use(event_id="x"))])
    before = ended(case(recent=counts, unanswered=counts))
    going_on = case(
        version=2,
        number=2,
        deletion_date=AGAIN,
        key=replace(key(), deletion_date=AGAIN),
        read_until=at("14:45"),
    )

    change = update(LATER, before, going_on)

    assert change
    assert change.earlier == ()


def test_only_the_latest_case_before_a_new_one_is_cut_and_gives_what_may_be_its_own() -> None:
    oldest = ended(
        replace(UNSURE, unanswered_since=None, deletion_date=DELETION - WEEK, read_until=at("14:30"))
    )

    latest = case(version=1, number=2, settled_until=at("14:40"), read_until=at("14:40"))
    change = update(LATER, oldest, latest)

    assert change
    assert [left.name for left in change.earlier] == [DATED]
    assert change.case.uses.count == 1


def test_an_undated_case_that_was_used_in_the_second_of_the_scheduling_goes_on() -> None:
    scheduled_at = DELETION - WEEK
    known = replace(BEFORE, settled=Counts().plus([counted(use(event_id="x", at=scheduled_at))]))

    change = update(PENDING, known, schedulings=(scheduling(scheduled_at),))

    assert change
    assert change.case.previous == known.id
    assert [left.closure.how for left in change.earlier if left.closure] == [Ending.CONTINUED]


def test_a_review_leaves_an_undated_case_that_is_over_or_has_no_date_yet() -> None:
    over = ended(BEFORE)
    unknown = replace(over, closure=Closure(how=Ending.UNKNOWN, at=at("14:45"), confirmed=False))

    changes = [review(PENDING, over, name=OLD), review(PENDING, unknown, name=OLD)]

    assert [named(change) or OLD for change in changes] == [OLD, OLD]
    assert named(review(REPLICA, BEFORE, name=OLD)) == OLD


HEARD = replace(TOLD, notices=2, in_use=True, cancelled=True, last_at=at("14:45"))


@pytest.mark.parametrize(
    ("scheduled_at", "name"),
    [(None, DATED), ("14:44", DATED), ("14:45", DATED), ("14:46", OLD)],
)
def test_kms_may_say_that_only_a_record_calls_an_undated_deletion_cancelled(
    scheduled_at: str | None, name: str
) -> None:
    closed = ended(replace(BEFORE, notified=HEARD), confirmed=False)
    records = () if scheduled_at is None else (made_at(scheduled_at, DELETION),)
    known = replace(facts(PENDING), schedulings=records)

    change = Review(OLD, known, QUIET, NOW).apply((closed,))

    assert named(change) == name


def made_at(moment: str, date: datetime) -> Scheduling:
    return Scheduling(key=KEY, caller=ADMIN, at=at(moment), waiting_period=date - at(moment))


def test_people_hear_that_the_cancellation_of_which_they_heard_is_not_so() -> None:
    closed = ended(replace(BEFORE, notified=HEARD), confirmed=False)

    change = review(PENDING, closed, name=OLD)

    assert change
    assert [notice.reason for notice in change.notices] == ["case-continued", "correction"]
    assert [left.closure.how for left in change.earlier if left.closure] == [Ending.CONTINUED]


def test_a_case_that_a_review_dates_is_the_next_of_its_key() -> None:
    fourth = replace(BEFORE, number=4)

    change = review(PENDING, fourth, name=fourth.name)

    assert change
    assert change.case.number == 5


def test_what_was_counted_while_kms_did_not_answer_stays_until_it_tells_of_another_deletion() -> None:
    before = replace(ended(UNSURE, confirmed=False), settled_until=at("14:30"), read_until=at("14:40"))

    change = update(SILENT, before)

    assert change
    assert change.case.uses.count == 1
    assert [left.unanswered for left in change.earlier or (before,)] == [before.unanswered]


def test_an_undated_case_that_only_records_ended_goes_on_if_it_is_the_latest() -> None:
    unsure = replace(
        ended(BEFORE, confirmed=False), settled=Counts().plus([counted(use(event_id="x", at=at("14:20")))])
    )

    alone = update(PENDING, unsure)
    before_another = update(PENDING, unsure, ended(undated(opened_at=NOW, number=2)))

    assert alone
    assert [left.closure.how for left in alone.earlier if left.closure] == [Ending.CONTINUED]
    assert before_another
    assert Ending.CONTINUED not in {left.closure.how for left in before_another.earlier if left.closure}


NEARLY: KmsAnswer = KmsAnswer(state="PendingDeletion", deletion_date=DELETION + MINUTE)
"""The key was scheduled again, for a minute after the date of the deletion before."""


@pytest.mark.parametrize(
    ("date", "named_for"),
    [(DELETION, None), (DELETION + MINUTE / 2, "it"), (DELETION + MINUTE, "it")],
    ids=["of the one before", "as near to both", "its own"],
)
@pytest.mark.parametrize("told_by", ["log group", "event history", "review"])
def test_who_scheduled_the_deletion_before_is_not_named_for_one_that_is_minutes_from_it(
    told_by: str, date: datetime, named_for: str | None
) -> None:
    record = made_at("14:20", date)
    over, there = ended(case(version=1)), case(version=1, number=2, deletion_date=DELETION + MINUTE)
    known = replace(facts(NEARLY), schedulings=() if told_by == "log group" else (record,))
    read = KeyActivity(known, MINUTES, schedulings=(record,) if told_by == "log group" else ())
    span = ReadWindow(at("14:25"), at("14:40"), at("14:55"))

    change = (
        Review(there.name, known, QUIET, NOW).apply((over, there))
        if told_by == "review"
        else Update(read, span, QUIET, NOW).apply((over,))
    )

    scheduled_by = change.case.scheduled_by if change else None
    assert scheduled_by == (named_for and ScheduledBy(caller=ADMIN, at=at("14:20")))


@pytest.mark.parametrize(
    ("answer", "cases", "is_known"),
    [
        (DISABLED, (), False),
        (SILENT, (), False),
        (SILENT, (case(version=1),), False),
        (SILENT, (ended(case(), moment="14:51"),), True),
        (PENDING, (ended(case(), moment="14:51"),), False),
        (PENDING, (case(version=1, decision=KEPT),), True),
    ],
    ids=["no case", "a new one", "open", "over", "over, and pending for all that", "kept"],
)
def test_people_need_not_hear_again_of_what_they_kept_or_know_to_be_over(
    answer: KmsAnswer, cases: tuple[Case, ...], *, is_known: bool
) -> None:
    span = ReadWindow(at("14:25"), at("14:40"), at("14:55"))

    assert Update(KeyActivity(facts(answer), MINUTES), span, QUIET, NOW).is_known(cases) is is_known
