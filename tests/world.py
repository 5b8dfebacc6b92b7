"""A stack in memory: log group, KMS, table and queue, and the investigator between them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from reprieve.arn import KeyArn
from reprieve.cases.case import Case
from reprieve.cases.due import NoticeRules
from reprieve.cases.store import CaseStore
from reprieve.cloudtrail.line_cache import LineReader
from reprieve.investigate.investigator import Investigator
from tests.fakes import (
    FakeClock,
    FakeHistory,
    FakeKms,
    FakeLog,
    FakeLogs,
    FakeQueue,
    FakeTable,
    Here,
    facts_from,
)
from tests.recorded import event, record

KEY = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")
NOW = datetime(2026, 11, 22, 14, 55, 30, tzinfo=UTC)
DELIVERED = datetime(2026, 11, 22, 14, 54, 40, tzinfo=UTC)


@dataclass
class World:
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    table: Any = field(default_factory=FakeTable)
    queue: FakeQueue = field(default_factory=FakeQueue)
    log: FakeLog = field(default_factory=FakeLog)
    rules: NoticeRules = field(default_factory=NoticeRules)
    lines: LineReader = field(default_factory=LineReader)
    seconds_left: Callable[[], float] = lambda: 200.0

    def __post_init__(self) -> None:
        self.logs = FakeLogs(self.clock)
        self.kms = FakeKms(self.clock)
        self.history = FakeHistory()
        self.store = CaseStore(self.table)

    def run(self, name: str = "alarms/alarm") -> None:
        Investigator(
            log_group="trail",
            alarm_name="KMSKeyPendingDeletionErrorAlarm",
            account="111122223333",
            region="eu-west-1",
            rules=self.rules,
            logs=self.logs,
            facts=facts_from(self.kms, history=self.history),
            store=self.store,
            queue=self.queue,
            pool=Here(),
            clock=self.clock,
            sleep=self.clock.sleep,
            remaining=self.seconds_left,
            log=self.log,
            lines=self.lines,
        ).run(event(name))

    def notices(self) -> list[dict[str, Any]]:
        return [json.loads(body)["notice"] for body in self.queue.bodies]

    def reasons(self) -> list[str]:
        return [notice["reason"] for notice in self.notices()]

    def case(self, key: KeyArn = KEY) -> Case:
        return self.store.cases(key)[-1]


def pending(world: World, key: KeyArn = KEY) -> None:
    world.kms.add(key, days=6, description="Orders database, prod")
    world.kms.alias_names[key] = ("alias/orders-db",)
    world.kms.key_tags[key] = {"Owner": "team-orders"}


def another(number: int, name: str = "decrypt-by-assumed-role", /, **changes: object) -> str:
    """Return a record like a recorded one, of another request."""
    return json.dumps({**record(name), "eventID": f"event-{number}", **changes}, separators=(",", ":"))
