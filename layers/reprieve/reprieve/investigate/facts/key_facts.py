"""What one look at a key told."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import Final

from reprieve.cases.case import Case
from reprieve.cases.key import Key, KmsAnswer, Unknown
from reprieve.cases.transitions import without_those_of
from reprieve.cloudtrail.key_use import Scheduling
from reprieve.dataclass import dataclass
from reprieve.investigate.facts import FACTS

FROM_EARLIER: Final = "; what the notice shows is from an earlier look-up"

_TOLD: Final = frozenset[str]().union(*(fact.FIELDS for fact in FACTS))


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What one look at a key told.

    Attributes:
        key: The key with everything that was found.
        unknown: What could not be looked up, each reason once.
        schedulings: Who scheduled it, by the event history.
        fields: The fields of the key that had an answer, also if it is nothing.
        missed: The fields that were asked for and had no answer, by the reason.
        answer: What KMS says about the key's state.
    """

    key: Key
    unknown: tuple[Unknown, ...] = ()
    schedulings: tuple[Scheduling, ...] = ()
    fields: frozenset[str] = frozenset()
    missed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    answer: KmsAnswer = field(default_factory=KmsAnswer)

    def apart_from(self, cases: Iterable[Case]) -> "KeyFacts":
        """Return the same without records of other cases' deletions, whose dates may be minutes apart."""
        return replace(self, schedulings=without_those_of(cases, self.schedulings, self.answer.deletion_date))

    def after(self, earlier: Key) -> "KeyFacts":
        """Return the same with what an earlier look told where this one tells nothing, and say so."""
        stands = {name: getattr(earlier, name) for name in _TOLD - self.fields}
        older = {why for why, names in self.missed.items() if any(map(stands.get, names))}
        unknown = (
            replace(each, why=each.why + FROM_EARLIER) if each.why in older else each for each in self.unknown
        )
        return replace(self, key=replace(self.key, **stands), unknown=tuple(unknown))
