"""Looking facts up: each key's, side by side, within a budget of time, each allowed to fail by itself."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from concurrent.futures import Executor, Future, wait
from dataclasses import replace
from typing import Any, Final

from reprieve.arn import KeyArn
from reprieve.cases.key import Key, KmsAnswer, Unknown
from reprieve.cloudtrail.key_use import Scheduling
from reprieve.dataclass import dataclass
from reprieve.errors import AbsentError, AwsError, DeniedError, NotUnderstoodError, ThrottledError
from reprieve.investigate.facts import FACTS, metadata, scheduling
from reprieve.investigate.facts.fact import Fact, Scope, Sources
from reprieve.investigate.facts.key_facts import KeyFacts

BUDGET: Final = 3.0
"""Seconds for all facts together; what takes longer is unknown, and the notice goes."""

EVERYTHING: Final = "everything about the key"


@dataclass(frozen=True, slots=True)
class _Missed:
    """Why a fact had no answer: what it told before may still hold. `is_absent`: KMS knows no such key."""

    why: str
    is_absent: bool = False


_Found = Mapping[str, Any] | Unknown | _Missed
_Question = tuple[str, Hashable]
"""A fact's name, and what its answer holds for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Looks up facts.

    Attributes:
        sources: Where to ask.
        pool: Where the look-ups run. Nobody else's work may be in it: a look-up may outlive the budget.
        budget: How many seconds all of them have together.
    """

    sources: Sources
    pool: Executor
    budget: float = BUDGET

    def gather(
        self, keys: Iterable[KeyArn], knows_who: Collection[KeyArn] = frozenset()
    ) -> dict[KeyArn, KeyFacts]:
        """Look up every fact of every key, side by side; never raises for a fact that can't be had.

        Args:
            keys: Keys, or aliases where a record has nothing better.
            knows_who: Those of them of which it is known who scheduled their deletion.

        Returns:
            For each of `keys` what is known about it.
        """
        asked = {key: self._questions(key, knows_who) for key in dict.fromkeys(keys)}
        found = self._ask(asked, self.budget)
        return {
            key: self._answer(key, {fact: found[question] for fact, question in questions.items()})
            for key, questions in asked.items()
        }

    def answers(self, keys: Iterable[KeyArn], budget: float) -> dict[KeyArn, KmsAnswer]:
        """Ask KMS for the states of many keys, and for nothing else, in `budget` seconds altogether.

        Returns:
            For each of `keys` KMS' answer; one that did not come in time is none.
        """
        askable = {key: self.sources.reaches(key) for key in dict.fromkeys(keys)}
        asked: dict[KeyArn, Mapping[Fact, _Question]] = {
            key: {metadata: (metadata.FACT, key)} for key, is_askable in askable.items() if is_askable
        }
        found = self._ask(asked, budget)
        return {
            key: _kms_answer(found.get((metadata.FACT, key)), can_be_asked=is_askable)
            for key, is_askable in askable.items()
        }

    def _questions(self, key: KeyArn, knows_who: Collection[KeyArn]) -> dict[Fact, _Question]:
        asked = (fact for fact in FACTS if fact.applies(self.sources, key))
        return {
            fact: (fact.FACT, fact.SCOPE.of(key))
            for fact in asked
            if not (fact is scheduling and key in knows_who)
        }

    def _ask(
        self, asked: Mapping[KeyArn, Mapping[Fact, _Question]], budget: float
    ) -> dict[_Question, _Found]:
        """Ask each question once, the first facts of all keys first, and use those that come in time."""
        running: dict[_Question, Future[_Found]] = {}
        for fact in FACTS:
            for key, questions in asked.items():
                question = questions.get(fact)
                if question and question not in running:
                    running[question] = self.pool.submit(_look_up, fact, self.sources, key)
        wait(running.values(), timeout=budget)
        return {question: _taken(future, budget) for question, future in running.items()}

    def _answer(self, key: KeyArn, answers: Mapping[Fact, _Found]) -> KeyFacts:
        known, unknown = _put_together(key, answers)
        answer = _kms_answer(answers.get(metadata), can_be_asked=self.sources.reaches(key))
        known = replace(known, answer=answer)
        if scheduling in answers and not known.schedulings and known.key.is_pending:
            unknown += _nobody(key, unknown)
        if not self.sources.reaches(key):
            elsewhere = self._elsewhere(key)
            missed = {**known.missed, elsewhere.why: frozenset().union(*_of_the_key(FACTS).values())}
            return replace(known, unknown=(elsewhere, *unknown), missed=missed)
        return replace(known, unknown=tuple(_merged(unknown, frozenset(_of_the_key(answers)))))

    def _elsewhere(self, key: KeyArn) -> Unknown:
        return Unknown(
            fact=EVERYTHING,
            why=f"it belongs to account {key.account}, and this stack can only read keys of"
            f" {self.sources.account} (its parameter MemberRoleName is empty), so there is no link either",
        )


def _taken(future: Future[_Found], budget: float) -> _Found:
    if future.done():
        return future.result()
    future.cancel()
    return _Missed(f"it took longer than {budget:g} s")


def _kms_answer(found: _Found | None, *, can_be_asked: bool) -> KmsAnswer:
    match found:
        case _Missed(is_absent=True):
            return KmsAnswer(is_absent=True)
        case None | _Missed() | Unknown():
            return KmsAnswer(can_be_asked=can_be_asked)
        case _:
            return KmsAnswer(state=found["state"], deletion_date=found["deletion_date"])


def _look_up(fact: Fact, sources: Sources, key: KeyArn) -> _Found:
    try:
        return fact.look_up(sources, key)
    except AwsError as error:
        return _Missed(why(error), is_absent=isinstance(error, AbsentError))
    except NotUnderstoodError as error:
        return _Missed(f"the answer makes no sense: {error}")


def _put_together(key: KeyArn, answers: Mapping[Fact, _Found]) -> tuple[KeyFacts, list[Unknown]]:
    """Return what the answers tell, and one by one what they don't."""
    told, fields, schedulings = dict[str, Any](), frozenset[str](), tuple[Scheduling, ...]()
    unknown, missed = list[Unknown](), dict[str, frozenset[str]]()
    for fact, found in answers.items():
        match found:
            case _Missed(why=reason):
                unknown.append(Unknown(fact=fact.FACT, why=reason))
                missed[reason] = missed.get(reason, frozenset()) | fact.FIELDS
                continue
            case Unknown():
                unknown.append(found)
            case _ if fact is scheduling:
                schedulings = _of(key, found["schedulings"])
            case _:
                told |= found
        fields |= fact.FIELDS
    of_key = replace(Key.bare(key), **told)
    return KeyFacts(of_key, schedulings=schedulings, fields=fields, missed=missed), unknown


