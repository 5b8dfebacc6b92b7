"""One key's trouble is its own: what fails for one key fails for that key alone, and is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.case import Case, Closure, Ending
from reprieve.cases.decision import Choice
from reprieve.cases.open_case import OpenCase
from reprieve.cases.serialization import to_json
from reprieve.cases.store import CaseStore
from reprieve.clock import rfc3339
from reprieve.errors import (
    AwsError,
    ConflictError,
    IncompleteError,
    ReprieveError,
    ThrottledError,
    UnreachableError,
)
from reprieve.investigate.case_updates import AT_ONCE, FEW, UNANSWERED
from reprieve.ports import Document
from tests.examples import decision
from tests.fakes import FakeTable
from tests.world import KEY, NOW, World, another, pending

OTHER = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/9999abcd-12ab-34cd-56ef-1234567890ab")
FOR_GOOD = AwsError("dynamodb:PutItem", "ValidationException", "Item size has exceeded the maximum")
FOR_NOW_AT_KMS = ThrottledError("kms:DescribeKey", "ThrottlingException", "slow down")
FOR_NOW = ThrottledError("dynamodb:PutItem", "ThrottlingException", "slow down")
MINUTE = timedelta(minutes=1)


@dataclass
class PickyTable(FakeTable):
    """A table that refuses whatever is about some keys."""

    refused: dict[KeyArn, ReprieveError] = field(default_factory=dict)

    def put(self, *documents: Document, gone: Sequence[Document] = ()) -> None:
        for document in documents:
            for key, error in self.refused.items():
                if document.partition == f"key#{key}":
                    raise error
        super().put(*documents, gone=gone)


@pytest.fixture
def table() -> PickyTable:
    return PickyTable()


@pytest.fixture
def world(table: PickyTable) -> World:
    made = World(table=table)
    pending(made)
    pending(made, OTHER)
    return made


def use(world: World, number: int, key: KeyArn = KEY) -> None:
    world.logs.put(another(number, errorMessage=f"{key} is pending deletion."))
    world.clock.now += timedelta(seconds=1)


def run(world: World) -> str:
    """Run, and return what could not be done."""
    world.clock.now += MINUTE
    try:
        world.run("alarms/schedule")
    except IncompleteError as error:
        return str(error)
    return ""


def heard(world: World, key: KeyArn) -> list[str]:
    return [each["id"] for each in world.notices() if each["case"]["key"]["arn"] == str(key)]


@pytest.mark.parametrize(
    "error", [FOR_GOOD, FOR_NOW, ConflictError()], ids=["for good", "for now", "conflict"]
)
def test_a_key_that_can_not_be_stored_holds_up_no_other_and_the_run_says_so(
    world: World, table: PickyTable, error: ReprieveError
) -> None:
    table.refused[KEY] = error
    use(world, 1)
    use(world, 2, OTHER)

    said = run(world)

    assert len(heard(world, OTHER)) == 1
    assert str(KEY) in said
    assert str(OTHER) not in said


def test_a_key_that_can_not_be_stored_for_good_is_told_in_a_reduced_form_once_in_two_hours(
    world: World, table: PickyTable
) -> None:
    table.refused[KEY] = FOR_GOOD
    world.clock.now = NOW.replace(hour=12, minute=0)

    for hour in range(2):
        use(world, hour)
        run(world)
        world.clock.now = NOW.replace(hour=12 + hour + 1, minute=0)

    ids = heard(world, KEY)
    assert len(set(ids)) == 1
    notice = world.notices()[0]
    assert notice["reason"] == "key-in-use"
    assert notice["unknown"][0] == {
        "fact": "the history of this case",
        "why": "this case could not be stored: dynamodb:PutItem: ValidationException:"
        " Item size has exceeded the maximum",
    }
    assert notice["uses"]["by_caller"][0]["caller"]["name"] == "role orders-fn"
    use(world, 99)
    run(world)
    assert len(set(heard(world, KEY))) == 2


def test_a_call_that_only_manages_a_key_is_not_told_in_a_reduced_form(
    world: World, table: PickyTable
) -> None:
    table.refused[KEY] = FOR_GOOD
    world.logs.put(another(1, errorMessage=f"{KEY} is pending deletion.", eventName="TagResource"))

    run(world)

    assert heard(world, KEY) == []


def test_a_deletion_that_somebody_decided_to_keep_is_not_told_in_a_reduced_form(
    world: World, table: PickyTable
) -> None:
    use(world, 1)
    run(world)
    (before,) = world.store.cases(KEY)
    world.store.save(replace(before, decision=decision(choice=Choice.KEEP)), wake_at=None)
    known = heard(world, KEY)
    table.refused[KEY] = FOR_GOOD

    world.clock.now += MINUTE
    use(world, 2)
    run(world)

    assert heard(world, KEY) == known


@pytest.mark.parametrize(
    ("used_again", "is_silent", "is_told"),
    [(False, True, False), (True, True, True), (False, False, True)],
    ids=["CloudTrail says so", "it was used since", "KMS calls it pending"],
)
def test_a_use_of_before_the_cancellation_that_people_know_of_is_not_told_in_a_reduced_form(
    world: World, table: PickyTable, *, used_again: bool, is_silent: bool, is_told: bool
) -> None:
    use(world, 1)
    run(world)
    (before,) = world.store.cases(KEY)
    cancelled_at = before.uses.last_at
    assert cancelled_at
    closure = Closure(how=Ending.CANCELLED, at=cancelled_at, confirmed=False)
    world.store.save(replace(before, closure=closure), wake_at=None)
    known = heard(world, KEY)
    table.refused[KEY] = FOR_GOOD

    used_at = cancelled_at + timedelta(seconds=used_again)
    world.logs.put(another(2, errorMessage=f"{KEY} is pending deletion.", eventTime=rfc3339(used_at)))
    if is_silent:
        world.kms.fail("kms:DescribeKey", *2 * [UnreachableError("kms:DescribeKey", "ReadTimeoutError", "")])
    run(world)

    assert (heard(world, KEY) != known) is is_told


def test_a_key_whose_cases_can_not_be_read_either_is_told_in_a_reduced_form(
    world: World, table: PickyTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.refused[KEY] = FOR_GOOD
    use(world, 1)
    is_first = iter([True])

    def cases(_store: CaseStore, _key: KeyArn) -> tuple[Case, ...]:
        if not next(is_first, False):
            raise FOR_NOW
        return ()

    monkeypatch.setattr(CaseStore, "cases", cases)
    run(world)

    assert len(heard(world, KEY)) == 1


def test_the_bookmark_passes_what_can_not_be_stored_for_good(world: World, table: PickyTable) -> None:
    table.refused[KEY] = FOR_GOOD
    use(world, 1)

    run(world)
    world.clock.now += 20 * MINUTE
    said = run(world)

    bookmark = world.store.bookmark("trail").settled_until
    assert bookmark is not None
    assert bookmark > NOW
    assert str(KEY) in said


def test_the_bookmark_waits_for_what_can_be_stored_when_it_is_tried_again(
    world: World, table: PickyTable
) -> None:
    run(world)
    before = world.store.bookmark("trail").settled_until
    table.refused[KEY] = FOR_NOW
    use(world, 1)
    for _ in range(3):
        assert str(KEY) in run(world)
    assert world.store.bookmark("trail").settled_until == before
    table.refused.clear()

    assert run(world) == ""

    assert len(heard(world, KEY)) == 1
    assert world.case().uses.count == 1
    after = world.store.bookmark("trail").settled_until
    assert before is not None
    assert after is not None
    assert after > before


def test_what_can_not_be_stored_for_hours_is_told_and_then_holds_up_the_bookmark_no_longer(
    world: World, table: PickyTable
) -> None:
    run(world)
    table.refused[KEY] = FOR_NOW
    use(world, 1)
    use(world, 2, OTHER)

    for _ in range(65):
        world.clock.now += 4 * MINUTE
        run(world)
    assert heard(world, KEY)

    settled = world.store.bookmark("trail").settled_until
    assert settled is not None
    assert world.clock.now - settled < timedelta(minutes=30)
    assert world.case(OTHER).uses.count == 1


def invented(number: int) -> KeyArn:
    return replace(KEY, resource=f"key/{number:08x}-12ab-34cd-56ef-1234567890ab")


def foreign(number: int) -> KeyArn:
    """A key of an account that can't be asked."""
    return replace(invented(number), account="777788889999")


