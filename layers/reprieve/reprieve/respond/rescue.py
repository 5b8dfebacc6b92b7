"""Bringing a key back: cancel, enable, prove, put on record, tell everybody.

CancelKeyDeletion leaves a key `Disabled`: the outage goes on until EnableKey.
What is to be done is put on record before it is done, and again with what came of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from uuid import uuid4

from reprieve.cases.audit_entry import STARTED, Entry, Event
from reprieve.cases.case import Case, Closure, Ending, case_id, open_case
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.due import NoticeRules, wake_at
from reprieve.cases.key import Key, KeyState
from reprieve.cases.notice import Notice, Reason, tell
from reprieve.cases.store import CaseStore
from reprieve.clock import Clock, to_minute
from reprieve.errors import (
    AbsentError,
    AwsError,
    ConflictError,
    DeniedError,
    NotUnderstoodError,
    ThrottledError,
    WrongStateError,
)
from reprieve.links import LinkClaims
from reprieve.ports import KeyControl, KeyDirectory, Log, MessageQueue
from reprieve.respond.case_view import CaseReader, CaseView, as_told
from reprieve.respond.pages import Outcome, outcomes

CONSISTENCY_PAUSES: Final = (0.2, 0.4, 0.8, 1.6)
"""Seconds to wait, each time, until KMS shows everywhere what it has just done."""

_TRIES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescuer:
    """Acts on a decision. `channels` are those that are told of it."""

    channels: tuple[str, ...]
    reader: CaseReader
    keys: KeyDirectory
    control: KeyControl
    store: CaseStore
    queue: MessageQueue
    clock: Clock
    sleep: Callable[[float], None]
    log: Log

    def act(self, claims: LinkClaims, decision: Decision, after: int) -> Outcome:
        """Do what was decided, if it still can be.

        Args:
            claims: What the link vouches for.
            decision: What was decided, by whom.
            after: How many decisions there had been when the person read the page.
        """
        seen = self.reader.look(claims)
        if isinstance(seen, Outcome):
            return seen
        nothing = seen.nothing_to_decide(claims)
        other = seen.decision if seen.file.decisions != after else None
        if other and not (nothing and other.by == decision.by):
            return outcomes.decided_meanwhile(seen.key, other, seen.at)
        again = decision.choice is Choice.ENABLE
        if nothing and not (again and nothing.offer_enable):
            return replace(nothing, decisions=seen.file.decisions)
        if again and nothing is None:
            return outcomes.BAD_FORM
        if decision.choice is Choice.KEEP and seen.case and seen.case.is_kept:
            return outcomes.kept(seen.key, seen.case, seen.at)
        return self._recorded(claims, decision, seen)

    def _recorded(self, claims: LinkClaims, decision: Decision, seen: CaseView) -> Outcome:
        """Act, between two entries in the record; without the first nothing is done.

        The first one is the decision: of two people at the same moment, one writes it.
        """
        entry = Entry(
            id=uuid4().hex,
            at=decision.at,
            case_id=case_id(claims.key, claims.deletion_date),
            event=Event.DECISION,
            decision=decision,
            state_before=seen.key.state,
            outcome=STARTED,
        )
        try:
            self.store.decide(claims.key, claims.deletion_date, entry, seen.file.decisions)
        except ConflictError:
            return self._decided_meanwhile(claims, seen)
        except AwsError as error:
            self.log.error("Nothing was done, for it could not be recorded", problem=str(error))
            return outcomes.not_recorded(seen.key)
        act = {Choice.CANCEL: self._cancel, Choice.ENABLE: self._enable_again, Choice.KEEP: self._keep}
        done = act[decision.choice](claims, decision, seen)
        decided = replace(decision, state=done.outcome.key.state if done.outcome.key else None)
        self._conclude(claims, decided, replace(done.noted_in(entry), decision=decided))
        return replace(done.outcome, decisions=seen.file.decisions + 1)

    def _decided_meanwhile(self, claims: LinkClaims, seen: CaseView) -> Outcome:
        """Say who was faster; they may be at it still."""
        now = self.reader.look(claims)
        if isinstance(now, Outcome):
            return now
        return (
            outcomes.decided_meanwhile(now.key, now.decision, now.at)
            if now.decision
            else outcomes.not_recorded(seen.key)
        )

    def _cancel(self, claims: LinkClaims, decision: Decision, seen: CaseView) -> "_Done":
        try:
            request_id = self.control.cancel_deletion(claims.key, by=decision.by.acting)
        except DeniedError as error:
            self._failed(error, claims)
            return _Done(outcomes.denied(seen.key, error))
        except AwsError as error:
            return self._unanswered(claims, decision, seen, error)
        return self._bring_back(claims, decision, seen, (request_id,))

    def _unanswered(self, claims: LinkClaims, decision: Decision, seen: CaseView, error: AwsError) -> "_Done":
        """Find out what came of a cancellation that KMS did not confirm.

        The SDK asks twice where an answer gets lost: what the second one says is no word on the first.
        A key that waited to be deleted and is disabled now was cancelled, and is brought back.
        """
        self._failed(error, claims)
        now = self._look_again(claims, seen)
        if isinstance(now, Outcome):
            return _Done(now if isinstance(error, AbsentError) else outcomes.unsure(seen.key))
        if now.key.state == KeyState.DISABLED:
            return self._bring_back(claims, decision, now, ())
        if nothing := now.nothing_to_decide(claims):
            return _Done(nothing)
        busy = isinstance(error, ThrottledError)
        return _Done(outcomes.busy(now.key) if busy else outcomes.not_done(now.key, error, now.at))

    def _look_again(self, claims: LinkClaims, seen: CaseView) -> CaseView | Outcome:
        """Look while acting: whatever was brought back meanwhile was not brought back by this decision."""
        now = self.reader.look(claims)
        if isinstance(now, Outcome):
            return now
        return replace(now, file=replace(now.file, rescue=seen.file.rescue))

    def _bring_back(
        self, claims: LinkClaims, decision: Decision, seen: CaseView, request_ids: tuple[str, ...]
    ) -> "_Done":
        """Enable the key if that was chosen, prove what is so, and tell everybody."""
        problem: AwsError | None = None
        if decision.enable:
            problem, enabled = self._enable(claims, decision)
            request_ids += enabled
        key = self._prove(
            seen.key, KeyState.ENABLED if decision.enable and not problem else KeyState.DISABLED
        )
        told = self._tell(
            claims, replace(decision, state=key.state), replace(seen, key=key), Reason.DELETION_CANCELLED
        )
        outcome = self._outcome(key, decision, problem)
        is_taken = bool(decision.enable and not problem) or None
        return _Done(outcome if told else outcomes.untold(outcome), request_ids, is_taken)

    def _keep(self, claims: LinkClaims, decision: Decision, seen: CaseView) -> "_Done":
        """Be quiet about the key, if nobody has brought it back meanwhile."""
        now = self._look_again(claims, seen)
        if isinstance(now, Outcome):
            return _Done(now)
        if nothing := now.nothing_to_decide(claims):
            return _Done(nothing)
        decided = replace(decision, state=now.key.state)
        told = self._tell(claims, decided, now, Reason.DELETION_KEPT)
        return _Done(outcomes.kept(now.key, now.case, now.at) if told else outcomes.not_recorded(seen.key))

    def _enable_again(self, claims: LinkClaims, decision: Decision, seen: CaseView) -> "_Done":
        return self._bring_back(claims, decision, seen, ())

    def _enable(self, claims: LinkClaims, decision: Decision) -> tuple[AwsError | None, tuple[str, ...]]:
        """Enable the key; return why it failed, or the request's id.

        Straight after CancelKeyDeletion, KMS may still take the key for one that waits to be deleted.
        """
        pauses = iter(CONSISTENCY_PAUSES)
        while True:
            try:
                return None, (self.control.enable(claims.key, by=decision.by.acting),)
            except WrongStateError as error:
                self._failed(error, claims)
                pause = next(pauses, None)
                if pause is None:
                    return error, ()
                self.sleep(pause)
            except AwsError as error:
                self._failed(error, claims)
                return error, ()

    def _prove(self, key: Key, expected: KeyState) -> Key:
        """Read the key until KMS shows what was done, or time is up; state None if it can't be read."""
        pauses = iter(CONSISTENCY_PAUSES)
        while True:
            try:
                key = as_told(key, self.keys.describe(key.arn))
            except AwsError as error:
                self.log.error("Could not prove what was done", problem=str(error), key=str(key.arn))
                return replace(key, state=None, deletion_date=None)
            pause = next(pauses, None)
            if key.state == expected or pause is None:
                return key
            self.sleep(pause)

    def _outcome(self, key: Key, decision: Decision, problem: AwsError | None) -> Outcome:
        at = self.clock()
        match key.state:
            case KeyState.ENABLED:
                outcome = outcomes.rescued(key, at)
            case KeyState.DISABLED if not decision.enable:
                outcome = outcomes.cancelled(key, at)
            case None | KeyState.PENDING_DELETION | KeyState.PENDING_REPLICA_DELETION:
                outcome = outcomes.unproven(key, at, problem)
            case _:
                outcome = outcomes.not_enabled(key, problem, at) if problem else outcomes.unproven(key, at)
        return outcome

    def _tell(self, claims: LinkClaims, decision: Decision, seen: CaseView, reason: Reason) -> bool:
        """Store the decision with a notice for every channel; return whether that could be done."""
        for _ in range(_TRIES):
            try:
                case = self.store.case(claims.key, claims.deletion_date) or _case_of(seen, claims, decision)
                if reason is Reason.DELETION_KEPT and case.closure:
                    return False
                case, notice = tell(_decided(case, seen.key, decision, reason), reason, self.clock())
                self.store.save(case, notice, wake_at=wake_at(case, NoticeRules()))
            except ConflictError:
                continue
            except (AwsError, NotUnderstoodError) as error:
                self._failed(error, claims)
                return False
            self._send(claims, notice)
            return True
        return False

    def _send(self, claims: LinkClaims, notice: Notice) -> None:
        """Send what is decided; what fails is in the outbox, and leaves with the next tick of the clock."""
        try:
            self.store.send(self.queue, self.channels, (notice,))
        except AwsError as error:
            self._failed(error, claims)

    def _conclude(self, claims: LinkClaims, decision: Decision, entry: Entry) -> None:
        try:
            self.store.conclude(claims.key, entry)
        except (AwsError, ConflictError) as error:
            self._failed(error, claims)
        self.log.info(
            "Acted on a decision",
            key=str(claims.key),
            choice=decision.choice,
            auth_method=decision.by.auth_method,
            channel=decision.by.channel,
            source_ip=decision.by.source_ip,
            outcome=entry.outcome,
            request_ids=entry.request_ids,
        )

    def _failed(self, error: Exception, claims: LinkClaims) -> None:
        self.log.warning("A step of a rescue failed", problem=str(error), key=str(claims.key))


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of a decision: the outcome, AWS' ids of the requests, and whether KMS took EnableKey."""

    outcome: Outcome
    request_ids: tuple[str, ...] = ()
    enabled: bool | None = None

    def noted_in(self, entry: Entry) -> Entry:
        said = replace(entry, outcome=self.outcome.name, request_ids=self.request_ids)
        return replace(said, enabled=self.enabled)


def _decided(case: Case, key: Key, decision: Decision, reason: Reason) -> Case:
    """Return the case with what was decided, and closed if that is its end."""
    closure = case.closure
    if reason is Reason.DELETION_CANCELLED:
        confirmed = key.state is not None and not key.is_pending
        closure = closure or Closure(how=Ending.CANCELLED, at=decision.at, confirmed=confirmed)
    return replace(case, key=key, decision=decision, closure=closure)


def _case_of(seen: CaseView, claims: LinkClaims, decision: Decision) -> Case:
    """Return a case that begins with the decision, for a key of which none is on record."""
    key = replace(seen.key, deletion_date=claims.deletion_date)
    return open_case(key, decision.at, to_minute(decision.at))
