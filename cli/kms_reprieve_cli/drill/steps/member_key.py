"""A key of another account that you prepared by hand: what the stack found out about it."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding, StoppedError, expect, note
from kms_reprieve_cli.drill.steps import notice
from reprieve.arn import KeyArn

ID: Final = "member-key"
WHAT: Final = (
    "What the stack finds out about a key of another account that you prepared by hand (--member-key)."
)
CHANGES: Final = ""
USUAL: Final = False
NEEDS: Final = ("dynamodb:Query",)


def run(drill: Drill) -> Iterator[Finding]:
    """Read the case of that key: schedule its deletion there and use it first."""
    if not drill.choices.member_key:
        raise StoppedError("name a key of another account that is pending deletion and in use: --member-key")
    key = str(KeyArn.parse(drill.choices.member_key))
    found = drill.wait("the case of that key", lambda: notice.notified(drill, key))
    yield expect(found, "the stack has a case of that key, and notified you that it is in use")
    for case in found[-1:]:
        yield note(f"state {case.key.state or 'not known'}, {case.uses.count} refused requests")
        yield from (note(f"not known: {unknown}") for unknown in case.unknown)
        rescuable = case.key.rescuable
        yield note(f"the page can rescue it: {rescuable.allowed if rescuable else 'not known'}")
