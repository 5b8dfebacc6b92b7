"""What is shown, and what a decision rests on: the case on record, and the key as KMS tells of it."""

from concurrent.futures import Executor
from dataclasses import dataclass, replace

from reprieve.casebook import Casebook
from reprieve.cases import Case, Key
from reprieve.errors import AbsentError, AwsError, DeniedError, ThrottledError
from reprieve.links import Claims
from reprieve.pages import Outcome, outcomes
from reprieve.ports import KeyDirectory, KeyMetadata, Log

NOTHING_CHANGED = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read: the key as it is now, and its case, where there is one on record."""

    key: Key
    case: Case | None

    def nothing_to_decide(self, claims: Claims) -> Outcome | None:
        """Return what to say where there is nothing to decide, or None where there is.

        A key that is to be deleted at another date is another case, of which a link tells nothing.
        """
        if not self.key.is_pending:
            return outcomes.already(self.key, self.case.decision if self.case else None)
        return None if self.key.deletion_date == claims.deletion_date else outcomes.BAD_LINK


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """Reads a case and its key, side by side."""

    keys: KeyDirectory
    casebook: Casebook
    pool: Executor
    log: Log

    def look(self, claims: Claims) -> Seen | Outcome:
        """Return what there is to see, or what to say where the key can't be read."""
        on_record = self.pool.submit(self._case, claims)
        try:
            told: KeyMetadata | AwsError = self.keys.describe(claims.key)
        except AwsError as error:
            told = error
        case = on_record.result()
        key = case.key if case else Key.bare(claims.key)
        if isinstance(told, AwsError):
            self.log.warning("Could not read a key", problem=str(told), key=str(claims.key))
            return refused(key, told, NOTHING_CHANGED)
        return Seen(as_told(key, told), case)

    def _case(self, claims: Claims) -> Case | None:
        """Return the case; without it the page still shows the key, and the key can still be rescued."""
        try:
            return self.casebook.case(claims.key, claims.deletion_date)
        except AwsError as error:
            self.log.error("Could not read a case", problem=str(error), key=str(claims.key))
            return None


def as_told(key: Key, told: KeyMetadata) -> Key:
    """Return the key with what KMS says of it now."""
    return replace(
        key,
        state=told.state,
        deletion_date=told.deletion_date,
        description=told.description,
        multi_region=told.multi_region,
    )


def refused(key: Key, error: AwsError, changed: str) -> Outcome:
    """Return what to say of a call that KMS refused; `changed` says what is so all the same."""
    match error:
        case AbsentError():
            return outcomes.gone(key)
        case DeniedError():
            return outcomes.denied(key, error.operation, changed)
        case ThrottledError():
            return outcomes.busy(key)
        case _:
            return outcomes.unreachable(key)
