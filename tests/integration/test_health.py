"""What is wrong with the stack, told to every channel: the use case on a world in memory."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reprieve.alarm import sns_messages
from reprieve.cases.bookmark import Bookmark
from reprieve.cases.health_store import HealthStore
from reprieve.cases.notice import Notice
from reprieve.cases.store import CaseStore
from reprieve.deliver.noted_channel import NotedChannel
from reprieve.errors import (
    AwsError,
    ChannelError,
    ChannelRefusedError,
    DeniedError,
    HealthError,
    UnreachableError,
)
from reprieve.health import health_check
from reprieve.health.addresses import Addresses
from reprieve.health.health_check import Health
from reprieve.investigate import log_reader
from reprieve.investigate.health_watch import HealthWatch
from reprieve.messages.channels import Channel, Delivery, delivery
from reprieve.messages.channels.configured import Channels
from reprieve.messages.channels.document import Fault
from reprieve.messages.channels.slack_webhook import SlackWebhook
from reprieve.messages.channels.sns import Sns
from reprieve.ports import Document, RingingAlarm
from tests.examples import notice
from tests.fakes import (
    FakeAlarms,
    FakeClock,
    FakeHttp,
    FakeLog,
    FakeOnce,
    FakeQueue,
    FakeTable,
    FakeTopic,
    Here,
)
from tests.mutations import SCHEMA
from tests.recorded import event
from tests.unit.health.test_addresses import JANE, TOPIC, FakeSubscriptions

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CLOCK: Mapping[str, Any] = {"source": "aws.scheduler"}
QUEUE = "kms-reprieve-DeliveryDeadLetterQueue-a1B2c3"
REFUSED = ChannelError("slack", "HTTP 500")
DOWN = UnreachableError("dynamodb:GetItem", "ConnectTimeoutError", "no answer")


@dataclass
class BrokenTable(FakeTable):
    """A table that answers nothing while it is `down`."""

    down: AwsError | None = None

    def get(self, partition: str, sort: str) -> Document | None:
        if self.down:
            raise self.down
        return super().get(partition, sort)


@dataclass
class BrokenOnce(FakeOnce):
    """A memory that can't be read, or not be written, while it is `down`."""

    down: AwsError | None = None
    after: bool = False

    def do(self, key: str, act: Callable[[], None]) -> None:
        if self.down and self.after:
            act()
        if self.down:
            raise self.down
        super().do(key, act)


@dataclass
class TopicInBetween(FakeTopic):
    """A topic that takes its time: something else happens while it takes the first message."""

    meanwhile: list[Callable[[], None]] = field(default_factory=list)

    def publish(self, subject: str, message: str, attributes: Mapping[str, str]) -> None:
        if self.meanwhile:
            self.meanwhile.pop()()
        super().publish(subject, message, attributes)


@dataclass
class World:
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    topic: FakeTopic = field(default_factory=FakeTopic)
    webhook: FakeHttp = field(default_factory=FakeHttp)
    table: BrokenTable = field(default_factory=BrokenTable)
    once: BrokenOnce = field(default_factory=BrokenOnce)
    subscriptions: FakeSubscriptions = field(default_factory=lambda: FakeSubscriptions({JANE: True}))
    queue: FakeQueue = field(default_factory=FakeQueue)
    alarms: FakeAlarms = field(default_factory=FakeAlarms)
    log: FakeLog = field(default_factory=FakeLog)
    channels: tuple[str, ...] = ("email", "slack")
    faults: tuple[Fault, ...] = ()
    others: tuple[Channel, ...] = ()
    trail: str = "trail"

    @property
    def book(self) -> HealthStore:
        return HealthStore(self.table)

    def made(self) -> dict[str, Channel]:
        every: dict[str, Channel] = {
            "email": Sns("email", self.topic),
            "slack": SlackWebhook("slack", self.webhook, lambda: "https://hooks.slack.example/T0"),
        }
        others = {channel.name: channel for channel in self.others}
        return {name: every[name] for name in self.channels} | others

    def run(self, event: Mapping[str, Any] = CLOCK, after: timedelta = timedelta()) -> None:
        self.clock.now += after
        Health(
            channels=Channels(by_name=self.made(), faults=self.faults),
            pool=Here(),
            alarms=self.alarms,
            names={QUEUE: "deliver"},
            addresses=Addresses(
                topic=TOPIC,
                listed=(JANE,) if "email" in self.channels else (),
                subscriptions=self.subscriptions,
                book=self.book,
                log=self.log,
            ),
            log_group=self.trail,
            book=self.book,
            store=CaseStore(self.table),
            once=self.once,
            clock=self.clock,
            log=self.log,
        ).run(event)

    def noted(self, channel: str) -> NotedChannel:
        """A channel as deliver has it."""
        return NotedChannel(channel=self.made()[channel], book=self.book, clock=self.clock, log=self.log)

    def deliver(self, channel: str = "slack", after: timedelta = timedelta(), recipient: str = "") -> None:
        """Send what a case's notice is to one channel, as deliver does, which notes what came of it."""
        self.clock.now += after
        noted = self.noted(channel)
        noted.send(delivery(notice(), channel, recipient, self.clock.now))

    def fail(self, after: timedelta = timedelta()) -> None:
        """Let Slack refuse a notice."""
        self.webhook.error = REFUSED
        with pytest.raises(ChannelError):
            self.deliver(after=after)

    def watch(self, after: timedelta = timedelta()) -> None:
        """Look whether health runs, as investigate does."""
        self.clock.now += after
        HealthWatch(book=self.book, queue=self.queue, clock=self.clock, log=self.log).look()

    def mailed(self) -> list[str]:
        return [subject for subject, _, about in self.topic.published if about["reason"] == "stack-unhealthy"]

    def posted(self) -> list[str]:
        return [payload["text"] for payload in self.webhook.payloads if is_about_the_stack(payload)]


