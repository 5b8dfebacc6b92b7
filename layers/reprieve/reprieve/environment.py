"""A function's environment variables, read strictly: an error names the variable that is wrong."""

import gc
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from reprieve import INIT_TYPE
from reprieve.arn import KeyArn
from reprieve.cases.visitor import APPROVERS, AuthMethod
from reprieve.dataclass import dataclass
from reprieve.errors import NotUnderstoodError, SettingsError
from reprieve.untrusted import EMAIL_LIMIT, is_over_tls

Variables = Mapping[str, str]

_DIGITS: Final = 5
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")


def prepare(variables: Variables, *makers: Callable[[], object]) -> None:
    """Make what the first event needs, if it is Lambda that loads the function.

    Lambda's init phase has a full core, an event a share of one. Anywhere else, nothing happens at import.
    What was imported and made by then is never garbage, and is not searched for any again; until then nothing
    is, see `reprieve/__init__.py`.
    """
    if INIT_TYPE in variables:
        for make in makers:
            make()
        gc.freeze()
        gc.enable()


@dataclass(frozen=True, slots=True)
class Environment:
    """Environment variables by name. Each method reads one, and raises a `SettingsError` that names it."""

    variables: Variables

    def optional(self, name: str) -> str:
        """Return a variable without blanks around it; "" if it is missing."""
        return self.variables.get(name, "").strip()

    def text(self, name: str) -> str:
        """Return a variable that has to be there."""
        if not (value := self.optional(name)):
            raise SettingsError(name, "is missing")
        return value

    def listed(self, name: str) -> tuple[str, ...]:
        """Return the parts of a list with commas; none if it is missing."""
        return tuple(part.strip() for part in self.optional(name).split(",") if part.strip())

    def lower(self, name: str) -> tuple[str, ...]:
        """Return a list, in lower case."""
        return tuple(map(str.lower, self.listed(name)))

    def names(self, name: str) -> tuple[str, ...]:
        """Return a list that has to hold something."""
        self.text(name)
        if not (names := self.listed(name)):
            raise SettingsError(name, "names nothing")
        return names

    def named(self, name: str) -> dict[str, str]:
        """Return `deliver=NAME,investigate=NAME` as {NAME: what a person calls it}."""
        pairs = [entry.partition("=") for entry in self.names(name)]
        if not all(called and equals and named for called, equals, named in pairs):
            raise SettingsError(name, "is not a list of names")
        return {named: called for called, _, named in pairs}

    def address(self, name: str) -> str:
        """Return an https address."""
        value = self.text(name)
        if not is_over_tls(value):
            raise SettingsError(name, "is not an https URL")
        return value

    def key(self, name: str) -> KeyArn:
        """Return the ARN of a KMS key."""
        try:
            return KeyArn.parse(self.text(name))
        except NotUnderstoodError as error:
            raise SettingsError(name, "is not the ARN of a KMS key") from error

    def approvers(self) -> AuthMethod:
        """Return who may decide, `APPROVERS`."""
        value = self.text("APPROVERS")
        if value not in APPROVERS:
            raise SettingsError("APPROVERS", "is not one of " + ", ".join(APPROVERS))
        return AuthMethod(value)

    def hours(self, name: str, least: int = 1) -> timedelta:
        """Return a number of hours."""
        return timedelta(hours=self._number(name, "hours", least))

    def days(self, name: str) -> timedelta:
        """Return a number of days, at least one."""
        return timedelta(days=self._number(name, "days", 1))

    def _number(self, name: str, of: str, least: int) -> int:
        value = self.text(name)
        if not (value.isascii() and value.isdecimal() and len(value) <= _DIGITS and int(value) >= least):
            raise SettingsError(name, f"is not a number of {of}")
        return int(value)


def read_addresses(entries: Sequence[str]) -> tuple[str, ...]:
    """Return the entries without blanks, empty ones and repetitions, in which case does not count.

    Raises:
        NotUnderstoodError: an entry is not an email address; it says which one.
    """
    unique: dict[str, str] = {}
    for entry in filter(None, map(str.strip, entries)):
        unique.setdefault(entry.casefold(), _checked_email(entry))
    return tuple(unique.values())


def _checked_email(entry: str) -> str:
    if len(entry) > EMAIL_LIMIT:
        raise NotUnderstoodError("NotificationEmails", f"{entry[:40]!r}… is longer than 320 characters")
    if not _EMAIL.fullmatch(entry):
        raise NotUnderstoodError("NotificationEmails", f"{entry!r} is not an email address")
    return entry
