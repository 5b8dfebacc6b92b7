"""The steps of a drill: what is asked and answered fits botocore's service models."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kms_reprieve_cli.doctor.cloud import HttpAnswer
from kms_reprieve_cli.doctor.subject import Subject
from kms_reprieve_cli.drill.all_steps import STEPS
from kms_reprieve_cli.drill.drill import Choices, Drill, Passing
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
    member_account,
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
from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.case import Case, Notified
from reprieve.errors import AwsError, DeniedError, UnreachableError, WrongStateError
from reprieve.serialization import to_json
from tests.examples import case as example_case
from tests.unit.cli.doctor.clouds import FakeCloud, FakeNetwork, Reply, Said

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
REPLICA = "arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"
PAGE = "https://abc.execute-api.eu-west-1.amazonaws.com/keys/"
ROLE = "arn:aws:iam::111122223333:role/investigate"
OUTPUTS = {
    "CaseTableName": "table",
    "CloudTrailLogGroup": "trail",
    "AuditLogGroup": "audit",
    "AlarmName": "alarm",
    "PageUrl": PAGE,
    "InvestigateRoleArn": ROLE,
    "DeliveryQueueUrl": "https://q/delivery",
    "DeliveryDeadLetterQueueUrl": "https://q/d",
    "InvestigateDeadLetterQueueUrl": "https://q/i",
    "HealthDeadLetterQueueUrl": "https://q/h",
    "AuditDeadLetterQueueUrl": "https://q/a",
}
RESOURCES = (
    *("InvestigateLogs", "DeliverLogs", "LinkAccessLogs", "InvestigateFunction", "DeliveryDeadLetterAlarm"),
)
REFUSED = WrongStateError("kms:Decrypt", "KMSInvalidStateException", f"{KEY} is pending deletion.")
RECORD = {
    "eventName": "Decrypt",
    "eventTime": "2026-11-22T14:55:00Z",
    "errorMessage": f"{KEY} is pending deletion.",
    "resources": [{"ARN": KEY}],
    "userIdentity": {"sessionContext": {"sessionIssuer": {"arn": ROLE}}},
    "userAgent": "Boto3/1.40.4",
}


@dataclass
class Somebody:
    """A person who allows everything, or nothing."""

    says_yes: bool = True
    heard: list[str] = field(default_factory=list)

    def allows(self, change: str) -> bool:
        self.heard.append(change)
        return self.says_yes

    def asked(self, what: str) -> None:
        self.heard.append(what)


@dataclass
class Time:
    now: float = NOW.timestamp()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def described(parameters: Mapping[str, str]) -> Mapping[str, Any]:
    return {
        "Stacks": [
            {
                "StackName": "kms-reprieve",
                "StackStatus": "CREATE_COMPLETE",
                "CreationTime": NOW,
                "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in OUTPUTS.items()],
                "Parameters": [
                    {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
                ],
            }
        ]
    }


LISTED = {
    "StackResourceSummaries": [
        {"LogicalResourceId": name, "ResourceType": "x", "PhysicalResourceId": name} for name in RESOURCES
    ]
}


def line(message: object, at: datetime = NOW, **more: Any) -> Mapping[str, Any]:
    text = message if isinstance(message, str) else json.dumps(message)
    return {"message": text, "timestamp": int(at.timestamp() * 1000), **more}


def logs(**groups: list[Mapping[str, Any]]) -> Said:
    return lambda asked: {"events": groups.get(asked["logGroupName"], [])}


def state(*states: str) -> Said:
    left = list(states)
    return lambda _: {
        "KeyMetadata": {
            "KeyId": KEY,
            "Arn": KEY,
            "KeyState": left.pop(0) if len(left) > 1 else left[0],
        }
    }


def items(*cases: Case | str) -> Reply:
    bodies = [json.dumps(to_json(each)) if isinstance(each, Case) else each for each in cases]
    return {
        "Items": [
            {"pk": {"S": "p"}, "sk": {"S": "case#x"}, "body": {"S": body}, "version": {"N": "1"}}
            for body in bodies
        ]
    }


def drill(
    answers: Mapping[str, Said],
    *,
    parameters: Mapping[str, str] | None = None,
    pages: Mapping[str, Any] | None = None,
    **choices: Any,
) -> Drill:
    usual: dict[str, Said] = {
        "cloudformation:DescribeStacks": described(parameters or {}),
        "cloudformation:ListStackResources": LISTED,
        "kms:CreateKey": {"KeyMetadata": {"KeyId": KEY, "Arn": KEY}},
        "kms:CreateAlias": {},
        "kms:Encrypt": {"CiphertextBlob": b"sealed"},
        "kms:ScheduleKeyDeletion": {},
    }
    passing = Time()
    return Drill(
        subject=Subject(
            cloud=FakeCloud({**usual, **answers}),
            network=FakeNetwork(dict(pages or {})),
            region="eu-west-1",
            now=NOW,
            stack_name="kms-reprieve",
        ),
        person=Somebody(),
        choices=Choices(**{"patience": 30.0, **choices}),
        passing=Passing(clock=passing.clock, sleep=passing.sleep),
    )


def found(step: Step, on: Drill) -> list[tuple[Verdict, str]]:
    """What a step finds; its calls are those that it says it needs."""
    cloud = on.cloud
    assert isinstance(cloud, FakeCloud)
    assert on.stack.name
    before = set(cloud.asked)
    told = [(each.verdict, each.what) for each in step.run(on)]
    assert cloud.asked - before <= {*step.NEEDS, "cloudformation:DescribeStacks"}
    return told


def misses(step: Step, on: Drill) -> list[str]:
    return [what for verdict, what in found(step, on) if verdict is Verdict.MISS]


def with_key(answers: Mapping[str, Said], **more: Any) -> Drill:
    made = drill(answers, **more)
    made.keys.append(KEY)
    made.sealed[KEY] = b"sealed"
    return made


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


NOTIFIED = example_case(notified=Notified(in_use=True, last_at=NOW))
NOTICE, ANOTHER = "5f0c2f5e-8b0e-5d53-a7a5-0f0d7a1a9a01", "5f0c2f5e-8b0e-5d53-a7a5-0f0d7a1a9a02"
ROUTED = {"message": "A notice is on its way", "notice_id": NOTICE, "channels": ["email", "teams-of-ops"]}
BY_EMAIL = {"message": "A channel has the notice", "notice_id": NOTICE, "channel": "email"}
BY_TEAMS = {**BY_EMAIL, "channel": "teams-of-ops"}
RANG = {"AlarmHistoryItems": [{"HistorySummary": "Alarm updated from OK to ALARM"}]}
ADDRESS = {"NotificationEmails": "ops@example.com"}
FAILING = {"channel": "teams-of-ops", "since": "2026-11-22T15:00:00Z", "error": "HTTP 404"}


def told(notice_id: str, reason: str) -> Mapping[str, Any]:
    """An entry of the audit trail: people were told."""
    return to_json(Entry(id=notice_id, at=NOW, case_id=NOTIFIED.id, event=Event.NOTICE, reason=reason))


def table(*cases: Case | str, failing: Mapping[str, Any] | None = None) -> Said:
    """The stack's table: the key's cases, what people were told, the channels that take nothing."""
    of_key: Mapping[str, Reply] = {
        "case#": items(*cases),
        "audit#": items(json.dumps(told(NOTICE, "key-in-use")), json.dumps(told(ANOTHER, "other")), "{}"),
    }
    others = items(*([json.dumps(failing)] if failing else []))
    return lambda asked: of_key.get(asked["ExpressionAttributeValues"].get(":sk", {}).get("S"), others)


def noticed(logged: Said, **more: Said) -> Mapping[str, Said]:
    answers = {"dynamodb:Query": table(NOTIFIED), "cloudwatch:DescribeAlarmHistory": RANG}
    return {
        **answers,
        "logs:FilterLogEvents": logged,
        **{name.replace("_", ":"): more[name] for name in more},
    }


def looks(*each: Sequence[Mapping[str, Any]]) -> Said:
    """deliver's log, as it is at one look after the other."""
    left = list(each)
    return lambda _: {"events": left.pop(0) if len(left) > 1 else left[0]}


