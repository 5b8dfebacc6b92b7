"""The alarm goes to ALARM, the case is stored, and a notice goes to every channel."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from kms_reprieve_cli.doctor import table
from kms_reprieve_cli.drill.deliveries import Deliveries, deliveries
from kms_reprieve_cli.drill.drill import LOGS_EVERYTHING, Drill
from kms_reprieve_cli.drill.finding import Finding, expect, not_shown, took
from reprieve.cases.case import Case
from reprieve.cases.health_store import channel_of
from reprieve.cases.readable import readable
from reprieve.cases.store import CASE, KEY

ID: Final = "notice"
WHAT: Final = "A single refused request makes the alarm fire, and every channel gets the notice."
CHANGES: Final = ""
USUAL: Final = True
NEEDS: Final = ("cloudwatch:DescribeAlarmHistory", "dynamodb:Query", "logs:FilterLogEvents")

_PATIENCE: Final = 10 * 60
_CHANNELS: Final = 120
"""Seconds until every channel must have the notice."""

_ALARM: Final = 5 * 60
"""Seconds until the alarm must have fired; the schedule may make the notice before that."""

_A_DAY: Final = timedelta(days=1)


def run(drill: Drill) -> Iterator[Finding]:
    """Look at the case, at deliver's log, and at the alarm's history."""
    key = drill.key
    begun = drill.refused_at.get("Decrypt", drill.since)
    yield from decided(drill, key, begun)
    yield from delivered(drill, key, begun)
    yield from _alarm(drill)


def decided(drill: Drill, key: str, begun: float) -> Iterator[Finding]:
    """Wait for the case of a key of which people were notified, and say how long that took."""
    cases = drill.wait("the notice (up to 10 minutes)", lambda: notified(drill, key), _PATIENCE)
    yield expect(cases, "the case says that you were notified of a key in use")
    for case in cases[:1]:
        if case.notified.last_at:
            yield took(
                "from the refused request to the decision to notify",
                case.notified.last_at.timestamp() - begun,
            )


def delivered(drill: Drill, key: str, begun: float) -> Iterator[Finding]:
    """Wait until every channel has the notice about a key; say which have not, and how long it took."""
    if drill.log_level != LOGS_EVERYTHING:
        yield not_shown(f"deliver's log does not name the channels: LogLevel is {drill.log_level}")
        return
    complete = drill.wait("every channel", lambda: _complete(deliveries(drill, key)), _CHANNELS)
    sent = complete or deliveries(drill, key)
    yield expect(sent.at, f"deliver sent it to {', '.join(sorted(sent.at)) or 'no channel'}")
    yield from (expect(False, each) for each in _missing(drill, sent))
    for channel, at in sorted(sent.at.items()):
        yield took(f"from the refused request to the notice in {channel}", at - begun)


def notified(drill: Drill, key: str) -> list[Case]:
    """Return the key's cases of which people were notified that it is in use, the one opened last at the end.

    The name of a case without a date comes after all dates.
    """
    found = (readable(Case, document) for document in drill.documents(f"{KEY}{key}", CASE))
    in_use = [case for case in found if case and case.notified.in_use]
    return sorted(in_use, key=lambda case: case.opened_at)


def _complete(sent: Deliveries) -> Deliveries | None:
    return sent if sent.at and not sent.missing else None


def _missing(drill: Drill, sent: Deliveries) -> Iterator[str]:
    """Yield each channel that does not have the notice, with what it said last."""
    failing = table.health_store(drill.subject).failing() if sent.missing else ()
    errors = {channel_of(each.channel): f": {each.error}" for each in failing}
    for channel in sent.missing:
        yield f"{channel} does not have the notice{errors.get(channel, '')}"


def _alarm(drill: Drill) -> Iterator[Finding]:
    rang = drill.wait("the alarm (up to 5 minutes)", lambda: _rang(drill), _ALARM)
    yield expect(rang, "the alarm fired")


def _rang(drill: Drill) -> bool:
    """Return whether the alarm went into ALARM since the drill began, or was in ALARM already."""
    began = datetime.fromtimestamp(drill.since, UTC)
    told: Mapping[str, Any] = drill.cloud.ask(
        "cloudwatch",
        "DescribeAlarmHistory",
        AlarmName=drill.stack.output("AlarmName"),
        HistoryItemType="StateUpdate",
        StartDate=began - _A_DAY,
        EndDate=datetime.fromtimestamp(drill.passing.clock() + 60, UTC),
    )
    changes = sorted(told["AlarmHistoryItems"], key=lambda each: each["Timestamp"])
    before = [each for each in changes if each["Timestamp"] < began]
    return any("to ALARM" in each.get("HistorySummary", "") for each in changes[max(0, len(before) - 1) :])
