"""What a check is, and what it returns.

A module of a check has `ID`, `GROUP`, `WHEN` it applies, `NEEDS`, the IAM actions of its calls, and
`look(subject)`, which yields results. To add a check, write its module and name it in `checks.CHECKS`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject

DEPLOY_AGAIN: Final = (
    "Delete the stack and deploy it again: the table and the log group of the audit trail stay."
)
"""How to restore a part of the stack that was removed: CloudFormation does not do it by itself."""


class Phase(StrEnum):
    """When a check applies."""

    BEFORE = "before deploying"
    AFTER = "after deploying"
    BOTH = "before and after deploying"


class CheckStatus(StrEnum):
    """What came of a check. With `unknown`, `fix` names the permission that would tell."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One answer of a check: a line of the report, an object of `--json`.

    Attributes:
        status: What came of it.
        what: What was found, in a sentence.
        cause: Why that is wrong; "" with `pass`.
        fix: What to do; "" with `pass`.
        link: Where to read on.
        id: The check's, filled in by `examine`.
        group: The check's, filled in by `examine`.
    """

    status: CheckStatus
    what: str
    cause: str = ""
    fix: str = ""
    link: str = ""
    id: str = ""
    group: str = ""


class Check(Protocol):
    """What every module of a check is."""

    @property
    def ID(self) -> str:  # noqa: N802 - a module's constant
        """Its name in the report and in `--json`: that of its file, with hyphens."""
        ...

    @property
    def GROUP(self) -> Group:  # noqa: N802 - as above
        """What it is about."""
        ...

    @property
    def WHEN(self) -> Phase:  # noqa: N802 - as above
        """When it applies."""
        ...

    @property
    def NEEDS(self) -> tuple[str, ...]:  # noqa: N802 - as above
        """The IAM actions of its calls."""
        ...

    def look(self, subject: Subject, /) -> Iterable[Result]:
        """Yield what was found; nothing where the check does not apply, or where another one says why not.

        Raises:
            AwsError: it could not be read: `examine` makes it `unknown`.
        """
        ...


def passed(what: str) -> Result:
    """Return that all is well."""
    return Result(status=CheckStatus.PASS, what=what)


def warning(what: str, *, cause: str, fix: str, link: str = "") -> Result:
    """Return that something works, but not always or not as people expect."""
    return Result(status=CheckStatus.WARN, what=what, cause=cause, fix=fix, link=link)


def failure(what: str, *, cause: str, fix: str, link: str = "") -> Result:
    """Return that something does not work."""
    return Result(status=CheckStatus.FAIL, what=what, cause=cause, fix=fix, link=link)


def unknown(what: str, *, cause: str, fix: str, link: str = "") -> Result:
    """Return that doctor can't tell, and what it would need."""
    return Result(status=CheckStatus.UNKNOWN, what=what, cause=cause, fix=fix, link=link)