def is_about_the_stack(payload: Mapping[str, Any]) -> bool:
    return str(payload["blocks"][0]["block_id"]).startswith("stack-unhealthy|")


@pytest.fixture
def world() -> World:
    return World()


def alarm(queue: str = QUEUE, **changes: Any) -> dict[str, Any]:
    """The event of an alarm on a dead-letter queue, as SNS hands it over."""
    recorded = event("alarms/alarm")
    body = json.loads(sns_messages(recorded)[0])
    trigger = body["Trigger"] | {"Dimensions": [{"name": "QueueName", "value": queue}]}
    text = json.dumps(body | {"AlarmDescription": "Start the redrive.", "Trigger": trigger} | changes)
    (record,) = recorded["Records"]
    return {"Records": [record | {"Sns": record["Sns"] | {"Message": text}}]}


def ringing() -> RingingAlarm:
    """The same alarm, as CloudWatch has it."""
    return RingingAlarm(
        name="DeliveryDeadLetterAlarm",
        region="eu-west-1",
        description="Start the redrive.",
        since=NOW,
        dimensions={"QueueName": QUEUE},
    )


DEAD_LETTERS = "kms-reprieve: the function deliver has dead letters"
SLACK_FAILS = "kms-reprieve: the channel slack accepts no notices"


def test_while_all_is_well_nobody_is_told_anything(world: World) -> None:
    for _ in range(200):
        world.run(after=15 * MINUTE)

    assert (world.topic.published, world.webhook.payloads) == ([], [])
    assert world.log.lines == []


def test_a_dead_letter_is_told_to_every_channel(world: World) -> None:
    world.run(alarm())

    assert (world.mailed(), world.posted()) == ([DEAD_LETTERS], [DEAD_LETTERS])
    assert "Start the redrive." in world.topic.published[0][1]


@pytest.mark.parametrize("channel", ["email", "slack"])
def test_a_stack_with_one_channel_hears_of_a_dead_letter_once(world: World, channel: str) -> None:
    world.channels = (channel,)

    world.run(alarm())

    assert world.mailed() + world.posted() == [DEAD_LETTERS]


def test_an_alarm_that_rings_again_and_again_is_told_once_a_day(world: World) -> None:
    for _ in range(4):
        world.run(alarm(), after=timedelta(hours=2))
    assert (len(world.mailed()), len(world.posted())) == (1, 1)

    world.run(alarm(), after=timedelta(hours=12))
    assert (len(world.mailed()), len(world.posted())) == (2, 2)


def test_an_alarm_whose_message_was_lost_is_told_by_the_next_look(world: World) -> None:
    world.alarms.alarms = [ringing()]

    world.run()

    assert (world.mailed(), world.posted()) == ([DEAD_LETTERS], [DEAD_LETTERS])


def test_an_alarm_is_told_once_whether_its_message_comes_or_not_and_daily_while_it_rings(
    world: World,
) -> None:
    world.alarms.alarms = [ringing()]
    for _ in range(4):
        world.run(alarm())
        world.run(after=timedelta(hours=2))
    assert (len(world.mailed()), len(world.posted())) == (1, 1)

    for _ in range(96):
        world.run(after=15 * MINUTE)

    assert (len(world.mailed()), len(world.posted())) == (2, 2)


