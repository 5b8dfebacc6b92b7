"""What is shown, and what a decision is based on: the case on record, and the key as KMS reports it."""

from concurrent.futures import Executor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from reprieve.cases.audit_entry import Aftermath
from reprieve.cases.case import Case
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.key import Key, KeyState
from reprieve.cases.result import Result
from reprieve.cases.store import CaseRecord, CaseStore
from reprieve.cases.transitions import SETTLING
from reprieve.clock import Clock
from reprieve.dataclass import dataclass
from reprieve.errors import AbsentError, AwsError, DeniedError, ThrottledError
from reprieve.links import LinkClaims
from reprieve.ports import KeyDirectory, KeyMetadata, Log
from reprieve.respond.pages import failed_outcomes as failed
from reprieve.respond.pages import rescue_outcomes as outcomes
from reprieve.respond.pages.outcome import Outcome

AFTERMATH: Final = timedelta(days=1)
"""How long a disabled key is assumed to have been left disabled by a cancellation on the page.

No record shows that a key was enabled with KMS itself, and disabled on purpose later.
"""

UNDER_WAY: Final = timedelta(seconds=30)
"""How long a decision may still be in progress: respond ends earlier, and KMS is consistent by then."""

_AT_WORK: Final = frozenset({Result.STARTED, Result.RESCUED, Result.CANCELLED})
_EVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CaseView:
    """What was read at a moment: the key as it is then, and what is on record of its case.

    `unread` is why the key could not be read; what is shown of it is then from the record.
    """

    key: Key
    record: CaseRecord
    at: datetime
    unread: Outcome | None = None

    @property
    def case(self) -> Case | None:
        """Its case, where there is one on record."""
        return self.record.case

    @property
    def is_on_record(self) -> bool:
        """Whether anything is known about the case."""
        return self.case is not None or bool(self.record.history)

    @property
    def decision(self) -> Decision | None:
        """The latest decision about the case, whatever came of it."""
        return self.record.decision

    @property
    def is_being_decided(self) -> bool:
        """Whether a decision to bring the key back is in progress, or was a moment ago."""
        return any(
            entry.rescue and entry.outcome in _AT_WORK and self.at - entry.at < UNDER_WAY
            for entry in self.record.history
        )

    @property
    def rescue(self) -> Decision | None:
        """The latest decision that may have brought the key back."""
        decision = self.case.decision if self.case and not self.case.is_kept else None
        return self.record.rescue or decision

    @property
    def aftermath(self) -> Aftermath:
        """What came after the latest cancellation on the page; where the record has a gap, nobody knows."""
        rescue = self.rescue
        if rescue and self._has_worked:
            return Aftermath.WORKED
        if rescue is None or not rescue.enable or self.record.unreadable:
            return Aftermath.LEFT
        return Aftermath.UNFINISHED if self.at - rescue.at <= AFTERMATH else Aftermath.LEFT

    @property
    def _has_worked(self) -> bool:
        """Whether the record shows that the key was enabled after its latest cancellation on the page."""
        rescues = (entry.rescue for entry in self.record.history)
        since = max((each.at for each in rescues if each and each.choice is Choice.CANCEL), default=_EVER)
        shown = any(entry.has_worked for entry in self.record.history if entry.at >= since)
        decision = self.case.decision if self.case else None
        states = {self.case and self.case.key.state, decision and decision.state}
        return shown or KeyState.ENABLED in states

    def nothing_to_decide(self, claims: LinkClaims) -> Outcome | None:
        """Return what to say where there is nothing to decide, or None where there is."""
        if self.unread:
            return self.unread
        if not self.key.is_pending:
            closure = self.case.closure if self.case else None
            return outcomes.already(self.key, self.rescue, closure, self.at, self.aftermath)
        if self.key.deletion_date == claims.deletion_date:
            return None
        if self.key.state == KeyState.PENDING_REPLICA_DELETION:
            return outcomes.waits_for_replicas(self.key, self.at)
        return outcomes.scheduled_again(self.key, self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReader:
    """Reads a case and its key, side by side."""

    keys: KeyDirectory
    store: CaseStore
    pool: Executor
    clock: Clock
    log: Log

    def look(self, claims: LinkClaims) -> CaseView:
        """Return what there is to see; without KMS' answer, what is on record and why there is no more."""
        on_record = self.pool.submit(self._record, claims)
        try:
            told: KeyMetadata | AwsError = self.keys.describe(claims.key)
        except AwsError as error:
            told = error
        now = self.clock()
        record = _without_refused(on_record.result(), now)
        key = record.case.key if record.case else Key.bare(claims.key)
        if isinstance(told, AwsError):
            self.log.warning("Could not read a key", problem=str(told), key=str(claims.key))
            was_over = bool(record.rescue or (record.case and record.case.closure))
            why = refused(key, told, is_due=was_over or now >= claims.deletion_date)
            return CaseView(replace(key, state=None), record, now, why)
        return CaseView(as_told(key, told), record, now)

    def _record(self, claims: LinkClaims) -> CaseRecord:
        """Return what is on record; without it the page still shows the key."""
        try:
            record = self.store.record(claims.key, claims.deletion_date)
        except AwsError as error:
            self.log.error("Could not read a case", problem=str(error), key=str(claims.key))
            return CaseRecord()
        if record.unreadable:
            self.log.error(
                "Skipped items of a case that could not be read", items=record.unreadable, key=str(claims.key)
            )
        return record


def _without_refused(record: CaseRecord, now: datetime) -> CaseRecord:
    """Return a record without a rescue that KMS refused, once KMS has shown all that it has done."""
    latest = next((entry for entry in reversed(record.history) if entry.rescue), None)
    is_refused = latest is not None and latest.outcome == Result.NOT_DONE and now - latest.at > SETTLING
    return replace(record, rescue=None) if is_refused else record


def as_told(key: Key, told: KeyMetadata) -> Key:
    """Return the key with what KMS says about it now."""
    return replace(
        key,
        state=told.state,
        deletion_date=told.deletion_date,
        description=told.description,
        multi_region=told.multi_region,
    )


def refused(key: Key, error: AwsError, *, is_due: bool) -> Outcome:
    """Return what to say where a key can't be read; `is_due` is whether it may have been deleted by now."""
    match error:
        case AbsentError():
            return outcomes.gone(key, is_due=is_due)
        case DeniedError():
            return failed.denied(key, error)
        case ThrottledError():
            return failed.busy(key)
        case _:
            return failed.unreachable(key)
