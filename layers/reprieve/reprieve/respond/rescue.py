"""Acting on a decision: record it, carry it out, record what came of it, notify every channel."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import uuid4

from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.case import Case, Closure, Ending, case_id, open_case
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.due import NoticeRules, wake_at
from reprieve.cases.key import Key, KeyState
from reprieve.cases.notice import Notice, Reason, tell
from reprieve.cases.result import Result
from reprieve.cases.sizes import fitting_case, fitting_notice
from reprieve.cases.store import CaseStore
from reprieve.clock import Clock, to_minute
from reprieve.dataclass import dataclass
from reprieve.errors import (
    AbsentError,
    AwsError,
    ConflictError,
    DeniedError,
    NotUnderstoodError,
    ThrottledError,
)
from reprieve.links import LinkClaims
from reprieve.ports import Log, MessageQueue
from reprieve.respond.case_view import CaseReader, CaseView
from reprieve.respond.pages import failed_outcomes as failed
from reprieve.respond.pages import link_outcomes
from reprieve.respond.pages import rescue_outcomes as outcomes
from reprieve.respond.pages.outcome import Outcome
from reprieve.respond.recovery import KeyRecovery
from reprieve.respond.watch import NOBODY, Watch

_TRIES: Final = 4


@dataclass(frozen=True, slots=True)
class Attempt:
    """One decision on its way: what the link vouches for, what was decided, and what the person saw."""

    claims: LinkClaims
    decision: Decision
    seen: CaseView
    watch: Watch = NOBODY


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a decision: the outcome, AWS' ids of requests, if KMS took EnableKey, and the notice."""

    outcome: Outcome
    request_ids: tuple[str, ...] = ()
    enabled: bool | None = None
    told: Notice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescuer:
    """Acts on a decision."""

    reader: CaseReader
    recovery: KeyRecovery
    store: CaseStore
    queue: MessageQueue
    clock: Clock
    log: Log

    def act(
        self, claims: LinkClaims, decision: Decision, after: int | None, watch: Watch = NOBODY
    ) -> Outcome:
        """Do what was decided, if it still can be.

        Args:
            claims: What the link vouches for.
            decision: What was decided, by whom.
            after: How many decisions there had been when the person read the page; None where what they read
                does not say. Then it follows whatever there was, unless that is still under way.
            watch: Who is told meanwhile.
        """
        seen = self.reader.look(claims)
        refused = seen.case.uses.count if seen.case else None
        attempt = Attempt(claims, replace(decision, refused=refused), seen, watch)
        return _settled(attempt, after) or self._recorded(attempt)

    def _recorded(self, attempt: Attempt) -> Outcome:
        """Act, between two entries in the record; without the first nothing is done.

        The first one is the decision: of two people at the same moment, one writes it.
        """
        claims, seen, entry = attempt.claims, attempt.seen, _entry(attempt)
        try:
            self.store.decide(claims.key, claims.deletion_date, entry, seen.record.decisions)
        except ConflictError:
            return self._decided_meanwhile(attempt)
        except AwsError as error:
            self.log.error("Did nothing: the decision could not be recorded", problem=str(error))
            return failed.not_recorded(seen.key)
        attempt.watch.begun()
        act = {Choice.CANCEL: self._cancel, Choice.ENABLE: self._bring_back, Choice.KEEP: self._keep}
        done = act[attempt.decision.choice](attempt)
        self._conclude(attempt, entry, done)
        outcome = replace(done.outcome, decisions=seen.record.decisions + 1)
        try:
            attempt.watch.ended(outcome)
        finally:
            if done.told:
                self._send(attempt, done.told)
        return outcome

    def _decided_meanwhile(self, attempt: Attempt) -> Outcome:
        """Say who was faster; their decision may still be in progress."""
        now = self.reader.look(attempt.claims)
        if now.unread:
            return now.unread
        if now.decision:
            return outcomes.decided_meanwhile(now.key, now.decision, now.at)
        return failed.not_recorded(attempt.seen.key)

    def _cancel(self, attempt: Attempt) -> Done:
        claims, seen = attempt.claims, attempt.seen
        try:
            request_id = self.recovery.cancel(claims.key, attempt.decision.by.acting)
        except DeniedError as error:
            self.recovery.failed(error, claims.key)
            return Done(failed.denied(seen.key, error))
        except AwsError as error:
            self.recovery.failed(error, claims.key)
            return self._unanswered(attempt, error)
        return self._bring_back(attempt, (request_id,))

    def _unanswered(self, attempt: Attempt, error: AwsError) -> Done:
        """Find out what came of a cancellation that KMS did not confirm.

        The SDK asks twice if an answer gets lost: the second answer says nothing about the first call.
        A key that was pending deletion and is disabled now was cancelled, and is brought back.
        """
        now = self._look_again(attempt)
        if now.unread:
            return Done(now.unread if isinstance(error, AbsentError) else failed.unsure(attempt.seen.key))
        if now.key.state == KeyState.DISABLED:
            return self._bring_back(replace(attempt, seen=now))
        if nothing := now.nothing_to_decide(attempt.claims):
            return Done(nothing)
        busy = isinstance(error, ThrottledError)
        return Done(failed.busy(now.key) if busy else failed.not_done(now.key, error, now.at))

    def _look_again(self, attempt: Attempt) -> CaseView:
        """Look again while acting: if the key was brought back meanwhile, this decision did not do it."""
        now = self.reader.look(attempt.claims)
        return replace(now, record=replace(now.record, rescue=attempt.seen.record.rescue))

    def _bring_back(self, attempt: Attempt, request_ids: tuple[str, ...] = ()) -> Done:
        """Enable the key if that was chosen, prove the outcome, and notify every channel."""
        decision, problem = attempt.decision, None
        if decision.enable:
            enabled = self.recovery.enable(attempt.claims.key, decision.by.acting)
            request_ids, problem = request_ids + enabled.request_ids, enabled.problem
        works = decision.enable and not problem
        key = self.recovery.prove(attempt.seen.key, KeyState.ENABLED if works else KeyState.DISABLED)
        proven = Attempt(attempt.claims, replace(decision, state=key.state), replace(attempt.seen, key=key))
        told = self._tell(proven, Reason.DELETION_CANCELLED)
        outcome = _brought_back(key, decision, problem, self.clock())
        return Done(outcome if told else outcomes.untold(outcome), request_ids, works or None, told)

    def _keep(self, attempt: Attempt) -> Done:
        """Mute the notices about the key, if nobody has brought it back meanwhile."""
        now = self._look_again(attempt)
        if nothing := now.nothing_to_decide(attempt.claims):
            return Done(nothing)
        decided = replace(attempt.decision, state=now.key.state)
        told = self._tell(Attempt(attempt.claims, decided, now), Reason.DELETION_KEPT)
        kept = outcomes.kept(now.key, now.case, now.at) if told else failed.not_recorded(attempt.seen.key)
        return Done(kept, told=told)

    def _tell(self, attempt: Attempt, reason: Reason) -> Notice | None:
        """Store the decision with a notice for every channel, and return it; None if that can't be done."""
        claims = attempt.claims
        for _ in range(_TRIES):
            try:
                case = self.store.case(claims.key, claims.deletion_date) or _case_of(attempt)
                if reason is Reason.DELETION_KEPT and _is_off(case):
                    return None
                decided = _decided(case, attempt, reason)
                case, notice = tell(decided, reason, self.clock(), is_decided=True)
                case, notice = fitting_case(case), fitting_notice(notice)
                self.store.save(case, notice, wake_at=wake_at(case, NoticeRules()))
            except ConflictError:
                continue
            except (AwsError, NotUnderstoodError) as error:
                self.recovery.failed(error, claims.key)
                return None
            return notice
        return None

    def _send(self, attempt: Attempt, notice: Notice) -> None:
        """Send what is decided; what fails is in the outbox, and leaves with the next scheduled run."""
        try:
            self.store.send(self.queue, (notice,))
        except AwsError as error:
            self.recovery.failed(error, attempt.claims.key)

    def _conclude(self, attempt: Attempt, entry: Entry, done: Done) -> None:
        """Record the outcome of a decision."""
        key, by = attempt.claims.key, attempt.decision.by
        state = done.outcome.key.state if done.outcome.key else None
        concluded = replace(
            entry,
            decision=replace(attempt.decision, state=state),
            outcome=done.outcome.name,
            request_ids=done.request_ids,
            enabled=done.enabled,
        )
        try:
            self.store.conclude(key, concluded)
        except (AwsError, ConflictError) as error:
            self.recovery.failed(error, key)
        self.log.info(
            "Acted on a decision",
            key=str(key),
            choice=attempt.decision.choice,
            auth_method=by.auth_method,
            channel=by.channel,
            source_ip=by.source_ip,
            outcome=concluded.outcome,
            request_ids=concluded.request_ids,
        )


