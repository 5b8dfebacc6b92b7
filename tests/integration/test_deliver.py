"""One notice to one channel: the use case on a world in memory."""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.case import Closure, Ending, case_id, open_case
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.envelope import envelope
from reprieve.cases.health_store import HealthStore
from reprieve.cases.key import Key
from reprieve.cases.notice import Notice, Reason, Sender, tell
from reprieve.cases.recipient import RecipientStore
from reprieve.cases.sample import sample_notice
from reprieve.cases.sample_store import Begun, SampleStore
from reprieve.cases.serialization import to_json
from reprieve.cases.thread import HELD_FOR, ThreadStore
from reprieve.cases.visitor import AuthMethod
from reprieve.clock import for_people
from reprieve.deliver.deliverer import Deliverer, pause
from reprieve.deliver.noted_channel import NotedChannel
from reprieve.deliver.threaded_channel import ThreadedChannel
from reprieve.errors import (
    ChannelBusyError,
    ChannelError,
    ConflictError,
    DeniedError,
    InProgressError,
    LinkError,
    NotUnderstoodError,
)
from reprieve.links import SampleClaims, is_sample, verify, verify_sample
from reprieve.messages.channels import Channel, Delivery
from reprieve.messages.channels.configured import Channels
from reprieve.messages.channels.document import Fault, read_document
from reprieve.messages.channels.route import Route
from reprieve.messages.channels.slack_webhook import SlackWebhook
from reprieve.messages.channels.sns import Sns
from reprieve.ports import HttpAnswer
from tests.channel_examples import entry
from tests.examples import visitor
from tests.fakes import (
    TAKEN,
    FakeClock,
    FakeHttp,
    FakeLog,
    FakeOnce,
    FakeQueue,
    FakeSigner,
    FakeTable,
    FakeTools,
    FakeTopic,
)

KEY = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
DELETION = datetime(2026, 11, 29, 14, 2, tzinfo=UTC)
PAGE = "https://abc123.execute-api.eu-west-1.amazonaws.com/keys/"


@dataclass
class World:
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    topic: FakeTopic = field(default_factory=FakeTopic)
    webhook: FakeHttp = field(default_factory=FakeHttp)
    once: FakeOnce = field(default_factory=FakeOnce)
    signer: FakeSigner = field(default_factory=FakeSigner)
    log: FakeLog = field(default_factory=FakeLog)
    queue: FakeQueue = field(default_factory=FakeQueue)
    dead_letters: FakeQueue = field(default_factory=FakeQueue)
    routes: dict[str, Route] = field(default_factory=dict)
    others: tuple[Channel, ...] = ()
    slack: FakeHttp = field(default_factory=FakeHttp)
    wrong: dict[str, Any] = field(default_factory=dict)
    table: FakeTable = field(default_factory=FakeTable)
    lifetime: timedelta = timedelta(hours=168)
    account: str = "111122223333"
    enters_accounts: bool = False
    approvers: AuthMethod = AuthMethod.LINK

    def made(self) -> dict[str, Channel]:
        made: tuple[Channel, ...] = (
            Sns("email", self.topic),
            SlackWebhook("slack", self.webhook, lambda: "https://hooks.slack.example/T0"),
        )
        return {channel.name: channel for channel in (*made, *self.others)}

    def deliver(self, body: str) -> None:
        made = {name: self.threaded(channel) for name, channel in self.made().items()}
        Deliverer(
            channels=Channels(by_name=made, routes=self.routes, **self.wrong),
            queue=self.queue,
            dead_letters=self.dead_letters,
            once=self.once,
            signing_key=self.signer.key,
            page_url=PAGE,
            lifetime=self.lifetime,
            account=self.account,
            enters_accounts=self.enters_accounts,
            approvers=self.approvers,
            samples=SampleStore(self.table),
            recipients=self.recipients,
            clock=self.clock,
            log=self.log,
        ).deliver(body)

    @property
    def recipients(self) -> RecipientStore:
        return RecipientStore(self.table, timedelta(days=400))

    @property
    def threads(self) -> ThreadStore:
        return ThreadStore(self.table, timedelta(days=400))

    def threaded(self, channel: Channel) -> Channel:
        return ThreadedChannel(channel=channel, threads=self.threads, clock=self.clock, log=self.log)

    def with_document(self, *kinds: str) -> None:
        """Add a channel of each type, by the name of its type."""
        entries = {"channels": [entry(kind, name=kind) for kind in kinds]}
        document = read_document(json.dumps(entries), FakeTools(http=self.slack))
        self.others = tuple(channel for channel, _ in document.channels)

    def mailed_link(self) -> str | None:
        (_, body, _) = self.topic.published[-1]
        return next((line.strip() for line in body.splitlines() if line.strip().startswith(PAGE)), None)


