"""The simulated world: KMS, CloudTrail, the log group, the table and the queue, under one clock.

Nothing here is the product's: the world and the product meet in `tests/oracle/driver.py` and nowhere else.
It can be copied at any moment, so that many histories share their beginning.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Final, NamedTuple

from tests.oracle.heard import Heard, hear
from tests.oracle.kms import Key, Kms, State
from tests.oracle.log_group import LogGroup
from tests.oracle.records import CONTEXT, Principal, Record, of_deletion, of_scheduling, record
from tests.oracle.table import Table
from tests.oracle.troubles import CODES, EVERYWHERE, Call, Fate, How, Killed, Refusal, Troubles

BEGINNING: Final = 1_795_478_400.0
"""The first moment of every history: 2026-11-24 00:00 UTC."""

MINUTE: Final = 60.0
HOUR: Final = 3600.0
OURS: Final = "111122223333"
"""The account that the stack is in."""

TIMEOUT: Final = 120.0
"""Seconds that each invocation has: less than the template gives, so that the world is the harder one."""

LOOK_UP: Final = 0.02
SLOW_LOOK_UP: Final = 0.4
"""Seconds that one of several look-ups at once takes from an invocation, until its client gives up."""

WRITE: Final = 0.01
MESSAGE_BYTES: Final = 256 * 1024

ADMIN: Final = Principal("admin-jane", kind="IAMUser")
RESCUER: Final = Principal("respond")


class Use(NamedTuple):
    """One genuine request that KMS refused; `lag` is how long after its timestamp the line can be read."""

    number: int
    key: str
    deletion: int
    principal: str
    at: float
    readable: float
    lag: float
    is_use: bool


class Place(NamedTuple):
    """How far a log group has been read: for good, and within a question that takes long to answer."""

    settled_until: float | None
    token: str = ""


@dataclass(slots=True)
class World:
    """Everything outside the product, and the truth of it."""

    now: float = BEGINNING
    skew: float = 0.0
    furthest_skew: float = 0.0
    """How far ahead the clock has been: earlier runs may have decided by that time."""
    deadline: float = float("inf")
    kms: Kms = field(default_factory=Kms)
    logs: LogGroup = field(default_factory=LogGroup)
    table: Table = field(default_factory=Table)
    history: list[tuple[float, str, str, str]] = field(default_factory=list)
    history_lag: float = 15 * MINUTE
    uses: list[Use] = field(default_factory=list)
    forged: dict[str, int] = field(default_factory=dict)
    copies: dict[str, int] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    delivered: set[tuple[str, str]] = field(default_factory=set)
    dead_letters: list[float] = field(default_factory=list)
    troubles: Troubles = field(default_factory=Troubles)
    fate: Fate = field(default_factory=Fate)
    number: int = 0

    def copy(self) -> "World":
        """Return a world that goes its own way from here."""
        return World(
            self.now,
            self.skew,
            self.furthest_skew,
            self.deadline,
            self.kms.copy(),
            self.logs.copy(),
            self.table.copy(),
            list(self.history),
            self.history_lag,
            list(self.uses),
            dict(self.forged),
            dict(self.copies),
            list(self.heard),
            set(self.delivered),
            list(self.dead_letters),
            self.troubles.copy(),
            self.fate.copy(),
            self.number,
        )

    # Time.

    def spend(self, seconds: float) -> None:
        """Let time pass inside an invocation, which ends when it has none left."""
        self.now += seconds
        if self.now >= self.deadline:
            raise Killed

    def pass_time(self, seconds: float) -> None:
        """Let time pass between invocations, up to a whole second; keys whose date has come are deleted."""
        self.now = float(ceil(self.now + seconds))
        gone = [arn for arn, key in self.kms.keys.items() if key.state is State.GONE]
        self.kms.pass_time(self.now)
        for arn, key in self.kms.keys.items():
            if key.state is State.GONE and arn not in gone:
                self._write(of_deletion(self._next(), arn, self.now), MINUTE)

    # What people and programs do.

    def schedule(self, arn: str, days: int, delay: float, *, replicas: bool = False) -> None:
        """Somebody schedules the deletion of a key; a key that is pending already refuses."""
        if self.kms.schedule(arn, self.now, days, replicas=replicas, readable=self.now + delay):
            made = of_scheduling(self._next(), arn, ADMIN.identity(), self.now, days)
            key = self.kms.keys[arn]
            self._write(made, delay)
            self.history.append((self.now + self.history_lag, key.account, key.region, json.dumps(made)))
        else:
            self.manage(arn, ADMIN, "ScheduleKeyDeletion", delay)

    def cancel(self, arn: str, delay: float, by: Principal = ADMIN) -> bool:
        is_done = self.kms.cancel(arn, self.now, self.now + delay)
        return is_done and self._changed("CancelKeyDeletion", arn, by, delay)

    def enable(self, arn: str, delay: float, by: Principal = ADMIN) -> bool:
        return self.kms.enable(arn) and self._changed("EnableKey", arn, by, delay)

    def disable(self, arn: str, delay: float) -> bool:
        return self.kms.disable(arn) and self._changed("DisableKey", arn, ADMIN, delay)

    def use(self, arn: str, who: Principal, operation: str = "Decrypt", **told: object) -> bool:
        """A program uses a key; only what KMS refuses for pending deletion is written down here.

        `told` is how CloudTrail tells of it: see `_tell`.
        """
        return self._refused(arn, who, operation, is_use=True, **told)

    def manage(self, arn: str, who: Principal, operation: str, delay: float = MINUTE) -> bool:
        """Somebody manages a key that is pending deletion, and is refused by the same words."""
        return self._refused(arn, who, operation, is_use=False, delay=delay)

    def _refused(self, arn: str, who: Principal, operation: str, *, is_use: bool, **told: object) -> bool:
        key = self.kms.keys[arn]
        deletion = self.kms.active(arn, self.now)
        if deletion is None or not key.is_pending:
            return False
        readable, lag = self._tell(key, who, operation, **told)  # type: ignore[arg-type]
        self.uses.append(Use(self.number, arn, deletion.number, who.name, self.now, readable, lag, is_use))
        return True

    def _tell(
        self,
        key: Key,
        who: Principal,
        operation: str,
        *,
        delay: float = MINUTE,
        lag: float = 0.0,
        copies: Sequence[float] = (),
        session: str = "app",
        context: dict[str, str] | None = None,
        agent: str = "Boto3/1.44.5",
    ) -> tuple[float, float]:
        """Let CloudTrail tell of a refused request; return when the first copy can be read, and its lag.

        Copies have none.
        """
        made = record(
            self._next(),
            operation,
            key.arn,
            who.identity(session),
            self.now,
            message=key.refusal,
            parameters={"encryptionContext": CONTEXT if context is None else context},
            agent=agent,
        )
        self._write(made, delay, lag)
        self.copies[key.arn] = self.copies.get(key.arn, 0) + len(copies)
        for copy in copies:
            self._write(made, copy)
        readable = min((self.now + delay + lag, *(self.now + copy for copy in copies)))
        return readable, 0.0 if copies else lag

    def _changed(self, operation: str, arn: str, by: Principal, delay: float) -> bool:
        self._write(record(self._next(), operation, arn, by.identity(), self.now), delay)
        return True

    def _next(self) -> int:
        self.number += 1
        return self.number

    def _write(self, made: Record, delay: float, lag: float = 0.0) -> None:
        at = self.now + delay
        self.logs.put(json.dumps(made, separators=(",", ":")), at, at + lag)

    # What AWS answers to the product.

    def look_up(self, arn: str, operation: str) -> Key:
        """Return a key as its own account tells of it.

        Raises:
            Refusal: it does not.
        """
        self._look(Call.LOOK_UP, arn, operation)
        key = self.kms.keys.get(arn)
        if key is None or key.state is State.GONE:
            raise Refusal(operation, "NotFoundException")
        if key.is_blind:
            raise Refusal(operation, "AccessDeniedException")
        return key

    def schedulings(self, account: str, region: str) -> list[str]:
        """Return what the event history tells by now, newest first."""
        self._look(Call.HISTORY, EVERYWHERE, "cloudtrail:LookupEvents")
        return [
            line
            for shown, of, place, line in reversed(self.history)
            if shown <= self.now and (of, place) == (account, region)
        ]

    def _look(self, call: Call, scope: str, operation: str) -> None:
        how = self.troubles.of(call, scope, self.now)
        self.spend(SLOW_LOOK_UP if how is How.SLOW else LOOK_UP)
        if how:
            raise Refusal(operation, CODES[how])

    def effect(self, call: Call, scope: str, operation: str, act: Callable[[], None]) -> None:
        """Have a side effect, which may fail, lose its answer, or be the last thing that is done."""
        self.spend(WRITE)
        how = self.troubles.of(call, scope, self.now)
        if how and how is not How.LOST:
            raise Refusal(operation, CODES[how])
        self.fate.around(act)
        if how:
            raise Refusal(operation, CODES[how])

    def read(self, call: Call, operation: str) -> None:
        """Begin to read, which may fail."""
        self.spend(WRITE / 2)
        if how := self.troubles.of(call, EVERYWHERE, self.now):
            raise Refusal(operation, CODES[how])

    def send(self, bodies: Sequence[str]) -> None:
        """Take messages; `deliver` sends each notice to each channel once."""
        for body in bodies:
            channel, heard = hear(body, self.now)
            if heard.size > MESSAGE_BYTES:
                raise Refusal("sqs:SendMessage", "InvalidParameterValue")
            if (channel, heard.id) not in self.delivered:
                self.delivered.add((channel, heard.id))
                self.heard.append(heard)
