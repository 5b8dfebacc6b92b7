"""`kms-reprieve test-notice`: what is waited for, what is told, what it ends with."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest

from kms_reprieve_cli.status import Status
from kms_reprieve_cli.test_notice.aws_stack import AwsStack
from kms_reprieve_cli.test_notice.command import Time, Wanted, print_policy, send_test_notice
from kms_reprieve_cli.test_notice.stack import Started
from kms_reprieve_cli.test_notice.until import Until
from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.health_store import Failing
from reprieve.cases.sample_store import Accepted, SampleRecord
from reprieve.cases.visitor import Visitor
from reprieve.errors import DeniedError, NotUnderstoodError
from reprieve.ports import Subscription
from tests.examples import NOW, visitor

CONFIRMED = Subscription(address="jane@example.com", arn="arn:aws:sns:eu-west-1:111122223333:topic:1")
ASKED = Subscription(address="on-call@example.com", arn=None)


def after(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


def entry(event: Event, seconds: int, by: Visitor) -> Entry:
    return Entry(id=f"{event}{seconds}", at=after(seconds), case_id="test", event=event, visitor=by)


@dataclass
class FakeStack:
    """A stack; what becomes of a notice is told look by look, the last one again and again."""

    records: list[SampleRecord]
    channels: tuple[str, ...] = ("email", "slack")
    failures: Sequence[Failing] | DeniedError = ()
    addresses: Sequence[Subscription] | DeniedError = (CONFIRMED, ASKED)
    notices: list[str] = field(default_factory=list)

    def start(self, notice: str) -> Started:
        self.notices.append(notice)
        return Started(notice=notice, at=NOW, channels=self.channels)

    def record(self, notice: str) -> SampleRecord:
        assert notice == self.notices[-1]
        return self.records.pop(0) if len(self.records) > 1 else self.records[0]

    def failing(self) -> Sequence[Failing]:
        if isinstance(self.failures, DeniedError):
            raise self.failures
        return self.failures

    def subscriptions(self) -> Sequence[Subscription]:
        if isinstance(self.addresses, DeniedError):
            raise self.addresses
        return self.addresses


@dataclass
class Passing:
    now: float = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


NOTHING = SampleRecord()
TAKEN = SampleRecord(
    accepted=(Accepted(channel="email", at=after(1)), Accepted(channel="slack", at=after(2)))
)
HALF = SampleRecord(accepted=TAKEN.accepted[:1])
MAIL = visitor(claimed_name="Jane")
POST = visitor(channel="slack", source_ip="198.51.100.7")
SEEN = SampleRecord(
    accepted=TAKEN.accepted,
    history=(
        Entry(id="n", at=NOW, case_id="test", event=Event.NOTICE, reason="test"),
        entry(Event.SEEN, 42, MAIL),
        entry(Event.OPENED, 90, POST),
        entry(Event.SEEN, 95, POST),
    ),
)


def run(
    stack: FakeStack, *, until: Until = Until.OPENED, timeout: float = 10, is_json: bool = False
) -> Status:
    passing = Passing()
    wanted = Wanted(until=until, timeout=timeout, is_json=is_json)
    return send_test_notice(stack, wanted, Time(clock=passing.clock, sleep=passing.sleep))


def test_it_waits_until_every_channel_was_opened_and_tells_who_did(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stack = FakeStack([NOTHING, HALF, TAKEN, SEEN])

    status = run(stack)

    assert status is Status.DONE
    assert capsys.readouterr().out.splitlines() == [
        "email: accepted after 1 s",
        "email: delivered: not known (SNS does not say)",
        'email: seen after 42 s: Someone with the link from email, who says they are "Jane",'
        " from 203.0.113.40",
        "slack: accepted after 2 s",
        "slack: delivered: yes (Slack answers after it has posted)",
        "slack: opened after 1 min 30 s: Someone with the link from slack, from 198.51.100.7",
        "slack: seen after 1 min 35 s: Someone with the link from slack, from 198.51.100.7",
        "email: to jane@example.com",
        "email: on-call@example.com has not confirmed the email from AWS, and gets nothing",
    ]


def test_a_channel_without_a_link_has_nothing_to_be_opened(capsys: pytest.CaptureFixture[str]) -> None:
    bus = Accepted(channel="slack", at=after(2), has_link=False)
    record = replace(SEEN, accepted=(SEEN.accepted[0], bus), history=SEEN.history[:2])

    status = run(FakeStack([record]))

    assert status is Status.DONE
    assert "slack: the message has no link to open" in capsys.readouterr().out


def test_what_is_new_is_told_while_it_waits(capsys: pytest.CaptureFixture[str]) -> None:
    run(FakeStack([NOTHING, HALF, HALF, TAKEN, SEEN]))

    said = capsys.readouterr().err
    assert said.startswith("Sent test notice ")
    assert ' to email, slack. Open its link in each channel and press "I have seen this".' in said
    assert said.count("email: accepted after 1 s") == said.count("slack: accepted after 2 s") == 1


def test_a_channel_that_nobody_opened_in_time_is_told_and_makes_it_fail(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(FakeStack([TAKEN])) is Status.WRONG

    assert "slack: not opened yet" in capsys.readouterr().out


def test_it_can_wait_for_no_more_than_that_every_channel_took_it() -> None:
    assert run(FakeStack([NOTHING, TAKEN]), until=Until.ACCEPTED) is Status.DONE
    assert run(FakeStack([HALF]), until=Until.ACCEPTED) is Status.WRONG


def test_a_channel_that_took_nothing_is_told_with_what_it_said(capsys: pytest.CaptureFixture[str]) -> None:
    failing = [Failing(channel="slack", since=NOW, error="HTTP 404:\nno_service")]

    status = run(FakeStack([HALF], failures=failing), timeout=0)

    said = capsys.readouterr().out
    assert status is Status.WRONG
    assert "slack: not accepted: HTTP 404:�no_service" in said
    assert "slack: not opened yet" not in said


def test_without_permission_to_see_why_or_whom_the_rest_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    denied = DeniedError("dynamodb:Query", "AccessDeniedException", "no")

    run(FakeStack([HALF], failures=denied, addresses=denied), timeout=0)

    said = capsys.readouterr().out
    assert "slack: not accepted yet" in said
    assert "jane@" not in said


def test_a_stack_without_email_has_no_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    run(FakeStack([NOTHING], channels=("slack", "pager")), timeout=0)

    assert "jane@" not in capsys.readouterr().out


def test_addresses_that_are_all_pending_are_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    run(FakeStack([NOTHING], addresses=(ASKED,)), timeout=0)

    assert "email: to" not in capsys.readouterr().out


def test_a_program_reads_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    stack = FakeStack([SEEN], channels=("email", "pager"))

    status = run(stack, timeout=0, is_json=True)

    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert status is Status.WRONG
    assert told == {
        "notice": stack.notices[0],
        "at": "2026-11-22T14:55:30Z",
        "channels": [
            {
                "channel": "email",
                "accepted_at": "2026-11-22T14:55:31Z",
                "delivered": "not known (SNS does not say)",
                "has_link": True,
                "error": None,
                "recipients": [
                    {"address": "jane@example.com", "confirmed": True},
                    {"address": "on-call@example.com", "confirmed": False},
                ],
                "opened": [
                    {
                        "by": 'Someone with the link from email, who says they are "Jane"',
                        "source_ip": "203.0.113.40",
                        "at": "2026-11-22T14:56:12Z",
                        "pressed": True,
                    }
                ],
            },
            {
                "channel": "pager",
                "accepted_at": None,
                "delivered": "no",
                "has_link": True,
                "error": None,
                "recipients": [],
                "opened": [],
            },
        ],
    }


def test_the_channels_are_those_that_deliver_found_out() -> None:
    routed = SampleRecord(routed=("email",), accepted=TAKEN.accepted, history=SEEN.history)

    assert run(FakeStack([routed], channels=())) is Status.DONE
    assert run(FakeStack([NOTHING], channels=()), timeout=0) is Status.WRONG


def test_every_notice_has_an_id_of_its_own() -> None:
    stack = FakeStack([TAKEN])

    run(stack, timeout=0)
    run(stack, timeout=0)

    assert len(set(stack.notices)) == 2


def test_the_policy_writes_to_no_table_and_no_queue(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_policy("my-stack", "us-gov-west-1") is Status.DONE

    document = json.loads(capsys.readouterr().out)
    actions = {each["Sid"]: each["Action"] for each in document["Statement"]}
    assert actions == {
        "FindStack": ["cloudformation:DescribeStackResource", "cloudformation:DescribeStacks"],
        "StartTestNotice": "lambda:InvokeFunction",
        "ReadWhatBecameOfIt": "dynamodb:Query",
        "NameRecipients": "sns:ListSubscriptionsByTopic",
    }
    assert all("my-stack" in each["Resource"] for each in document["Statement"])
    assert all(each["Resource"].startswith("arn:aws-us-gov:") for each in document["Statement"])


class Refusing:
    """A session and its clients: the function answers with an error."""

    def client(self, _: str) -> "Refusing":
        return self

    def describe_stack_resource(self, **_: str) -> dict[str, Any]:
        return {"StackResourceDetail": {"PhysicalResourceId": "investigate"}}

    def invoke(self, **_: Any) -> dict[str, Any]:
        return {"Payload": BytesIO(json.dumps({"error": "too many\nof them"}).encode())}


def test_what_the_stack_refuses_is_told() -> None:
    stack = AwsStack(Refusing(), "kms-reprieve")  # type: ignore[arg-type]

    with pytest.raises(NotUnderstoodError, match=r"^stack kms-reprieve: too many.of them$"):
        stack.start("8c8f1b4e-0d5f-4a61-9d0e-3d9c1f4c0a11")
