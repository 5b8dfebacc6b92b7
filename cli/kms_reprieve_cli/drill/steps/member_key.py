"""A key of another account that you prepared by hand: what the stack found out about it."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding, StoppedError, expect, note
from reprieve.arn import KeyArn
from reprieve.cases.case import Case
from reprieve.cases.serialization import from_json
from reprieve.cases.store import CASE, KEY

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
    key = KeyArn.parse(drill.choices.member_key)
    found = drill.wait("the case of that key", lambda: drill.documents(f"{KEY}{key}", CASE))
    yield expect(found, "the stack has a case of that key")
    for document in found[-1:]:
        case = from_json(Case, document.body)
        yield note(f"state {case.key.state or 'not known'}, {case.uses.count} refused requests")
        yield from (note(f"not known: {unknown}") for unknown in case.unknown)
        rescuable = case.key.rescuable
        yield note(f"the page can rescue it: {rescuable.allowed if rescuable else 'not known'}")
