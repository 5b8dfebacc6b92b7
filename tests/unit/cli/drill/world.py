"""The world of a drill: a stack, its logs and its table, a person, the time; all of it in memory."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from kms_reprieve_cli.doctor.policy import ALWAYS_ALLOWED
from kms_reprieve_cli.doctor.subject import Subject
from kms_reprieve_cli.drill.drill import Choices, Drill, Passing
from kms_reprieve_cli.drill.finding import Verdict
from kms_reprieve_cli.drill.step import Step
from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.case import Case, Notified
from reprieve.cases.serialization import to_json
from reprieve.errors import WrongStateError
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
    assert cloud.asked - before <= {*step.NEEDS, "cloudformation:DescribeStacks", *ALWAYS_ALLOWED}
    return told


def misses(step: Step, on: Drill) -> list[str]:
    return [what for verdict, what in found(step, on) if verdict is Verdict.MISS]


def with_key(answers: Mapping[str, Said], **more: Any) -> Drill:
    made = drill(answers, **more)
    made.keys.append(KEY)
    made.sealed[KEY] = b"sealed"
    return made


NOTIFIED = example_case(notified=Notified(in_use=True, last_at=NOW))
NOTICE, ANOTHER = "5f0c2f5e-8b0e-5d53-a7a5-0f0d7a1a9a01", "5f0c2f5e-8b0e-5d53-a7a5-0f0d7a1a9a02"
ROUTED = {"message": "Routed a notice", "notice_id": NOTICE, "channels": ["email", "teams-of-ops"]}
BY_EMAIL = {"message": "Sent a notice", "notice_id": NOTICE, "channel": "email"}
BY_TEAMS = {**BY_EMAIL, "channel": "teams-of-ops"}
FIRED, CALMED = "Alarm updated from OK to ALARM", "Alarm updated from ALARM to OK"


def alarm_history(*changes: tuple[float, str]) -> Mapping[str, Any]:
    """What CloudWatch tells of the alarm: its changes, by the minutes since the drill began."""
    told = [{"Timestamp": NOW + timedelta(minutes=at), "HistorySummary": what} for at, what in changes]
    return {"AlarmHistoryItems": told[::-1]}


RANG = alarm_history((1, FIRED))
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
