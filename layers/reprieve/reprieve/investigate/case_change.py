"""What is stored of a key's cases, and the notices about them: the end of every update."""

from collections.abc import Iterable
from dataclasses import field, replace
from datetime import datetime

from reprieve.cases.case import Case, Counts, Ending, Notified
from reprieve.cases.due import DAY, MOST_NOTICES_A_DAY, NoticeRules, due, is_untold, ringing
from reprieve.cases.key import KmsAnswer
from reprieve.cases.notice import Notice, tell
from reprieve.cases.sizes import fitting_case, fitting_notice
from reprieve.cases.transitions import note_schedulings
from reprieve.clock import is_recent
from reprieve.dataclass import dataclass
from reprieve.investigate.facts.key_facts import KeyFacts


@dataclass(frozen=True, slots=True)
class CaseChange:
    """What is to be stored, all or none: a case, those that end as it begins, and the notices about them.

    `in_digest` has the ids of the notices that go out in a digest, because the key had many notices today;
    `heard_at` is when people were recently notified of the key, these notices included.
    """

    case: Case
    notices: tuple[Notice, ...] = ()
    earlier: tuple[Case, ...] = ()
    in_digest: frozenset[str] = frozenset()
    heard_at: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """Decides what people are told: `cases` are all cases of the key, as they are stored."""

    cases: tuple[Case, ...]
    rules: NoticeRules
    now: datetime

    def change(
        self, case: Case, earlier: tuple[Case, ...] = (), unless: Case | None = None
    ) -> CaseChange | None:
        """Return what is to be stored, with every notice that is due; None if the case is as `unless`.

        Args:
            case: The case.
            earlier: Those that end as it begins.
            unless: The case as it is stored.
        """
        heard = sum(is_recent(at, self.now, DAY) for each in self.cases for at in each.notified.lately)
        ended, notices = list[Case](), list[Notice]()
        for each in (*earlier, until_told(case, self.rules, self.now, heard)):
            told, found = tell_all(each, self.now, self.rules, heard + len(notices))
            ended.append(told)
            notices.extend(found)
        *before, last = ended
        if last == unless and not before:
            return None
        return CaseChange(
            case=fitting_case(last),
            notices=tuple(map(fitting_notice, notices)),
            earlier=tuple(map(fitting_case, before)),
            in_digest=frozenset(notice.id for notice in notices[max(0, MOST_NOTICES_A_DAY - heard) :]),
            heard_at=self._heard_at(ended),
        )

    def _heard_at(self, changed: Iterable[Case]) -> tuple[datetime, ...]:
        """Return when people heard of the key, where some of its cases are changed."""
        cases = {each.name: each for each in (*self.cases, *changed)}
        return tuple(at for each in cases.values() for at in each.notified.lately)


def tell_all(
    case: Case, now: datetime, rules: NoticeRules, heard_today: int = 0
) -> tuple[Case, tuple[Notice, ...]]:
    """Return the case with every notice that is due, and the notices."""
    notices: list[Notice] = []
    while reason := due(case, now, rules, heard_today + len(notices)).reason:
        case, notice = tell(case, reason, now, ringing(case, rules))
        notices.append(notice)
    return case, tuple(notices)


def until_told(case: Case, rules: NoticeRules, now: datetime, heard_today: int = 0) -> Case:
    """Return a case that only a record says is over as open, if people are to hear first who uses its key.

    Anyone who writes into the log group can write such a record.
    """
    closure = case.closure
    is_believed = closure is not None and closure.how is Ending.CANCELLED and not closure.confirmed
    if not is_believed or not is_untold(case, rules):
        return case
    notified = replace(case.notified, cancelled=False)
    untold = replace(case, closure=None, cancel_reported=closure, notified=notified)
    return untold if due(untold, now, rules, heard_today).reason else case


@dataclass(frozen=True, slots=True)
class Left:
    """An earlier case, and what it leaves to a later one: all its counts, or those that may be of either."""

    case: Case
    continues: bool = False
    gives: Counts = field(default_factory=Counts)


def succeeding(case: Case, earlier: tuple[Left, ...]) -> Case:
    """Return a case with the counts that earlier ones leave to it."""
    for left in earlier:
        case = replace(case, settled=case.settled + left.gives)
        if left.continues:
            is_first, other = case.read_until == case.settled_until, left.case
            recent = Counts() if is_first else case.recent
            case = replace(
                case,
                settled=case.settled + recent + other.settled + other.unanswered,
                recent=Counts(),
                settled_until=other.settled_until,
                read_until=other.read_until,
                previous=case.previous if case.version else other.id,
                notified=case.notified if case.version else _as_heard(case.notified, other.notified),
            )
    return case


def _as_heard(now: Notified, before: Notified) -> Notified:
    """Return what people know about a case that goes on: that it is off, if they were told so."""
    return replace(now, cancelled=True, last_at=before.last_at) if before.cancelled else now


def with_facts(case: Case, facts: KeyFacts) -> Case:
    """Return the case with the key as it was looked up; what could not be had stays as it was."""
    known = facts.after(case.key)
    return note_schedulings(replace(case, key=known.key, unknown=known.unknown), known.schedulings)


def as_answered(case: Case, answer: KmsAnswer) -> Case:
    """Return the case with the state that KMS reports now.

    What was read earlier stands only while it is what the case is about: a key that is pending for its date.
    """
    if not answer.is_answer and (case.closure or not case.key.is_pending):
        return replace(case, key=replace(case.key, state=None, deletion_date=None))
    return case
