"""The report of a drill: as Markdown for people, as JSON for programs; fit to attach to an issue."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from kms_reprieve_cli.drill.finding import Finding, Verdict
from kms_reprieve_cli.drill.redaction import redacted, redacted_record
from kms_reprieve_cli.drill.run import Done
from reprieve.clock import for_people, rfc3339

_MARKS: Final = {
    Verdict.OK: "ok",
    Verdict.MISS: "**MISS**",
    Verdict.NOTE: "",
    Verdict.SKIPPED: "**not shown**",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a drill found. Nothing in it names an account, a person or an address.

    Attributes:
        version: Of kms-reprieve.
        region: Where.
        at: When the drill began.
        parameters: The stack's parameters that matter here.
        found: What the steps found.
    """

    version: str
    region: str
    at: datetime
    parameters: Mapping[str, str]
    found: Sequence[Done]

    @property
    def misses(self) -> int:
        """How much is not as it should be, or could not be shown."""
        bad = (Verdict.MISS, Verdict.SKIPPED)
        return sum(done.finding.verdict in bad for done in self.found)

    def as_markdown(self) -> str:
        """Return the report for people."""
        return redacted("\n".join(self._lines())) + "\n" + "\n".join(self._records())

    def as_json(self) -> dict[str, Any]:
        """Return the report for programs."""
        return {
            "version": self.version,
            "region": self.region,
            "at": rfc3339(self.at),
            "parameters": dict(self.parameters),
            "misses": self.misses,
            "findings": [_object(done) for done in self.found],
        }

    def _lines(self) -> Iterator[str]:
        yield "# Drill of kms-reprieve"
        yield ""
        yield f"Version {self.version}, {self.region}, {for_people(self.at)}."
        yield (
            "Everything is as expected."
            if not self.misses
            else f"{self.misses} not as expected, or not shown."
        )
        yield ""
        yield "| Parameter | Value |"
        yield "| --- | --- |"
        yield from (f"| {name} | {value} |" for name, value in self.parameters.items())
        yield from ("", "## How long it took", "", "| Step | What | Seconds |", "| --- | --- | --- |")
        for done in self.found:
            if done.finding.seconds is not None:
                yield f"| {done.step} | {done.finding.what} | {done.finding.seconds} |"
        yield from ("", "## What was seen")
        for step, findings in groupby(self.found, lambda done: done.step):
            yield from ("", f"### {step}", "")
            yield from (_line(done.finding) for done in findings if done.finding.record is None)

    def _records(self) -> Iterator[str]:
        for done in self.found:
            if done.finding.record is not None:
                yield f"\n## {done.finding.what}\n"
                told = json.dumps(redacted_record(done.finding.record), indent=2, ensure_ascii=False)
                yield f"```json\n{told}\n```"


def said(finding: Finding) -> str:
    """Return a finding on one line, as the terminal shows it."""
    took = f": {finding.seconds} s" if finding.seconds is not None else ""
    return f"  {finding.verdict:8}{finding.what}{took}"


def _line(finding: Finding) -> str:
    took = f": {finding.seconds} s" if finding.seconds is not None else ""
    mark = _MARKS[finding.verdict]
    return f"- {f'{mark}: ' if mark else ''}{finding.what}{took}"


def _object(done: Done) -> dict[str, Any]:
    finding = done.finding
    return {
        "step": done.step,
        "verdict": finding.verdict.value,
        "what": redacted(finding.what),
        "seconds": finding.seconds,
        "record": redacted_record(finding.record) if finding.record is not None else None,
    }
