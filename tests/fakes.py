"""The world in memory: every port, as the contract tests hold the adapters to it."""

import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ParamSpec, TypeVar

from reprieve.adapters.slack_api import SlackApi
from reprieve.arn import KeyArn
from reprieve.errors import (
    AbsentError,
    AwsError,
    ConflictError,
    DeniedError,
    InProgressError,
    ReprieveError,
    WrongStateError,
)
from reprieve.investigate.facts.fact import Sources
from reprieve.investigate.facts.lookup import Facts
from reprieve.links import SigningKey
from reprieve.ports import (
    MOST_AT_ONCE,
    BusEvent,
    Document,
    Grants,
    HttpAnswer,
    KeyMetadata,
    KeyUsage,
    LinkChecker,
    LogLine,
    LogPage,
    Mail,
    RingingAlarm,
)

ITEM_LIMIT = 399_000  # DynamoDB takes 400 KB an item, its names included
TRANSACTION_LIMIT = 4_194_304  # bytes, of "the items in the transaction": also of those that are removed
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)

_Args = ParamSpec("_Args")
_Result = TypeVar("_Result")


class Here(Executor):
    """Runs what it is given at once, in the same thread."""

    def submit(
        self, fn: Callable[_Args, _Result], /, *args: _Args.args, **kwargs: _Args.kwargs
    ) -> "Future[_Result]":
        future: Future[_Result] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except ReprieveError as error:
            future.set_exception(error)
        return future


class Awaited(Future[_Result]):
    """What is done only when somebody waits for it."""

    def __init__(self, do: Callable[[], _Result]) -> None:
        super().__init__()
        self.do = do

    def result(self, timeout: float | None = None) -> _Result:  # noqa: ARG002 - as every future has it
        return self.do()


class Slow(Executor):
    """Is never done with anything before somebody waits for it."""

    def submit(
        self, fn: Callable[_Args, _Result], /, *args: _Args.args, **kwargs: _Args.kwargs
    ) -> "Future[_Result]":
        return Awaited(partial(fn, *args, **kwargs))


@dataclass
class FakeClock:
    now: datetime = NOW
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@dataclass
class FakeLogs:
    """A log group. `appear` puts off the moment at which a line can be read.

    Each page takes `page_time`, and `empty_pages` come before each full one.
    """

    clock: FakeClock
    lines: list[tuple[datetime, LogLine]] = field(default_factory=list)
    reads: list[tuple[datetime, datetime]] = field(default_factory=list)
    error: AwsError | None = None
    page_size: int = 500
    page_time: timedelta = timedelta()
    empty_pages: int = 0
    pages_read: int = 0

    def put(self, message: str, timestamp: datetime | None = None, appear: datetime | None = None) -> None:
        at = timestamp or self.clock.now
        self.lines.append((appear or at, LogLine(at, message)))

    def read(self, start: datetime, end: datetime, pattern: str, token: str = "") -> Iterator[LogPage]:
        assert pattern
        if self.error:
            raise self.error
        self.reads.append((start, end))
        readable = sorted(
            (line for appear, line in self.lines if appear <= self.clock.now), key=lambda line: line.timestamp
        )
        wanted = [line for line in readable if start <= line.timestamp < end]
        pages = [wanted[at : at + self.page_size] for at in range(0, len(wanted), self.page_size)] or [[]]
        pages = [page for full in pages for page in (*([[]] * self.empty_pages), full)]
        for number in range(int(token or 0), len(pages)):
            self.clock.now += self.page_time
            self.pages_read += 1
            yield LogPage(pages[number], str(number + 1) if number + 1 < len(pages) else "")


@dataclass
class FakeTrail:
    """A log group that is written into."""

    lines: list[LogLine] = field(default_factory=list)
    error: AwsError | None = None

    def write(self, lines: Sequence[LogLine]) -> None:
        if self.error:
            raise self.error
        self.lines.extend(sorted(lines, key=lambda line: line.timestamp))