def _of(key: KeyArn, schedulings: Iterable[Scheduling]) -> tuple[Scheduling, ...]:
    return tuple(found for found in schedulings if found.key == key)


def _nobody(key: KeyArn, unknown: Iterable[Unknown]) -> list[Unknown]:
    """Say that the history was asked and does not know."""
    if any(each.fact == scheduling.FACT for each in unknown):
        return []
    return [Unknown(fact=scheduling.FACT, why=f"CloudTrail's event history in {key.region} does not say")]


def _of_the_key(facts: Iterable[Fact]) -> Mapping[str, frozenset[str]]:
    return {fact.FACT: fact.FIELDS for fact in facts if fact.SCOPE is Scope.KEY}


def _merged(unknown: Iterable[Unknown], everything: frozenset[str]) -> Iterable[Unknown]:
    """Say once why several facts could not be had."""
    by_reason: dict[str, list[str]] = {}
    for each in unknown:
        by_reason.setdefault(each.why, []).append(each.fact)
    for reason, facts in by_reason.items():
        yield Unknown(fact=EVERYTHING if everything <= set(facts) else ", ".join(facts), why=reason)


def why(error: AwsError) -> str:
    """Return in plain words why a call failed."""
    match error:
        case DeniedError():
            return f"{error.operation} is denied"
        case AbsentError():
            return "KMS knows no such key any more"
        case ThrottledError():
            return f"AWS asked for fewer requests ({error.operation})"
        case _:
            return f"{error.operation} failed: {error.code}"
