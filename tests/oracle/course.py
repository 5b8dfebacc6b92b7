"""What starts the invocations: the schedule, the alarm and its messages, and Lambda's own retries.

Source: Lambda developer guide, "Asynchronous invocation": Lambda tries again after one minute, and after two
more; then the event goes to the dead-letter queue. CloudWatch user guide: an alarm notifies when its state
changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any, Final

from tests.oracle.driver import End
from tests.oracle.life import EVERY, SCHEDULE, Life, alarm
from tests.oracle.troubles import EVERYWHERE, Died
from tests.oracle.world import MINUTE

ALARM_AFTER: Final = 1.5 * MINUTE
CALM_AFTER: Final = 3 * MINUTE
_TRIES: Final = 3


@dataclass(slots=True)
class Course:
    """One stateful history: what is still to come, and in which order."""

    life: Life
    next_tick: float
    agenda: list[tuple[float, int, Mapping[str, Any], int]] = field(default_factory=list)
    watched: int = 0
    ringing_until: float = 0.0
    lost_ticks: int = 0
    messages: str = "prompt"
    placed: int = 0
    is_slow: bool = False
    fates: list[tuple[str, int, bool]] = field(default_factory=list)

    @classmethod
    def begin(cls, life: Life) -> "Course":
        life.run()
        life.world.pass_time(0.0)
        return cls(life, life.world.now + EVERY)

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and everything happen whose time has come."""
        until = self.life.world.now + seconds
        while True:
            self._watch()
            at = min(self.next_tick, self.agenda[0][0] if self.agenda else until + 1)
            if at > until:
                break
            self.life.world.pass_time(max(0.0, at - self.life.world.now))
            if at == self.next_tick:
                self._tick()
            else:
                _, _, event, tried = heappop(self.agenda)
                self._happen(event, tried)
        self.life.world.pass_time(max(0.0, until - self.life.world.now))

    def _tick(self) -> None:
        self.next_tick += EVERY
        if self.lost_ticks:
            self.lost_ticks -= 1
            self.life.world.troubles.note(EVERYWHERE, self.life.world.now)
        else:
            self._invoke(SCHEDULE, 1)

    def _happen(self, event: Mapping[str, Any], tried: int) -> None:
        if "rings" not in event:
            self._invoke(event, tried)
            return
        now = self.life.world.now
        was_ringing, self.ringing_until = now < self.ringing_until, now + CALM_AFTER
        if not was_ringing:
            self._publish(alarm(now))

    def _publish(self, event: Mapping[str, Any]) -> None:
        """Let SNS carry a message: it may lose it, bring it twice, or late."""
        now = self.life.world.now
        match self.messages:
            case "lost":
                return
            case "doubled":
                self._plan(now, event, 1)
                self._plan(now + 20.0, event, 1)
            case "late":
                self._plan(now + 7 * MINUTE, event, 1)
            case _:
                self._plan(now, event, 1)

    def _invoke(self, event: Mapping[str, Any], tried: int) -> None:
        world = self.life.world
        self._arm()
        end = self.run_by_itself(event)
        world.fate.action = None
        if end is End.DONE:
            return
        if tried < _TRIES:
            self._plan(world.now + tried * MINUTE, event, tried + 1)
        else:
            world.dead_letters.append(world.now)

    def run_by_itself(self, event: Mapping[str, Any] = SCHEDULE) -> End:
        """Run; a slow log group, or a clock that is wrong, excuses only a notice that is late."""
        if self.is_slow or self.life.world.skew:
            self.life.world.troubles.note(EVERYWHERE, self.life.world.now)
        return self.life.run(event)

    def _arm(self) -> None:
        """Prepare what happens in the middle of the next run."""
        if not self.fates or self.life.world.fate.action is not None:
            return
        what, number, is_after = self.fates.pop(0)
        fate = self.life.world.fate
        fate.countdown, fate.is_after = number, is_after
        fate.action = self._die if what == "die" else self._run_beside

    def _die(self) -> None:
        raise Died

    def _run_beside(self) -> None:
        """Run from beginning to end in the middle of another run."""
        self.run_by_itself()

    def _watch(self) -> None:
        """Plan what the alarm makes of the lines that were written since the last look."""
        logs = self.life.world.logs
        if self.watched == logs.written:
            return
        for line in logs.lines:
            if line.number > self.watched and " deletion." in line.message:
                self._plan(max(line.appears, self.life.world.now) + ALARM_AFTER, {"rings": True}, 1)
        self.watched = logs.written

    def _plan(self, at: float, event: Mapping[str, Any], tried: int) -> None:
        self.placed += 1
        heappush(self.agenda, (at, self.placed, event, tried))