@pytest.fixture
def world() -> World:
    return World()


def notice(**changes: Any) -> Notice:
    key = Key(
        arn=KEY,
        account="111122223333",
        region="eu-west-1",
        aliases=("alias/orders-db",),
        **{"state": "PendingDeletion", "deletion_date": DELETION, **changes},
    )
    return tell(open_case(key, NOW, NOW), Reason.KEY_IN_USE, NOW)[1]


def message(channel: str = "email", about: Notice | None = None) -> str:
    return json.dumps({"channel": channel, "notice": to_json(about or notice())})


def test_each_channel_gets_a_link_of_its_own_that_names_the_key_and_its_deletion(world: World) -> None:
    world.deliver(message("email"))
    world.deliver(message("slack"))

    mailed = world.mailed_link()
    (payload,) = world.webhook.payloads
    (posted,) = [button["url"] for block in payload["blocks"] if block["type"] == "actions"
                 for button in block["elements"] if button["action_id"] == "open-case"]  # fmt: skip
    assert mailed
    claims = [verify(link.removeprefix(PAGE), world.signer.keys, NOW) for link in (mailed, posted)]
    assert [claim.channel for claim in claims] == ["email", "slack"]
    assert len({claim.notice for claim in claims}) == 1
    assert {claim.key for claim in claims} == {KEY}
    assert {claim.deletion_date for claim in claims} == {DELETION}
    assert claims[0].expires_at == DELETION


@pytest.mark.parametrize(
    ("approvers", "said"),
    [
        (
            AuthMethod.LINK,
            "Do not forward: anyone with this link can decide, without a sign-in,"
            " until 2026-11-29 14:02 UTC.",
        ),
        (
            AuthMethod.NETWORK,
            "Do not forward: in the approvers' network, anyone with this link can decide"
            " until 2026-11-29 14:02 UTC.",
        ),
        (
            AuthMethod.SIGN_IN,
            "Safe to forward: only approvers who sign in can decide, until 2026-11-29 14:02 UTC.",
        ),
    ],
)
def test_the_mail_says_who_can_act_with_its_link(world: World, approvers: AuthMethod, said: str) -> None:
    world.approvers = approvers

    world.deliver(message())

    (_, body, _) = world.topic.published[-1]
    assert said in " ".join(body.split())


def test_a_link_lives_as_long_as_the_stack_says_and_never_longer_than_the_key(world: World) -> None:
    world.lifetime = timedelta(hours=2)

    world.deliver(message())

    link = world.mailed_link()
    assert link
    assert verify(link.removeprefix(PAGE), world.signer.keys, NOW).expires_at == NOW + timedelta(hours=2)
    assert "without a sign-in, until 2026-11-22 17:00 UTC" in " ".join(world.topic.published[-1][1].split())


@pytest.mark.parametrize(
    ("changes", "has_commands"),
    [
        ({"deletion_date": None}, True),
        ({"state": "Enabled", "deletion_date": None}, False),
        ({"state": "Disabled"}, False),
        ({"deletion_date": NOW - timedelta(minutes=1)}, True),
    ],
    ids=["no date", "not pending", "cancelled", "over"],
)
def test_a_link_that_could_not_work_is_not_made(
    world: World, changes: dict[str, Any], *, has_commands: bool
) -> None:
    world.deliver(message(about=notice(**changes)))

    assert world.mailed_link() is None
    assert ("There is no link" in world.topic.published[0][1]) is has_commands