@dataclass
class FakeKms:
    """Keys with states: a directory, and a control."""

    clock: FakeClock
    keys: dict[KeyArn, KeyMetadata] = field(default_factory=dict)
    alias_names: dict[KeyArn, tuple[str, ...]] = field(default_factory=dict)
    key_tags: dict[KeyArn, Mapping[str, str]] = field(default_factory=dict)
    usages: dict[KeyArn, KeyUsage] = field(default_factory=dict)
    granted: dict[KeyArn, Grants] = field(default_factory=dict)
    policies: dict[KeyArn, str] = field(default_factory=dict)
    errors: dict[str, list[AwsError | None]] = field(default_factory=dict)
    calls: list[tuple[str, KeyArn]] = field(default_factory=list)
    deciders: list[str] = field(default_factory=list)

    def add(
        self, arn: KeyArn, state: str = "PendingDeletion", *, days: float = 7, **more: Any
    ) -> KeyMetadata:
        date = self.clock.now + timedelta(days=days) if state == "PendingDeletion" else None
        self.keys[arn] = KeyMetadata(arn=arn, state=state, deletion_date=date, **more)
        return self.keys[arn]

    def fail(self, operation: str, *errors: AwsError | None) -> None:
        """Let the next calls fail, one error each; None lets a call through."""
        self.errors.setdefault(operation, []).extend(errors)

    def describe(self, key: KeyArn) -> KeyMetadata:
        return self._key("kms:DescribeKey", key)

    def aliases(self, key: KeyArn) -> tuple[str, ...]:
        self._key("kms:ListAliases", key)
        return self.alias_names.get(key, ())

    def tags(self, key: KeyArn) -> Mapping[str, str]:
        self._key("kms:ListResourceTags", key)
        return self.key_tags.get(key, {})

    def last_usage(self, key: KeyArn) -> KeyUsage:
        self._key("kms:GetKeyLastUsage", key)
        return self.usages.get(key, KeyUsage())

    def grants(self, key: KeyArn) -> Grants:
        self._key("kms:ListGrants", key)
        return self.granted.get(key, Grants())

    def policy(self, key: KeyArn) -> str:
        self._key("kms:GetKeyPolicy", key)
        return self.policies.get(key, delegating_policy(key))

    def cancel_deletion(self, key: KeyArn, by: str = "") -> str:
        self.deciders.append(by)
        found = self._key("kms:CancelKeyDeletion", key)
        if found.state != "PendingDeletion":
            raise WrongStateError(
                "kms:CancelKeyDeletion", "KMSInvalidStateException", f"{key} is not pending deletion."
            )
        self.keys[key] = replace(found, state="Disabled", deletion_date=None)
        return "cancel-request"

    def enable(self, key: KeyArn, by: str = "") -> str:
        self.deciders.append(by)
        found = self._key("kms:EnableKey", key)
        if found.state not in {"Disabled", "Enabled"}:
            raise WrongStateError("kms:EnableKey", "KMSInvalidStateException", f"{key} is pending deletion.")
        self.keys[key] = replace(found, state="Enabled")
        return "enable-request"

    def changes(self) -> list[str]:
        """The calls that change something."""
        return [name for name, _ in self.calls if name in {"kms:CancelKeyDeletion", "kms:EnableKey"}]

    def _key(self, operation: str, key: KeyArn) -> KeyMetadata:
        self.calls.append((operation, key))
        if self.errors.get(operation) and (error := self.errors[operation].pop(0)):
            raise error
        if key not in self.keys:
            raise AbsentError(operation, "NotFoundException", f"Key '{key}' does not exist")
        return self.keys[key]


def delegating_policy(key: KeyArn) -> str:
    """The policy that KMS gives a key unless it is told otherwise."""
    root = f"arn:{key.partition}:iam::{key.account}:root"
    statement = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass
class FakeHistory:
    """CloudTrail's event history: the records of each Region, newest first."""

    lines: dict[str, list[str]] = field(default_factory=dict)
    asked: list[tuple[str, datetime]] = field(default_factory=list)
    error: AwsError | None = None

    def schedulings(self, key: KeyArn, since: datetime) -> Iterator[str]:
        self.asked.append((key.region, since))
        if self.error:
            raise self.error
        yield from self.lines.get(key.region, ())