def test_an_alarm_that_does_not_ring_any_more_is_told_nobody(world: World) -> None:
    world.run(alarm(NewStateValue="OK"))

    assert world.mailed() == []


def test_what_no_alarm_sent_is_passed_over_and_what_came_with_it_is_told(world: World) -> None:
    (record,) = alarm()["Records"]
    (other,) = alarm()["Records"]

    world.run({"Records": [record | {"Sns": {"Message": "hello"}}, other]})

    assert world.mailed() == [DEAD_LETTERS]
    assert world.log.said("warning") == ["Ignored a message that is not from an alarm"]


def test_a_channel_that_does_not_take_it_is_told_later_and_no_other_is_told_twice(world: World) -> None:
    world.webhook.error = REFUSED
    world.run(alarm())
    world.run(after=15 * MINUTE)
    assert (world.mailed(), world.posted()) == ([DEAD_LETTERS], [])

    world.webhook.error = None
    world.run(after=15 * MINUTE)
    world.run(after=15 * MINUTE)

    assert (world.mailed(), world.posted()) == ([DEAD_LETTERS], [f"Late: {DEAD_LETTERS}"])


def test_after_a_day_it_is_no_longer_tried(world: World) -> None:
    world.webhook.error = REFUSED
    world.run(alarm())

    world.webhook.error = None
    world.run(after=timedelta(days=1))

    assert world.posted() == []


def test_what_no_channel_takes_makes_the_run_fail_so_that_the_last_resort_hears_of_it(world: World) -> None:
    world.channels, world.webhook.error = ("slack",), REFUSED

    with pytest.raises(HealthError, match=r"^nobody was notified: dead-letters/deliver$"):
        world.run(alarm())

    world.webhook.error = None
    world.run(alarm())
    assert world.posted() == [DEAD_LETTERS]


def test_of_two_invocations_at_once_one_tells(world: World) -> None:
    world.topic = TopicInBetween(meanwhile=[lambda: world.run(alarm())])

    world.run(alarm())

    assert (world.mailed(), world.posted()) == ([DEAD_LETTERS], [DEAD_LETTERS])


def test_without_the_table_people_are_told_all_the_same(world: World) -> None:
    world.table.fail(DOWN)
    world.once.down = DOWN

    world.run(alarm())

    assert (world.mailed(), world.posted()) == ([DEAD_LETTERS], [DEAD_LETTERS])
    assert set(world.log.said("error")) == {"Could not store a problem"}


def test_what_was_sent_and_could_not_be_noted_is_not_sent_a_second_time(world: World) -> None:
    world.once.down, world.once.after = DOWN, True

    world.run(alarm())

    assert (world.mailed(), world.posted()) == ([DEAD_LETTERS], [DEAD_LETTERS])


def test_a_topic_that_takes_nothing_is_not_taken_for_a_table_that_does_not_answer(world: World) -> None:
    world.topic.error = DeniedError("sns:Publish", "AuthorizationError", "no")

    world.run(alarm())

    assert world.posted() == [DEAD_LETTERS]
    assert world.log.said("warning") == ["Could not notify a channel of a problem"]


def test_a_channel_that_takes_nothing_is_told_to_the_others_within_an_hour(world: World) -> None:
    heard: list[int] = []
    for minute in range(60):
        if minute % 10 == 3:
            world.fail()
        if minute % 15 == 2:
            world.run()
        if world.mailed() and not heard:
            heard.append(minute - 3)
        world.clock.now += MINUTE

    assert world.mailed() == [SLACK_FAILS]
    assert world.posted() == []
    assert heard[0] <= 45
    ((_, body, _),) = world.topic.published
    assert "The channel slack has accepted no notice since 2026-11-22 12:03 UTC." in body
    assert "HTTP 500" in body


def test_a_channel_that_works_again_in_between_is_not_told(world: World) -> None:
    world.fail()
    world.webhook.error = None
    world.deliver(after=20 * MINUTE)
    world.fail(after=5 * MINUTE)

    world.run(after=29 * MINUTE)

    assert world.mailed() == []


def test_while_a_channel_fails_the_others_are_told_once_a_day(world: World) -> None:
    world.fail()

    for _ in range(3 * 96):
        world.run(after=15 * MINUTE)

    assert world.mailed() == [SLACK_FAILS] * 4  # the day that it begins, and three more
    assert world.posted() == []


