"""A thousand people press at once, in ten cases: one decides in each, and every press is answered."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from local.slack_workspace import member
from reprieve.arn import KeyArn
from reprieve.cases.case import open_case
from reprieve.cases.key import Key
from reprieve.errors import InProgressError
from reprieve.ports import Document
from reprieve.respond.responder import Request
from tests.fakes import FakeTable
from tests.respond_world import DELETION, NOW, World
from tests.slack_world import SlackWorld

CASES: Final = 10
PEOPLE: Final = 100
AT_ONCE: Final = 16


@dataclass
class OneAtATime(FakeTable):
    """A table whose writes are whole, as DynamoDB's are."""

    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, *documents: Document, gone: Sequence[Document] = ()) -> None:
        with self.lock:
            super().put(*documents, gone=gone)

    def list(self, partition: str, prefix: str = "") -> Sequence[Document]:
        with self.lock:
            return super().list(partition, prefix)


@dataclass
class OnceAtATime:
    """Remembers what has been done, whoever asks at the same moment."""

    begun: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def do(self, key: str, act: Callable[[], None]) -> None:
        with self.lock:
            if key in self.done:
                return
            if key in self.begun:
                raise InProgressError
            self.begun.add(key)
        act()
        with self.lock:
            self.done.add(key)


def test_of_a_thousand_presses_in_ten_cases_ten_decide_and_every_one_is_answered() -> None:
    world = World(table=OneAtATime())
    slack = SlackWorld(world, once=OnceAtATime())
    people = [f"U{number:03}" for number in range(PEOPLE)]
    slack.workspace.people |= {
        user: member(user, f"Person {user}", f"{user.lower()}@example.com") for user in people
    }
    keys = [pending(world, number) for number in range(CASES)]
    messages = {key: slack.post(slack.token(key=key)) for key in keys}
    presses = [
        slack.request(slack.workspace.pressed(messages[key], "cancel_and_enable", user))
        for user in people
        for key in keys
    ]

    def arrive(request: Request) -> int:
        waiting: list[Request] = []
        status = slack.desk().take(request, lambda: waiting.append(request)).status
        for each in waiting * 2:  # and Slack sends each again
            try:
                slack.desk().work(each, slack.once)
            except InProgressError:
                return 0
        return status

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(arrive, presses, timeout=120))

    assert set(answers) == {200}
    for key in keys:
        decisions = [entry for entry in world.store.audit(key) if entry.decision]
        assert [entry.outcome for entry in decisions] == ["rescued"]
        winner = decisions[0].decision.by.person  # type: ignore[union-attr]
        assert winner
        assert world.kms.keys[key].state == "Enabled"
        assert f"<@{winner.subject}> pressed" in slack.shown(messages[key])
        assert "KMS says: Enabled" in slack.shown(messages[key])
        assert slack.buttons(messages[key]) == []
    assert len(world.queue.bodies) == CASES
    assert Counter(world.kms.changes()) == {"kms:CancelKeyDeletion": CASES, "kms:EnableKey": CASES}
    assert len(slack.workspace.private) == CASES * (PEOPLE - 1)
    assert slack.workspace.refused == []


def pending(world: World, number: int) -> KeyArn:
    arn = KeyArn.parse(f"arn:aws:kms:eu-west-1:111122223333:key/{number:08}-12ab-34cd-56ef-1234567890ab")
    world.kms.add(arn)
    world.kms.keys[arn] = type(world.kms.keys[arn])(arn=arn, state="PendingDeletion", deletion_date=DELETION)
    world.store.save(open_case(Key.bare(arn), NOW, NOW), wake_at=None)
    return arn