def test_of_many_unknown_keys_only_those_that_kms_calls_pending_are_looked_up_and_stored(
    world: World,
) -> None:
    world.kms.add(invented(1), "Enabled")
    for number in range(FEW + 5):
        use(world, number, invented(number))
    use(world, 100)

    run(world)

    assert [each["case"]["key"]["arn"] for each in world.notices()] == [str(KEY)]
    assert {key for call, key in world.kms.calls if call == "kms:ListAliases"} == {KEY}
    assert "Ignored keys that are not pending deletion" in world.log.said("warning")


def test_of_many_unknown_keys_those_for_which_kms_does_not_answer_are_told(world: World) -> None:
    keys = [foreign(number) for number in range(FEW + 5)]
    for number, key in enumerate(keys):
        use(world, number, key)

    run(world)

    singles = {each["case"]["key"]["arn"] for each in world.notices() if "case" in each}
    folded = {entry["key"] for each in world.notices() for entry in each.get("digest", {}).get("entries", ())}
    assert singles | folded == set(map(str, keys))


def followed(world: World, number: int) -> None:
    """Have open cases of so many keys for which KMS does not answer."""
    for each in range(number):
        entry = to_json(OpenCase(key=foreign(1000 + each), name="2026-11-30"))
        world.table.put(Document(partition="open", sort=str(each), body=entry))


