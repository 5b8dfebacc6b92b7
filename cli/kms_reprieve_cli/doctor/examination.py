"""Runs the checks, one after the other; one that can't be read stops no other."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from kms_reprieve_cli.doctor.check import Check, CheckStatus, Group, Phase, Result, failure, unknown
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.errors import AbsentError, AwsError, DeniedError

DOCUMENT: Final = "docs/doctor.md"
_BAD: Final = frozenset({CheckStatus.FAIL, CheckStatus.UNKNOWN})


def examine(
    subject: Subject, checks: Sequence[Check], gates: Collection[str], only: Collection[Group] = ()
) -> Iterator[Result]:
    """Yield the results of the checks in their order.

    Args:
        subject: What is looked at.
        checks: The checks.
        gates: The ids of those without which no other can tell anything: where one fails, it is the last.
        only: The groups that are wanted; all of them if empty. A gate is always asked, and told where it fails.
    """
    for check in checks:
        is_gate, is_wanted = check.ID in gates, not only or check.GROUP in only
        if not (is_gate or is_wanted) or not _applies(check, subject):
            continue
        results = tuple(_results(check, subject))
        is_shut = is_gate and any(result.status in _BAD for result in results)
        if is_wanted or is_shut:
            yield from results
        if is_shut:
            return


def _applies(check: Check, subject: Subject) -> bool:
    return check.WHEN is Phase.BOTH or check.WHEN is (Phase.AFTER if subject.is_deployed else Phase.BEFORE)


def _results(check: Check, subject: Subject) -> Iterator[Result]:
    for result in _looked(check, subject):
        link = result.link or f"{DOCUMENT}#{check.GROUP}"
        yield replace(result, id=check.ID, group=check.GROUP, link=link)


def _looked(check: Check, subject: Subject) -> Iterable[Result]:
    try:
        yield from check.look(subject)
    except AwsError as error:
        yield _unread(check.ID, error)


def _unread(check_id: str, error: AwsError) -> Result:
    what = f"{check_id} could not be checked"
    match error:
        case DeniedError():
            return unknown(what, cause=str(error), fix=f"Allow {error.operation} to your credentials.")
        case AbsentError():
            return failure(
                f"{check_id}: something that it looks at does not exist",
                cause=str(error),
                fix="It was removed without CloudFormation. Delete the stack and deploy it again: the table and"
                " the log group of the audit trail stay.",
            )
        case _:
            return unknown(what, cause=str(error), fix="Run doctor again.")
