"""What can be looked up about a key: one module for each fact, each allowed to fail alone.

A module has `FACT`, what a person calls it, and `look_up(directory, key)`,
which returns the fields of `Key` that it fills.
To add a fact, write its module and name it in `FACTS`.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from reprieve.arn import KeyArn
from reprieve.cases import Key, Unknown
from reprieve.errors import AbsentError, AwsError, DeniedError, ThrottledError
from reprieve.facts import aliases, metadata, tags
from reprieve.ports import KeyDirectory


class Fact(Protocol):
    """What every module of this folder is."""

    FACT: str

    def look_up(self, directory: KeyDirectory, key: KeyArn, /) -> Mapping[str, Any]:
        """Return the fields of `Key` that this fact fills.

        Raises:
            AwsError: it could not be had.
        """
        ...


_Answers = Mapping[str, Future[Mapping[str, Any] | Unknown]]

FACTS: Final[tuple[Fact, ...]] = (metadata, aliases, tags)


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A key with all that could be had, and what could not."""

    key: Key
    unknown: tuple[Unknown, ...] = ()


def gather(
    keys: Iterable[KeyArn], directory: KeyDirectory, account: str, pool: Executor
) -> dict[KeyArn, KeyFacts]:
    """Look up every fact of every key, side by side; never raises for a fact that can't be had.

    Args:
        keys: Keys, or aliases where a record has nothing better.
        directory: Where to ask.
        account: The account that may be asked about.
        pool: Where the look-ups run.

    Returns:
        For each of `keys` what is known of it; an alias is there as the key that it stands for.
    """
    asked = {key: _ask(key, directory, account, pool) for key in keys}
    return {key: _answer(key, account, answers) for key, answers in asked.items()}


def _ask(key: KeyArn, directory: KeyDirectory, account: str, pool: Executor) -> _Answers:
    """Start the look-ups of one key. Of an alias only the key behind it can be asked for."""
    if key.account != account:
        return {}
    facts = (metadata,) if key.is_alias else FACTS
    return {fact.FACT: pool.submit(_look_up, fact, directory, key) for fact in facts}


def _look_up(fact: Fact, directory: KeyDirectory, key: KeyArn) -> Mapping[str, Any] | Unknown:
    try:
        return fact.look_up(directory, key)
    except AwsError as error:
        return Unknown(fact=fact.FACT, why=why(error))


def _answer(key: KeyArn, account: str, answers: _Answers) -> KeyFacts:
    if not answers:
        return KeyFacts(
            Key.bare(key), (Unknown(fact="everything about the key", why=_elsewhere(key, account)),)
        )
    known, unknown = Key.bare(key), []
    for answer in answers.values():
        found = answer.result()
        if isinstance(found, Unknown):
            unknown.append(found)
        else:
            known = replace(known, **found)
    return KeyFacts(known, tuple(unknown))


def _elsewhere(key: KeyArn, account: str) -> str:
    return f"it belongs to account {key.account}, and this stack may ask in {account} alone"


def why(error: AwsError) -> str:
    """Return in a person's words why a call brought nothing."""
    match error:
        case DeniedError():
            return f"{error.operation} is denied"
        case AbsentError():
            return "KMS knows no such key any more"
        case ThrottledError():
            return f"AWS asked for fewer requests ({error.operation})"
        case _:
            return f"{error.operation} failed: {error.code}"
