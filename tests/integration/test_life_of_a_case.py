"""What people hear of a case, from its opening to its end, and what they do not hear."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.case import Ending
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.due import NoticeRules
from reprieve.cases.notice import Notice, Reason, tell
from reprieve.cases.serialization import from_json
from reprieve.cases.transitions import CANCEL_RECORD_DELAY
from reprieve.errors import DeniedError, IncompleteError, UnreachableError
from reprieve.investigate.investigator import TIME_TO_READ
from reprieve.investigate.log_reader import STORM
from reprieve.messages.headline import is_over
from tests.examples import DELETION, visitor
from tests.recorded import line
from tests.respond_world import CANCEL
from tests.respond_world import World as PageWorld
from tests.world import KEY, NOW, World, another, pending

OTHER = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/9999abcd-12ab-34cd-56ef-1234567890ab")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PAGE = 500


@pytest.fixture
def world() -> World:
    return World()


def wait(world: World, how_long: timedelta, *, every: timedelta = 30 * MINUTE) -> None:
    """Let the clock tick."""
    until = world.clock.now + how_long
    while world.clock.now < until:
        world.clock.now = min(world.clock.now + every, until)
        world.run("alarms/schedule")


def use(world: World, number: int, **changes: object) -> None:
    world.logs.put(another(number, **changes))
    world.clock.now += timedelta(seconds=1)


def in_use(world: World) -> None:
    pending(world)
    use(world, 1)
    world.run("alarms/schedule")


def test_an_application_that_fails_every_minute_for_two_days_is_told_of_three_times(world: World) -> None:
    in_use(world)

    for minute in range(2 * 24 * 60):
        world.clock.now = NOW + minute * MINUTE
        world.logs.put(another(1000 + minute))
        if minute % 5 == 4:
            world.clock.now += timedelta(seconds=30)
            world.run("alarms/schedule")
    wait(world, 10 * MINUTE, every=5 * MINUTE)

    assert world.reasons() == ["key-in-use", "still-in-use", "still-in-use"]
    assert world.notices()[1]["uses_since_last"] == 24 * 60 + 5
    assert world.case().uses.count == 2 * 24 * 60 + 1


def test_a_new_caller_is_told_at_once_while_the_old_one_is_not_told_again(world: World) -> None:
    in_use(world)
    jane = {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/jane", "userName": "jane"}
    use(world, 2)
    use(world, 3, userIdentity=jane)

    world.run("alarms/schedule")
    use(world, 4)
    world.run("alarms/schedule")

    assert world.reasons() == ["key-in-use", "new-caller"]


def test_people_are_reminded_three_days_and_one_day_before_the_deletion(world: World) -> None:
    world.rules = NoticeRules(repeat_after=None)
    in_use(world)

    wait(world, timedelta(days=6), every=HOUR)

    assert world.reasons() == ["key-in-use", "deletion-soon", "deletion-soon"]
    left = [datetime.fromisoformat(notice["at"]) for notice in world.notices()]
    deletion = world.notices()[0]["case"]["key"]["deletion_date"]
    assert [round((datetime.fromisoformat(deletion) - at) / HOUR) for at in left] == [144, 72, 24]


def test_a_cancellation_in_the_console_is_told_with_the_name_of_who_did_it(world: World) -> None:
    in_use(world)
    world.kms.cancel_deletion(KEY)
    for name in ("cancel-key-deletion", "enable-key"):
        world.logs.put(line(name), datetime(2026, 11, 22, 15, 11, tzinfo=UTC))

    wait(world, 16 * MINUTE, every=8 * MINUTE)
    wait(world, 2 * HOUR)

    assert world.reasons() == ["key-in-use", "deletion-cancelled"]
    closure = world.notices()[1]["closure"]
    assert (closure["how"], closure["at"]) == ("cancelled", "2026-11-22T15:10:00Z")
    assert closure["by"]["session"] == "jane@example.com"


def test_a_cancellation_that_no_record_tells_of_is_told_after_a_while(world: World) -> None:
    in_use(world)
    world.kms.cancel_deletion(KEY)
    use(world, 2)
    world.run("alarms/schedule")
    assert world.reasons() == ["key-in-use"]

    wait(world, CANCEL_RECORD_DELAY + 5 * MINUTE, every=5 * MINUTE)

    assert world.reasons() == ["key-in-use", "deletion-cancelled"]
    assert "by" not in world.notices()[1]["closure"]


def test_a_cancellation_on_the_page_is_not_told_again_when_its_record_arrives(world: World) -> None:
    in_use(world)
    decision = Decision(choice=Choice.CANCEL, at=NOW, by=visitor(), enable=True)
    case, notice = tell(replace(world.case(), decision=decision), Reason.DELETION_CANCELLED, NOW)
    world.kms.cancel_deletion(KEY)
    world.store.save(replace(case, notified=replace(case.notified, cancelled=True)), notice, wake_at=None)
    world.logs.put(line("cancel-key-deletion"))

    wait(world, HOUR)

    assert world.reasons() == ["key-in-use", "deletion-cancelled"]
    assert world.case().closure is not None


def test_a_cancellation_of_an_earlier_scheduling_does_not_close_a_later_one(world: World) -> None:
    date = datetime(2026, 11, 29, 14, 2, 10, tzinfo=UTC)
    world.kms.keys[KEY] = replace(world.kms.add(KEY), deletion_date=date)
    old = json.dumps(json.loads(line("cancel-key-deletion")) | {"eventTime": "2026-11-22T13:00:00Z"})
    world.logs.put(old)
    world.logs.put(line("schedule-key-deletion"))
    world.clock.now += timedelta(seconds=1)

    world.run("alarms/schedule")

    assert world.case().closure is None
    assert world.reasons() == ["deletion-scheduled"]


def test_a_key_that_was_deleted_closes_its_case_and_that_is_told_once(world: World) -> None:
    world.rules = NoticeRules(repeat_after=None)
    in_use(world)
    wait(world, timedelta(days=6), every=HOUR)
    del world.kms.keys[KEY]
    world.logs.put(line("delete-key-by-kms"))

    wait(world, HOUR)

    assert world.case().closure is not None
    assert world.reasons()[-2:] == ["deletion-soon", "key-deleted"]


def test_a_key_that_is_gone_and_of_which_no_record_tells_closes_its_case_a_day_later(world: World) -> None:
    world.rules = NoticeRules(repeat_after=None)
    in_use(world)
    wait(world, timedelta(days=6), every=HOUR)
    del world.kms.keys[KEY]

    wait(world, timedelta(hours=25))

    closure = world.case().closure
    assert closure
    assert (closure.how, closure.by) == (Ending.DELETED, None)


def test_a_decision_to_keep_the_deletion_quiets_the_case_but_for_one_reminder(world: World) -> None:
    in_use(world)
    decision = Decision(choice=Choice.KEEP, at=NOW, by=visitor(), enable=False, why="meant")
    case, notice = tell(replace(world.case(), decision=decision), Reason.DELETION_KEPT, NOW)
    world.store.save(case, notice, wake_at=NOW)

    for day in range(6):
        use(
            world,
            100 + day,
            userIdentity={"type": "IAMUser", "arn": f"arn:aws:iam::111122223333:user/u{day}"},
        )
        wait(world, timedelta(days=1) - timedelta(seconds=1), every=HOUR)

    assert world.reasons() == ["key-in-use", "deletion-kept", "deletion-soon"]
    assert world.notices()[2]["uses_since_last"] == 5


def test_a_case_without_a_date_goes_on_as_one_with_it_and_people_get_a_link(world: World) -> None:
    pending(world)
    for _ in range(2):
        world.kms.fail("kms:DescribeKey", DeniedError("kms:DescribeKey", "AccessDeniedException", ""))
    use(world, 1)
    world.run("alarms/schedule")
    use(world, 2)
    world.run("alarms/schedule")
    use(world, 3)

    world.run("alarms/schedule")
    wait(world, 2 * HOUR)

    undated, dated = world.store.cases(KEY)
    assert (undated.closure is not None, dated.uses.count) == (True, 3)
    assert dated.previous == undated.id == f"{KEY}@unknown-2026-11-22-1"
    assert world.reasons() == ["key-in-use", "case-continued", "key-in-use"]
    assert world.notices()[1]["case"]["id"] == undated.id


def test_a_primary_that_waits_for_its_replicas_has_no_date_until_the_last_of_them_is_gone(
    world: World,
) -> None:
    world.kms.add(KEY, "PendingReplicaDeletion")
    use(world, 1)
    world.run("alarms/schedule")
    assert world.case().id == f"{KEY}@unknown-2026-11-22-1"

    world.kms.add(KEY, days=7)
    use(world, 2)
    world.run("alarms/schedule")

    assert world.case().uses.count == 2
    assert world.reasons() == ["key-in-use", "case-continued", "key-in-use"]
    assert world.notices()[2]["case"]["previous"] == f"{KEY}@unknown-2026-11-22-1"


def test_a_callers_pattern_is_counted_and_shown_and_wakes_nobody(world: World) -> None:
    world.rules = NoticeRules(ignored_callers=("*:assumed-role/orders-fn/*",))
    pending(world)
    use(world, 1)

    world.run("alarms/schedule")

    assert world.reasons() == []
    assert world.case().uses.count == 1


def test_in_a_storm_the_first_notice_leaves_after_the_first_lines(world: World) -> None:
    pending(world)
    for number in range(3 * PAGE):
        world.logs.put(another(number), NOW - timedelta(seconds=1))

    world.run("alarms/schedule")

    (notice,) = world.notices()
    assert notice["uses"]["count"] == PAGE
    assert world.case().uses.count == 3 * PAGE


def test_a_storm_is_read_once_and_counted_whole(world: World) -> None:
    pending(world)
    world.run("alarms/schedule")
    lines = STORM + 10_000
    for number in range(lines):
        world.logs.put(another(number), NOW + (number % 240) * timedelta(seconds=1))
    world.clock.now += 5 * MINUTE
    world.run("alarms/schedule")
    read = len(world.logs.reads)

    wait(world, 20 * MINUTE, every=5 * MINUTE)

    assert world.case().uses.count == lines
    assert all(start >= NOW + 4 * MINUTE - timedelta(seconds=30) for start, _ in world.logs.reads[read:])


def test_a_run_stops_in_time_at_a_whole_minute_and_the_next_goes_on_from_there(world: World) -> None:
    pending(world)
    world.run("alarms/schedule")
    for number in range(4 * PAGE):
        world.logs.put(another(number), NOW + number * timedelta(seconds=0.25))
    world.clock.now += 20 * MINUTE
    pages = world.logs.pages_read
    world.seconds_left = lambda: TIME_TO_READ - (1 if world.logs.pages_read >= pages + 2 else -1)

    world.run("alarms/schedule")
    world.seconds_left = lambda: 200.0
    counted = world.case().uses.count
    wait(world, 10 * MINUTE, every=5 * MINUTE)

    assert 0 < counted < 4 * PAGE
    assert world.case().uses.count == 4 * PAGE


def test_a_minute_that_is_more_than_one_run_can_read_fails_and_says_so(world: World) -> None:
    pending(world)
    world.run("alarms/schedule")
    for number in range(2 * PAGE):
        world.logs.put(another(number), NOW - 15 * MINUTE)
    world.seconds_left = lambda: TIME_TO_READ - 1

    with pytest.raises(IncompleteError) as refused:
        world.run("alarms/schedule")

    assert "500 lines were read, and not one whole minute" in str(refused.value)


def test_after_an_outage_people_hear_first_of_what_is_going_on_now(world: World) -> None:
    pending(world)
    pending(world, OTHER)
    world.run("alarms/schedule")
    world.logs.put(another(1), NOW + HOUR)
    now = {"errorMessage": f"{OTHER} is pending deletion."}
    for number in range(10):
        world.logs.put(another(100 + number, **now), NOW + 24 * HOUR - (1 + 60 * number) * MINUTE)
    world.clock.now = NOW + 24 * HOUR

    world.run("alarms/schedule")

    assert [notice["case"]["key"]["arn"] for notice in world.notices()] == [str(OTHER), str(KEY)]
    assert world.case(OTHER).uses.count == 10


def test_a_case_that_is_used_every_minute_for_thirty_days_stays_two_small_items(world: World) -> None:
    world.kms.add(KEY, days=30)
    world.run("alarms/schedule")

    for minute in range(30 * 24 * 60):
        world.clock.now = NOW + minute * MINUTE
        world.logs.put(another(minute))
        if minute % 55 == 54:
            world.run("alarms/schedule")
            world.logs.lines = world.logs.lines[-90:]

    ours = [
        document
        for document in world.table.documents.values()
        if str(KEY) in document.partition + document.sort
    ]
    told = [document for document in ours if document.sort.startswith("audit#")]
    written_each_time = [document for document in ours if document not in told]
    assert world.case().uses.count == 43_174
    assert len(told) == len(world.reasons())
    assert len(written_each_time) == 2
    assert sum(len(json.dumps(document.body)) for document in written_each_time) < 8000


def rescue(world: World) -> None:
    """Somebody rescues the key on the page."""
    page = PageWorld(clock=world.clock, table=world.table, queue=world.queue)
    page.kms, page.store = world.kms, world.store
    date = world.kms.keys[KEY].deletion_date
    done = page.send(CANCEL, 0, page.token(deletion_date=date, expires_at=world.clock.now + HOUR))
    assert (done.status, world.kms.keys[KEY].state) == (200, "Enabled")


def rescued_while_kms_shows_the_state_before(world: World) -> None:
    in_use(world)
    before = world.kms.keys[KEY]
    world.clock.now += 3 * MINUTE
    rescue(world)
    after, world.kms.keys[KEY] = world.kms.keys[KEY], before
    use(world, 2)
    world.clock.now += timedelta(seconds=90)
    world.run("alarms/schedule")
    world.kms.keys[KEY] = after


def test_a_key_that_works_again_is_not_corrected_to_pending_since_kms_was_asked_too_early(
    world: World,
) -> None:
    rescued_while_kms_shows_the_state_before(world)

    wait(world, 40 * MINUTE, every=5 * MINUTE)

    assert world.reasons() == ["key-in-use", "deletion-cancelled"]


def test_nor_is_it_while_kms_does_not_answer_for_a_few_minutes(world: World) -> None:
    rescued_while_kms_shows_the_state_before(world)

    silence = [UnreachableError("kms:DescribeKey", "timeout", "")] * 20
    for _ in range(3):
        world.kms.fail("kms:DescribeKey", *silence)
        wait(world, 3 * MINUTE, every=3 * MINUTE)

    assert world.reasons() == ["key-in-use", "deletion-cancelled"]


@pytest.mark.parametrize("is_used", [True, False])
def test_the_last_word_on_a_key_that_waits_for_its_replicas_again_is_not_that_all_is_well(
    world: World, *, is_used: bool
) -> None:
    """KMS gives such a key no deletion date."""
    pending(world)
    if is_used:
        use(world, 1)
    else:
        world.kms.keys[KEY] = replace(world.kms.keys[KEY], deletion_date=DELETION)
        world.logs.put(line("schedule-key-deletion"), NOW - 5 * MINUTE)
    world.run("alarms/schedule")
    world.clock.now += 20 * MINUTE
    waiting = replace(world.kms.keys[KEY], state="PendingReplicaDeletion", deletion_date=None)
    world.kms.keys[KEY] = replace(waiting, multi_region="PRIMARY")
    world.logs.put(another(9, "schedule-key-deletion", eventTime="2026-11-22T15:10:00Z"))

    wait(world, 50 * HOUR)

    told = [from_json(Notice, notice) for notice in world.notices()]
    assert not is_over(told[-1])