def test_the_notice_is_seen_in_the_case_in_delivers_log_and_at_the_alarm() -> None:
    logged = looks([line(ROUTED), line(BY_EMAIL), line(BY_TEAMS)])

    assert misses(notice, with_key(noticed(logged), parameters=ADDRESS)) == []


def test_a_notice_that_nobody_was_sent_or_heard_of_is_missed() -> None:
    ill = noticed(
        logs(),
        dynamodb_Query=table(example_case(notified=Notified(in_use=True)), example_case(), "{}"),
        cloudwatch_DescribeAlarmHistory={"AlarmHistoryItems": [{"HistorySummary": "x"}]},
    )

    assert misses(notice, with_key(ill)) == ["deliver sent it to no channel", "the alarm fired"]
    assert misses(notice, with_key({**ill, "dynamodb:Query": items()}))[0].startswith("the case says")


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
    warning = line({"message": log_level.WARNING, "level": "WARN"})
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


def test_a_key_of_another_account_is_told_as_the_stack_knows_it() -> None:
    with pytest.raises(StoppedError, match="--member-key"):
        found(member_account, drill({}))
    assert misses(member_account, drill({"dynamodb:Query": items(NOTIFIED)}, member_key=KEY)) == []
    assert len(misses(member_account, drill({"dynamodb:Query": items()}, member_key=KEY))) == 1


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
    done = list(run(on, [member_account, recipe_alarm]))

    assert [each.step for each in done] == ["member-account", "recipe-alarm", "clean-up", "clean-up"]
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
    doing = run(on, [member_account])

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