def _settled(attempt: Attempt, after: int | None) -> Outcome | None:
    """Return what to say where a decision can't be carried out, or has been; None where it can."""
    seen, decision = attempt.seen, attempt.decision
    if seen.unread:
        return seen.unread
    nothing = seen.nothing_to_decide(attempt.claims)
    is_late = seen.is_being_decided if after is None else seen.record.decisions != after
    other = seen.decision if is_late else None
    if other and not (nothing and other.by == decision.by):
        return outcomes.decided_meanwhile(seen.key, other, seen.at)
    again = decision.choice is Choice.ENABLE
    if nothing and not (again and nothing.offer_enable):
        return replace(nothing, decisions=seen.record.decisions)
    if again and nothing is None:
        return link_outcomes.BAD_FORM
    if decision.choice is Choice.KEEP and seen.case and seen.case.is_kept:
        return outcomes.kept(seen.key, seen.case, seen.at)
    return None


def _entry(attempt: Attempt) -> Entry:
    return Entry(
        id=uuid4().hex,
        at=attempt.decision.at,
        case_id=case_id(attempt.claims.key, attempt.claims.deletion_date),
        event=Event.DECISION,
        decision=attempt.decision,
        state_before=attempt.seen.key.state,
        outcome=Result.STARTED,
    )