def test_a_channel_that_refuses_for_good_is_told_at_the_next_look_and_what_becomes_of_its_notices(
    world: World,
) -> None:
    world.webhook.error = ChannelRefusedError("slack", "HTTP 410: ")
    with pytest.raises(ChannelRefusedError):
        world.deliver()

    world.run(after=MINUTE)

    (told,) = world.mailed()
    assert told == "kms-reprieve: the channel slack accepts no notices"
    assert "It says that it never will" in world.topic.published[-1][1]


def test_the_only_channel_that_takes_nothing_makes_the_run_fail(world: World) -> None:
    world.channels = ("slack",)
    world.fail()

    with pytest.raises(HealthError, match="nobody was notified: channel-fails/slack"):
        world.run(after=30 * MINUTE)


def test_a_channel_that_the_stack_no_longer_has_is_told_nobody(world: World) -> None:
    world.fail()
    world.channels = ("email",)

    world.run(after=timedelta(hours=2))

    assert world.mailed() == []


def test_what_a_webhook_answers_is_told_without_what_could_be_its_address(world: World) -> None:
    said = "HTTP 404: no such page https://hooks.slack.com/services/T0/B0/secret nor /services/T0/B0/secret"
    world.webhook.error = ChannelError("slack", said)
    with pytest.raises(ChannelError):
        world.deliver()

    (failing,) = world.book.failing()

    assert failing.error == "HTTP 404: no such page … nor …"


def test_what_aws_refuses_is_told_by_its_code(world: World) -> None:
    message = "User: arn:aws:sts::111122223333:assumed-role/deliver/x is not authorized"
    world.webhook.error = DeniedError("secretsmanager:GetSecretValue", "AccessDeniedException", message)
    with pytest.raises(DeniedError):
        world.deliver()

    (failing,) = world.book.failing()

    assert failing.error == "secretsmanager:GetSecretValue: AccessDeniedException"


def test_a_notice_is_delivered_though_it_can_not_be_noted(world: World) -> None:
    world.table.down = DOWN

    world.deliver()

    assert len(world.webhook.payloads) == 1
    assert world.log.said("warning") == ["Could not store the state of a channel"]


def test_an_address_that_is_gone_is_told_to_all_and_asked_again_once(world: World) -> None:
    world.run()
    world.subscriptions.present = {}

    for _ in range(10):
        world.run(after=15 * MINUTE)

    gone = f"kms-reprieve: {JANE} is no longer subscribed"
    assert (world.mailed(), world.posted()) == ([gone], [gone])
    assert world.subscriptions.added == [JANE]


def test_what_can_not_be_looked_at_stops_nothing_else_and_makes_the_run_fail(world: World) -> None:
    world.subscriptions.hidden = DeniedError("sns:ListSubscriptionsByTopic", "AuthorizationError", "no")
    world.alarms.error = DeniedError("cloudwatch:DescribeAlarms", "AccessDenied", "no")
    world.fail()

    with pytest.raises(
        HealthError,
        match=r"^alarms: cloudwatch:.*; addresses: sns:List",
    ):
        world.run(after=31 * MINUTE)

    assert world.mailed() == [SLACK_FAILS]


def test_a_look_that_finds_no_table_fails(world: World) -> None:
    world.table.down = DOWN

    with pytest.raises(HealthError, match=r"addresses: .*; investigate: .*; table: "):
        world.run()


def test_investigate_is_told_of_when_its_bookmark_stands_still(world: World) -> None:
    store = CaseStore(world.table)
    store.move_bookmark(world.trail, Bookmark(settled_until=NOW - 15 * MINUTE))
    for _ in range(2):
        world.run(after=14 * MINUTE)
    assert world.mailed() == []

    world.run(after=2 * MINUTE)

    stuck = "kms-reprieve: the function investigate is stuck"
    assert (world.mailed(), world.posted()) == ([stuck], [stuck])
    assert "  Since        2026-11-22 11:45 UTC\n" in world.topic.published[0][1]


def test_health_knows_how_far_investigate_stays_behind_when_all_is_well() -> None:
    assert health_check.LATENESS == log_reader.LATENESS


def test_investigate_that_reads_on_is_well(world: World) -> None:
    store = CaseStore(world.table)
    for _ in range(100):
        bookmark = store.bookmark(world.trail)
        store.move_bookmark(world.trail, replace(bookmark, settled_until=world.clock.now - 20 * MINUTE))
        world.run(after=15 * MINUTE)

    assert world.mailed() == []


