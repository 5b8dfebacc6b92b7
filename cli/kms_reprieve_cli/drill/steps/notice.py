"""The alarm goes to ALARM, the case is stored, and a notice goes to every channel."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from kms_reprieve_cli.drill.drill import Drill, message_of, moment_of
from kms_reprieve_cli.drill.finding import Finding, expect, took
from reprieve.cases.case import Case
from reprieve.cases.store import CASE, KEY
from reprieve.errors import NotUnderstoodError
from reprieve.serialization import from_json

ID: Final = "notice"
WHAT: Final = "A single refused request makes the alarm fire, and every channel gets the notice."
CHANGES: Final = ""
USUAL: Final = True
NEEDS: Final = ("cloudwatch:DescribeAlarmHistory", "dynamodb:Query", "logs:FilterLogEvents")

SENT: Final = "A channel has the notice"
IN_USE: Final = frozenset({"key-in-use", "new-caller"})
_PATIENCE: Final = 10 * 60
_CHANNELS: Final = ("email", "slack")


def run(drill: Drill) -> Iterator[Finding]:
    """Look at the case, at deliver's log, and at the alarm's history."""
    key = drill.key
    begun = drill.refused_at.get("Decrypt", drill.since)
    cases = drill.wait("the notice (up to 10 minutes)", lambda: notified(drill, key), _PATIENCE)
    yield expect(cases, "the case says that you were notified of a key in use")
    for case in cases[:1]:
        if case.notified.last_at:
            yield took(
                "from the refused request to the decision to notify",
                case.notified.last_at.timestamp() - begun,
            )
    sent = drill.wait("the channels", lambda: deliveries(drill), 120)
    yield expect(sent, f"deliver sent it to {len(sent)} channels")
    for channel, at in sorted(sent.items()):
        yield took(f"from the refused request to the notice in {channel}", at - begun)
    yield from _alarm(drill)


def notified(drill: Drill, key: str) -> list[Case]:
    """Return the key's cases of which people were notified that it is in use."""
    found = []
    for document in drill.documents(f"{KEY}{key}", CASE):
        try:
            found.append(from_json(Case, document.body))
        except NotUnderstoodError:
            continue
    return [case for case in found if case.notified.in_use]


def deliveries(drill: Drill) -> Mapping[str, float]:
    """Return when deliver's log says that each channel took a notice of a key in use."""
    lines = [(message_of(line), line) for line in drill.lines(drill.stack.required("DeliverLogs"))]
    return {
        str(said.get("channel")): moment_of(line)
        for said, line in lines
        if said.get("message") == SENT and said.get("reason") in IN_USE
    }


def _alarm(drill: Drill) -> Iterator[Finding]:
    told: Mapping[str, Any] = drill.cloud.ask(
        "cloudwatch",
        "DescribeAlarmHistory",
        AlarmName=drill.stack.output("AlarmName"),
        HistoryItemType="StateUpdate",
        StartDate=datetime.fromtimestamp(drill.since, UTC),
        EndDate=datetime.fromtimestamp(drill.passing.clock() + 60, UTC),
    )
    rang = [each for each in told["AlarmHistoryItems"] if "to ALARM" in each.get("HistorySummary", "")]
    yield expect(rang, "the alarm fired")
