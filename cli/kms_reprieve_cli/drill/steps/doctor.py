"""What doctor says about the stack and its source: the trail or rule, its selectors, classic or advanced."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import CheckStatus
from kms_reprieve_cli.doctor.checks import CHECKS, GATES
from kms_reprieve_cli.doctor.examination import examine
from kms_reprieve_cli.doctor.policy import needed
from kms_reprieve_cli.doctor.source.trails import delivering
from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding, expect, note

ID: Final = "doctor"
WHAT: Final = "Doctor finds nothing wrong, and the source records KMS' read and write events."
CHANGES: Final = ""
USUAL: Final = True
NEEDS: Final = tuple(sorted(needed("")))


def run(drill: Drill) -> Iterator[Finding]:
    """Run doctor's checks, and say which kind of selectors the trails have."""
    counted = dict.fromkeys(CheckStatus, 0)
    for result in examine(drill.subject, CHECKS, GATES):
        counted[result.status] += 1
        if result.status is CheckStatus.FAIL:
            yield expect(False, f"{result.id}: {result.what}; {result.cause}")
        elif result.status is not CheckStatus.PASS:
            yield note(f"{result.id}: {result.status}: {result.what}; {result.cause}")
    yield note(", ".join(f"{number} {status}" for status, number in counted.items() if number))
    for trail in delivering(drill.subject):
        kind = "advanced" if trail.selectors(drill.subject).advanced else "classic"
        yield note(f"a trail with {kind} event selectors delivers to the log group")