def test_a_link_for_a_key_that_the_page_may_not_act_on_is_not_made_and_that_is_said(world: World) -> None:
    world.account = "444455556666"

    world.deliver(message())

    assert world.mailed_link() is None
    body = " ".join(world.topic.published[0][1].split())
    assert "There is no link: the page can only act in account 444455556666." in body
    assert "Run in account 111122223333, or ask its administrator:" in body


def test_a_link_for_a_key_of_another_account_is_made_where_there_is_a_role_for_it(world: World) -> None:
    world.account, world.enters_accounts = "444455556666", True

    world.deliver(message())

    assert world.mailed_link()


def test_a_link_that_can_not_be_signed_costs_the_link_and_not_the_notice(world: World) -> None:
    world.signer.error = DeniedError("kms:GenerateMac", "AccessDeniedException", "no")

    world.deliver(message())

    (_, body, _) = world.topic.published[0]
    assert "There is no link: it could not be signed: kms:GenerateMac, AccessDeniedException." in " ".join(
        body.split()
    )


def test_a_notice_reaches_a_channel_once_however_often_it_comes(world: World) -> None:
    for _ in range(3):
        world.deliver(message("email"))
        world.deliver(message("slack"))

    assert len(world.topic.published) == 1
    assert len(world.webhook.payloads) == 1


def test_a_channel_that_fails_is_tried_again_and_leaves_the_other_alone(world: World) -> None:
    world.webhook.error = ChannelError("slack", "HTTP 500")
    world.deliver(message("email"))
    with pytest.raises(ChannelError):
        world.deliver(message("slack"))
    world.webhook.error = None

    world.deliver(message("slack"))

    assert len(world.topic.published) == 1
    assert len(world.webhook.payloads) == 1


def test_the_mail_says_in_its_attributes_what_it_is_about(world: World) -> None:
    about = notice()

    world.deliver(message(about=about))

    (subject, _, attributes) = world.topic.published[0]
    assert subject == "Calls refused: alias/orders-db, deleted in 6 days"
    assert attributes == {"notice_id": about.id, "reason": "key-in-use", "key_arn": str(KEY)}


def test_a_decision_is_told_without_a_link(world: World) -> None:
    case = open_case(Key(arn=KEY, account="111122223333", region="eu-west-1", state="Enabled"), NOW, NOW)
    decision = Decision(
        choice=Choice.CANCEL,
        at=NOW,
        by=visitor(channel="slack", user_agent="Firefox"),
        enable=True,
        state="Enabled",
    )
    about = tell(case, Reason.DELETION_CANCELLED, NOW)[1]

    world.deliver(
        message(
            about=Notice(**{name: getattr(about, name) for name in Notice.__slots__} | {"decision": decision})
        )
    )

    (_, body, _) = world.topic.published[0]
    assert (
        "Someone with the link from slack decided at 2026-11-22 15:00 UTC to cancel the deletion"
        " and to enable the key." in " ".join(body.split())
    )
    assert PAGE not in body


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("{", "queue message: it is not JSON"),
        ("[" * 100_000, "queue message: it is not JSON"),
        ("[]", "queue message: it holds no notice"),
        ('{"channel": "email", "notice": []}', "queue message: it holds no notice"),
        ('{"channel": "email", "notice": {}}', "Notice: KeyError: 'id'"),
    ],
)
def test_a_message_that_is_not_ours_is_refused_and_says_why(world: World, body: str, problem: str) -> None:
    with pytest.raises(NotUnderstoodError) as refused:
        world.deliver(body)

    assert str(refused.value) == problem
    assert world.topic.published == []


def on_their_way(world: World) -> list[tuple[str, str]]:
    messages = [json.loads(body) for body in world.queue.bodies]
    return [(message["channel"], message.get("recipient", "")) for message in messages]


def test_a_notice_that_names_no_channel_is_queued_for_each_and_sent_to_none(world: World) -> None:
    world.deliver(envelope(notice()))

    assert on_their_way(world) == [("email", ""), ("slack", "")]
    assert [json.loads(body)["notice"] for body in world.queue.bodies] == [to_json(notice())] * 2
    assert (world.topic.published, world.webhook.payloads, world.once.done) == ([], [], set())


