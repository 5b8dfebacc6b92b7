"""KMS as it is documented: keys, their states, and every deletion that was ever scheduled.

Source: KMS developer guide, "Key states of KMS keys", "Deleting KMS keys", "Deleting multi-Region keys".
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

DAY: Final = 86_400.0


class State(StrEnum):
    """The key states of the oracle's keys."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"
    PENDING = "PendingDeletion"
    PENDING_REPLICAS = "PendingReplicaDeletion"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One KMS key.

    Attributes:
        arn: Its name.
        state: What KMS would answer.
        date: Its DeletionDate, in seconds since 1970.
        is_locked: Whether its key policy denies every look-up.
        is_ours: Whether the stack can enter its account.
        days: The waiting period that begins when its replicas are gone.
    """

    arn: str
    state: State = State.ENABLED
    date: float | None = None
    is_locked: bool = False
    is_ours: bool = True
    days: int = 7

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    @property
    def is_pending(self) -> bool:
        return self.state in {State.PENDING, State.PENDING_REPLICAS}

    @property
    def is_blind(self) -> bool:
        """Whether nobody can look it up, whatever works today."""
        return self.is_locked or not self.is_ours

    @property
    def refusal(self) -> str:
        """What KMS says to whoever uses it while it is pending deletion."""
        kind = "replica deletion" if self.state is State.PENDING_REPLICAS else "deletion"
        return f"{self.arn} is pending {kind}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """One scheduled deletion of one key; `readable` is when the log group tells of it, and of its end."""

    key: str
    number: int
    begun: float
    date: float | None
    readable: float = float("inf")
    ended: float | None = None
    end_readable: float = float("inf")
    waits_for_replicas: bool = False

    @property
    def name(self) -> tuple[str, int]:
        return self.key, self.number

    def __str__(self) -> str:
        return f"{self.key.rpartition('/')[2].partition('-')[0]} (deletion {self.number + 1})"

    def is_active(self, now: float) -> bool:
        """Whether KMS calls the key pending for it."""
        return self.ended is None and (self.date is None or now < self.date)


@dataclass(slots=True)
class Kms:
    """All keys, and all that was ever scheduled."""

    keys: dict[str, Key] = field(default_factory=dict)
    deletions: dict[str, tuple[Deletion, ...]] = field(default_factory=dict)

    def copy(self) -> "Kms":
        return Kms(dict(self.keys), dict(self.deletions))

    def add(self, key: Key) -> None:
        self.keys[key.arn] = key
        self.deletions[key.arn] = ()

    def schedule(
        self, arn: str, now: float, days: int, *, replicas: bool = False, readable: float = float("inf")
    ) -> bool:
        """Schedule a deletion; False if the key's state does not allow it."""
        key = self.keys[arn]
        if key.state not in {State.ENABLED, State.DISABLED}:
            return False
        date = None if replicas else float(int(now)) + days * DAY
        state = State.PENDING_REPLICAS if replicas else State.PENDING
        self.keys[arn] = replace(key, state=state, date=date, days=days)
        number = len(self.deletions[arn])
        begun = Deletion(
            key=arn, number=number, begun=now, date=date, readable=readable, waits_for_replicas=replicas
        )
        self.deletions[arn] = (*self.deletions[arn], begun)
        return True

    def replicas_gone(self, arn: str, now: float) -> bool:
        """A primary key that had to wait for its replicas gets its date."""
        key = self.keys[arn]
        if key.state is not State.PENDING_REPLICAS:
            return False
        date = float(int(now)) + key.days * DAY
        self.keys[arn] = replace(key, state=State.PENDING, date=date)
        self._latest(arn, date=date)
        return True

    def cancel(self, arn: str, now: float, readable: float = float("inf")) -> bool:
        """Cancel the deletion: the key is then disabled."""
        key = self.keys[arn]
        if not key.is_pending:
            return False
        self.keys[arn] = replace(key, state=State.DISABLED, date=None)
        self._latest(arn, ended=now, end_readable=readable)
        return True

    def enable(self, arn: str) -> bool:
        return self._turn(arn, State.ENABLED)

    def disable(self, arn: str) -> bool:
        return self._turn(arn, State.DISABLED)

    def set_policy(self, arn: str, *, is_locked: bool) -> None:
        """PutKeyPolicy works on a pending key as well."""
        self.keys[arn] = replace(self.keys[arn], is_locked=is_locked)

    def pass_time(self, now: float) -> None:
        """Delete what has reached its date."""
        for arn, key in self.keys.items():
            if key.date is not None and now >= key.date and key.state is State.PENDING:
                self.keys[arn] = replace(key, state=State.GONE)

    def latest(self, arn: str) -> Deletion | None:
        """The latest deletion of a key."""
        return self.deletions[arn][-1] if self.deletions.get(arn) else None

    def active(self, arn: str, now: float) -> Deletion | None:
        """The deletion that a key is pending for."""
        latest = self.latest(arn)
        return latest if latest and latest.is_active(now) else None

    def _turn(self, arn: str, state: State) -> bool:
        key = self.keys[arn]
        if key.state not in {State.ENABLED, State.DISABLED}:
            return False
        self.keys[arn] = replace(key, state=state)
        return True

    def _latest(self, arn: str, **changes: float) -> None:
        changed = replace(self.deletions[arn][-1], **changes)  # type: ignore[arg-type]
        self.deletions[arn] = (*self.deletions[arn][:-1], changed)
