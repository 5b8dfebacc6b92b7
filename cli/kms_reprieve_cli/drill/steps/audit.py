"""The audit log group has a line for each notice and for the decision, and says who decided."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kms_reprieve_cli.drill.drill import Drill, message_of
from kms_reprieve_cli.drill.finding import Finding, expect, note

ID: Final = "audit"
WHAT: Final = "The audit trail has the notice and the decision, before it was carried out and after."
CHANGES: Final = ""
USUAL: Final = True
NEEDS: Final = ("logs:FilterLogEvents",)

_PATIENCE: Final = 120


def run(drill: Drill) -> Iterator[Finding]:
    """Read the lines about the key."""
    yield from audited(drill, drill.key)


def audited(drill: Drill, key: str) -> Iterator[Finding]:
    """Read the lines about a key, until one says that it was rescued."""
    found = drill.wait("the audit trail", lambda: _decided(drill, key), _PATIENCE) or _lines(drill, key)
    yield expect("notice" in {line["event"] for line in found}, "the notice is in it")
    outcomes = {line.get("outcome") for line in found}
    yield expect({"started", "rescued"} <= outcomes, "the decision is in it, before it was done and after")
    for line in found:
        if line.get("outcome") == "rescued":
            yield note(
                f"decided with the link from {line.get('channel')}, identified by {line['auth_method']}"
            )
            yield from _signed_in(drill, line)


def _signed_in(drill: Drill, line: Mapping[str, Any]) -> Iterator[Finding]:
    if drill.stack.parameters.get("Approvers") == "sign-in":
        yield expect(line.get("subject"), "the person who signed in is named")


def _decided(drill: Drill, key: str) -> Sequence[Mapping[str, Any]]:
    found = _lines(drill, key)
    return found if any(line.get("outcome") == "rescued" for line in found) else ()


def _lines(drill: Drill, key: str) -> Sequence[Mapping[str, Any]]:
    lines = map(message_of, drill.lines(drill.stack.output("AuditLogGroup")))
    return [line for line in lines if line.get("key") == key]