def test_what_is_queued_for_a_channel_reaches_it(world: World) -> None:
    world.deliver(envelope(notice()))
    for body in list(world.queue.bodies):
        world.deliver(body)

    assert (len(world.topic.published), len(world.webhook.payloads)) == (1, 1)
    assert world.once.done == {f"{notice().id}/email", f"{notice().id}/slack"}


def test_the_runbook_of_a_channel_is_in_its_messages_and_in_no_other(world: World) -> None:
    world.wrong = {"runbooks": {"email": "https://wiki.example/kms"}}

    world.deliver(envelope(notice(), "email"))
    world.deliver(envelope(notice(), "slack"))

    assert "\n  https://wiki.example/kms\n" in world.topic.published[0][1]
    assert "wiki.example" not in json.dumps(world.webhook.payloads)


@dataclass
class Owners:
    """A channel with a recipient for each of two people."""

    name: str = "owners"
    has_link: bool = True
    has_threads: bool = False
    sent: list[Delivery] = field(default_factory=list)

    def recipients(self, _: Notice) -> tuple[str, ...]:
        return ("jane@example.com", "joe@example.com")

    def send(self, sent: Delivery) -> None:
        self.sent.append(sent)


def test_each_recipient_gets_a_message_and_a_name_of_their_own(world: World) -> None:
    owners = Owners()
    world.others = (owners,)

    world.deliver(envelope(notice()))
    for body in list(world.queue.bodies) * 2:
        world.deliver(body)

    assert on_their_way(world)[2:] == [("owners", "jane@example.com"), ("owners", "joe@example.com")]
    assert [(each.recipient, each.id) for each in owners.sent] == [
        (who, f"{notice().id}/owners/{who}") for who in ("jane@example.com", "joe@example.com")
    ]


def recipient_of(world: World, sent: Delivery) -> tuple[str, str | None]:
    """The id in the link of a delivery, and the address that it stands for."""
    link, key = sent.notice.link, sent.notice.key
    assert link
    assert key
    claims = verify(link.removeprefix(PAGE), world.signer.keys, NOW)
    found = world.recipients.address(case_id(claims.key, claims.deletion_date), claims.recipient)
    return claims.recipient, found


def test_each_recipient_has_a_link_of_their_own_that_holds_no_address(world: World) -> None:
    owners = Owners()
    world.others = (owners,)
    for address in ("jane@example.com", "joe@example.com"):
        world.deliver(json.dumps({"channel": "owners", "recipient": address, "notice": to_json(notice())}))

    (jane, janes), (joe, joes) = (recipient_of(world, sent) for sent in owners.sent)

    assert (janes, joes) == ("jane@example.com", "joe@example.com")
    assert jane != joe
    for sent in owners.sent:
        assert sent.recipient.encode() not in _claims_of(str(sent.notice.link))


def _claims_of(link: str) -> bytes:
    body = link.split(".")[-2]
    return urlsafe_b64decode(body + "=" * (-len(body) % 4))


def test_a_recipient_that_can_t_be_noted_costs_the_name_and_neither_notice_nor_link(world: World) -> None:
    owners = Owners()
    world.others = (owners,)
    world.table.fail(DeniedError("dynamodb:PutItem", "AccessDeniedException", "no"))

    world.deliver(
        json.dumps({"channel": "owners", "recipient": "jane@example.com", "notice": to_json(notice())})
    )

    (sent,) = owners.sent
    assert verify(str(sent.notice.link).removeprefix(PAGE), world.signer.keys, NOW).recipient == ""
    assert world.log.said("warning") == ["Could not store the recipient of a link"]


def test_no_log_line_names_a_recipient(world: World) -> None:
    world.others = (Owners(),)

    world.deliver(envelope(notice()))
    world.deliver(envelope(notice(), "owners", "jane@example.com"))

    assert "jane" not in str(world.log.lines)


def test_a_channel_gets_what_its_route_takes(world: World) -> None:
    world.routes = {"slack": Route(reasons=frozenset({Reason.DELETION_SOON}))}

    world.deliver(envelope(notice()))

    assert on_their_way(world) == [("email", "")]


def test_a_notice_that_no_route_takes_goes_to_all(world: World) -> None:
    nobody = Route(owners=frozenset({"nobody"}))
    world.routes = {"slack": nobody, "email": nobody}

    world.deliver(envelope(notice()))

    assert on_their_way(world) == [("email", ""), ("slack", "")]