def _brought_back(key: Key, decision: Decision, problem: AwsError | None, at: datetime) -> Outcome:
    """Return what came of a cancellation that KMS took, by the key's state afterwards."""
    match key.state:
        case KeyState.ENABLED:
            return outcomes.rescued(key, at)
        case KeyState.DISABLED if not decision.enable:
            return outcomes.cancelled(key, at)
        case None | KeyState.PENDING_DELETION | KeyState.PENDING_REPLICA_DELETION:
            return failed.unproven(key, at, problem)
        case _:
            return outcomes.not_enabled(key, problem, at) if problem else failed.unproven(key, at)


def _is_off(case: Case) -> bool:
    """Return whether it is over, by more than the word of a record or the calendar, which KMS contradicts."""
    return case.closure is not None and (case.closure.confirmed or case.decision is not None)


def _decided(case: Case, attempt: Attempt, reason: Reason) -> Case:
    """Return the case with what was decided, and closed if that is its end."""
    key, decision, closure = attempt.seen.key, attempt.decision, case.closure
    if reason is Reason.DELETION_KEPT:
        return replace(case, key=key, decision=decision, closure=None, cancel_reported=None)
    if reason is Reason.DELETION_CANCELLED and not (closure and closure.confirmed):
        cancelled = Closure(how=Ending.CANCELLED, at=decision.at)
        before = closure if decision.choice is Choice.ENABLE else None
        closure = replace(before or cancelled, confirmed=key.state is not None and not key.is_pending)
    return replace(case, key=key, decision=decision, closure=closure)


def _case_of(attempt: Attempt) -> Case:
    """Return a case that begins with the decision, for a key without a case on record."""
    decision = attempt.decision
    key = replace(attempt.seen.key, deletion_date=attempt.claims.deletion_date)
    return open_case(key, decision.at, to_minute(decision.at))
