"""One entry of the document of channels, read strictly.

What is wrong is named by its place, never by its value.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from typing import Final

from reprieve.dataclass import dataclass
from reprieve.errors import EntryError
from reprieve.untrusted import is_https, is_over_tls

LONGEST: Final = 2_000
NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_ARN: Final = re.compile(r"arn:[a-z-]+:[a-z]+:[a-z0-9-]*:\d{12}:[!-~]{1,512}", re.ASCII)
_SHOWN: Final = re.compile(r"[\w*-]{1,24}(\[\d+\])?")
"""What is shown of a field: a name, and no value in the place of one; tokens and secrets are longer."""

_LIST_LIMIT: Final = 100


@dataclass(slots=True)
class Entry:
    """The fields of an object. Each method reads one, and raises an `EntryError` that names it."""

    fields: Mapping[str, object] = field(repr=False)
    place: str = ""
    _asked: set[str] = field(default_factory=set, init=False)

    def has(self, name: str) -> bool:
        """Return whether there is such a field."""
        self._asked.add(name)
        return name in self.fields

    def text(self, name: str, pattern: re.Pattern[str] | None = None, limit: int = LONGEST) -> str:
        """Return a text that has to be there, on one line and not empty."""
        return self._checked_text(name, self._found(name), pattern, limit)

    def optional(self, name: str, pattern: re.Pattern[str] | None = None, limit: int = LONGEST) -> str:
        """Return a text that may be missing; "" then."""
        return self.text(name, pattern, limit) if self.has(name) else ""

    def address(self, name: str) -> str:
        """Return an https address; one of this machine may do without TLS."""
        return self._address(name, is_over_tls)

    def page(self, name: str) -> str:
        """Return the https address of a page for people to open; nothing before an `@` disguises its host."""
        return self._address(name, is_https)

    def arn(self, name: str, service: str) -> str:
        """Return the ARN of something that a service has."""
        value = self.text(name)
        if not _ARN.fullmatch(value) or value.split(":")[2] != service:
            raise self._wrong(name, f"is not an ARN of the service {service}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return true or false."""
        if not self.has(name):
            return default
        value = self.fields[name]
        if not isinstance(value, bool):
            raise self._wrong(name, "is not true or false")
        return value

    def texts(self, name: str, known: Collection[str] | None = None) -> tuple[str, ...]:
        """Return a list of texts that is not empty, of those that are known."""
        value = self._found(name)
        if not isinstance(value, list) or not 0 < len(value) <= _LIST_LIMIT:
            raise self._wrong(name, f"is not a list of 1 to {_LIST_LIMIT} strings")
        found = tuple(self._checked_text(f"{name}[{place}]", each) for place, each in enumerate(value))
        for place, each in enumerate(found):
            if known is not None and each not in known:
                raise self._wrong(f"{name}[{place}]", "is not known")
        return found

    def inner(self, name: str) -> "Entry":
        """Return an object within this one."""
        value = self._found(name)
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            raise self._wrong(name, "is not an object")
        return Entry(value, f"{self.place}{name}.")

    def finish(self) -> None:
        """Refuse what nobody asked for: a name with a typing error would be passed over."""
        unknown = [name for name in self.fields if name not in self._asked]
        if unknown:
            raise self._wrong(unknown[0], "is not known")

    def wrong(self, name: str, problem: str) -> EntryError:
        """Return the error for a field of which a type of channel knows more."""
        return self._wrong(name, problem)

    def _address(self, name: str, is_right: Callable[[str], bool]) -> str:
        value = self.text(name)
        if not is_right(value):
            raise self._wrong(name, "is not an https URL")
        return value

    def _found(self, name: str) -> object:
        if not self.has(name):
            raise self._wrong(name, "is missing")
        return self.fields[name]

    def _checked_text(
        self, name: str, value: object, pattern: re.Pattern[str] | None = None, limit: int = LONGEST
    ) -> str:
        if not isinstance(value, str):
            raise self._wrong(name, "is not a string")
        if not value.strip() or not value.isprintable() or len(value) > limit:
            raise self._wrong(name, f"is not 1 to {limit} characters on one line")
        if pattern and not pattern.fullmatch(value):
            raise self._wrong(name, "does not have the right form")
        return value

    def _wrong(self, name: str, problem: str) -> EntryError:
        shown = name if _SHOWN.fullmatch(name) else "a field"
        return EntryError(f"{self.place}{shown} {problem}")