def test_a_medium_that_others_read_later_gets_no_link(world: World) -> None:
    owners = Owners(has_link=False)
    world.others = (owners,)

    world.deliver(envelope(notice(), "owners", "jane@example.com"))

    (sent,) = owners.sent
    assert sent.notice.link is None
    assert [str(each) for each in sent.notice.unknown if each.fact == "link"] == [
        "link (others read later what this channel keeps)"
    ]


def test_a_test_notice_goes_to_every_channel_whatever_its_route_and_is_on_record_with_them(
    world: World,
) -> None:
    store = SampleStore(world.table)
    store.begin(TEST.id, Begun(at=NOW))
    world.routes = {"slack": Route(owners=frozenset({"nobody"}))}

    world.deliver(envelope(TEST))

    assert on_their_way(world) == [("email", ""), ("slack", "")]
    assert store.record(TEST.id).routed == ("email", "slack")


def test_a_channel_that_is_not_configured_any_more_is_logged_and_dropped(world: World) -> None:
    world.deliver(message("pager"))

    assert (world.topic.published, world.webhook.payloads) == ([], [])
    ((level, said, keys),) = world.log.lines
    assert (level, said, keys) == (
        "warning",
        "Dropped a notice: its channel is no longer configured",
        {"channel": "pager"},
    )


def test_what_is_for_a_channel_whose_entry_is_broken_is_kept(world: World) -> None:
    world.wrong = {"faults": (Fault(place="channels[0] (pager)", problem="url is missing", name="pager"),)}

    with pytest.raises(ChannelError, match="pager: its entry in the document of channels can't be read"):
        world.deliver(message("pager"))


UNREAD = DeniedError("secretsmanager:GetSecretValue", "AccessDeniedException", "no")


def test_while_the_document_can_not_be_read_the_others_are_told_and_the_notice_is_kept(world: World) -> None:
    world.wrong = {"unread": UNREAD}

    with pytest.raises(DeniedError):
        world.deliver(envelope(notice()))
    with pytest.raises(ChannelError):
        world.deliver(message("pager"))

    assert on_their_way(world) == [("email", ""), ("slack", "")]


def test_a_stack_without_any_channel_keeps_the_notice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "made", dict)

    with pytest.raises(ChannelError, match="every channel: the stack has no channel that deliver can"):
        world.deliver(envelope(notice()))


def test_no_log_line_holds_the_link(world: World) -> None:
    world.deliver(message())

    link = world.mailed_link()
    assert link
    assert link[-40:] not in str(world.log.lines)


@pytest.mark.parametrize(
    ("error", "attempt", "seconds"),
    [
        (ChannelError("slack", "HTTP 500"), 1, 15),
        (ChannelError("slack", "HTTP 500"), 2, 30),
        (ChannelError("slack", "HTTP 500"), 5, 240),
        (ChannelError("slack", "HTTP 500"), 9, 900),
        (ChannelBusyError("slack", "HTTP 429", 77), 3, 77),
        (ChannelBusyError("slack", "HTTP 429"), 1, 15),
        (ChannelBusyError("slack", "HTTP 429", 1), 1, 15),
        (ChannelBusyError("slack", "HTTP 429", 1), 9, 900),
    ],
)
def test_what_failed_is_tried_again_ever_more_slowly_and_not_before_the_channel_says(
    error: Exception, attempt: int, seconds: int
) -> None:
    assert pause(error, attempt) == seconds


SENDER = Sender(account="111122223333", region="eu-west-1")
TEST = sample_notice("8c8f1b4e-0d5f-4a61-9d0e-3d9c1f4c0a11", SENDER, NOW)


def test_a_test_notice_has_a_link_that_says_test_for_a_day_at_the_most(world: World) -> None:
    world.deliver(message(about=TEST))

    link = world.mailed_link()
    assert link
    claims = verify_sample(link.removeprefix(PAGE), world.signer.keys, NOW)
    assert claims == SampleClaims(channel="email", notice=TEST.id, expires_at=NOW + timedelta(days=1))
    with pytest.raises(LinkError):
        verify(link.removeprefix(PAGE), world.signer.keys, NOW)


