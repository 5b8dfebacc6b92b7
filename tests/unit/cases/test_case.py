"""A case: opened, counted, told who scheduled it."""

from datetime import UTC, datetime, timedelta

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.case import Counts, ScheduledBy, open_case
from reprieve.cases.key import Key, Unknown
from reprieve.cases.minute_counts import Counted
from reprieve.cases.timeline import Timeline
from reprieve.cases.transitions import count, note_schedulings
from reprieve.cloudtrail.key_use import Scheduling
from tests.examples import ADMIN, DELETION, JANE, KEY, NOW, at, case, counted, key, use, uses

MRK = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab")
TAG = use(event_id="tag", operation="TagResource", is_use=False)


def test_a_case_begins_with_nothing_counted() -> None:
    opened = open_case(key(), NOW, at("14:40"))

    assert opened.id == f"{KEY}@2026-11-29T14:02:10Z"
    assert (opened.uses.count, opened.management_calls.count) == (0, 0)
    assert (opened.opened_at, opened.settled_until, opened.read_until) == (NOW, at("14:40"), at("14:40"))
    assert opened.deletion_date == DELETION


def test_a_case_without_a_date_is_told_apart_by_when_it_was_opened() -> None:
    assert open_case(Key.bare(KEY), NOW, at("14:40")).id == f"{KEY}@unknown-2026-11-22-1"


def test_of_a_bare_key_only_the_name_is_known() -> None:
    assert Key.bare(KEY) == Key(arn=KEY, account="111122223333", region="eu-west-1")


def test_a_key_is_called_by_its_first_alias_or_its_id() -> None:
    assert key(aliases=("alias/a", "alias/b")).title == "alias/a"
    assert key(aliases=()).title == "1234abcd-12ab-34cd-56ef-1234567890ab"
    assert Key.bare(MRK).title == "mrk-1234abcd12ab34cd56ef1234567890ab"


@pytest.mark.parametrize(
    ("state", "pending"),
    [
        ("PendingDeletion", True),
        ("PendingReplicaDeletion", True),
        ("Enabled", False),
        ("Disabled", False),
        ("Unavailable", False),
        (None, False),
    ],
)
def test_a_key_waits_in_two_states(state: str | None, *, pending: bool) -> None:
    assert key(state=state).is_pending is pending


def test_what_is_not_known_is_said_with_the_reason() -> None:
    assert str(Unknown(fact="tags of the key", why="kms:ListResourceTags is denied")) == (
        "tags of the key (kms:ListResourceTags is denied)"
    )


def test_complete_minutes_are_settled_and_later_ones_are_recent() -> None:
    early, late = use(event_id="e1"), use(event_id="e2", caller=JANE)
    minutes = {at("14:30"): counted(early), at("14:41"): counted(late), at("14:40"): counted(TAG)}

    found = count(case(), minutes, settle_until=at("14:40"), read_until=at("14:55"))

    an_hour = Timeline(start=at("14:00"), counts=(1,))
    assert found.settled == Counts(uses=uses(early), timeline=an_hour)
    assert found.recent == Counts(uses=uses(late), management_calls=uses(TAG), timeline=an_hour)
    assert found.timeline == Timeline(start=at("14:00"), counts=(2,))
    assert (found.settled_until, found.read_until) == (at("14:40"), at("14:55"))
    assert found.uses == uses(early, late)
    assert found.management_calls == uses(TAG)


def test_recent_minutes_are_counted_anew_and_settled_ones_are_not() -> None:
    minutes = {at("14:30"): counted(use(event_id="e1")), at("14:50"): counted(use(event_id="e2"))}
    once = count(case(), minutes, settle_until=at("14:40"), read_until=at("14:55"))

    twice = count(once, minutes, settle_until=at("14:45"), read_until=at("15:00"))

    assert twice.uses.count == 2
    assert twice.settled.uses.count == 1
    assert twice.settled_until == at("14:45")


def test_a_late_line_is_counted_when_its_minute_is_read_again() -> None:
    once = count(
        case(), {at("14:50"): counted(use(event_id="e1"))}, settle_until=at("14:40"), read_until=at("14:55")
    )

    both = {at("14:50"): counted(use(event_id="e1"), use(event_id="e2"))}
    twice = count(once, both, settle_until=at("14:45"), read_until=at("15:00"))

    assert twice.uses.count == 2


@pytest.mark.parametrize("read_until", ["14:50", "14:55"])
def test_a_reading_that_reached_no_further_changes_nothing(read_until: str) -> None:
    once = count(case(), {at("14:50"): counted(use())}, settle_until=at("14:40"), read_until=at("14:55"))

    assert count(once, {at("14:49"): Counted()}, at("14:30"), at(read_until)) is once


def test_what_is_settled_stays_settled() -> None:
    once = count(case(), {}, settle_until=at("14:45"), read_until=at("14:55"))

    twice = count(once, {at("14:44"): counted(use())}, settle_until=at("14:40"), read_until=at("15:00"))

    assert twice.settled_until == at("14:45")
    assert twice.uses.count == 0


def scheduling(days: int = 7, **off: int) -> Scheduling:
    at = DELETION - timedelta(days=7) + timedelta(**off)
    return Scheduling(key=KEY, caller=ADMIN, at=at, waiting_period=timedelta(days=days))


@pytest.mark.parametrize("seconds", [-119, 0, 119])
def test_who_scheduled_this_deletion_is_noted(seconds: int) -> None:
    found = note_schedulings(case(), [scheduling(days=30), scheduling(seconds=seconds)])

    scheduled_at = datetime(2026, 11, 22, 14, 2, 10, tzinfo=UTC) + timedelta(seconds=seconds)
    assert found.scheduled_by == ScheduledBy(caller=ADMIN, at=scheduled_at)


@pytest.mark.parametrize("other", [scheduling(days=30), scheduling(minutes=2), scheduling(minutes=-2)])
def test_who_scheduled_another_deletion_is_not(other: Scheduling) -> None:
    assert note_schedulings(case(), [other]).scheduled_by is None


def test_without_a_date_nobody_is_said_to_have_scheduled_it() -> None:
    assert note_schedulings(case(deletion_date=None), [scheduling()]).scheduled_by is None


def test_who_is_noted_stays_noted() -> None:
    noted = note_schedulings(case(), [scheduling()])

    assert note_schedulings(noted, []) == noted
