"""A Lambda event → the alarm's change of state."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from reprieve.alarm import Alarm, read_alarm, sns_messages
from reprieve.errors import NotUnderstoodError
from tests.examples import at
from tests.recorded import event

ALARM = Alarm(
    name="KMSKeyPendingDeletionErrorAlarm",
    account="111122223333",
    region="eu-west-1",
    is_ringing=True,
    changed_at=at("14:55:10.006"),
    evaluated=timedelta(minutes=1),
)


def message(name: str = "alarm") -> str:
    return sns_messages(event(f"alarms/{name}"))[0]


def changed(**changes: Any) -> str:
    return json.dumps(json.loads(message()) | changes)


def test_a_recorded_alarm_is_read() -> None:
    assert read_alarm(message()) == ALARM


def test_new_fields_and_no_trigger_make_no_difference() -> None:
    assert read_alarm(message("unknown-fields-and-no-trigger")) == ALARM


@pytest.mark.parametrize("name", ["ok", "insufficient-data"])
def test_only_the_state_alarm_rings(name: str) -> None:
    assert not read_alarm(message(name)).is_ringing


def test_another_alarm_is_read_with_its_own_name() -> None:
    assert read_alarm(message("another-alarm")).name == "HighCpu"


def test_an_event_may_hold_several_messages() -> None:
    assert [read_alarm(text).is_ringing for text in sns_messages(event("alarms/two-messages"))] == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    "lambda_event",
    [
        {},
        {"source": "schedule"},
        {"Records": None},
        {"Records": ["x", {}]},
        {"Records": [{"EventSource": "aws:s3", "Sns": {"Message": "x"}}]},
    ],
)
def test_an_event_of_another_source_has_no_messages(lambda_event: dict[str, Any]) -> None:
    assert sns_messages(lambda_event) == ()


@pytest.mark.parametrize("sns", [None, {}, {"Message": None}, {"Message": 7}, "x"])
def test_a_message_without_text_is_empty(sns: object) -> None:
    assert sns_messages({"Records": [{"EventSource": "aws:sns", "Sns": sns}]}) == ("",)


@pytest.mark.parametrize("name", ["empty-message", "foreign-message", "no-alarm-arn"])
def test_what_no_alarm_sent_is_refused(name: str) -> None:
    with pytest.raises(NotUnderstoodError):
        read_alarm(message(name))


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        "7",
        "{}",
        "[" * 100_000,
        changed(StateChangeTime=None),
        changed(StateChangeTime="yesterday"),
        changed(StateChangeTime="0001-01-01T00:00:00Z"),
        changed(AlarmArn="arn:aws:cloudwatch:eu-west-1"),
        changed(AlarmArn=7),
    ],
)
def test_what_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        read_alarm(text)


def test_an_alarm_may_have_colons_in_its_name() -> None:
    arn = "arn:aws:cloudwatch:us-east-1:444455556666:alarm:a:b"

    alarm = read_alarm(changed(AlarmArn=arn, AlarmName="a:b"))

    assert (alarm.name, alarm.region, alarm.account) == ("a:b", "us-east-1", "444455556666")


@pytest.mark.parametrize(
    ("trigger", "evaluated"),
    [
        ({"Period": 300, "EvaluationPeriods": 3}, timedelta(minutes=15)),
        ({"Period": 86400, "EvaluationPeriods": 30}, timedelta(days=7)),
        ({"Period": 10**100, "EvaluationPeriods": 10**100}, timedelta(days=7)),
        ({"Period": 0, "EvaluationPeriods": 3}, timedelta(minutes=1)),
        ({"Period": 60, "EvaluationPeriods": -1}, timedelta(minutes=1)),
        ({"Period": "60", "EvaluationPeriods": 1}, timedelta(minutes=1)),
        ({"Period": float("inf"), "EvaluationPeriods": 1}, timedelta(minutes=1)),
        ({"Period": float("nan"), "EvaluationPeriods": 1}, timedelta(minutes=1)),
        ({"Period": 60, "EvaluationPeriods": float("-inf")}, timedelta(minutes=1)),
        ({"Metrics": []}, timedelta(minutes=1)),
        (None, timedelta(minutes=1)),
    ],
)
def test_the_time_that_an_alarm_looks_at_is_its_periods(trigger: object, evaluated: timedelta) -> None:
    assert read_alarm(changed(Trigger=trigger)).evaluated == evaluated


def test_the_record_that_made_it_ring_was_delivered_a_while_before() -> None:
    assert ALARM.since(at("14:55:30")) == at("14:39:10.006")


@pytest.mark.parametrize(
    ("changes", "since"),
    [
        ({"StateChangeTime": "1970-01-01T00:00:00Z"}, at("14:55:30") - timedelta(days=1)),
        ({"StateChangeTime": "2100-01-01T00:00:00Z"}, at("14:40:30")),
        ({"StateChangeTime": "2026-11-22T14:57:00Z"}, at("14:40:30")),
        ({"Trigger": {"Period": 86400, "EvaluationPeriods": 7}}, at("14:55:30") - timedelta(days=1)),
    ],
    ids=["long ago", "to come", "a clock that is ahead", "a week of evaluation"],
)
def test_whatever_a_message_says_an_alarm_is_looked_into_for_a_day_at_the_most(
    changes: dict[str, Any], since: datetime
) -> None:
    assert read_alarm(changed(**changes)).since(at("14:55:30")) == since
