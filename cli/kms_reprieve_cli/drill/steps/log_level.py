"""LogLevel=WARN keeps warnings: Lambda must read the level of our lines."""

import json
from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.drill.drill import LOGS_EVERYTHING, Drill, message_of
from kms_reprieve_cli.drill.finding import Finding, expect, note
from reprieve.ports.log_messages import NOT_FROM_AN_ALARM

ID: Final = "log-level"
WHAT: Final = (
    "Warnings are logged at the stack's LogLevel, and at WARN nothing lower (deploy with LogLevel=WARN)."
)
CHANGES: Final = (
    "It invokes investigate with a message that is not from an alarm: it logs a warning, and does nothing."
)
USUAL: Final = False
NEEDS: Final = ("lambda:InvokeFunction", "logs:FilterLogEvents")

_PATIENCE: Final = 120


def run(drill: Drill) -> Iterator[Finding]:
    """Cause a warning and look for it."""
    event = {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": "kms-reprieve drill"}}]}
    drill.cloud.ask(
        "lambda",
        "Invoke",
        FunctionName=drill.stack.required("InvestigateFunction"),
        Payload=json.dumps(event).encode(),
    )
    group = drill.stack.required("InvestigateLogs")
    found = drill.wait("the warning", lambda: _said(drill, group, NOT_FROM_AN_ALARM), _PATIENCE)
    level = drill.log_level
    yield expect(found, f"the warning is in the log, at LogLevel={level}")
    lower = [said for said in map(message_of, drill.lines(group)) if said.get("level") == "INFO"]
    if level == LOGS_EVERYTHING:
        yield note("LogLevel is INFO: deploy with LogLevel=WARN to see that lower lines are dropped")
    else:
        yield expect(not lower, f"no line of level INFO is in the log, at LogLevel={level}")


def _said(drill: Drill, group: str, words: str) -> bool:
    return any(message_of(line).get("message") == words for line in drill.lines(group))
