"""What is new in a notice, and what people know after it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reprieve.cases.case import Case, Counts, Notified
from reprieve.cases.notice import Notice, Reason, tell
from reprieve.cases.notified import NEW_LISTED, new_callers, new_resources
from reprieve.cases.serialization import from_json, to_json
from reprieve.cases.usage import Uses, caller_hash, narrowed
from reprieve.cloudtrail.caller import Caller
from tests.examples import INSTANCE, JANE, NOW, ORDERS, SECRET, VOLUME, at, case, counted, use, uses

FIRST = use(event_id="e1", at=at("14:10"))
OTHER = use(event_id="e2", at=at("14:31"), caller=JANE, resources=(VOLUME,))
TAG = use(event_id="tag", operation="TagResource", is_use=False, caller=JANE, resources=())


def case_of(*found: object, **changes: object) -> Case:
    return case(recent=Counts().plus([counted(*found)]), **changes)  # type: ignore[arg-type]


def told_again(reason: Reason, *more: object) -> Notice:
    """The second notice of a case, whose first one told of the orders function."""
    once, _ = tell(case_of(FIRST), Reason.KEY_IN_USE, NOW)
    return tell(replace(once, recent=case_of(FIRST, *more).recent), reason, NOW)[1]


def test_in_the_first_notice_every_caller_and_resource_is_new_the_one_refused_last_first() -> None:
    _, notice = tell(case_of(FIRST, OTHER), Reason.KEY_IN_USE, NOW)

    assert notice.new_callers == ("user jane", "role orders-fn")
    assert notice.new_resources == (str(VOLUME), str(SECRET))
    assert notice.last_refused_at == at("14:31")


@pytest.mark.parametrize("reason", [Reason.NEW_CALLER, Reason.STILL_IN_USE, Reason.DELETION_SOON])
def test_a_later_notice_names_whom_no_notice_named_before(reason: Reason) -> None:
    notice = told_again(reason, OTHER)

    assert (notice.new_callers, notice.new_resources) == (("user jane",), (str(VOLUME),))


def test_a_caller_who_came_for_something_new_is_not_new() -> None:
    notice = told_again(Reason.NEW_CALLER, replace(OTHER, caller=ORDERS))

    assert (notice.new_callers, notice.new_resources) == ((), (str(VOLUME),))


def test_where_nothing_is_new_nothing_is_named() -> None:
    notice = told_again(Reason.STILL_IN_USE)

    assert (notice.new_callers, notice.new_resources, notice.last_refused_at) == ((), (), at("14:10"))


def test_a_notice_of_a_management_call_names_who_made_it() -> None:
    once, first = tell(case_of(FIRST, TAG), Reason.MANAGEMENT_CALL, NOW)
    _, again = tell(once, Reason.MANAGEMENT_CALL, NOW)

    assert (first.new_callers, first.new_resources) == (("user jane",), ())
    assert again.new_callers == ()


def test_a_case_without_uses_has_no_last_refusal() -> None:
    assert tell(case(), Reason.DELETION_SCHEDULED, NOW)[1].last_refused_at is None


def crowd(number: int) -> Uses:
    callers = [Caller(kind="IAMUser", id=f"u{each}", name=f"user {each}") for each in range(number)]
    resources = [replace(VOLUME, name=f"vol-{each}") for each in range(number)]
    return uses(*(use(caller=who, resources=(what,)) for who, what in zip(callers, resources, strict=True)))


def test_of_a_crowd_the_first_twenty_are_named() -> None:
    many = crowd(30)

    assert len(new_callers(many, ())) == len(new_resources(many, ())) == NEW_LISTED == 20


def test_callers_of_whom_only_the_name_is_kept_are_named_too() -> None:
    few = narrowed(crowd(3), callers=1)

    assert new_callers(few, {caller_hash("u0")}) == ("user 1", "user 2")


def test_a_role_is_called_by_its_name_and_a_single_session_by_its_own() -> None:
    (one,) = uses(use(caller=INSTANCE)).by_caller
    (several,) = uses(
        use(caller=INSTANCE),
        use(event_id="e2", caller=replace(INSTANCE, session="i-0def", name="EC2 i-0def")),
    ).by_caller

    assert (one.name, several.name) == ("EC2 instance i-0abc12345", "role aws:ec2-infrastructure")


def test_names_of_any_length_are_bounded() -> None:
    long = use(
        caller=Caller(kind="IAMUser", id="u", name="n" * 9000), resources=(replace(VOLUME, name="v" * 9000),)
    )

    (caller,), (resource,) = new_callers(uses(long), ()), new_resources(uses(long), ())

    assert (len(caller), len(resource)) == (64, 128)


def test_a_notice_that_an_earlier_version_stored_can_be_read() -> None:
    stored = to_json(told_again(Reason.NEW_CALLER, OTHER))
    old = {name: value for name, value in stored.items() if not name.startswith(("new_", "last_"))}

    notice = from_json(Notice, old)

    assert (notice.new_callers, notice.new_resources, notice.last_refused_at) == ((), (), None)
    assert notice.uses.count == 2


def test_of_new_callers_only_the_notices_of_the_last_hour_are_remembered() -> None:
    ahead = NOW + timedelta(days=3)
    before = Notified(new_callers_at=(NOW - timedelta(hours=2), NOW - timedelta(minutes=5), ahead))

    told, _ = tell(case_of(FIRST, notified=before), Reason.NEW_CALLER, NOW)

    assert told.notified.new_callers_at == (NOW - timedelta(minutes=5), NOW)


def test_of_the_times_of_notices_the_latest_sixteen_are_remembered() -> None:
    before = Notified(lately=tuple(NOW - timedelta(minutes=minutes) for minutes in range(20, 0, -1)))

    told, _ = tell(case_of(FIRST, notified=before), Reason.NEW_CALLER, NOW)

    assert len(told.notified.lately) == 16
    assert told.notified.lately[-2:] == (NOW - timedelta(minutes=1), NOW)


def test_a_decision_on_the_page_counts_for_no_limit() -> None:
    before = Notified(lately=(NOW - timedelta(minutes=1),))

    told, _ = tell(case(notified=before), Reason.DELETION_KEPT, NOW, is_decided=True)

    assert (told.notified.notices, told.notified.lately) == (1, before.lately)