@dataclass
class FakeNames:
    """An organization's account names."""

    names: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def name(self, account: str) -> str:
        self.asked.append(account)
        if account not in self.names:
            raise DeniedError("organizations:DescribeAccount", "AccessDeniedException", "no")
        return self.names[account]


RESPONDER = "arn:aws:iam::111122223333:role/respond"


def facts_from(kms: FakeKms, **sources: Any) -> Facts:
    """Facts that are looked up in this thread, by a stack in account 111122223333."""
    usual: dict[str, Any] = {
        "keys": kms,
        "history": FakeHistory(),
        "account": "111122223333",
        "clock": kms.clock,
        "responder": RESPONDER,
        "owner_tags": ("Owner", "owner", "team"),
    }
    return Facts(sources=Sources(**(usual | sources)), pool=Here())


@dataclass
class FakeSigner:
    """HMAC-SHA-256 under a secret of its own: a minter, and a checker."""

    secret: bytes = b"the stack's own"
    checks: int = 0
    error: AwsError | None = None

    @property
    def key(self) -> SigningKey:
        """It, as the stack's first signing key."""
        return SigningKey("a", self)

    @property
    def keys(self) -> dict[str, LinkChecker]:
        """It, as the only signing key whose links are good."""
        return {"a": self}

    def generate_mac(self, message: bytes) -> bytes:
        if self.error:
            raise self.error
        return hmac.digest(self.secret, message, "sha256")

    def verify_mac(self, message: bytes, mac: bytes) -> bool:
        self.checks += 1
        if self.error:
            raise self.error
        return hmac.compare_digest(hmac.digest(self.secret, message, "sha256"), mac)


def _bytes(document: Document) -> int:
    return len(json.dumps(document.body, ensure_ascii=False, separators=(",", ":")).encode())


@dataclass
class FakeTable:
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)
    errors: list[Exception | None] = field(default_factory=list)

    def fail(self, *errors: Exception | None) -> None:
        """Let the next writes fail, one error each; None lets a write through."""
        self.errors.extend(errors)

    def get(self, partition: str, sort: str) -> Document | None:
        return self.documents.get((partition, sort))

    def list(self, partition: str, prefix: str = "") -> Sequence[Document]:
        names = sorted(name for name in self.documents if name[0] == partition and name[1].startswith(prefix))
        return [self.documents[name] for name in names]

    def put(self, *documents: Document, gone: Sequence[Document] = ()) -> None:
        if self.errors and (error := self.errors.pop(0)):
            raise error
        assert 0 < len(documents) + len(gone) <= MOST_AT_ONCE
        if len({(each.partition, each.sort) for each in (*documents, *gone)}) < len(documents) + len(gone):
            raise AwsError("dynamodb:PutItem", "ValidationException", "several operations on one item")
        for document in documents:
            there = self.get(document.partition, document.sort)
            if document.is_guarded and (there.version if there else 0) != document.version:
                raise ConflictError
        sizes = [_bytes(document) for document in documents]
        removed = [self.documents.get((each.partition, each.sort)) for each in gone]
        total = sum(sizes) + sum(_bytes(each) for each in removed if each)
        if max(sizes, default=0) > ITEM_LIMIT or total > TRANSACTION_LIMIT:
            raise AwsError("dynamodb:PutItem", "ValidationException", f"{sizes} bytes are too many")
        for document in documents:
            name = (document.partition, document.sort)
            self.documents[name] = replace(document, version=document.version + 1, is_guarded=True)
        for document in gone:
            self.documents.pop((document.partition, document.sort), None)

    def delete(self, document: Document) -> None:
        self.documents.pop((document.partition, document.sort), None)


@dataclass
class FakeQueue:
    bodies: list[str] = field(default_factory=list)
    error: AwsError | None = None

    def send(self, bodies: Sequence[str]) -> None:
        if self.error:
            raise self.error
        self.bodies.extend(bodies)