def test_health_that_does_not_run_is_noticed_by_investigate_within_an_hour(world: World) -> None:
    world.run()
    for _ in range(8):
        world.watch(after=5 * MINUTE)
    assert world.queue.bodies == []

    for _ in range(2):
        world.watch(after=5 * MINUTE)

    told = [json.loads(body) for body in world.queue.bodies]
    assert [list(each) for each in told] == [["notice"]] * 2
    assert len({each["notice"]["id"] for each in told}) == 1  # which deliver sends once
    assert told[0]["notice"]["problem"]["subject"] == "health"
    SCHEMA.validate(told[0]["notice"])


def test_health_that_has_never_run_is_not_missed(world: World) -> None:
    world.watch(after=timedelta(days=9))

    assert world.queue.bodies == []


def test_investigate_goes_on_if_it_can_not_see_whether_health_runs(world: World) -> None:
    world.table.down = DOWN

    world.watch()

    assert world.log.said("warning") == ["Could not check whether health runs"]


def test_every_notice_that_is_stored_is_as_the_schema_says(world: World) -> None:
    world.run()
    world.subscriptions.present = {}
    world.fail()
    world.run(alarm())
    world.run(after=31 * MINUTE)

    stored = [each.body for (_, sort), each in world.table.documents.items() if sort.startswith("told#")]

    assert {each["problem"]["kind"] for each in stored} == {
        "dead-letters",
        "channel-fails",
        "address-removed",
    }
    for each in stored:
        SCHEMA.validate(each)


@pytest.mark.parametrize(
    "changes",
    [
        {"link": "https://example.com"},
        {"case": {}},
        {"problem": None},
        {"reason": "key-in-use"},
    ],
)
def test_the_schema_takes_no_notice_about_the_stack_that_has_a_link_or_a_case_or_no_problem(
    world: World, changes: dict[str, Any]
) -> None:
    world.run(alarm())
    (stored,) = (each.body for (_, sort), each in world.table.documents.items() if sort.startswith("told#"))
    changed = {name: value for name, value in {**stored, **changes}.items() if value is not None}

    assert SCHEMA.is_valid(stored)
    assert not SCHEMA.is_valid(changed)


BROKEN = Fault(place="channels[2] (pager)", problem="url is missing", name="pager")


def test_an_entry_that_is_not_understood_is_told_to_every_channel_once_a_day(world: World) -> None:
    world.faults = (BROKEN,)

    for _ in range(3):
        world.run(after=15 * MINUTE)

    title = "kms-reprieve: channels[2] (pager) is not understood"
    assert (world.mailed(), world.posted()) == ([title], [title])
    mail = " ".join(world.topic.published[0][1].split())
    assert "channels[2] (pager) in the document of channels is not understood, and notifies nobody." in mail
    assert "Error url is missing" in mail


@dataclass
class Owners:
    """A channel with a recipient for each of two people."""

    name: str = "owners"
    has_link: bool = True
    has_threads: bool = False
    sent: list[str] = field(default_factory=list)
    refuses: str = ""

    def recipients(self, _: Notice) -> tuple[str, ...]:
        return ("jane@example.com", "joe@example.com")

    def send(self, sent: Delivery) -> None:
        if sent.recipient == self.refuses:
            raise ChannelError(self.name, "MessageRejected")
        self.sent.append(sent.recipient)


def test_every_recipient_of_a_channel_is_told(world: World) -> None:
    owners = Owners()
    world.others = (owners,)

    world.run(alarm())
    world.run(alarm())

    assert owners.sent == ["jane@example.com", "joe@example.com"]


def test_a_recipient_whom_nothing_reaches_is_told_to_all_others(world: World) -> None:
    owners = Owners(refuses="jane@example.com")
    world.others = (owners,)
    with pytest.raises(ChannelError):
        world.deliver("owners", recipient="jane@example.com")
    world.deliver("owners", recipient="joe@example.com")
    owners.sent.clear()

    world.run(after=45 * MINUTE)

    assert world.mailed() == ["kms-reprieve: the channel owners/jane@example.com accepts no notices"]
    assert owners.sent == ["joe@example.com"]


def test_a_channel_of_which_it_is_noted_whether_it_works_is_the_channel_in_all_else(world: World) -> None:
    channel, noted = world.made()["slack"], world.noted("slack")

    assert (noted.name, noted.has_link) == (channel.name, channel.has_link) == ("slack", True)
    assert noted.recipients(notice()) == channel.recipients(notice())
