"""What one reading of the log group does to the case of one key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from reprieve.arn import KeyArn
from reprieve.bookkeeping import count, glimpse, note_changes, note_schedulings, note_state
from reprieve.cases import Case, Closure, Ending, Told, open_case
from reprieve.clock import to_minute
from reprieve.due import PATIENCE, Policy, due, ringing
from reprieve.facts import KeyFacts
from reprieve.notices import Notice, tell
from reprieve.readings import Reading
from reprieve.records import KeyChange, Scheduling
from reprieve.tallies import Counted, merged


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reading found of one key, and what was looked up about it."""

    facts: KeyFacts
    minutes: Mapping[datetime, Counted]
    schedulings: tuple[Scheduling, ...] = ()
    changes: tuple[KeyChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of the log group that was read.

    Attributes:
        start: Minutes from this one on are counted.
        settle_until: Minutes before this one are complete.
        read_until: How far it was read.
        is_whole: Whether that was all; else what was found is only good for a first notice.
    """

    start: datetime
    settle_until: datetime
    read_until: datetime
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be stored: a case, the notices about it, and the case that it goes on with, closed."""

    case: Case
    notices: tuple[Notice, ...]
    instead_of: Case | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """A finding, and all that decides what becomes of it."""

    finding: Finding
    stretch: Stretch
    policy: Policy
    now: datetime

    @property
    def key(self) -> KeyArn:
        """The key that it is about."""
        return self.finding.facts.key.arn

    def apply(self, cases: tuple[Case, ...]) -> Change | None:
        """Return what is to be stored; None if there is nothing to keep, or nothing new.

        Args:
            cases: The key's cases so far, the latest last.
        """
        case, instead_of = self._case_of(cases)
        if case is None:
            return None
        before = case
        case = self._counted(self._noted(case))
        case, notices = tell_all(case, self.now, self.policy)
        if before in cases and case == before:
            return None
        return Change(case, notices, instead_of)

    def _case_of(self, cases: tuple[Case, ...]) -> tuple[Case | None, Case | None]:
        """Return the case that the records belong to, and the one that it goes on with.

        That is the one of the deletion that KMS tells of. Where KMS tells of none (it was cancelled
        since, or may not be asked), it is the latest, or a new one without a date.
        A case without a date goes on as one with it, once that is known.
        What an earlier case has counted is not counted again in a later one.
        """
        key = self.finding.facts.key
        same = [case for case in cases if case.deletion_date == key.deletion_date]
        if same or (cases and not key.is_pending):
            return (same or list(cases))[-1], None
        undated = next((case for case in cases if case.deletion_date is None and not case.closure), None)
        if undated:
            closure = Closure(how=Ending.CANCELLED, at=self.now)
            ended = replace(undated, closure=closure, told=replace(undated.told, cancelled=True))
            return _dated(undated, key.deletion_date), ended
        if not key.is_pending and not self.finding.minutes:
            return None, None
        counted_elsewhere = (to_minute(case.read_until) for case in cases)
        case = open_case(key, self.now, max((self.stretch.start, *counted_elsewhere)))
        return replace(case, previous=cases[-1].id if cases else None), None

    def _noted(self, case: Case) -> Case:
        """Return the case with what was looked up, and who did what."""
        case = _with_facts(case, self.finding.facts)
        case = note_changes(note_schedulings(case, self.finding.schedulings), self.finding.changes)
        return _with_state(case, self.finding.facts.key.state, self.now)

    def _counted(self, case: Case) -> Case:
        if not self.stretch.is_whole:
            return case if case.uses.count else glimpse(case, self.finding.minutes)
        return count(case, self.finding.minutes, self.stretch.settle_until, self.stretch.read_until)


@dataclass(frozen=True, slots=True)
class Revisit:
    """A look at a case of which nothing was read."""

    case: Case
    facts: KeyFacts
    policy: Policy
    now: datetime

    @property
    def key(self) -> KeyArn:
        """The key that it is about."""
        return self.case.key.arn

    def apply(self, cases: tuple[Case, ...]) -> Change | None:
        """Return what is to be stored; None if nothing is new."""
        same = (case for case in cases if case.deletion_date == self.case.deletion_date)
        before = next(same, self.case)
        noted = _with_state(_with_facts(before, self.facts), self.facts.key.state, self.now)
        case, notices = tell_all(noted, self.now, self.policy)
        return None if case == before else Change(case, notices)


def _with_facts(case: Case, facts: KeyFacts) -> Case:
    """Return the case with the key as it was looked up; what could not be had stays as it was."""
    known = facts.after(case.key)
    return note_schedulings(replace(case, key=known.key, unknown=known.unknown), known.schedulings)


def _with_state(case: Case, state: str | None, now: datetime) -> Case:
    """Return the case as the key's state has it, or as it is where there is none to be had.

    What was read earlier stands only while it is what the case is about: a key that waits for its date.
    Once the case is over, or KMS has told another state, only a state of now is one to tell.
    """
    case = note_state(case, state, now, PATIENCE)
    if state is None and (case.closure or not case.key.is_pending):
        return replace(case, key=replace(case.key, state=None, deletion_date=None))
    return case


def _dated(undated: Case, deletion_date: datetime | None) -> Case:
    """Return the case that goes on with a date; people are told anew, for now there is a link."""
    return replace(undated, deletion_date=deletion_date, told=Told(), version=0, previous=undated.id)


def tell_all(case: Case, now: datetime, policy: Policy) -> tuple[Case, tuple[Notice, ...]]:
    """Return the case with every notice that is due, and the notices."""
    notices: list[Notice] = []
    while reason := due(case, now, policy).reason:
        case, notice = tell(case, reason, now, ringing(case, policy))
        notices.append(notice)
    return case, tuple(notices)


def findings(reading: Reading, known: Mapping[KeyArn, KeyFacts]) -> Iterator[Finding]:
    """Yield what was found of each key; what came under an alias joins the key that it stands for."""
    named: dict[KeyArn, list[KeyArn]] = {}
    for key in reading.keys:
        named.setdefault(known[key].key.arn, []).append(key)
    for arn, names in named.items():
        yield Finding(
            known.get(arn) or known[names[0]],
            merged(reading.of(name) for name in names),
            tuple(found for name in names for found in reading.schedulings.get(name, ())),
            tuple(found for name in names for found in reading.changes.get(name, ())),
        )