def test_a_link_of_a_test_notice_is_no_longer_good_than_any_other(world: World) -> None:
    world.lifetime = timedelta(hours=1)

    world.deliver(message(about=TEST))

    said = f"This link can't change any key. It works until {for_people(NOW + timedelta(hours=1))}."
    assert said in world.topic.published[-1][1]


def test_a_test_notice_that_names_a_real_key_gets_no_link_to_it(world: World) -> None:
    world.deliver(message(about=replace(notice(), reason=Reason.TEST)))

    link = world.mailed_link()
    assert link
    assert is_sample(link.removeprefix(PAGE))


def test_which_channel_took_a_test_notice_is_noted_and_of_no_other_notice(world: World) -> None:
    world.deliver(message(about=TEST))
    world.deliver(message())

    assert [each.channel for each in SampleStore(world.table).record(TEST.id).accepted] == ["email"]
    assert len(world.table.documents) == 1


def test_a_channel_that_does_not_take_a_test_notice_is_not_noted(world: World) -> None:
    world.webhook.error = ChannelError("slack", "HTTP 404")

    with pytest.raises(ChannelError):
        world.deliver(message("slack", TEST))

    assert world.table.documents == {}


def test_a_test_notice_whose_link_cannot_be_signed_says_so(world: World) -> None:
    world.signer.error = DeniedError("kms:GenerateMac", "AccessDeniedException", "no")

    world.deliver(message(about=TEST))

    assert world.mailed_link() is None
    assert "Not known: link (it could not be signed: kms:GenerateMac" in world.topic.published[-1][1]


@pytest.mark.parametrize(("kind", "status"), [("webhook", 410), ("pagerduty", 400)])
def test_what_a_channel_will_never_take_is_a_dead_letter_at_once_and_tried_no_more(
    world: World, kind: str, status: int
) -> None:
    world.with_document(kind)
    world.slack.answer = HttpAnswer(status=status)

    world.deliver(message(kind))

    assert len(world.slack.posts) == 1
    assert world.dead_letters.bodies == [message(kind)]
    (said,) = world.log.said("error")
    assert said == "Could not deliver a notice; it is in the dead-letter queue"


def test_a_dead_letter_that_is_sent_again_reaches_a_channel_that_was_corrected(world: World) -> None:
    world.with_document("webhook")
    world.slack.answer = HttpAnswer(status=410)
    world.deliver(message("webhook"))
    world.slack.answer = HttpAnswer(status=204)

    world.deliver(world.dead_letters.bodies.pop())

    assert (len(world.slack.posts), world.dead_letters.bodies) == (2, [])


def test_what_can_t_be_kept_as_a_dead_letter_stays_in_the_queue(world: World) -> None:
    world.with_document("webhook")
    world.slack.answer = HttpAnswer(status=410)
    world.dead_letters.error = DeniedError("sqs:SendMessage", "AccessDenied", "no")

    with pytest.raises(DeniedError):
        world.deliver(message("webhook"))


def at(minutes: int, reason: Reason = Reason.KEY_IN_USE, **changes: Any) -> Notice:
    """A notice of the one case, decided after so many minutes."""
    then, told = NOW + timedelta(minutes=minutes), notice()
    return replace(told, id=f"{told.id[:-2]}{minutes:02}", at=then, reason=reason, **changes)


def cancelled_at(minutes: int) -> Notice:
    closure = Closure(how=Ending.CANCELLED, at=NOW + timedelta(minutes=minutes))
    return at(minutes, Reason.DELETION_CANCELLED, closure=closure)


def slack_calls(world: World) -> list[str]:
    return [url.rpartition("/")[2] for url, _, _ in world.slack.posts]


def send_all(world: World, channel: str, *told: Notice) -> None:
    world.with_document(channel)
    for each in told:
        world.clock.now = max(world.clock.now, each.at)
        world.deliver(message(channel, each))


