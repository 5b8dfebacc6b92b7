"""The steps of a drill: what is asked and answered fits botocore's service models."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from kms_reprieve_cli.doctor.cloud import HttpAnswer
from kms_reprieve_cli.drill.all_steps import STEPS
from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding, StoppedError, Verdict
from kms_reprieve_cli.drill.run import Done, run
from kms_reprieve_cli.drill.step import Step
from kms_reprieve_cli.drill.steps import (
    audit,
    dead_letter,
    large_item,
    log_level,
    log_reads,
    management_call,
    member_key,
    notice,
    pattern,
    recipe_alarm,
    refusal,
    replica,
    rescue,
    runtime,
    schedule,
    throttling,
    update_matrix,
)
from reprieve.cases.case import Notified
from reprieve.errors import AwsError, DeniedError, UnreachableError, WrongStateError
from reprieve.ports.log_messages import NOT_FROM_AN_ALARM
from tests.examples import case as example_case
from tests.unit.cli.doctor.clouds import FakeCloud, Reply, Said
from tests.unit.cli.drill.world import (
    ADDRESS,
    ANOTHER,
    BY_EMAIL,
    BY_TEAMS,
    CALMED,
    FAILING,
    FIRED,
    KEY,
    NOTIFIED,
    NOW,
    PAGE,
    RECORD,
    REFUSED,
    REPLICA,
    ROUTED,
    Somebody,
    alarm_history,
    drill,
    found,
    items,
    line,
    logs,
    looks,
    misses,
    noticed,
    state,
    table,
    with_key,
)


def test_the_patterns_have_to_match_what_kms_says_and_nothing_else() -> None:
    all_three = {"matches": [{"eventNumber": number} for number in (1, 2, 3)]}

    assert misses(pattern, drill({"logs:TestMetricFilter": all_three})) == []
    assert len(misses(pattern, drill({"logs:TestMetricFilter": {"matches": []}}))) == 2


def test_the_schedule_is_seen_by_the_runs_that_it_starts() -> None:
    read = line({"message": "Read the log group"})
    empty = {"Attributes": {"ApproximateNumberOfMessages": "0"}}
    well = {"logs:FilterLogEvents": logs(InvestigateLogs=[read, read]), "sqs:GetQueueAttributes": empty}
    ill = {
        "logs:FilterLogEvents": logs(InvestigateLogs=[read, line("not json"), line([1])]),
        "sqs:GetQueueAttributes": {"Attributes": {"ApproximateNumberOfMessages": "2"}},
    }

    assert misses(schedule, drill(well)) == []
    assert len(misses(schedule, drill(ill))) == 5
    quiet = drill({"sqs:GetQueueAttributes": empty}, parameters={"LogLevel": "WARN"})
    assert (Verdict.SKIPPED, "investigate's log does not name its runs: LogLevel is WARN") in found(
        schedule, quiet
    )


def test_a_key_is_made_used_refused_and_recorded() -> None:
    on = drill(
        {
            "kms:DescribeKey": state("PendingDeletion"),
            "kms:Decrypt": REFUSED,
            "logs:FilterLogEvents": logs(
                trail=[line(RECORD, ingestionTime=int(NOW.timestamp() * 1000) + 20)]
            ),
        }
    )

    told = found(refusal, on)

    assert [what for verdict, what in told if verdict is Verdict.MISS] == []
    assert (Verdict.NOTE, "CloudTrail delivered the record of Decrypt") in told
    assert on.keys == [KEY]


def test_a_key_that_is_served_for_a_while_is_tried_again() -> None:
    answers: Iterator[Reply | AwsError] = iter([{"Plaintext": b"x"}, REFUSED])
    on = drill(
        {
            "kms:DescribeKey": state("PendingDeletion"),
            "kms:Decrypt": lambda _: next(answers),
            "logs:FilterLogEvents": logs(),
        }
    )

    assert misses(refusal, on) == [
        "the record of Decrypt is in the log group, and its message names the key",
    ]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"Plaintext": b"x"}, "KMS still serves"),
        (DeniedError("kms:Decrypt", "AccessDenied", "no"), "another reason"),
    ],
)
def test_a_key_that_is_not_refused_as_it_should_be_stops_the_step(answer: Said, said: str) -> None:
    on = drill({"kms:DescribeKey": state("PendingDeletion"), "kms:Decrypt": answer})

    with pytest.raises(StoppedError, match=said):
        found(refusal, on)


def test_a_management_call_is_refused_and_recorded_as_well() -> None:
    record = {**RECORD, "eventName": "TagResource", "resources": None}
    on = with_key({"kms:TagResource": REFUSED, "logs:FilterLogEvents": logs(trail=[line(record)])})

    assert misses(management_call, on) == ["the resources of the record of TagResource name the key"]


def test_the_notice_is_seen_in_the_case_in_delivers_log_and_at_the_alarm() -> None:
    logged = looks([line(ROUTED), line(BY_EMAIL), line(BY_TEAMS)])

    assert misses(notice, with_key(noticed(logged), parameters=ADDRESS)) == []


def test_a_notice_that_nobody_was_sent_or_heard_of_is_missed() -> None:
    ill = noticed(
        logs(),
        dynamodb_Query=table(example_case(notified=Notified(in_use=True)), example_case(), "{}"),
        cloudwatch_DescribeAlarmHistory=alarm_history((5, "x")),
    )

    assert misses(notice, with_key(ill)) == ["deliver sent it to no channel", "the alarm fired"]
    assert misses(notice, with_key({**ill, "dynamodb:Query": items()}))[0].startswith("the case says")


@pytest.mark.parametrize(
    ("history", "fired"),
    [
        ([alarm_history((2, FIRED))], True),
        ([alarm_history(), alarm_history((2, FIRED))], True),
        ([alarm_history((-9, CALMED), (-5, FIRED))], True),
        ([alarm_history((-5, FIRED), (2, CALMED))], True),
        ([alarm_history((-9, FIRED), (-5, CALMED))], False),
        ([alarm_history()], False),
    ],
    ids=["fired", "later than the notice", "rang already", "rang already, then not", "before", "never"],
)
def test_the_alarm_has_fired_since_the_drill_began_or_rang_already(
    history: list[Mapping[str, Any]], *, fired: bool
) -> None:
    logged = looks([line(ROUTED), line(BY_EMAIL), line(BY_TEAMS)])
    left = list(history)
    answers = noticed(
        logged, cloudwatch_DescribeAlarmHistory=lambda _: left.pop(0) if len(left) > 1 else left[0]
    )

    assert misses(notice, with_key(answers, parameters=ADDRESS)) == ([] if fired else ["the alarm fired"])


def test_the_notice_is_waited_for_until_every_channel_has_it_and_each_is_measured() -> None:
    first = [line(ROUTED), line(BY_EMAIL)]
    later = line(BY_TEAMS, NOW + timedelta(seconds=4))
    on = with_key(noticed(looks(first, [*first, later])), parameters=ADDRESS)
    on.refused_at["Decrypt"] = NOW.timestamp()

    measured = {each.what: each.seconds for each in notice.run(on) if each.seconds is not None}

    assert measured == {
        "from the refused request to the decision to notify": 0.0,
        "from the refused request to the notice in email": 0.0,
        "from the refused request to the notice in teams-of-ops": 4.0,
    }


def test_a_channel_that_never_gets_the_notice_is_named_with_what_it_said() -> None:
    logged = looks([line(ROUTED), line(BY_EMAIL)])
    refuses = noticed(logged, dynamodb_Query=table(NOTIFIED, failing=FAILING))

    assert misses(notice, with_key(noticed(logged))) == ["teams-of-ops does not have the notice"]
    assert misses(notice, with_key(refuses)) == ["teams-of-ops does not have the notice: HTTP 404"]


def test_a_channel_of_the_parameters_that_deliver_does_not_send_to_is_missed() -> None:
    routed = {**ROUTED, "channels": ["teams-of-ops"]}
    logged = looks([line(routed), line(BY_TEAMS)])

    assert misses(notice, with_key(noticed(logged), parameters=ADDRESS)) == ["email does not have the notice"]


def test_notices_about_other_keys_and_for_other_reasons_do_not_count() -> None:
    logged = looks([line({**each, "notice_id": ANOTHER}) for each in (ROUTED, BY_EMAIL, BY_TEAMS)])

    assert misses(notice, with_key(noticed(logged))) == ["deliver sent it to no channel"]


def test_a_channel_with_several_recipients_has_the_notice_when_the_first_of_them_has() -> None:
    again = line(BY_EMAIL, NOW + timedelta(seconds=30))
    on = with_key(noticed(looks([line({**ROUTED, "channels": ["email"]}), line(BY_EMAIL), again])))
    on.refused_at["Decrypt"] = NOW.timestamp()

    assert [each.seconds for each in notice.run(on) if each.what.endswith("in email")] == [0.0]


def test_with_a_higher_log_level_the_log_does_not_say_who_has_the_notice() -> None:
    on = with_key(noticed(logs()), parameters={"LogLevel": "WARN"})

    assert (Verdict.SKIPPED, "deliver's log does not name the channels: LogLevel is WARN") in found(
        notice, on
    )


def test_what_needs_a_key_says_so() -> None:
    for step in (management_call, notice, rescue, audit):
        with pytest.raises(StoppedError, match="the step refusal"):
            list(step.run(drill({})))


def test_a_person_rescues_the_key() -> None:
    well = with_key(
        {
            "kms:DescribeKey": state("PendingDeletion", "PendingDeletion", "Enabled"),
            "kms:Decrypt": {"Plaintext": b"x"},
        }
    )
    nobody = with_key({"kms:DescribeKey": state("PendingDeletion"), "kms:Decrypt": REFUSED})

    assert misses(rescue, well) == []
    assert misses(rescue, nobody) == [
        "the key is PendingDeletion",
        "the key works again: KMS decrypted with it",
    ]


DECIDED = {
    "event": "decision",
    "key": KEY,
    "outcome": "rescued",
    "channel": "email",
    "auth_method": "sign-in",
}
TRAIL = [
    line({"event": "notice", "key": KEY}),
    line({"event": "notice", "key": "another"}),
    line({"event": "decision", "key": KEY, "outcome": "started"}),
    line({**DECIDED, "subject": "00u1"}),
]


def test_the_audit_trail_has_both_lines_of_the_decision_and_the_person() -> None:
    parameters = {"Approvers": "sign-in"}
    nameless = [*TRAIL[:3], line(DECIDED)]

    assert misses(audit, with_key({"logs:FilterLogEvents": logs(audit=TRAIL)}, parameters=parameters)) == []
    assert misses(audit, with_key({"logs:FilterLogEvents": logs(audit=nameless)})) == []
    assert misses(audit, with_key({"logs:FilterLogEvents": logs(audit=nameless)}, parameters=parameters)) == [
        "the person who signed in is named"
    ]
    assert len(misses(audit, with_key({"logs:FilterLogEvents": logs(audit=TRAIL[1:2])}))) == 2


def test_the_api_has_to_refuse_a_flood_and_log_no_path() -> None:
    address = f"{PAGE}not-a-link"
    open_to_all = {address: HttpAnswer(status=404, headers={})}
    closed = {address: UnreachableError("GET", "timeout", "")}

    assert misses(
        throttling, drill({"logs:FilterLogEvents": logs(LinkAccessLogs=[line("{}")])}, pages=open_to_all)
    ) == ["0 requests were refused as too many"]
    assert (
        len(
            misses(
                throttling,
                drill({"logs:FilterLogEvents": logs(LinkAccessLogs=[line(address)])}, pages=closed),
            )
        )
        == 3
    )


def test_the_runtime_is_told_by_the_records_of_investigate() -> None:
    others = [line({**RECORD, "userIdentity": "x"}), line("no json")]

    assert found(runtime, drill({"logs:FilterLogEvents": logs(trail=[*others, line(RECORD)])})) == [
        (Verdict.OK, "CloudTrail recorded calls of investigate in the last hour"),
        (Verdict.NOTE, "Boto3/1.40.4"),
    ]
    assert len(misses(runtime, drill({"logs:FilterLogEvents": logs(trail=others)}))) == 1


def test_reads_are_counted_by_their_pages() -> None:
    pages: Iterator[Reply | AwsError] = iter([{"events": [], "nextToken": "t"}, {"events": [line("x")]}])
    on = drill({"logs:FilterLogEvents": lambda _: next(pages)})

    assert found(log_reads, on)[0] == (Verdict.NOTE, "2 pages, 1 of them empty, with 1 events")


def test_a_warning_has_to_be_in_the_log_and_nothing_lower() -> None:
    warning = line({"message": NOT_FROM_AN_ALARM, "level": "WARN"})
    info = line({"message": "x", "level": "INFO"})
    start = {"lambda:Invoke": {"StatusCode": 200}}

    def at(level: str, *lines: Mapping[str, Any]) -> list[str]:
        answers = {**start, "logs:FilterLogEvents": logs(InvestigateLogs=list(lines))}
        return misses(log_level, drill(answers, parameters={"LogLevel": level}))

    assert at("WARN", warning) == []
    assert at("WARN", warning, info) == ["no line of level INFO is in the log, at LogLevel=WARN"]
    assert at("INFO", info) == ["the warning is in the log, at LogLevel=INFO"]


def test_an_item_of_390_kb_comes_back_as_it_was_written() -> None:
    kept: dict[str, Any] = {}

    def put(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        kept.update(asked["Item"])
        return {}

    answers: dict[str, Said] = {"dynamodb:PutItem": put, "dynamodb:DeleteItem": {}}
    assert misses(large_item, drill({**answers, "dynamodb:GetItem": lambda _: {"Item": dict(kept)}})) == []
    assert len(kept["body"]["S"].encode()) == large_item.SIZE
    assert misses(large_item, drill({**answers, "dynamodb:GetItem": {}})) == [
        "it comes back as it was written"
    ]


def alarms(*names: str) -> Said:
    return lambda asked: {
        "MetricAlarms": [
            {"AlarmName": each, "StateValue": "ALARM"} for each in names if each in asked["AlarmNames"]
        ]
    }


def test_the_recipes_alarm_is_made_beside_ours_and_one_that_is_there_is_left_alone() -> None:
    made: list[str] = []

    def put(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        made.append(asked["AlarmName"])
        return {}

    def there(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"MetricAlarms": [{"AlarmName": n} for n in asked["AlarmNames"] if n in {"alarm", *made}]}

    answers: dict[str, Said] = {"cloudwatch:PutMetricAlarm": put, "cloudwatch:DeleteAlarms": {}}
    assert misses(recipe_alarm, drill({**answers, "cloudwatch:DescribeAlarms": there})) == []
    assert made == [recipe_alarm.NAME]
    both = alarms("alarm", recipe_alarm.NAME)
    assert misses(recipe_alarm, drill({"cloudwatch:DescribeAlarms": both})) == []


def changes(*replaced: str) -> Said:
    return {
        "Status": "CREATE_COMPLETE",
        "Changes": [
            {"ResourceChange": {"LogicalResourceId": each, "Replacement": "True"}} for each in replaced
        ],
    }


def test_an_update_must_not_replace_what_has_to_last() -> None:
    parameters = {"LogLevel": "INFO", "LinkHours": "24"}
    answers: dict[str, Said] = {"cloudformation:CreateChangeSet": {}, "cloudformation:DeleteChangeSet": {}}

    def on(told: Said) -> Drill:
        return drill({**answers, "cloudformation:DescribeChangeSet": told}, parameters=parameters)

    assert misses(update_matrix, on(changes("SigningKeyA"))) == []
    assert misses(update_matrix, on(changes("CaseTable")))[0].endswith("and replaces CaseTable")
    denied = DeniedError("cloudformation:CreateChangeSet", "AccessDenied", "no")
    refused = drill({"cloudformation:CreateChangeSet": denied}, parameters=parameters)
    assert {verdict for verdict, _ in found(update_matrix, refused)} == {Verdict.NOTE}


def test_a_replica_is_made_and_the_wording_is_compared() -> None:
    def on(words: str) -> Drill:
        return drill(
            {
                "kms:ReplicateKey": {"ReplicaKeyMetadata": {"KeyId": REPLICA, "Arn": REPLICA}},
                "kms:DescribeKey": state("Enabled", "Enabled", "PendingReplicaDeletion"),
                "kms:Decrypt": WrongStateError("kms:Decrypt", "KMSInvalidStateException", f"{KEY} {words}"),
            }
        )

    good = on("is pending replica deletion.")
    assert misses(replica, good) == []
    assert good.keys == [KEY, REPLICA]
    assert len(misses(replica, on("is pending deletion."))) == 1


def test_a_message_that_nobody_understands_ends_in_the_dead_letter_queue() -> None:
    ours = {
        "Messages": [{"Body": dead_letter.BODY, "ReceiptHandle": "r"}, {"Body": "x", "ReceiptHandle": "s"}]
    }
    answers: dict[str, Said] = {
        "sqs:SendMessage": {},
        "sqs:DeleteMessage": {},
        "cloudwatch:DescribeAlarms": alarms("DeliveryDeadLetterAlarm"),
    }

    assert misses(dead_letter, drill({**answers, "sqs:ReceiveMessage": ours})) == []
    nothing = {**answers, "sqs:ReceiveMessage": {}, "cloudwatch:DescribeAlarms": alarms()}
    assert len(misses(dead_letter, drill(nothing))) == 2


def test_what_stops_one_step_stops_no_other_and_the_keys_are_cleaned_up() -> None:
    on = drill(
        {"kms:DescribeKey": state("Enabled", "PendingDeletion"), "kms:Decrypt": REFUSED},
        parameters={"NotifyOnScheduling": "yes"},
    )
    on.keys.append(KEY)

    on.person = Somebody(says_yes=False)
    done = list(run(on, [recipe_alarm, large_item]))

    assert [each.step for each in done] == ["recipe-alarm", "large-item", "clean-up", "clean-up"]
    assert [each.finding.verdict for each in done[:2]] == [Verdict.SKIPPED, Verdict.SKIPPED]
    assert done[2].finding == Finding(verdict=Verdict.OK, what=f"{KEY} is PendingDeletion")
    assert "deletion-scheduled" in done[3].finding.what


def writing(into: list[Any], answer: Reply | None = None) -> Said:
    """Answer a call, and write down what was asked."""

    def say(asked: Mapping[str, Any]) -> Reply:
        into.append(asked)
        return answer or {}

    return say


def scheduled(on: Drill) -> list[Any]:
    """Make KMS write down of which keys the deletion is scheduled."""
    told: list[Any] = []
    assert isinstance(on.cloud, FakeCloud)
    on.cloud.answers["kms:ScheduleKeyDeletion"] = writing(told)
    return told


def test_whoever_interrupts_a_drill_leaves_no_key_behind() -> None:
    on = with_key({"kms:DescribeKey": state("Enabled")})
    on.keys.append(REPLICA)
    told = scheduled(on)
    doing = run(on, [member_key])

    next(doing)
    doing.close()

    assert [asked["KeyId"] for asked in told] == [KEY, REPLICA]


def test_a_replica_that_is_still_made_is_waited_for_before_it_is_cleaned_up() -> None:
    on = with_key({"kms:DescribeKey": state("Creating", "Creating", "Enabled", "PendingDeletion")})
    told = scheduled(on)

    (done,) = run(on, [])

    assert [asked["KeyId"] for asked in told] == [KEY]
    assert done.finding == Finding(verdict=Verdict.OK, what=f"{KEY} is PendingDeletion")


def test_a_replica_is_marked_as_its_key_is() -> None:
    marks: list[Any] = []
    answer = {"ReplicaKeyMetadata": {"KeyId": REPLICA, "Arn": REPLICA}}
    on = with_key({"kms:ReplicateKey": writing(marks, answer)})

    on.new_replica(KEY, "us-east-1")

    assert marks[0]["Tags"] == [{"TagKey": "kms-reprieve:drill", "TagValue": on.id}]
    assert "Its deletion is intended." in marks[0]["Description"]


def test_what_a_step_made_in_the_stack_goes_when_the_step_fails() -> None:
    alarms_gone: list[Any] = []
    items_gone: list[Any] = []
    looks: Iterator[Reply | AwsError] = iter([{"MetricAlarms": []}])
    down = UnreachableError("dynamodb:GetItem", "Throttling", "")

    def described(_: Mapping[str, Any]) -> Reply | AwsError:
        return next(looks, down)

    on = drill(
        {
            "cloudwatch:DescribeAlarms": described,
            "cloudwatch:PutMetricAlarm": {},
            "cloudwatch:DeleteAlarms": writing(alarms_gone),
            "dynamodb:PutItem": {},
            "dynamodb:GetItem": down,
            "dynamodb:DeleteItem": writing(items_gone),
        }
    )

    list(run(on, [recipe_alarm, large_item]))

    assert (len(alarms_gone), len(items_gone)) == (1, 1)


def test_a_key_that_can_not_be_cleaned_up_is_named() -> None:
    on = with_key({"kms:DescribeKey": DeniedError("kms:DescribeKey", "AccessDenied", "no")})

    (done,) = run(on, [])

    assert done.step == "clean-up"
    assert done.finding.verdict is Verdict.MISS
    assert KEY in done.finding.what


def test_a_change_is_made_only_after_a_yes() -> None:
    on = drill({})
    on.person = Somebody(says_yes=False)

    done: list[Done] = list(run(on, [refusal]))

    assert done == [Done("refusal", Finding(verdict=Verdict.SKIPPED, what="stopped: you did not allow it"))]
    assert on.keys == []


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.ID)
def test_every_step_is_named_after_its_file_and_says_what_it_shows(step: Step) -> None:
    module = str(getattr(step, "__name__", ""))

    assert module.rpartition(".")[2].replace("_", "-") == step.ID
    assert step.WHAT.endswith((".", ")."))
    assert step.CHANGES == "" or step.CHANGES.endswith(".")