@dataclass
class FakeOnce:
    done: set[str] = field(default_factory=set)
    under_way: set[str] = field(default_factory=set)

    def do(self, key: str, act: Callable[[], None]) -> None:
        if key in self.under_way:
            raise InProgressError
        if key in self.done:
            return
        self.under_way.add(key)
        try:
            act()
        finally:
            self.under_way.remove(key)
        self.done.add(key)


@dataclass
class FakeTopic:
    published: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    error: Exception | None = None

    def publish(self, subject: str, message: str, attributes: Mapping[str, str]) -> None:
        if self.error:
            raise self.error
        self.published.append((subject, message, attributes))


@dataclass
class FakeAlarms:
    alarms: list[RingingAlarm] = field(default_factory=list)
    error: AwsError | None = None

    def ringing(self) -> Sequence[RingingAlarm]:
        if self.error:
            raise self.error
        return self.alarms


TAKEN = HttpAnswer(status=200, body="ok")
"""What an address says unless it is told otherwise; Slack's Web API then says that all is well."""


@dataclass
class FakeHttp:
    """Addresses that take what is posted, or answer as they are told."""

    posts: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)
    answer: HttpAnswer = TAKEN
    error: Exception | None = None
    public_only: bool = False

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, public_only: bool = False
    ) -> HttpAnswer:
        self.public_only = public_only
        if self.error:
            raise self.error
        self.posts.append((url, body, headers))
        if self.answer == TAKEN and "/api/chat." in url:
            channel = json.loads(body)["channel"]
            return HttpAnswer(
                status=200, body=json.dumps({"ok": True, "channel": channel, "ts": f"{len(self.posts)}.0"})
            )
        return self.answer

    @property
    def payloads(self) -> list[Mapping[str, Any]]:
        return [json.loads(body) for _, body, _ in self.posts]


@dataclass
class FakeBus:
    events: list[BusEvent] = field(default_factory=list)

    def put(self, event: BusEvent) -> None:
        self.events.append(event)


@dataclass
class FakeMailer:
    mails: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        self.mails.append(mail)


@dataclass
class FakeTools:
    """What channels are made with."""

    http: FakeHttp = field(default_factory=FakeHttp)
    mailer: FakeMailer = field(default_factory=FakeMailer)
    buses: dict[str, FakeBus] = field(default_factory=dict)
    topics: dict[str, FakeTopic] = field(default_factory=dict)
    secrets: dict[str, str | AwsError] = field(default_factory=dict)

    def slack(self, token: str, base: str) -> SlackApi:
        return SlackApi(self.http, token, base)

    def topic(self, arn: str) -> FakeTopic:
        return self.topics.setdefault(arn, FakeTopic())

    def bus(self, arn: str) -> FakeBus:
        return self.buses.setdefault(arn, FakeBus())

    def sent(self) -> list[bytes]:
        """All that was sent, by whichever way."""
        posts = [body for _, body, _ in self.http.posts]
        posts += [event.detail.encode() for bus in self.buses.values() for event in bus.events]
        posts += [mail.html.encode() for mail in self.mailer.mails]
        published = [each for topic in self.topics.values() for each in topic.published]
        return posts + [f"{subject}\n{body}".lstrip().encode() for subject, body, _ in published]

    def document(self, arn: str) -> str:
        return self._read(arn)

    def secret(self, arn: str, name: str) -> str:
        found = self._read(arn)
        return str(json.loads(found)[name]) if found.startswith("{") else found

    def _read(self, arn: str) -> str:
        found = self.secrets[arn]
        if isinstance(found, AwsError):
            raise found
        return found


@dataclass
class FakeLog:
    lines: list[tuple[str, str, Mapping[str, object]]] = field(default_factory=list)

    def info(self, msg: object, **keys: object) -> None:
        self.lines.append(("info", str(msg), keys))

    def warning(self, msg: object, **keys: object) -> None:
        self.lines.append(("warning", str(msg), keys))

    def error(self, msg: object, **keys: object) -> None:
        self.lines.append(("error", str(msg), keys))

    def said(self, level: str) -> list[str]:
        return [message for at, message, _ in self.lines if at == level]