def test_a_case_is_one_message_in_slack_that_later_notices_change_and_reply_to(world: World) -> None:
    send_all(world, "slack-app", at(0), at(5, Reason.NEW_CALLER), cancelled_at(9))

    assert slack_calls(world) == ["chat.postMessage", *["chat.update", "chat.postMessage"] * 2]
    receipts = {
        (each["channel"], each.get("ts") or each.get("thread_ts")) for each in world.slack.payloads[1:]
    }
    case = at(0).case
    thread = world.threads.find(case.id if case else "", "slack-app")
    assert thread
    assert receipts == {("C0123ABC", "1.0")} == {tuple(thread.receipt.values())}
    assert (thread.latest_at, thread.ended_at) == (cancelled_at(9).at, cancelled_at(9).at)


def test_the_same_delivery_twice_is_one_message(world: World) -> None:
    send_all(world, "slack-app", at(0), at(0))

    assert slack_calls(world) == ["chat.postMessage"]


def test_two_notices_in_the_wrong_order_leave_the_later_state(world: World) -> None:
    send_all(world, "slack-app", at(5), at(0))

    assert slack_calls(world) == ["chat.postMessage", "chat.postMessage"]


@pytest.mark.parametrize("channel", ["amazon-q", "google-chat", "pagerduty", "slack-app"])
def test_after_the_end_of_a_case_what_is_older_is_dropped_and_what_is_newer_is_not(
    world: World, channel: str
) -> None:
    sent: list[int] = []
    for told in (cancelled_at(9), at(5), at(20, Reason.CORRECTION)):
        send_all(world, channel, told)
        topics = [
            len(topic.published) for each in world.others for topic in [getattr(each, "topic", None)] if topic
        ]
        sent.append(len(world.slack.posts) + sum(topics))
        world.slack.posts.clear()

    assert sent[0] == 1
    assert sent[1] == 0
    assert sent[2] > 0
    assert "Dropped a notice: its case has ended" in world.log.said("info")


def test_an_end_that_a_clock_ahead_put_into_the_future_silences_no_correction(world: World) -> None:
    send_all(world, "slack-app", at(0))
    world.deliver(message("slack-app", cancelled_at(30)))

    send_all(world, "slack-app", at(3, Reason.CORRECTION))

    assert slack_calls(world)[-2:] == ["chat.update", "chat.postMessage"]
    assert "cancel_and_enable" in json.dumps(world.slack.payloads[-2])


def test_mail_has_no_threads_and_drops_nothing(world: World) -> None:
    for told in (cancelled_at(9), at(5)):
        world.deliver(message("email", told))

    assert len(world.topic.published) == 2
    assert not [name for name, _ in world.table.documents if name.startswith("thread#")]


def test_while_one_notice_of_a_case_is_sent_another_one_waits(world: World) -> None:
    case = at(0).case
    assert case
    world.with_document("slack-app")
    world.table.fail(ConflictError())

    with pytest.raises(InProgressError):
        world.deliver(message("slack-app", at(0)))
    assert slack_calls(world) == []

    world.deliver(message("slack-app", at(0)))
    assert slack_calls(world) == ["chat.postMessage"]


def test_what_a_channel_does_not_take_holds_up_no_retry(world: World) -> None:
    world.with_document("slack-app")
    world.slack.answer = HttpAnswer(status=500)
    with pytest.raises(ChannelError):
        world.deliver(message("slack-app", at(0)))
    world.slack.answer = TAKEN

    world.deliver(message("slack-app", at(0)))

    assert slack_calls(world) == ["chat.postMessage"] * 2


def test_a_receipt_that_is_lost_costs_a_second_first_message_and_no_notice(world: World) -> None:
    world.with_document("slack-app")
    world.table.fail(None, DeniedError("dynamodb:PutItem", "AccessDeniedException", "no"))
    world.deliver(message("slack-app", at(0)))
    world.clock.now += HELD_FOR

    world.deliver(message("slack-app", at(5)))

    assert "Could not store a thread" in world.log.said("warning")
    assert slack_calls(world) == ["chat.postMessage"] * 2
    assert all("thread_ts" not in each for each in world.slack.payloads)


def test_a_test_notice_is_in_no_thread(world: World) -> None:
    world.with_document("slack-app")

    world.deliver(message("slack-app", TEST))

    assert slack_calls(world) == ["chat.postMessage"]
    assert not [name for name, _ in world.table.documents if name.startswith("thread#")]