@pytest.mark.parametrize("room", [0, 1])
def test_keys_for_which_kms_does_not_answer_are_followed_up_to_a_number_and_the_run_says_so(
    world: World, room: int
) -> None:
    followed(world, UNANSWERED - room)
    for number in range(2):
        use(world, number, foreign(number))
    use(world, 2)

    said = run(world)

    assert f"{2 - room} keys: KMS does not answer for them" in said
    assert len(heard(world, KEY)) == 1
    assert [len(heard(world, foreign(number))) for number in range(2)] == [room, 0]
    assert world.store.bookmark("trail").settled_until is not None


def test_keys_of_accounts_that_can_not_be_asked_take_no_room_from_those_of_others(world: World) -> None:
    followed(world, UNANSWERED)
    world.kms.fail("kms:DescribeKey", *[FOR_NOW_AT_KMS] * 3)
    use(world, 0, foreign(0))
    use(world, 1)

    said = run(world)

    assert "1 keys: KMS does not answer for them" in said
    assert len(heard(world, KEY)) == 1


def test_a_key_that_has_a_case_comes_before_those_that_are_unknown(world: World) -> None:
    use(world, 0)
    run(world)
    for number in range(5):
        pending(world, invented(number))
        use(world, number + 1, invented(number))
    use(world, 50)
    world.kms.calls.clear()

    run(world)

    assert world.kms.calls[0] == ("kms:DescribeKey", KEY)


def test_where_time_is_up_the_keys_that_are_left_come_in_the_next_run_and_the_bookmark_waits(
    world: World,
) -> None:
    run(world)
    before = world.store.bookmark("trail").settled_until
    keys = [invented(number) for number in range(AT_ONCE + 10)]
    for number, key in enumerate(keys):
        pending(world, key)
        use(world, number, key)
    world.seconds_left = lambda: 200.0 if len(world.table.list("open")) < AT_ONCE else 10.0

    said = run(world)
    assert "the keys that are left: no time was left for it" in said
    assert world.store.bookmark("trail").settled_until == before
    world.seconds_left = lambda: 200.0
    world.clock.now += 10 * MINUTE
    run(world)

    assert all(world.case(key).uses.count == 1 for key in keys)


def test_a_review_stops_in_time_and_goes_on_in_the_next_run(world: World) -> None:
    keys = [invented(number) for number in range(AT_ONCE + 6)]
    for number, key in enumerate(keys):
        pending(world, key)
        use(world, number, key)
    run(world)
    for key in keys:
        world.kms.cancel_deletion(key)
    world.clock.now += timedelta(hours=2)
    run(world)
    world.clock.now += timedelta(hours=1)

    def seconds_left() -> float:
        return 200.0 if len([key for key in keys if world.case(key).closure]) < AT_ONCE else 10.0

    world.seconds_left = seconds_left
    run(world)
    ended = len([key for key in keys if world.case(key).closure])
    world.seconds_left = lambda: 200.0
    run(world)

    assert ended == AT_ONCE
    assert all(world.case(key).closure for key in keys)
    assert "Ran out of time; the next run does the rest" in world.log.said("warning")


def test_a_review_that_can_not_be_stored_fails_the_run_and_makes_no_notice(
    world: World, table: PickyTable
) -> None:
    use(world, 1)
    run(world)
    world.kms.cancel_deletion(KEY)
    world.clock.now += timedelta(hours=2)
    table.refused[KEY] = FOR_NOW
    before = len(world.notices())

    run(world)

    assert len(world.notices()) == before
    assert "Could not store a case" in world.log.said("error")


@pytest.mark.parametrize("hours", [3, 5])
def test_after_an_outage_one_write_that_is_throttled_loses_no_use(
    world: World, table: PickyTable, hours: int
) -> None:
    """The bookmark is hours old then, although nothing has been tried for hours."""
    run(world)
    for number in range(20):
        world.logs.put(another(number))
    world.clock.now += hours * 60 * MINUTE
    table.refused[KEY] = FOR_NOW
    assert run(world)
    table.refused.clear()

    for _ in range(6):
        world.clock.now += 5 * MINUTE
        run(world)

    assert world.case().uses.count == 20


@pytest.mark.parametrize("hours", [3, 5])
def test_after_an_outage_a_run_that_has_no_time_left_silences_no_key(world: World, hours: int) -> None:
    run(world)
    world.logs.put(another(1))
    world.clock.now += hours * 60 * MINUTE
    before = len(world.logs.reads)
    world.seconds_left = lambda: 19.0 if len(world.logs.reads) > before + 1 else 60.0
    assert run(world)

    world.seconds_left = lambda: 200.0
    for _ in range(6):
        world.clock.now += 5 * MINUTE
        run(world)

    assert "key-in-use" in world.reasons()
