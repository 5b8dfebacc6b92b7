"""From an alarm's message, or the clock, to messages in the queue: the use case on a world in memory."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.due import NoticeRules
from reprieve.cases.key import Unknown
from reprieve.cases.notice import Notice
from reprieve.cases.serialization import from_json
from reprieve.errors import (
    AbsentError,
    AwsError,
    ConflictError,
    DeniedError,
    IncompleteError,
    ThrottledError,
    UnreachableError,
)
from reprieve.investigate.log_reader import COPIES_APART, LATENESS
from tests.recorded import line, record
from tests.rendered import mail_subject
from tests.world import DELIVERED, KEY, NOW, World, another, pending

OTHER_REGION = KeyArn.parse("arn:aws:kms:us-east-1:111122223333:key/5678abcd-12ab-34cd-56ef-1234567890ab")


@pytest.fixture
def world() -> World:
    return World()


def test_one_refused_request_makes_one_notice(world: World) -> None:
    pending(world)
    world.logs.put(line("decrypt-by-assumed-role"), DELIVERED)

    world.run()

    assert [list(json.loads(body)) for body in world.queue.bodies] == [["notice"]]
    (notice,) = world.notices()
    assert notice["reason"] == "key-in-use"
    assert notice["case"]["id"] == f"{KEY}@2026-11-28T14:55:30Z"
    assert notice["case"]["key"] == {
        "arn": str(KEY),
        "account": "111122223333",
        "region": "eu-west-1",
        "aliases": ["alias/orders-db"],
        "description": "Orders database, prod",
        "state": "PendingDeletion",
        "deletion_date": "2026-11-28T14:55:30Z",
        "tags": {"Owner": "team-orders"},
        "owner": "team-orders",
        "last_used": {},
        "grantees": [],
        "rescuable": {
            "allowed": True,
            "why": "its key policy lets the IAM policies of account 111122223333 decide",
        },
    }
    assert notice["uses"]["count"] == 1
    assert notice["uses"]["by_caller"][0]["caller"]["name"] == "role orders-fn"
    assert notice["uses"]["by_caller"][0]["operations"] == {"Decrypt": 1}
    assert "link" not in notice


def test_the_same_window_read_again_tells_nothing_new_and_counts_the_same(world: World) -> None:
    pending(world)
    world.logs.put(line("decrypt-by-assumed-role"), DELIVERED)
    world.run()

    world.run()
    world.clock.now += timedelta(minutes=5)
    world.run("alarms/schedule")

    assert world.reasons() == ["key-in-use"]
    assert world.case().uses.count == 1


def test_a_second_key_used_while_the_alarm_is_silent_is_told_by_the_clock(world: World) -> None:
    pending(world)
    world.logs.put(line("decrypt-by-assumed-role"), DELIVERED)
    world.run()
    pending(world, OTHER_REGION)
    world.clock.now += timedelta(minutes=5)
    world.logs.put(line("decrypt-in-other-region"), world.clock.now - timedelta(minutes=1))

    world.run("alarms/schedule")

    assert [notice["case"]["key"]["arn"] for notice in world.notices()] == [str(KEY), str(OTHER_REGION)]


def test_counts_are_the_same_when_every_run_overlaps_the_one_before(world: World) -> None:
    pending(world)
    start = world.clock.now

    for minute in range(120):
        world.clock.now = start + timedelta(minutes=minute)
        world.logs.put(another(minute))
        if minute % 3 == 0:
            world.clock.now += timedelta(seconds=5)
            world.run("alarms/schedule")
    world.clock.now += timedelta(seconds=30)
    world.run("alarms/schedule")

    assert world.case().uses.count == 120
    assert world.case().settled.uses.count == 105
    assert world.reasons() == ["key-in-use"]


def test_a_line_that_is_late_by_less_than_the_bound_is_counted(world: World) -> None:
    pending(world)
    world.logs.put(another(1), world.clock.now)
    late = world.clock.now + timedelta(seconds=10)
    world.logs.put(another(2), late, appear=late + LATENESS - timedelta(minutes=1))

    for _ in range(8):
        world.clock.now += timedelta(minutes=5)
        world.run("alarms/schedule")

    assert world.case().uses.count == 2


def test_the_two_copies_of_a_request_in_two_accounts_count_once_with_the_caller_named(world: World) -> None:
    pending(world)
    world.logs.put(line("decrypt-by-other-account-owner-side"), DELIVERED)
    world.logs.put(line("decrypt-by-other-account-caller-side"), DELIVERED + timedelta(seconds=20))

    world.run()

    (notice,) = world.notices()
    assert notice["uses"]["count"] == 1
    assert [row["caller"]["id"] for row in notice["uses"]["by_caller"]] == [
        "arn:aws:sts::444455556666:assumed-role/billing/billing"
    ]


def test_a_copy_that_arrives_after_the_first_is_settled_is_not_counted_again(world: World) -> None:
    pending(world)
    world.logs.put(another(1), NOW)
    copy = NOW + COPIES_APART - timedelta(minutes=1)
    world.logs.put(another(1), copy)

    for _ in range(10):
        world.clock.now += timedelta(minutes=5)
        world.run("alarms/schedule")

    assert world.case().uses.count == 1


def test_a_management_call_is_told_once_for_each_caller_and_is_no_use(world: World) -> None:
    pending(world)
    world.logs.put(line("tag-resource-is-no-use"), DELIVERED)
    world.logs.put(another(2, "tag-resource-is-no-use"), DELIVERED)
    world.run()
    world.logs.put(line("schedule-key-deletion-again-is-no-use"), DELIVERED)
    world.clock.now += timedelta(minutes=1)

    world.run("alarms/schedule")

    assert world.reasons() == ["management-call", "management-call"]
    assert world.notices()[0]["uses"]["count"] == 0
    assert world.notices()[0]["management_calls"]["count"] == 2
    assert world.notices()[1]["management_calls"]["count"] == 3


def test_who_scheduled_the_deletion_is_read_from_the_log_group(world: World) -> None:
    date = datetime(2026, 11, 29, 14, 2, 10, tzinfo=UTC)
    world.kms.keys[KEY] = replace(world.kms.add(KEY), deletion_date=date)
    world.logs.put(line("schedule-key-deletion"), datetime(2026, 11, 22, 14, 50, tzinfo=UTC))
    world.logs.put(line("decrypt-by-assumed-role"), DELIVERED)

    world.run()

    (notice,) = world.notices()
    assert notice["case"]["scheduled_by"]["at"] == "2026-11-22T14:02:10Z"
    assert notice["case"]["scheduled_by"]["caller"]["session"] == "jane@example.com"
    assert notice["unknown"] == []


@pytest.mark.parametrize(("tells", "reasons"), [(True, ["deletion-scheduled"]), (False, [])])
def test_a_scheduling_alone_opens_the_case_and_is_told_if_that_is_wanted(
    world: World, *, tells: bool, reasons: list[str]
) -> None:
    world.rules = NoticeRules(tells_of_scheduling=tells)
    date = datetime(2026, 11, 29, 14, 2, 10, tzinfo=UTC)
    world.kms.keys[KEY] = replace(world.kms.add(KEY), deletion_date=date)
    world.logs.put(line("schedule-key-deletion"), DELIVERED)

    world.run("alarms/schedule")

    assert world.reasons() == reasons
    assert world.case().scheduled_by is not None


def test_a_scheduling_that_was_cancelled_since_opens_no_case(world: World) -> None:
    world.kms.add(KEY, "Enabled")
    world.logs.put(line("schedule-key-deletion"), DELIVERED)

    world.run("alarms/schedule")

    assert world.store.cases(KEY) == ()


def test_a_key_that_may_not_be_described_is_told_without_facts_and_says_so(world: World) -> None:
    pending(world)
    world.kms.fail("kms:DescribeKey", DeniedError("kms:DescribeKey", "AccessDeniedException", "no"))
    world.logs.put(line("decrypt-by-assumed-role"), DELIVERED)

    world.run()

    (notice,) = world.notices()
    assert notice["case"]["id"] == f"{KEY}@unknown-2026-11-22-1"
    assert notice["case"]["key"]["aliases"] == ["alias/orders-db"]
    assert "state" not in notice["case"]["key"]
    assert notice["unknown"][0] == {
        "fact": "state and deletion date of the key",
        "why": "kms:DescribeKey is denied",
    }


def test_facts_that_are_out_of_reach_for_once_do_not_undo_what_is_known(world: World) -> None:
    pending(world)
    world.logs.put(another(1), DELIVERED)
    world.run()
    world.kms.fail("kms:DescribeKey", UnreachableError("kms:DescribeKey", "ReadTimeoutError", ""))
    world.clock.now += timedelta(minutes=1)
    world.logs.put(another(2))
    world.clock.now += timedelta(seconds=1)

    world.run("alarms/schedule")

    assert len(world.store.cases(KEY)) == 1
    assert world.case().uses.count == 2
    assert world.case().key.state == "PendingDeletion"
    assert world.case().unknown[0] == Unknown(
        fact="state and deletion date of the key",
        why="kms:DescribeKey failed: ReadTimeoutError; what the notice shows is from an earlier look-up",
    )


def test_tags_that_are_out_of_reach_for_once_are_told_as_they_were(world: World) -> None:
    pending(world)
    world.logs.put(another(1), DELIVERED)
    world.run()
    world.kms.fail("kms:ListResourceTags", ThrottledError("kms:ListResourceTags", "ThrottlingException", ""))
    world.kms.alias_names[KEY] = ()
    jane = {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/jane", "userName": "jane"}
    world.clock.now += timedelta(minutes=1)
    world.logs.put(another(2, userIdentity=jane))
    world.clock.now += timedelta(seconds=1)

    world.run("alarms/schedule")

    notice = world.notices()[1]
    assert (notice["case"]["key"]["owner"], notice["case"]["key"]["aliases"]) == ("team-orders", [])
    assert notice["unknown"][0] == {
        "fact": "tags of the key",
        "why": "AWS asked for fewer requests (kms:ListResourceTags);"
        " what the notice shows is from an earlier look-up",
    }
    world.logs.put(another(3))
    world.clock.now += timedelta(seconds=1)

    world.run("alarms/schedule")

    assert all("tags" not in unknown.fact for unknown in world.case().unknown)


def test_a_state_of_an_earlier_look_is_not_told_once_the_case_is_over(world: World) -> None:
    pending(world)
    world.logs.put(another(1), DELIVERED)
    world.run()
    for _ in range(6):
        world.kms.fail("kms:DescribeKey", UnreachableError("kms:DescribeKey", "ReadTimeoutError", ""))
    world.logs.put(line("cancel-key-deletion"))
    for _ in range(3):
        world.clock.now += timedelta(minutes=6)
        world.run("alarms/schedule")

    notice = world.notices()[1]
    assert notice["reason"] == "deletion-cancelled"
    assert notice["closure"]["confirmed"] is False
    assert not {"state", "deletion_date"} & notice["case"]["key"].keys()
    assert notice["case"]["key"]["description"] == "Orders database, prod"


def test_a_state_that_is_not_the_one_of_the_case_is_told_only_as_it_is_now(world: World) -> None:
    pending(world)
    world.logs.put(another(1), DELIVERED)
    world.run()
    world.kms.cancel_deletion(KEY)
    world.logs.put(another(2))
    world.clock.now += timedelta(seconds=1)
    world.run("alarms/schedule")
    assert world.case().key.state == "Disabled"
    world.kms.fail("kms:DescribeKey", UnreachableError("kms:DescribeKey", "ReadTimeoutError", ""))
    world.logs.put(another(3))
    world.clock.now += timedelta(seconds=1)

    world.run("alarms/schedule")

    assert world.case().key.state is None


def test_a_key_in_another_account_is_told_without_asking(world: World) -> None:
    world.logs.put(line("decrypt-of-key-in-other-account"), DELIVERED)

    world.run()

    (notice,) = world.notices()
    assert world.kms.calls == []
    assert notice["case"]["id"].endswith("@unknown-2026-11-22-1")
    assert notice["unknown"][0] == {
        "fact": "everything about the key",
        "why": "it belongs to account 777788889999, and this stack can only read keys of 111122223333"
        " (its parameter MemberRoleName is empty), so there is no link either",
    }


def test_who_scheduled_the_deletion_is_looked_up_where_the_log_group_does_not_say_it(world: World) -> None:
    pending(world)
    scheduling = record("schedule-key-deletion") | {"eventTime": "2026-11-22T14:55:30Z"}
    scheduling["requestParameters"] = {"keyId": str(KEY), "pendingWindowInDays": 7}
    world.kms.keys[KEY] = replace(world.kms.keys[KEY], deletion_date=NOW + timedelta(days=7))
    world.history.lines["eu-west-1"] = [json.dumps(scheduling)]
    world.logs.put(line("decrypt-by-assumed-role"), DELIVERED)

    world.run()
    world.run()

    assert world.case().scheduled_by is not None
    assert world.notices()[0]["case"]["scheduled_by"]["at"] == "2026-11-22T14:55:30Z"
    assert [region for region, _ in world.history.asked] == ["eu-west-1"]


def test_that_the_history_does_not_know_it_either_is_said_once(world: World) -> None:
    pending(world)
    world.logs.put(line("decrypt-by-assumed-role"), DELIVERED)

    world.run()

    assert world.notices()[0]["unknown"] == [
        {
            "fact": "who scheduled the deletion, and when",
            "why": "CloudTrail's event history in eu-west-1 does not say",
        }
    ]


def test_a_key_in_another_region_is_asked_about_by_its_own_arn(world: World) -> None:
    pending(world, OTHER_REGION)
    world.logs.put(line("decrypt-in-other-region"), DELIVERED)

    world.run()

    assert {key for _, key in world.kms.calls} == {OTHER_REGION}
    assert world.notices()[0]["command"][0].startswith("aws kms cancel-key-deletion --region us-east-1 ")


def test_a_key_that_kms_does_not_call_pending_and_that_has_no_case_makes_no_notice(world: World) -> None:
    world.kms.add(KEY, "Enabled")
    world.logs.put(line("decrypt-by-assumed-role"), DELIVERED)

    world.run()

    assert world.reasons() == []
    assert world.store.cases(KEY) == ()


def test_lines_that_come_after_the_cancellation_belong_to_the_case_that_was(world: World) -> None:
    pending(world)
    world.logs.put(another(1), DELIVERED)
    world.run()
    world.kms.cancel_deletion(KEY)
    world.clock.now += timedelta(minutes=1)
    world.logs.put(another(2))
    world.clock.now += timedelta(seconds=1)

    world.run("alarms/schedule")

    (case,) = world.store.cases(KEY)
    assert case.uses.count == 2
    assert world.reasons() == ["key-in-use"]


def test_the_same_key_scheduled_again_is_a_new_case(world: World) -> None:
    pending(world)
    world.logs.put(another(1), DELIVERED)
    world.run()
    world.kms.add(KEY, days=20)
    world.clock.now += timedelta(minutes=40)
    world.logs.put(another(2), world.clock.now - timedelta(seconds=50))

    world.run("alarms/schedule")

    assert [case.uses.count for case in world.store.cases(KEY)] == [1, 1]
    assert world.reasons() == ["key-in-use", "key-in-use", "deletion-cancelled"]
    ended = world.notices()[2]
    assert ended["closure"]["scheduled_again"] == "2026-12-12T14:55:30Z"
    assert ended["case"]["key"]["deletion_date"] == "2026-12-12T14:55:30Z"
    assert mail_subject(from_json(Notice, ended)).endswith("alias/orders-db, deleted in 19 days")


@pytest.mark.parametrize("name", ["another-alarm", "foreign-message", "empty-message", "no-alarm-arn"])
def test_messages_that_are_not_of_our_alarm_are_passed_over(world: World, name: str) -> None:
    world.run(f"alarms/{name}")

    assert world.logs.reads == []
    assert world.queue.bodies == []
    assert len(world.log.lines) == 1


@pytest.mark.parametrize("name", ["ok", "insufficient-data", "schedule"])
def test_only_an_alarm_that_rings_has_to_be_explained(world: World, name: str) -> None:
    world.run(f"alarms/{name}")

    assert len(world.logs.reads) == 1
    assert world.queue.bodies == []


@pytest.mark.parametrize("name", ["alarm", "unknown-fields-and-no-trigger", "two-messages"])
def test_an_alarm_that_no_record_explains_is_told_with_the_window(world: World, name: str) -> None:
    world.run(f"alarms/{name}")

    (notice,) = world.notices()
    assert notice["reason"] == "no-event-found"
    assert notice["unknown"] == [
        {
            "fact": "what fired the alarm",
            "why": "another metric filter may count other events in the same metric",
        }
    ]
    assert notice["window"] == {
        "log_group": "trail",
        "start": "2026-11-22T14:39:10Z",
        "end": "2026-11-22T14:55:37Z",
    }
    assert notice["console_url"].startswith(
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/trail/"
    )
    assert world.clock.slept == [2.0, 5.0]


def test_an_unexplained_alarm_is_told_once_an_hour(world: World) -> None:
    world.run()
    world.clock.now += timedelta(minutes=30)
    world.run()
    assert world.reasons() == ["no-event-found"]

    world.clock.now += timedelta(minutes=31)
    world.run()

    assert world.reasons() == ["no-event-found", "no-event-found"]


def test_an_alarm_that_was_told_by_a_clock_far_ahead_is_told_again(world: World) -> None:
    world.clock.now += timedelta(days=3)
    world.run()
    world.clock.now -= timedelta(days=3)

    world.run()

    assert world.reasons() == ["no-event-found", "no-event-found"]


def test_a_line_that_can_be_read_only_seconds_later_explains_the_alarm(world: World) -> None:
    pending(world)
    world.logs.put(line("decrypt-by-assumed-role"), DELIVERED, appear=NOW + timedelta(seconds=5))

    world.run()

    assert world.reasons() == ["key-in-use"]
    assert world.clock.slept == [2.0, 5.0]


def test_a_record_that_is_no_refusal_by_kms_is_told_with_the_alarm_it_caused(world: World) -> None:
    world.logs.put(line("two-keys-and-none-in-the-message"), DELIVERED)

    world.run()

    (notice,) = world.notices()
    assert notice["reason"] == "no-event-found"
    assert notice["unknown"] == [
        {
            "fact": "which key role orders-fn, session orders-api meant with ReEncrypt",
            "why": "record 00000017-1111-4111-8111-111111111111 is not a refusal by KMS:"
            " its message is not the one that KMS writes for a refused key",
        }
    ]


def test_an_alarm_that_comes_again_hours_later_is_explained_by_what_was_read_then(world: World) -> None:
    pending(world)
    world.logs.put(line("decrypt-by-assumed-role"), DELIVERED)
    world.run("alarms/schedule")
    world.clock.now += timedelta(hours=5)
    world.run("alarms/schedule")

    world.run()

    assert world.reasons() == ["key-in-use"]


def test_a_gap_is_read_in_steps_and_counted_whole(world: World) -> None:
    pending(world)
    world.run("alarms/schedule")
    for hour in range(24):
        world.logs.put(another(hour), NOW + timedelta(hours=hour))
    world.clock.now += timedelta(hours=24)

    world.run("alarms/schedule")

    assert world.case().uses.count == 24
    moves = [keys for _, message, keys in world.log.lines if message == "Read the log group"]
    assert len(moves) == 2


def test_a_notice_whose_sender_died_is_sent_by_the_next_run_under_the_same_id(world: World) -> None:
    pending(world)
    world.logs.put(line("decrypt-by-assumed-role"), DELIVERED)
    world.queue.error = ThrottledError("sqs:SendMessage", "Throttling", "")
    with pytest.raises(IncompleteError):
        world.run()
    (waiting,) = world.table.list("outbox")
    world.queue.error = None

    world.run("alarms/schedule")

    assert [notice["id"] for notice in world.notices()] == [waiting.sort]
    assert list(world.table.list("outbox")) == []


def test_a_case_that_somebody_else_writes_meanwhile_is_written_on_theirs(world: World) -> None:
    pending(world)
    world.logs.put(line("decrypt-by-assumed-role"), DELIVERED)
    world.table.fail(ConflictError(), ConflictError())

    world.run()

    assert world.reasons() == ["key-in-use"]
    assert world.case().uses.count == 1


def test_a_case_that_can_not_be_written_fails_the_run_and_moves_no_bookmark(world: World) -> None:
    pending(world)
    world.logs.put(line("decrypt-by-assumed-role"), DELIVERED)
    world.table.fail(*[ConflictError()] * 4)

    with pytest.raises(IncompleteError):
        world.run()

    assert world.store.bookmark("trail").settled_until is None


def test_a_bookmark_that_another_run_moved_is_left_alone(world: World) -> None:
    world.table.fail(ConflictError())

    world.run("alarms/schedule")

    assert "Another run moved the bookmark" in world.log.said("info")


def test_of_two_runs_that_find_nothing_one_tells(world: World) -> None:
    world.table.fail(None, ConflictError())

    world.run()

    assert world.queue.bodies == []
    assert "Another run sent the no-event-found notice" in world.log.said("info")


@pytest.mark.parametrize(
    "error",
    [
        AbsentError(
            "logs:FilterLogEvents", "ResourceNotFoundException", "The specified log group does not exist."
        ),
        DeniedError("logs:FilterLogEvents", "AccessDeniedException", "not authorized"),
    ],
    ids=["missing", "denied"],
)
def test_a_log_group_that_can_not_be_read_fails_the_run_so_that_it_is_tried_again(
    world: World, error: AwsError
) -> None:
    world.logs.error = error

    with pytest.raises(IncompleteError, match=error.operation):
        world.run()

    assert world.queue.bodies == []


def test_broken_and_foreign_lines_are_passed_over_and_counted(world: World) -> None:
    pending(world)
    for text in (
        "{",
        "[]",
        "17",
        '"x"',
        "[" * 100_000,
        "{}",
        line("other-service"),
        line("decrypt-of-disabled-key"),
    ):
        world.logs.put(text, DELIVERED)
    world.logs.put(line("decrypt-by-assumed-role"), DELIVERED)

    world.run()

    assert world.reasons() == ["key-in-use"]
    (skipped,) = [keys["skipped"] for _, message, keys in world.log.lines if message == "Read the log group"]
    assert skipped == {"not-json": 2, "not-a-record": 4, "not-kms": 1, "other-event": 1}


def test_more_callers_than_a_case_lists_are_counted_all_the_same(world: World) -> None:
    pending(world)
    for number in range(60):
        identity = {
            "type": "IAMUser",
            "arn": f"arn:aws:iam::111122223333:user/u{number}",
            "userName": f"u{number}",
        }
        world.logs.put(another(number, userIdentity=identity), DELIVERED)

    world.run()

    (notice,) = world.notices()
    assert notice["uses"]["count"] == 60
    assert len(notice["uses"]["by_caller"]) == 20
    assert notice["uses"]["unlisted"] == 40
