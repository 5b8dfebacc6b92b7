"""Brings cases up to date, each key by itself: look it up, decide, store, send.

What fails for one key fails only for that key. It is noted, people get a reduced notice about the key
where its case can't be stored for good, and the run says so at its end.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import field
from typing import Final, TypeVar

from reprieve.arn import KeyArn
from reprieve.cases.case import Case
from reprieve.cases.due import NoticeRules, wake_at
from reprieve.cases.key import Unknown
from reprieve.cases.notice import Notice, without_case
from reprieve.cases.open_case import OpenCase
from reprieve.cases.outbox import Outbox
from reprieve.cases.outgoing import Outgoing
from reprieve.cases.sizes import fitting_notice
from reprieve.cases.store import CaseStore
from reprieve.clock import Clock
from reprieve.dataclass import dataclass
from reprieve.errors import (
    ConflictError,
    DeniedError,
    Failure,
    OutOfTimeError,
    ReprieveError,
    ThrottledError,
    UnreachableError,
)
from reprieve.investigate.case_change import CaseChange
from reprieve.investigate.facts.lookup import Facts
from reprieve.investigate.key_activity import activities
from reprieve.investigate.log_window import LogWindow
from reprieve.investigate.review import Review
from reprieve.investigate.update import UNSTORED_FOR, ReadWindow, Update
from reprieve.ports import Log

AT_ONCE: Final = 64
"""How many keys are looked up and stored together."""

FEW: Final = 20
"""Up to so many unknown keys are looked up whole at once; of more, KMS is first asked which are pending."""

UNANSWERED: Final = 2_000
"""How many keys for which KMS does not answer are followed, and as many of accounts that can't be asked.
Every run reads the list of all of them."""

_NO_MORE: Final = "KMS does not answer for them, and too many such keys are followed already"

TRIAGE_SECONDS: Final = 20.0
REVIEW_SECONDS: Final = 10.0
_TRIES: Final = 4
_Item = TypeVar("_Item")
_Read = Future[tuple[Case, ...]]
_Cases = Mapping[KeyArn, _Read]
_NO_CASES: Final[_Cases] = {}
PASSING: Final = (ThrottledError, UnreachableError, DeniedError, ConflictError, OutOfTimeError)


@dataclass(slots=True)
class Unfinished:
    """What could not be done in this run so far; `is_held` is whether another try may do it."""

    failures: list[Failure] = field(default_factory=list)
    is_held: bool = False

    def note(self, what: str, error: ReprieveError) -> None:
        """Note what failed."""
        self.failures.append(Failure(what, str(error)))
        self.is_held |= isinstance(error, PASSING)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a key with a case: who scheduled the deletion, and whether KMS calls it pending."""

    knows_who: bool
    is_pending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseUpdater:
    """Applies what was read, and what KMS says, to the cases in the table."""

    facts: Facts
    store: CaseStore
    outbox: Outbox
    rules: NoticeRules
    pool: Executor
    clock: Clock
    has_time: Callable[[], bool]
    log: Log
    unfinished: Unfinished = field(default_factory=Unfinished)
    _listing: "list[Future[tuple[OpenCase, ...]]]" = field(default_factory=list)
    _updated: dict[KeyArn, _Known] = field(default_factory=dict)

    def begin(self) -> None:
        """Begin to read the list of open cases, beside the log group, so that nobody waits for it."""
        self._listing.append(self.pool.submit(self.store.open_cases))

    def keep(self, window: LogWindow, span: ReadWindow, keys: Collection[KeyArn]) -> None:
        """Bring the cases of some of the keys in a window up to date.

        Args:
            window: What was read.
            span: The part of the log group that it holds.
            keys: The keys.
        """
        known = {
            entry.key: _Known(entry.knows_who, entry.answer.is_pending) for entry in self._listed()
        } | self._updated
        knows_who = {key for key, of in known.items() if of.knows_who} | window.schedulings.keys()
        for some in _parts(self._ordered(window, keys, known), AT_ONCE):
            if not self.has_time():
                self.unfinished.note("the keys that are left", OutOfTimeError())
                return
            cases = {key: self.pool.submit(self.store.cases, key) for key in some}
            found = activities(window, self.facts.gather(some, knows_who))
            self._apply((Update(activity, span, self.rules, self.clock()) for activity in found), cases)

    def _ordered(
        self, window: LogWindow, keys: Collection[KeyArn], known: Mapping[KeyArn, _Known]
    ) -> list[KeyArn]:
        """Return keys in the order in which there is time for them, without those that are not pending.

        Anyone who writes into the log group can name any number of keys for which nobody answers: all others
        come first, and of these the ones that have a case.
        """
        followed = Counter(self.facts.sources.reaches(key) for key, of in known.items() if not of.is_pending)
        new, unanswered = self._triaged(window, [key for key in keys if key not in known], followed)
        pending = [key for key in keys if key in known and known[key].is_pending]
        others = [key for key in keys if key in known and not known[key].is_pending]
        return [*pending, *new, *others, *unanswered]

    def _listed(self) -> tuple[OpenCase, ...]:
        """Return the list; `begin` comes first."""
        return self._listing[0].result()

    def review(self) -> None:
        """Ask KMS about every open case of which nothing was read, and see to those whose time has come."""
        entries = [entry for entry in self._listed() if entry.key not in self._updated]
        reviewed = [entry.key for entry in entries if entry.is_reviewed]
        answers = self.facts.answers(reviewed, REVIEW_SECONDS)
        now = self.clock()
        due = [entry for entry in entries if entry.is_due(now, answers.get(entry.key, entry.answer))]
        for some in _parts(due, AT_ONCE):
            if not self.has_time():
                self.log.warning("Ran out of time; the next run does the rest", cases=len(due))
                return
            knows_who = {entry.key for entry in some if entry.knows_who}
            known = self.facts.gather((entry.key for entry in some), knows_who)
            self._apply(Review(entry.name, known[entry.key], self.rules, self.clock()) for entry in some)

    def _triaged(
        self, window: LogWindow, keys: list[KeyArn], followed: Counter[bool]
    ) -> tuple[list[KeyArn], list[KeyArn]]:
        """Return those of many unknown keys that KMS calls pending, and as many that it does not answer for.

        Args:
            window: What was read: it forgets all others.
            keys: The keys.
            followed: How many are followed for which KMS does not answer, by whether it can be asked.
        """
        if len(keys) <= FEW and max(followed.values(), default=0) + FEW <= UNANSWERED:
            return keys, []
        answers = self.facts.answers(keys, TRIAGE_SECONDS)
        pending = [key for key in keys if answers[key].is_pending]
        unanswered, more = list[KeyArn](), list[KeyArn]()
        for key in (key for key in keys if not answers[key].is_answer):
            followed[answers[key].can_be_asked] += 1
            (unanswered if followed[answers[key].can_be_asked] <= UNANSWERED else more).append(key)
        dismissed = set(keys).difference(pending, unanswered, more)
        self.log.warning("Ignored keys that are not pending deletion", keys=len(dismissed))
        window.dismiss(dismissed.union(more))
        if more:
            self.unfinished.failures.append(Failure(f"{len(more)} keys", _NO_MORE))
        return pending, unanswered

    def _apply(self, updates: Iterable[Update | Review], cases: _Cases = _NO_CASES) -> None:
        """Store some cases side by side, then send the notices about them."""
        stored = [
            (update, self.pool.submit(self._stored, update, cases.get(update.key))) for update in updates
        ]
        outgoing: list[Outgoing] = []
        for update, result in stored:
            try:
                change = result.result()
            except ReprieveError as error:
                self._failed(update, error)
                continue
            if change:
                case = change.case
                self._updated[update.key] = _Known(case.scheduled_by is not None, case.key.is_pending)
                outgoing += (Outgoing(notice, notice.id in change.in_digest) for notice in change.notices)
        if outgoing:
            self.outbox.send(outgoing)

    def _stored(self, update: Update | Review, read_before: _Read | None) -> CaseChange | None:
        """Store one case with its notices; if someone else wrote it meanwhile, begin again with theirs."""
        for number in range(_TRIES):
            is_first = read_before is not None and number == 0
            cases = read_before.result() if read_before and is_first else self.store.cases(update.key)
            change = update.apply(cases)
            if change is None:
                return None
            try:
                self.store.save(
                    change.case,
                    *change.notices,
                    wake_at=wake_at(change.case, self.rules, change.heard_at),
                    earlier=change.earlier,
                    in_digest=change.in_digest,
                )
            except ConflictError:
                continue
            return change
        raise ConflictError

    def _failed(self, update: Update | Review, error: ReprieveError) -> None:
        """Note that a key's case could not be stored; if that lasts, tell people without it."""
        self.log.error("Could not store a case", key=str(update.key), problem=str(error))
        self.unfinished.note(str(update.key), error)
        if not isinstance(update, Update) or not update.activity.last_use or not update.may_be_pending:
            return
        is_long = self.clock() - update.span.start > UNSTORED_FOR
        if (is_long or not isinstance(error, PASSING)) and not self._is_known(update):
            self.outbox.put_into_queue([reduced(update, str(error))])

    def _is_known(self, update: Update) -> bool:
        """Return whether people need not hear of it again, as far as that can be read."""
        try:
            return update.is_known(self.store.cases(update.key))
        except ReprieveError:
            return False


def _parts(items: Sequence[_Item], number: int) -> Iterator[Sequence[_Item]]:
    return (items[start : start + number] for start in range(0, len(items), number))


def reduced(update: Update, problem: str) -> Notice:
    """Return the notice about a key whose case can't be stored: the same one for two hours."""
    case = update.untracked()
    why = Unknown(fact="the history of this case", why=f"this case could not be stored: {problem}")
    return fitting_notice(without_case(case, why, update.now))
