"""An alarm's message → which part of the stack is not well."""

import json
from typing import Any

import pytest

from reprieve.alarm import sns_messages
from reprieve.cases.problem import Kind, Problem
from reprieve.errors import NotUnderstoodError
from reprieve.health.stack_alarms import Alarmed, read, understood
from tests.examples import HOSTILE, at
from tests.recorded import event

FUNCTION = "kms-reprieve-DeliverFunction-a1B2c3"
QUEUE = "kms-reprieve-DeliveryDeadLetterQueue-a1B2c3"
NAMES = {FUNCTION: "deliver", QUEUE: "deliver"}
PAGE = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/"
MESSAGE = json.loads(sns_messages(event("alarms/alarm"))[0])
SAID = "A KMS key that is waiting to be deleted is in use"


def message(*dimensions: Any, **changes: Any) -> str:
    return json.dumps(MESSAGE | {"Trigger": MESSAGE["Trigger"] | {"Dimensions": dimensions}} | changes)


def told(text: str) -> Alarmed:
    ringing = read(text)
    assert ringing
    return understood(ringing, NAMES)


def dimension(name: str, value: str) -> dict[str, str]:
    return {"value": value, "name": name}


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (dimension("FunctionName", FUNCTION), Kind.FUNCTION_FAILS),
        (dimension("QueueName", QUEUE), Kind.DEAD_LETTERS),
        ({"Name": "QueueName", "Value": QUEUE}, Kind.DEAD_LETTERS),
    ],
)
def test_an_alarm_tells_of_the_function_that_its_dimension_names(found: dict[str, str], kind: Kind) -> None:
    assert told(message(found)) == Alarmed(
        problem=Problem(kind=kind, subject="deliver", since=at("14:55:10.006"), advice=SAID),
        console_url=f"{PAGE}KMSKeyPendingDeletionErrorAlarm",
    )


@pytest.mark.parametrize(
    "dimensions",
    [
        [],
        [dimension("QueueName", "another-queue")],
        [dimension("TableName", QUEUE)],
        [{"name": 1, "value": None}, "no dimension"],
    ],
)
def test_an_alarm_about_anything_else_is_told_by_its_own_name(dimensions: list[Any]) -> None:
    alarmed = told(message(*dimensions))

    assert (alarmed.problem.kind, alarmed.problem.subject) == (
        Kind.ALARM,
        "KMSKeyPendingDeletionErrorAlarm",
    )


@pytest.mark.parametrize("state", ["OK", "INSUFFICIENT_DATA"])
def test_an_alarm_that_does_not_ring_tells_nothing(state: str) -> None:
    assert read(message(NewStateValue=state)) is None


def test_an_alarm_without_a_description_is_to_be_looked_at() -> None:
    alarmed = told(message(AlarmDescription=None))

    assert alarmed.problem.advice == "Look at the alarm in CloudWatch."


def test_what_an_alarm_says_is_short_and_on_one_line() -> None:
    alarmed = told(message(AlarmName=HOSTILE * 9, AlarmDescription=HOSTILE * 99))

    assert alarmed.problem.advice.isprintable()
    assert len(alarmed.problem.advice) <= 600
    assert alarmed.problem.subject.isprintable()
    assert alarmed.console_url is None


def test_a_message_that_no_alarm_sent_is_refused() -> None:
    with pytest.raises(NotUnderstoodError):
        read("hello")
