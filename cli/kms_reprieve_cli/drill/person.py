"""The person who runs a drill: they allow each change, and do what only a person can."""

from dataclasses import dataclass
from typing import Protocol

import typer

from kms_reprieve_cli.terminal import messages


class Person(Protocol):
    """The one in front of the terminal."""

    def allows(self, change: str) -> bool:
        """Return whether they allow a change."""
        ...

    def asked(self, what: str) -> None:
        """Ask them to do something; the drill then looks until it is done."""
        ...


@dataclass(frozen=True, slots=True)
class TerminalPerson:
    """A person at a terminal, or a program that allowed everything with `--yes`."""

    says_yes: bool

    def allows(self, change: str) -> bool:
        """Ask, unless everything is allowed."""
        messages().print(change, style="bold")
        return self.says_yes or typer.confirm("Continue?", err=True)

    def asked(self, what: str) -> None:
        """Print it."""
        messages().print(what, style="bold yellow")