def test_a_channel_is_the_same_in_and_out_of_its_thread(world: World) -> None:
    world.with_document("slack-app", "email")

    book = HealthStore(world.table)
    for channel in world.others:
        noted = NotedChannel(channel=channel, book=book, clock=world.clock, log=world.log)
        threaded = world.threaded(noted)
        assert (threaded.name, threaded.has_link, threaded.has_threads) == (
            channel.name,
            channel.has_link,
            channel.has_threads,
        )


def deleted_at(minutes: int) -> Notice:
    closure = Closure(how=Ending.DELETED, at=NOW + timedelta(minutes=minutes))
    return at(minutes, Reason.KEY_DELETED, closure=closure)


@pytest.mark.parametrize("channel", ["amazon-q", "google-chat", "pagerduty", "slack-app"])
def test_that_a_key_is_deleted_ends_what_a_channel_keeps_of_its_case(world: World, channel: str) -> None:
    send_all(world, channel, at(0), deleted_at(9))

    case = at(0).case
    thread = world.threads.find(case.id if case else "", channel)
    assert thread
    assert thread.ended_at == deleted_at(9).at


def test_the_incident_of_a_deleted_key_is_resolved(world: World) -> None:
    send_all(world, "pagerduty", at(0), deleted_at(9))

    assert [each["event_action"] for each in world.slack.payloads] == ["trigger", "resolve"]
    assert len({each["dedup_key"] for each in world.slack.payloads}) == 1


def test_the_message_of_a_deleted_key_in_slack_has_no_button_that_acts(world: World) -> None:
    send_all(world, "slack-app", at(0), deleted_at(9))

    assert slack_calls(world) == ["chat.postMessage", "chat.update", "chat.postMessage"]
    for message_sent in world.slack.payloads[1:]:
        assert "cancel_and_enable" not in json.dumps(message_sent)


def continued_at(minutes: int) -> Notice:
    closure = Closure(how=Ending.CONTINUED, at=NOW + timedelta(minutes=minutes))
    return at(minutes, Reason.CASE_CONTINUED, closure=closure)


def test_the_incident_of_a_case_that_continues_with_its_date_is_resolved(world: World) -> None:
    send_all(world, "pagerduty", at(0), continued_at(9))

    assert [each["event_action"] for each in world.slack.payloads] == ["trigger", "resolve"]


def test_the_message_of_a_case_that_continues_says_so_and_nothing_of_a_state_that_is_no_longer_kept(
    world: World,
) -> None:
    send_all(world, "slack-app", at(0), continued_at(9))

    _, updated, _ = world.slack.payloads
    shown = json.dumps(updated)
    assert "continues in a new message" in shown
    assert "Decided" not in shown
    assert "cancel_and_enable" not in shown


@pytest.mark.parametrize("channel", ["pagerduty", "slack-app"])
def test_a_channel_that_never_heard_of_a_case_does_not_hear_of_its_end(world: World, channel: str) -> None:
    send_all(world, channel, deleted_at(9))

    assert world.slack.posts == []
    assert "Dropped the end of a case: the channel got no notice of it" in world.log.said("info")


@pytest.mark.parametrize("channel", ["pagerduty", "slack-app"])
def test_a_channel_that_took_nothing_of_a_case_hears_of_its_end_and_nothing_older_after_it(
    world: World, channel: str
) -> None:
    world.slack.answer = HttpAnswer(status=500)
    with pytest.raises(ChannelError):
        send_all(world, channel, at(0))
    world.slack.answer = TAKEN
    world.slack.posts.clear()

    send_all(world, channel, deleted_at(9), at(0))

    (sent,) = world.slack.payloads
    assert "Key deleted" in json.dumps(sent)


def test_the_end_of_a_case_reaches_a_channel_whose_receipt_was_lost(world: World) -> None:
    world.table.fail(None, DeniedError("dynamodb:PutItem", "AccessDeniedException", "no"))

    send_all(world, "pagerduty", at(0), deleted_at(9))

    assert [each["event_action"] for each in world.slack.payloads] == ["trigger", "resolve"]


def test_a_stack_whose_channels_keep_nothing_open_sends_nothing_of_a_deleted_key(world: World) -> None:
    world.deliver(envelope(deleted_at(9)))

    assert world.queue.bodies == []
