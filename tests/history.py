"""A history of a stack, in which everything goes wrong, beside books that read every record once."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from reprieve.arn import KeyArn
from reprieve.cases.due import NoticeRules
from reprieve.cases.usage import caller_hash
from reprieve.ports import Document, Table
from tests.fakes import FakeQueue, FakeTable
from tests.world import World, another

KEYS = tuple(
    KeyArn.parse(f"arn:aws:kms:eu-west-1:111122223333:key/{number}234abcd-12ab-34cd-56ef-1234567890ab")
    for number in range(3)
)
CALLERS = tuple(
    {"type": "IAMUser", "arn": f"arn:aws:iam::111122223333:user/u{number}", "userName": f"u{number}"}
    for number in range(4)
)
NAMELESS = {"type": "AWSAccount", "accountId": "444455556666"}
MINUTE = timedelta(minutes=1)


class CrashError(Exception):
    """The invocation dies."""


@dataclass
class Fate:
    """What happens at the next side effects: an action to take before, or after, the one that is counted."""

    countdown: int = -1
    is_after: bool = False
    action: Callable[[], None] | None = None

    def around(self, effect: Callable[[], Any]) -> None:
        """Have a side effect, and let fate strike."""
        self.countdown -= 1
        strikes = self.countdown == 0 and self.action
        if strikes and not self.is_after and self.action:
            self.action()
        effect()
        if strikes and self.is_after and self.action:
            self.action()


@dataclass
class FatefulTable:
    """A table whose every write may be the last thing that an invocation does."""

    table: Table
    fate: Fate

    def get(self, partition: str, sort: str) -> Document | None:
        return self.table.get(partition, sort)

    def list(self, partition: str, prefix: str = "") -> Sequence[Document]:
        return self.table.list(partition, prefix)

    def put(self, *documents: Document, gone: Sequence[Document] = ()) -> None:
        self.fate.around(lambda: self.table.put(*documents, gone=gone))

    def delete(self, document: Document) -> None:
        self.fate.around(lambda: self.table.delete(document))


@dataclass
class FatefulQueue(FakeQueue):
    fate: Fate = field(default_factory=Fate)

    def send(self, bodies: Any) -> None:
        self.fate.around(lambda: super(FatefulQueue, self).send(bodies))


class History:
    """A stack, and the books of one who reads every record once."""

    def __init__(self, table: Table | None = None) -> None:
        self.fate = Fate()
        self.world = World(
            table=FatefulTable(table or FakeTable(), self.fate),
            queue=FatefulQueue(fate=self.fate),
            rules=NoticeRules(tells_of_scheduling=False),
        )
        for key in KEYS:
            self.world.kms.add(key, days=6)
        self.books: dict[KeyArn, Counter[str]] = {key: Counter() for key in KEYS}
        self.number = 0
        self.was_struck = False

    def use(self, key: int, caller: int, late: int, copy: int | None) -> None:
        """A request is refused; its line comes late, and perhaps once more."""
        self.number += 1
        changes: dict[str, object] = {
            "errorMessage": f"{KEYS[key]} is pending deletion.",
            "sharedEventID": f"shared-{self.number}",
            "userIdentity": CALLERS[caller],
        }
        now = self.world.clock.now
        self.world.logs.put(another(self.number, **changes), now, now + late * MINUTE)
        if copy is not None:
            at = now + copy * MINUTE
            again = changes | {"userIdentity": NAMELESS if copy % 2 else CALLERS[caller]}
            self.world.logs.put(another(self.number + 10_000, **again), at, at)
        self.books[KEYS[key]][CALLERS[caller]["arn"]] += 1

    def run(self, name: str) -> None:
        try:
            self.world.run(name)
        except CrashError:
            pass
        finally:
            self.fate.countdown = -1

    def crash(self, name: str, after: int, *, is_after: bool) -> None:
        """Run, and die at a side effect."""
        self.was_struck = True

        def die() -> None:
            raise CrashError

        self.fate.countdown, self.fate.is_after, self.fate.action = after, is_after, die
        self.run(name)

    def overlap(self, name: str, after: int, *, is_after: bool) -> None:
        """Run, and have another invocation run from beginning to end in the middle."""
        self.was_struck = True
        self.fate.countdown, self.fate.is_after = after, is_after
        self.fate.action = lambda: self.world.run("alarms/schedule")
        self.run(name)

    def live(self, step: tuple[Any, ...]) -> None:
        """One step of a history."""
        match step:
            case ("use", key, caller, late, copy):
                self.use(key, caller, late, copy)
            case ("tick", minutes):
                self.tick(minutes)
            case ("run", name):
                self.run(name)
            case ("crash", name, after, is_after):
                self.crash(name, after, is_after=is_after)
            case ("overlap", name, after, is_after):
                self.overlap(name, after, is_after=is_after)

    def tick(self, minutes: float) -> None:
        self.world.clock.now += minutes * MINUTE

    def end(self) -> None:
        """Let everything come to rest."""
        for _ in range(12):
            self.tick(5)
            self.run("alarms/schedule")

    def check(self) -> None:
        """Compare the books, and what was sent with what was decided."""
        sent = [json.loads(body) for body in self.world.queue.bodies]
        for key, expected in self.books.items():
            cases = self.world.store.cases(key)
            assert bool(cases) == bool(expected)
            for case in cases:
                rows = {part.caller.id: part.count for part in case.uses.by_caller}
                assert rows == dict(expected)
                assert case.timeline.total == expected.total()
                about = [
                    message["notice"]["id"]
                    for message in sent
                    if (message["notice"].get("case") or {}).get("id") == case.id
                ]
                ids = set(about)
                assert len(ids) == case.notified.notices
                assert self.was_struck or len(ids) == len(about)
                assert case.notified.in_use
                assert set(map(caller_hash, rows)) <= set(case.notified.callers)
        assert list(self.world.table.list("outbox")) == []


_events = st.sampled_from(["alarms/alarm", "alarms/schedule", "alarms/ok"])
_effects = st.integers(1, 8)
STEPS = st.one_of(
    st.tuples(
        st.just("use"),
        st.integers(0, 2),
        st.integers(0, 3),
        st.integers(0, 13),
        st.none() | st.integers(0, 13),
    ),
    st.tuples(st.just("tick"), st.floats(0.01, 20)),
    st.tuples(st.just("run"), _events),
    st.tuples(st.just("crash"), _events, _effects, st.booleans()),
    st.tuples(st.just("overlap"), _events, _effects, st.booleans()),
)


def random_steps(chance: random.Random, number: int) -> Iterator[tuple[Any, ...]]:
    """Steps without a search for counterexamples, where each of them costs time."""
    for _ in range(number):
        event = chance.choice(["alarms/alarm", "alarms/schedule"])
        effect = (event, chance.randint(1, 8), chance.random() < 0.5)
        late, copy = chance.randrange(14), chance.choice([None, 3, 8])
        use = ("use", chance.randrange(3), chance.randrange(4), late, copy)
        tick = ("tick", chance.random() * 20)
        yield chance.choice([use, use, tick, ("run", event), ("crash", *effect), ("overlap", *effect)])
