"""`kms-reprieve drill`."""

import json
import textwrap
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from shutil import get_terminal_size
from typing import Final

import boto3
from rich.text import Text

from kms_reprieve_cli.doctor.http_network import HttpNetwork
from kms_reprieve_cli.doctor.subject import Subject
from kms_reprieve_cli.drill.all_steps import STEPS
from kms_reprieve_cli.drill.drill import Choices, Drill
from kms_reprieve_cli.drill.finding import Verdict
from kms_reprieve_cli.drill.live_cloud import LiveCloud
from kms_reprieve_cli.drill.person import TerminalPerson
from kms_reprieve_cli.drill.policy import document
from kms_reprieve_cli.drill.report import Report, said
from kms_reprieve_cli.drill.run import Done, run
from kms_reprieve_cli.drill.step import Step
from kms_reprieve_cli.status import Status
from kms_reprieve_cli.terminal import messages
from reprieve.arn import partition_of
from reprieve.errors import NotUnderstoodError

REPORTED: Final = (
    *("AlarmPeriodSeconds", "Approvers", "LinkHours", "LogLevel", "NotifyOnScheduling", "SigningKeys"),
)
BY_HAND: Final = (
    "Without one, do this by hand in the other account: create a key, encrypt with it, schedule its deletion,"
    " and decrypt. Then run the step member-key with --member-key ARN."
)
_STYLES: Final = {
    Verdict.OK: "green",
    Verdict.MISS: "bold red",
    Verdict.NOTE: "",
    Verdict.SKIPPED: "magenta",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be done, and where the report goes; see the options of the command."""

    stack_name: str
    only: Collection[str]
    choices: Choices
    says_yes: bool
    report: Path
    is_json: bool


def drill(session: boto3.Session, wanted: Wanted, member: boto3.Session | None = None) -> Status:
    """Do the steps, tell what they find, and write the report; WRONG if something is not as it should be.

    Args:
        session: The stack's account.
        wanted: What is to be done.
        member: Another account, for the step that has a key there.

    Raises:
        AwsError: there is no such stack, no credentials, no permission to see it.
        NotUnderstoodError: no Region is chosen.
    """
    if not session.region_name:
        raise NotUnderstoodError("Region", "none is chosen: use --region, or AWS_REGION")
    subject = _subject(session, wanted.stack_name)
    made = Drill(
        subject=subject,
        person=TerminalPerson(wanted.says_yes),
        member=_subject(member) if member else None,
        choices=wanted.choices,
    )
    messages().print(
        f"Drill {made.id} with stack {made.stack.name} in account {subject.account}, {subject.region}"
    )
    found = list(_told(run(made, chosen(wanted.only))))
    report = Report(
        version=version("kms-reprieve"),
        region=subject.region,
        at=subject.now,
        parameters={name: made.stack.parameters.get(name, "") for name in REPORTED},
        found=found,
    )
    _write(report, wanted)
    return Status.WRONG if report.misses else Status.DONE


def _subject(session: boto3.Session, stack_name: str = "") -> Subject:
    return Subject(
        cloud=LiveCloud(session),
        network=HttpNetwork(),
        region=session.region_name,
        now=datetime.now(UTC),
        stack_name=stack_name,
    )


def chosen(only: Collection[str]) -> Sequence[Step]:
    """Return the usual steps, or those that are named, in their order."""
    return [step for step in STEPS if (step.ID in only if only else step.USUAL)]


def print_policy(only: Collection[str], region: str, stack_name: str) -> Status:
    """Print the least policy that the steps need."""
    print(json.dumps(document(chosen(only), partition_of(region), stack_name), indent=2))
    return Status.DONE


def print_steps() -> Status:
    """Print all steps, with what they show and what they change."""
    for step in STEPS:
        print(f"{step.ID}{'' if step.USUAL else ' (only if you choose it)'}")
        _print_indented(step.WHAT)
        if step.CHANGES:
            _print_indented(f"Changes: {step.CHANGES}")
    return Status.DONE


def _print_indented(text: str) -> None:
    print(textwrap.fill(text, get_terminal_size().columns, initial_indent="  ", subsequent_indent="  "))


def _told(found: Iterable[Done]) -> Iterator[Done]:
    """Yield what is found, and print it as it comes."""
    step = ""
    for done in found:
        if done.step != step:
            step = done.step
            messages().print(Text(step, style="bold"))
        messages().print(Text(said(done.finding), style=_STYLES[done.finding.verdict]))
        yield done


def _write(report: Report, wanted: Wanted) -> None:
    told = json.dumps(report.as_json(), indent=2, ensure_ascii=False)
    for suffix, text in ((".md", report.as_markdown()), (".json", told + "\n")):
        path = wanted.report.with_name(wanted.report.name + suffix)
        path.write_text(text, encoding="utf-8")
        messages().print(f"wrote {path}")
    if wanted.is_json:
        print(told)
