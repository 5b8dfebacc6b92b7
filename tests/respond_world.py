"""The page and its decisions on a world in memory, and what people read there."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from reprieve.arn import KeyArn
from reprieve.cases.audit_entry import Entry
from reprieve.cases.case import Counts, ScheduledBy, open_case
from reprieve.cases.key import Key, Rescuable, Unknown
from reprieve.cases.store import CaseStore
from reprieve.cases.usage import CallerUses, Uses
from reprieve.cloudtrail.caller import Caller
from reprieve.errors import (
    AwsError,
    DeniedError,
)
from reprieve.links import LinkClaims, mint
from reprieve.respond.access import Access
from reprieve.respond.forms import COOKIE, CsrfSecret
from reprieve.respond.pages.rendering import Page
from reprieve.respond.responder import Request, Responder
from tests.builders import responder
from tests.fakes import FakeClock, FakeKms, FakeLog, FakeQueue, FakeSigner, FakeTable

KEY = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
DELETION = datetime(2026, 11, 29, 14, 2, tzinfo=UTC)
CANCEL = b"enable=yes&decision=cancel"
CANCEL_ONLY = b"decision=cancel"
ENABLE = b"decision=enable"
KEEP = b"decision=keep&why=The+tenant+has+left"
ORDERS = Caller(kind="AssumedRole", id="arn:orders", name="role orders-fn", session="orders-api")


@dataclass
class World:
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    table: FakeTable = field(default_factory=FakeTable)
    queue: FakeQueue = field(default_factory=FakeQueue)
    signer: FakeSigner = field(default_factory=FakeSigner)
    log: FakeLog = field(default_factory=FakeLog)
    access: Access = field(default_factory=Access)
    cookies: dict[str, str] = field(default_factory=lambda: {COOKIE: "c" * 43})
    headers: dict[str, str] = field(default_factory=dict)
    source_ip: str = "203.0.113.40"

    def __post_init__(self) -> None:
        self.kms = FakeKms(self.clock)
        self.store = CaseStore(self.table)
        self.kms.keys[KEY] = replace(
            self.kms.add(KEY), deletion_date=DELETION, description="Orders database, prod"
        )

    def responder(self) -> Responder:
        return responder(
            kms=self.kms,
            store=self.store,
            queue=self.queue,
            clock=self.clock,
            log=self.log,
            checkers=self.signer.keys,
            access=self.access,
        )

    def token(self, **changes: Any) -> str:
        claims = LinkClaims(
            key=KEY,
            deletion_date=DELETION,
            channel="email",
            notice="8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11",
            expires_at=NOW + timedelta(days=5),
        )
        return mint(replace(claims, **changes), self.signer.key)

    def ask(self, method: str = "GET", body: bytes = b"", token: str | None = None) -> Page:
        return self.request(f"{method} /keys/{{token}}", body=body, token=token)

    def request(
        self, route: str, *, body: bytes = b"", token: str | None = None, query: dict[str, str] | None = None
    ) -> Page:
        request = Request(
            route=route,
            token=self.token() if token is None else token,
            origin="https://abc123.execute-api.eu-west-1.amazonaws.com",
            source_ip=self.source_ip,
            user_agent="Mozilla/5.0",
            headers=self.headers,
            cookies=self.cookies,
            query=query or {},
            body=body,
        )
        return self.responder().respond(request)

    def post(self, body: bytes = CANCEL, token: str | None = None) -> Page:
        """Send a form of the page as it is now."""
        return self.send(body, self.store.record(KEY, DELETION).decisions, token)

    def send(self, body: bytes, decisions: int, token: str | None = None) -> Page:
        """Send a form of the page as it was after so many decisions."""
        token = self.token() if token is None else token
        proof = CsrfSecret.of(self.cookies).token(token)
        return self.ask("POST", body + f"&token={proof}&decisions={decisions}".encode(), token)

    def state(self) -> str:
        return self.kms.keys[KEY].state

    def handled(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.queue.bodies]

    def audit(self) -> list[Entry]:
        """The decisions on record."""
        return [entry for entry in self.store.audit(KEY) if entry.decision]


def begin() -> World:
    """A world with one case in it."""
    world = World()
    key = Key(
        arn=KEY,
        account="111122223333",
        region="eu-west-1",
        aliases=("alias/orders-db",),
        state="PendingDeletion",
        deletion_date=DELETION,
        tags={"Owner": "team-orders"},
        owner="team-orders",
        rescuable=Rescuable(allowed=False, why="its key policy denies kms:EnableKey"),
    )
    part = CallerUses(
        caller=ORDERS,
        count=214,
        first_at=NOW - timedelta(minutes=50),
        last_at=NOW - timedelta(minutes=8),
        operations={"Decrypt": 214},
        source_ips=("198.51.100.7",),
    )
    uses = Uses(count=214, first_at=part.first_at, last_at=part.last_at, by_caller=(part,))
    case = replace(
        open_case(key, NOW, NOW),
        settled=Counts(uses=uses),
        scheduled_by=ScheduledBy(
            caller=replace(ORDERS, name="user jane", session=None), at=NOW - timedelta(hours=1)
        ),
        unknown=(Unknown(fact="last use", why="kms:GetKeyLastUsage is denied"),),
    )
    world.store.save(case, wake_at=None)
    return world


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.controls: list[dict[str, str | None]] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        if tag in {"input", "button"}:
            self.controls.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(page: Page) -> str:
    """What a person reads."""
    parser = _Text()
    parser.feed(page.html)
    return " ".join(" ".join(parser.words).split())


def controls(page: Page) -> list[dict[str, str | None]]:
    """What a person can use."""
    return [control for control in fields(page) if control.get("type") != "hidden"]


def fields(page: Page) -> list[dict[str, str | None]]:
    parser = _Text()
    parser.feed(page.html)
    return parser.controls


def denied(operation: str) -> AwsError:
    return DeniedError(operation, "AccessDeniedException", "not authorized")
