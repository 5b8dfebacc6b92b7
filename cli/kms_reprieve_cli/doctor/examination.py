"""Runs the checks, one after the other; one that can't be read stops no other."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from kms_reprieve_cli.doctor.check import DEPLOY_AGAIN, Check, CheckStatus, Phase, Result, failure, unknown
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.errors import AbsentError, AwsError, DeniedError, NotUnderstoodError
from reprieve.untrusted import one_line

DOCUMENT: Final = "docs/doctor.md"
_LONGEST: Final = 1_000  # characters
_BAD: Final = frozenset({CheckStatus.FAIL, CheckStatus.UNKNOWN})


def examine(
    subject: Subject, checks: Sequence[Check], gates: Collection[str], only: Collection[Group] = ()
) -> Iterator[Result]:
    """Yield the results of the checks in their order.

    Args:
        subject: What is looked at.
        checks: The checks.
        gates: The ids of those without which no other can tell anything: where one fails, it is the last.
        only: The groups that are wanted; all of them if empty. A gate is always asked; a shut one is told.
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
        yield replace(
            result,
            id=check.ID,
            group=check.GROUP,
            what=_shown(result.what),
            cause=_shown(result.cause),
            fix=_shown(result.fix),
            link=link,
        )


def _shown(text: str) -> str:
    """Return a text as one line: names in it may be a stranger's."""
    return one_line(" ".join(text.split()), _LONGEST)


def _looked(check: Check, subject: Subject) -> Iterable[Result]:
    try:
        yield from check.look(subject)
    except AwsError as error:
        yield _unread(error)
    except NotUnderstoodError as error:
        yield unknown(
            "it could not be checked",
            cause=str(error),
            fix="Deploy this version of the stack, or use the command of the stack's version.",
        )


def _unread(error: AwsError) -> Result:
    what = "it could not be checked"
    match error:
        case DeniedError():
            return unknown(what, cause=str(error), fix=f"Allow {error.operation} to your credentials.")
        case AbsentError():
            return failure(
                "something that it looks at does not exist",
                cause=str(error),
                fix=f"It was removed without CloudFormation. {DEPLOY_AGAIN}",
            )
        case _:
            return unknown(what, cause=str(error), fix="Run doctor again.")
