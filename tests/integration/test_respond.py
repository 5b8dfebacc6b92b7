"""The link, the page and the decision: the use case on a world in memory, and what people read."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from ipaddress import ip_network
from typing import Any

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.case import Closure, Counts, Ending, ScheduledBy, case_id, open_case
from reprieve.cases.key import Key, Rescuable, Unknown
from reprieve.cases.store import CaseStore
from reprieve.cases.usage import CallerUses, Uses
from reprieve.cases.visitor import AuthMethod
from reprieve.cloudtrail.caller import Caller
from reprieve.errors import (
    AbsentError,
    AwsError,
    ConflictError,
    DeniedError,
    ThrottledError,
    UnreachableError,
    WrongStateError,
)
from reprieve.links import LinkClaims, mint, verify
from reprieve.ports import Document
from reprieve.respond.access import Access
from reprieve.respond.forms import COOKIE, FORM_LIMIT, CsrfSecret
from reprieve.respond.pages.rendering import Page, security_headers
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


@pytest.fixture
def world() -> World:
    return begin()


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


def test_the_page_shows_the_key_the_caller_the_time_left_and_one_button(world: World) -> None:
    page = world.ask()

    text = read(page)
    assert page.status == 200
    assert "alias/orders-db" in text
    assert "Broken now, and deleted for good in 6 days" in text
    assert "1 caller is refused: role orders-fn, session orders-api." in text
    assert "6 days 23 h until 29 Nov, 14:02 UTC" in text
    assert "8 min ago last refused call, 14:52 UTC" in text
    assert "KMS has refused 214 calls since, the last at 14:52 UTC (8 minutes ago)" in text
    assert "From where 198.51.100.7" in text
    assert "KMS says: PendingDeletion, 15:00:00 UTC" in text
    assert "Scheduled 2026-11-22 14:00 UTC (1 hour ago) by user jane" in text
    assert "team-orders" in text
    assert "This page can't rescue the key: its key policy denies kms:EnableKey." in text
    assert "last use (kms:GetKeyLastUsage is denied)" in text
    assert "aws kms cancel-key-deletion --region eu-west-1" in text
    assert [control.get("id") or control["value"] for control in controls(page)] == [
        *("cancel", "name-rescue", "why-rescue"),
        *("name-cancel", "why-cancel", "cancel"),
        *("name-keep", "why-keep", "keep"),
    ]
    limits = [control["maxlength"] for control in controls(page) if control.get("type") == "text"]
    assert limits == ["64", "200"] * 3


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing_however_often(world: World, method: str) -> None:
    before = dict(world.table.documents)

    pages = [world.ask(method) for _ in range(1000)]

    assert {page.status for page in pages} == {200}
    assert world.kms.changes() == []
    assert world.state() == "PendingDeletion"
    assert world.table.documents == before
    assert world.queue.bodies == []


def test_a_click_brings_the_key_back_proves_it_records_it_and_tells_everybody(world: World) -> None:
    page = world.post()

    assert page.status == 200
    assert "The key works again" in read(page)
    assert "KMS says: Enabled, 15:00:00 UTC" in read(page)
    assert world.state() == "Enabled"
    assert [message["channel"] for message in world.handled()] == ["email", "slack"]
    notice = world.handled()[0]["notice"]
    assert notice["reason"] == "deletion-cancelled"
    assert notice["decision"] == {
        "choice": "cancel",
        "at": "2026-11-22T15:00:00Z",
        "by": {
            "auth_method": "link",
            "channel": "email",
            "notice": "8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11",
            "source_ip": "203.0.113.40",
            "user_agent": "Mozilla/5.0",
        },
        "enable": True,
        "state": "Enabled",
    }
    (entry,) = world.audit()
    assert (entry.state_before, entry.outcome) == ("PendingDeletion", "rescued")
    assert entry.request_ids == ("cancel-request", "enable-request")
    assert list(world.table.list("outbox")) == []


def test_without_the_tick_the_key_stays_disabled_and_the_page_says_so(world: World) -> None:
    page = world.post(CANCEL_ONLY)

    assert "The deletion is cancelled" in read(page)
    assert "Programs that need the key fail until it is enabled." in read(page)
    assert "aws kms enable-key" in read(page)
    assert world.kms.changes() == ["kms:CancelKeyDeletion"]
    assert world.state() == "Disabled"


def test_a_second_click_says_that_it_is_done_and_by_whom(world: World) -> None:
    world.send(CANCEL, 0)
    told = len(world.queue.bodies)

    page = world.send(CANCEL, 0)

    assert "The deletion is already cancelled" in read(page)
    assert (
        "Someone with the link from email cancelled the deletion and enabled the key,"
        " on 2026-11-22 15:00 UTC (just now), from 203.0.113.40." in read(page)
    )
    assert world.kms.changes() == ["kms:CancelKeyDeletion", "kms:EnableKey"]
    assert len(world.queue.bodies) == told


def test_a_second_person_who_looks_later_is_told_the_same(world: World) -> None:
    world.post()

    page = world.ask(token=world.token(channel="slack"))

    assert "The deletion is already cancelled" in read(page)
    assert "KMS says: Enabled, 15:00:00 UTC" in read(page)
    assert controls(page) == []


def test_two_people_at_once_one_cancels_and_the_other_is_told(world: World) -> None:
    refused = WrongStateError(
        "kms:CancelKeyDeletion", "KMSInvalidStateException", f"{KEY} is not pending deletion."
    )
    world.kms.fail("kms:CancelKeyDeletion", refused)
    world.kms.fail("kms:DescribeKey", None)
    between = world.kms.describe

    def describe(key: KeyArn) -> Any:
        told = between(key)
        world.kms.keys[KEY] = replace(world.kms.keys[KEY], state="Enabled", deletion_date=None)
        return told

    world.kms.describe = describe  # type: ignore[method-assign]

    page = world.post()

    assert "The deletion is already cancelled" in read(page)
    assert "The deletion was cancelled outside this page. CloudTrail shows who did it." in read(page)
    assert world.queue.bodies == []


def test_of_two_people_at_the_same_moment_one_decides_and_the_other_is_told_so(world: World) -> None:
    cancel = world.kms.cancel_deletion
    pages: list[Page] = []

    def second(key: KeyArn, by: str = "") -> str:
        if not pages:
            pages.append(world.send(KEEP, 0, world.token(channel="slack")))
        return cancel(key, by)

    world.kms.cancel_deletion = second  # type: ignore[method-assign]

    winner = world.send(CANCEL, 0)

    (loser,) = pages
    assert "The key works again" in read(winner)
    assert loser.status == 409
    assert "This was decided while you were reading" in read(loser)
    assert "Someone with the link from email chose to rescue the key" in read(loser)
    assert [entry.outcome for entry in world.audit()] == ["rescued"]
    assert {message["notice"]["reason"] for message in world.handled()} == {"deletion-cancelled"}


def test_of_two_who_read_the_same_page_the_later_one_is_told_of_the_first(world: World) -> None:
    world.send(KEEP, 0)

    page = world.send(CANCEL, 0, world.token(channel="slack"))

    assert page.status == 409
    assert "Someone with the link from email chose to let the key be deleted" in read(page)
    assert world.kms.changes() == []
    assert len(world.audit()) == 1


def test_who_loses_by_an_instant_is_told_although_both_had_seen_nothing(world: World) -> None:
    listed = world.table.list
    before = [listed(f"key#{KEY}")]
    world.send(KEEP, 0)
    stale = iter(before)
    world.table.list = lambda *place: next(stale, None) or listed(*place)  # type: ignore[method-assign]

    page = world.send(CANCEL, 0)

    assert "Someone with the link from email chose to let the key be deleted" in read(page)
    assert world.kms.changes() == []


def test_who_loses_and_can_not_see_to_whom_is_told_that_nothing_was_changed(world: World) -> None:
    gone = AbsentError("kms:DescribeKey", "NotFoundException", "")
    world.table.fail(ConflictError())
    world.kms.fail("kms:DescribeKey", None, gone)

    page = world.post()

    assert page.status == 410


@pytest.mark.parametrize(
    ("cookies", "headers", "body"),
    [
        ({}, {}, b""),
        ({COOKIE: "d" * 43}, {}, b""),
        ({COOKIE: "c" * 43}, {"sec-fetch-site": "cross-site"}, b""),
        ({COOKIE: "c" * 43}, {"origin": "https://evil.example"}, b""),
    ],
    ids=["no cookie", "another browser", "cross-site", "another origin"],
)
def test_a_form_that_is_not_from_the_page_changes_nothing(
    world: World, cookies: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    token = world.token()
    proof = CsrfSecret("c" * 43, is_new=False).token(token)
    world.cookies, world.headers = cookies, headers

    page = world.ask("POST", CANCEL + f"&token={proof}&decisions=0".encode() + body, token)

    assert page.status == 403
    assert "The form did not come from this page" in read(page)
    assert world.kms.calls == []
    assert world.audit() == []


def test_the_page_gives_its_browser_what_its_form_needs(world: World) -> None:
    world.cookies = {}
    token = world.token()
    shown = world.ask(token=token)
    (cookie,) = shown.cookies
    world.cookies = dict([cookie.partition(";")[0].split("=", 1)])
    hidden = {str(field["name"]): field["value"] for field in fields(shown) if field.get("type") == "hidden"}

    page = world.ask(
        "POST", CANCEL + f"&token={hidden['token']}&decisions={hidden['decisions']}".encode(), token
    )

    assert "The key works again" in read(page)
    assert world.ask(token=token).cookies == ()


@pytest.mark.parametrize("route", ["OPTIONS /keys/{token}", "$default", "GET /signed-in", "GET /", ""])
def test_whatever_else_is_asked_for_gets_the_page_of_a_bad_link(world: World, route: str) -> None:
    page = world.request(route)

    assert (page.status, page.html) == (404, world.ask(token="nonsense").html)
    assert world.signer.checks == 0


def test_nobody_signs_in_where_nobody_has_to(world: World) -> None:
    page = world.request("GET /sign-in/{token}")

    assert page.status == 404


@pytest.mark.parametrize(("method", "body"), [("GET", b""), ("POST", CANCEL)])
def test_who_is_not_in_the_network_sees_nothing_and_asks_nothing_of_kms(
    world: World, method: str, body: bytes
) -> None:
    world.access = Access(auth_method=AuthMethod.NETWORK, networks=(ip_network("192.0.2.0/24"),))

    page = world.ask(method, body)

    assert page.status == 403
    assert "Your address is 203.0.113.40 (an IPv4 address). It is not in the approvers' networks." in read(
        page
    )
    assert "orders" not in page.html
    assert (world.signer.checks, world.kms.calls) == (0, [])


def test_who_is_in_the_network_decides_and_is_said_to_have_been_there(world: World) -> None:
    world.access = Access(auth_method=AuthMethod.NETWORK, networks=(ip_network("203.0.113.0/24"),))

    page = world.post()

    assert "The key works again" in read(page)
    assert world.handled()[0]["notice"]["decision"]["by"]["auth_method"] == "network"


def test_a_key_that_was_cancelled_elsewhere_and_left_disabled_is_said_to_be_so(world: World) -> None:
    world.kms.keys[KEY] = replace(world.kms.keys[KEY], state="Disabled", deletion_date=None)

    page = world.ask()

    assert "Programs that need the key fail until it is enabled." in read(page)
    assert "aws kms enable-key" in read(page)
    assert controls(page) == []


def test_a_key_that_is_gone_is_said_to_be_gone(world: World) -> None:
    del world.kms.keys[KEY]

    shown, page = world.ask(), world.post()

    assert (shown.status, page.status) == (410, 410)
    assert "The key is deleted" in read(page)
    assert world.queue.bodies == []


def test_a_key_that_goes_between_looking_and_cancelling_is_said_to_be_gone(world: World) -> None:
    gone = AbsentError("kms:CancelKeyDeletion", "NotFoundException", "")
    world.kms.fail("kms:CancelKeyDeletion", gone)
    world.kms.fail("kms:DescribeKey", None, replace_error(gone, "kms:DescribeKey"))

    page = world.post()

    assert page.status == 410


def replace_error(error: AwsError, operation: str) -> AwsError:
    return type(error)(operation, error.code, error.message)


def test_a_replica_says_that_it_alone_is_meant(world: World) -> None:
    world.kms.keys[KEY] = replace(world.kms.keys[KEY], multi_region="REPLICA")

    page = world.ask()

    assert "replica of a primary; this concerns only the key in eu-west-1" in read(page)


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("PendingDeletion", "The key was scheduled for deletion again"),
        ("PendingReplicaDeletion", "This multi-Region key waits for its replicas"),
    ],
)
def test_a_link_of_another_deletion_says_so_and_changes_nothing(world: World, state: str, title: str) -> None:
    later = DELETION + timedelta(days=1) if state == "PendingDeletion" else None
    world.kms.keys[KEY] = replace(world.kms.keys[KEY], state=state, deletion_date=later)

    pages = [world.ask(), world.post()]

    assert [page.status for page in pages] == [409, 409]
    assert all(title in read(page) and controls(page) == [] for page in pages)
    assert world.kms.changes() == []


def expired(world: World) -> str:
    return world.token(expires_at=NOW)


def forged(world: World) -> str:
    claims = verify(world.token(), world.signer.keys, NOW)
    world.signer.checks = 0
    return mint(claims, FakeSigner(b"another stack's").key)


def altered(world: World) -> str:
    token = world.token()
    return token[:-1] + ("A" if token[-1] != "A" else "B")


@pytest.mark.parametrize("make", [expired, forged, altered])
@pytest.mark.parametrize(("method", "body"), [("GET", b""), ("POST", CANCEL)])
def test_every_bad_link_gets_the_same_page_with_nothing_of_the_key_in_it(
    world: World, make: Callable[[World], str], method: str, body: bytes
) -> None:
    malformed = world.ask(token="v1a.x.y")

    page = world.ask(method, body, token=make(world))

    assert (page.status, page.html) == (404, malformed.html)
    assert "1234abcd" not in page.html
    assert "orders" not in page.html
    assert world.kms.calls == []
    assert world.signer.checks <= 1


@pytest.mark.parametrize(
    "token", ["", "x", "v1a..", "v2a.a.b", "v1a." + "A" * 20_000 + "." + "A" * 43, "../x", "\u202e"]
)
def test_a_malformed_link_is_refused_without_a_call(world: World, token: str) -> None:
    page = world.ask(token=token)

    assert page.status == 404
    assert world.signer.checks == 0
    assert world.kms.calls == []


def test_a_link_that_can_not_be_checked_is_said_to_be_so(world: World) -> None:
    token = world.token()
    world.signer.error = ThrottledError("kms:VerifyMac", "ThrottlingException", "")

    page = world.ask(token=token)

    assert page.status == 503
    assert page.headers == {"Retry-After": "60"}
    assert "The link could not be checked" in read(page)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"enable=yes", 400),
        (b"decision=delete", 400),
        (b"decision=", 400),
        (b"decision=cancel&decision=cancel", 400),
        (b"\xff\xfe", 400),
        (b"a=1&" * 50, 400),
        (b"decision=cancel&" + b"x" * FORM_LIMIT, 413),
        (b"x" * 1_000_000, 413),
    ],
)
def test_a_form_that_makes_no_sense_changes_nothing_and_says_so(
    world: World, body: bytes, status: int
) -> None:
    page = world.post(body)

    assert page.status == status
    assert "Nothing was changed." in read(page)
    assert world.kms.calls == []
    assert world.audit() == []


def denied(operation: str) -> AwsError:
    return DeniedError(operation, "AccessDeniedException", "not authorized")


@pytest.mark.parametrize(
    ("operation", "error", "status", "title"),
    [
        (
            "kms:CancelKeyDeletion",
            denied("kms:CancelKeyDeletion"),
            403,
            "This stack has no permission to do that",
        ),
        (
            "kms:CancelKeyDeletion",
            ThrottledError("kms:CancelKeyDeletion", "ThrottlingException", ""),
            503,
            "KMS is busy",
        ),
        (
            "kms:CancelKeyDeletion",
            AwsError("kms:CancelKeyDeletion", "Strange", ""),
            503,
            "KMS did not do that",
        ),
        (
            "kms:CancelKeyDeletion",
            UnreachableError("kms:CancelKeyDeletion", "x", ""),
            503,
            "KMS did not do that",
        ),
        (
            "kms:CancelKeyDeletion",
            WrongStateError("kms:CancelKeyDeletion", "KMSInvalidStateException", ""),
            503,
            "KMS did not do that",
        ),
        ("kms:DescribeKey", denied("kms:DescribeKey"), 403, "This stack has no permission to do that"),
        (
            "kms:DescribeKey",
            UnreachableError("kms:DescribeKey", "ReadTimeoutError", ""),
            503,
            "KMS did not answer",
        ),
    ],
)
def test_a_refused_call_gets_a_page_that_says_that_nothing_was_changed(
    world: World, operation: str, error: AwsError, status: int, title: str
) -> None:
    world.kms.fail(operation, error)

    page = world.post()

    assert page.status == status
    assert title in read(page)
    assert "Nothing was changed" in read(page) or "the key is still pending deletion" in read(page)
    assert "aws kms cancel-key-deletion" in read(page)
    assert world.state() == "PendingDeletion"
    assert world.queue.bodies == []


def test_a_missing_permission_comes_with_the_statement_that_grants_it(world: World) -> None:
    world.kms.fail("kms:CancelKeyDeletion", denied("kms:CancelKeyDeletion"))

    text = read(world.post())

    assert "AWS denied kms:CancelKeyDeletion." in text
    assert '"Action": [ "kms:CancelKeyDeletion", "kms:DescribeKey", "kms:EnableKey" ]' in text


def test_kms_is_told_through_which_channel_it_was_decided(world: World) -> None:
    world.post()

    assert world.kms.deciders == ["email", "email"]


def test_a_cancellation_whose_answer_got_lost_and_which_worked_goes_on(world: World) -> None:
    lost = UnreachableError("kms:CancelKeyDeletion", "ReadTimeoutError", "")
    cancel = world.kms.cancel_deletion

    def cancel_and_lose(key: KeyArn, by: str = "") -> str:
        cancel(key, by)
        raise lost

    world.kms.cancel_deletion = cancel_and_lose  # type: ignore[method-assign]

    page = world.post()

    assert "The key works again" in read(page)
    assert world.state() == "Enabled"


@pytest.mark.parametrize(
    "second",
    [
        WrongStateError("kms:CancelKeyDeletion", "KMSInvalidStateException", "is not pending deletion"),
        ThrottledError("kms:CancelKeyDeletion", "ThrottlingException", ""),
        UnreachableError("kms:CancelKeyDeletion", "ReadTimeoutError", ""),
    ],
)
def test_what_the_second_try_of_a_cancellation_says_is_no_word_on_the_first(
    world: World, second: AwsError
) -> None:
    cancel = world.kms.cancel_deletion

    def cancel_twice(key: KeyArn, by: str = "") -> str:
        cancel(key, by)
        raise second

    world.kms.cancel_deletion = cancel_twice  # type: ignore[method-assign]

    page = world.post()

    assert "The key works again" in read(page)
    assert world.state() == "Enabled"
    assert world.audit()[0].outcome == "rescued"
    assert len(world.handled()) == 2


@pytest.mark.parametrize("died_before", ["cancelling", "enabling", "telling"])
def test_a_rescue_that_died_on_its_way_can_be_taken_up_again(world: World, died_before: str) -> None:
    class DiedError(Exception):
        pass

    def die(*_: object, **__: object) -> str:
        raise DiedError

    usual = (world.kms.cancel_deletion, world.kms.enable, world.store)
    if died_before == "cancelling":
        world.kms.cancel_deletion = die  # type: ignore[method-assign]
    elif died_before == "enabling":
        world.kms.enable = die  # type: ignore[method-assign]
    else:
        world.table.errors.extend([None, DiedError()])
    with pytest.raises(DiedError):
        world.post()
    world.kms.cancel_deletion, world.kms.enable, world.store = usual  # type: ignore[method-assign]

    shown = world.ask()
    offered = [control["value"] for control in controls(shown) if control.get("name") == "decision"]
    if died_before == "enabling":
        assert "chose to rescue the key" in read(shown)
        assert "What came of it is not on record." in read(shown)
        assert offered == ["enable"]
    done = world.post(CANCEL if died_before == "cancelling" else ENABLE)

    assert world.state() == "Enabled"
    assert done.status == 200


def test_an_enabling_that_failed_and_could_not_be_told_can_be_tried_again_there(world: World) -> None:
    world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))
    world.table.fail(None, ThrottledError("dynamodb:PutItem", "ThrottlingException", ""))
    failed = world.post()

    again = world.post(ENABLE)

    assert [control["value"] for control in controls(failed)] == ["enable"]
    assert "The key works again" in read(again)


def test_a_second_click_on_what_failed_leads_on_with_the_right_number_of_decisions(world: World) -> None:
    world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))
    world.send(CANCEL, 0)

    twice = world.send(CANCEL, 0)

    sent = {str(field["name"]): field["value"] for field in fields(twice)}
    assert sent["decisions"] == "1"
    assert "The key works again" in read(world.send(ENABLE, int(str(sent["decisions"]))))


def test_a_failed_enabling_is_told_although_the_state_can_not_be_read(world: World) -> None:
    world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))
    world.kms.fail("kms:DescribeKey", None, UnreachableError("kms:DescribeKey", "ReadTimeoutError", ""))

    page = world.post()

    assert "KMS accepted the request but has not confirmed it" in read(page)
    assert "Enabling it failed: kms:EnableKey ended with AccessDeniedException." in read(page)


def test_a_deletion_that_was_kept_and_cancelled_elsewhere_is_not_laid_at_the_keepers_door(
    world: World,
) -> None:
    world.post(KEEP)
    world.kms.keys[KEY] = replace(world.kms.keys[KEY], state="Disabled", deletion_date=None)

    page = world.ask()

    assert "The deletion was cancelled outside this page. CloudTrail shows who did it." in read(page)
    assert controls(page) == []


def test_keeping_what_is_kept_is_said_and_neither_told_nor_recorded_again(world: World) -> None:
    world.post(KEEP)
    told = len(world.queue.bodies)

    pages = [world.post(KEEP) for _ in range(5)]

    assert all("Nothing stops the deletion on 29 Nov" in read(page) for page in pages)
    assert (len(world.queue.bodies), len(world.audit())) == (told, 1)


@pytest.mark.parametrize("body", [KEEP, CANCEL], ids=["keep", "cancel"])
def test_what_is_stored_and_can_not_be_sent_is_not_said_to_be_undone(world: World, body: bytes) -> None:
    world.queue.error = ThrottledError("sqs:SendMessage", "RequestThrottled", "")

    page = world.post(body)

    assert page.status == 200
    assert "Every channel is being notified." in read(page)
    assert len(world.table.list("outbox")) == 1


def test_a_key_that_is_brought_back_while_somebody_keeps_its_deletion_is_not_said_to_go(world: World) -> None:
    describe = world.kms.describe
    seen: list[KeyArn] = []

    def brought_back(key: KeyArn) -> Any:
        seen.append(key)
        if len(seen) == 2:
            world.kms.keys[KEY] = replace(world.kms.keys[KEY], state="Enabled", deletion_date=None)
        return describe(key)

    world.kms.describe = brought_back  # type: ignore[method-assign]

    page = world.post(KEEP)

    assert "The deletion is already cancelled" in read(page)
    assert world.queue.bodies == []
    assert not world.store.cases(KEY)[-1].is_kept


def test_a_case_that_is_closed_is_not_kept_any_more(world: World) -> None:
    case = world.store.cases(KEY)[-1]
    closure = Closure(how=Ending.CANCELLED, at=NOW)
    world.store.save(replace(case, closure=closure), wake_at=None)

    page = world.post(KEEP)

    assert page.status == 503
    assert not world.store.cases(KEY)[-1].is_kept


def test_a_key_that_can_not_be_read_any_more_while_its_deletion_is_kept_is_said_to_be_so(
    world: World,
) -> None:
    world.kms.fail("kms:DescribeKey", None, denied("kms:DescribeKey"))

    page = world.post(KEEP)

    assert page.status == 403
    assert world.queue.bodies == []


def test_an_item_that_can_not_be_understood_takes_nobody_s_page_away(world: World) -> None:
    world.table.put(Document(partition=f"key#{KEY}", sort="audit#2026", body={"event": "of another version"}))

    shown, done = world.ask(), world.post()

    assert (shown.status, done.status) == (200, 200)
    assert "The key works again" in read(done)
    assert "Passed over what it could not read" in [message for _, message, _ in world.log.lines]


def test_a_case_that_can_not_be_understood_does_not_stand_in_the_way(world: World) -> None:
    (place,) = [place for place in world.table.documents if place[1].startswith("case#")]
    world.table.documents[place] = replace(world.table.documents[place], body={"key": 7})

    done = world.post()

    assert "The key works again" in read(done)
    assert "The other channels could not be notified." in read(done)


def test_a_cancellation_of_which_nothing_can_be_known_is_said_to_be_so(world: World) -> None:
    world.kms.fail("kms:CancelKeyDeletion", UnreachableError("kms:CancelKeyDeletion", "ReadTimeoutError", ""))
    world.kms.fail("kms:DescribeKey", None, UnreachableError("kms:DescribeKey", "ReadTimeoutError", ""))

    page = world.post()

    assert page.status == 503
    assert "It is not known whether that worked" in read(page)
    assert "Nothing was changed" not in read(page)


def test_enabling_waits_until_kms_knows_of_the_cancellation_everywhere(world: World) -> None:
    soon = WrongStateError("kms:EnableKey", "KMSInvalidStateException", f"{KEY} is pending deletion.")
    world.kms.fail("kms:EnableKey", soon, soon)

    page = world.post()

    assert "The key works again" in read(page)
    assert world.clock.slept == [0.2, 0.4]


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        (
            [WrongStateError("kms:EnableKey", "KMSInvalidStateException", "")] * 5,
            "ended with KMSInvalidStateException",
        ),
        ([denied("kms:EnableKey")], "ended with AccessDeniedException"),
    ],
    ids=["state", "denied"],
)
def test_a_key_that_could_not_be_enabled_is_safe_and_can_be_enabled_from_the_page(
    world: World, errors: list[AwsError], said: str
) -> None:
    world.kms.fail("kms:EnableKey", *errors)

    page = world.post()

    assert "The deletion is cancelled, but the key is not enabled yet" in read(page)
    assert said in read(page)
    assert controls(page) == [{"type": "submit", "name": "decision", "value": "enable"}]
    assert world.handled()[0]["notice"]["decision"]["state"] == "Disabled"
    again = world.post(ENABLE)
    assert "The key works again" in read(again)
    assert world.state() == "Enabled"


def test_a_key_that_was_left_disabled_on_purpose_is_not_enabled_by_the_link(world: World) -> None:
    world.post(CANCEL_ONLY)

    page = world.post(ENABLE)

    assert "The deletion is already cancelled" in read(page)
    assert controls(page) == []
    assert world.state() == "Disabled"


def disable(world: World) -> None:
    """Somebody else disables the key, on purpose."""
    world.kms.keys[KEY] = replace(world.kms.keys[KEY], state="Disabled", deletion_date=None)


def not_enabled_by_the_link(world: World) -> bool:
    """Whether the page offers no button, and a form that somebody makes up changes nothing."""
    before = world.kms.changes()
    shown, sent = world.ask(), world.post(ENABLE)
    assert "aws kms enable-key" in read(shown)
    offered = controls(shown) + controls(sent)
    return not offered and world.state() == "Disabled" and world.kms.changes() == before


def test_a_key_that_somebody_disabled_after_the_rescue_is_not_enabled_by_the_link(world: World) -> None:
    world.post()
    disable(world)

    assert not_enabled_by_the_link(world)
    assert "the key was disabled later" in read(world.ask())


def test_nor_after_a_second_click_enabled_it(world: World) -> None:
    world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))
    world.post()
    world.post(ENABLE)
    disable(world)

    assert not_enabled_by_the_link(world)


def test_nor_where_kms_took_the_call_and_could_not_be_asked_afterwards(world: World) -> None:
    unreadable = UnreachableError("kms:DescribeKey", "ReadTimeoutError", "")
    world.kms.fail("kms:DescribeKey", None, unreadable)
    world.post()
    disable(world)

    assert not_enabled_by_the_link(world)


def test_nor_where_somebody_disables_it_before_the_page_can_prove_it(world: World) -> None:
    enable = world.kms.enable

    def enable_and_lose(key: KeyArn, by: str = "") -> str:
        request_id = enable(key, by)
        disable(world)
        return request_id

    world.kms.enable = enable_and_lose  # type: ignore[method-assign]
    page = world.post()

    assert controls(page) == []
    assert not_enabled_by_the_link(world)


@pytest.mark.parametrize("seen_by", ["investigate", "a visitor"])
def test_nor_where_it_was_enabled_by_another_way_and_seen_so(world: World, seen_by: str) -> None:
    world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))
    world.post()
    if seen_by == "investigate":
        case = world.store.case(KEY, DELETION)
        assert case
        world.store.save(replace(case, key=replace(case.key, state="Enabled")), wake_at=None)
    else:
        opened = Entry(
            id="0" * 32,
            at=NOW,
            case_id=case_id(KEY, DELETION),
            event=Event.OPENED,
            state_before="Enabled",
        )
        world.store.note(KEY, opened)

    assert not_enabled_by_the_link(world)


def test_nor_when_a_day_has_passed_for_somebody_may_have_enabled_it_in_between(world: World) -> None:
    world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))
    world.post()
    world.clock.sleep(24 * 3600)
    assert [control["value"] for control in controls(world.ask())] == ["enable"]

    world.clock.sleep(1)

    assert not_enabled_by_the_link(world)


def test_nor_where_part_of_the_record_can_not_be_understood(world: World) -> None:
    world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))
    world.post()
    world.table.put(Document(partition=f"key#{KEY}", sort="audit#2026", body={"at": "yesterday"}))

    assert not_enabled_by_the_link(world)


def test_a_deletion_that_was_scheduled_for_the_same_moment_again_is_another_aftermath(world: World) -> None:
    world.post()
    world.clock.sleep(60)
    world.kms.keys[KEY] = replace(world.kms.keys[KEY], state="PendingDeletion", deletion_date=DELETION)
    world.kms.fail("kms:EnableKey", denied("kms:EnableKey"))

    page = world.post()

    assert [control["value"] for control in controls(page)] == ["enable"]
    assert "The key works again" in read(world.post(ENABLE))


@pytest.mark.parametrize("gone", [True, False], ids=["unreadable", "pending"])
def test_enabling_needs_a_cancellation_first(world: World, *, gone: bool) -> None:
    if gone:
        world.kms.fail("kms:DescribeKey", denied("kms:DescribeKey"))

    page = world.post(ENABLE)

    assert page.status == (403 if gone else 400)
    assert world.kms.changes() == []


def test_a_state_that_can_not_be_read_afterwards_is_not_claimed(world: World) -> None:
    world.kms.fail("kms:DescribeKey", None, UnreachableError("kms:DescribeKey", "x", ""))

    page = world.post()

    assert "KMS accepted the request but has not confirmed it" in read(page)
    assert "works again" not in read(page)
    assert "state" not in world.handled()[0]["notice"]["decision"]


def test_a_state_that_kms_still_shows_as_pending_is_not_claimed_to_be_another(world: World) -> None:
    pending = world.kms.keys[KEY]
    world.kms.describe = lambda key: pending  # type: ignore[method-assign]

    page = world.post()

    assert "KMS accepted the request but has not confirmed it" in read(page)
    assert "It still says that the key is PendingDeletion" in read(page)
    assert world.clock.slept == [0.2, 0.4, 0.8, 1.6]


def test_a_case_that_is_not_on_record_does_not_stand_in_the_way(world: World) -> None:
    world.table.documents.clear()

    shown, done = world.ask(), world.post()

    assert "which calls were refused (nothing is on record, or it can't be read)" in read(shown)
    assert "The key works again" in read(done)
    assert world.handled()[0]["notice"]["case"]["id"] == f"{KEY}@2026-11-29T14:02:00Z"


def test_a_record_that_can_not_be_read_does_not_stand_in_the_way(world: World) -> None:
    class Unreadable(FakeTable):
        def list(self, partition: str, prefix: str = "") -> Any:
            raise ThrottledError("dynamodb:Query", "ThrottlingException", f"{partition} {prefix}")

    world.store = CaseStore(Unreadable())

    page = world.ask()

    assert page.status == 200
    assert "nothing is on record" in read(page)


@pytest.mark.parametrize(
    "error",
    [ConflictError(), ThrottledError("dynamodb:PutItem", "ThrottlingException", "")],
    ids=["lost", "busy"],
)
def test_nothing_is_done_that_can_not_be_recorded(world: World, error: Exception) -> None:
    world.table.fail(error)

    page = world.post()

    assert page.status == 503
    assert "Nothing was changed" in read(page)
    assert world.kms.changes() == []


@pytest.mark.parametrize(
    "errors",
    [[ThrottledError("dynamodb:PutItem", "ThrottlingException", "")], [ConflictError()] * 4],
    ids=["busy", "lost"],
)
def test_a_rescue_that_can_not_be_told_is_said_to_the_one_who_did_it(
    world: World, errors: list[Exception]
) -> None:
    world.table.fail(None, *errors)

    page = world.post()

    assert "The key works again" in read(page)
    assert "The other channels could not be notified. Tell your colleagues yourself." in read(page)
    assert "Every channel is being notified" not in read(page)
    assert world.state() == "Enabled"


def test_a_decision_is_written_on_what_somebody_else_has_counted_meanwhile(world: World) -> None:
    world.table.fail(None, ConflictError())

    page = world.post()

    assert "Every channel is being notified" in read(page)
    assert len(world.handled()) == 2


def test_an_outcome_that_can_not_be_added_to_the_record_is_in_the_log(world: World) -> None:
    world.table.fail(None, None, ThrottledError("dynamodb:PutItem", "ThrottlingException", ""))

    page = world.post()

    assert "The key works again" in read(page)
    assert world.audit()[0].outcome == "started"
    (line,) = [keys for _, message, keys in world.log.lines if message == "Acted on a decision"]
    assert line["outcome"] == "rescued"


def test_hostile_text_stays_text(world: World) -> None:
    nasty = "</style><script>alert(1)</script>{{7*7}}"
    case = world.store.cases(KEY)[-1]
    uses = replace(
        case.settled.uses,
        by_caller=(
            replace(case.settled.uses.by_caller[0], caller=replace(ORDERS, name=nasty), user_agents=(nasty,)),
        ),
    )
    key = replace(case.key, aliases=(nasty,), tags={"Owner": nasty}, owner=nasty)
    world.store.save(replace(case, key=key, settled=Counts(uses=uses)), wake_at=None)
    world.kms.keys[KEY] = replace(world.kms.keys[KEY], description=nasty)

    page = world.ask()

    assert nasty in read(page)
    assert "<script" not in page.html
    assert "{{7*7}}" in read(page)


def test_no_log_line_holds_the_link(world: World) -> None:
    token = world.token()

    world.ask(token=token)
    world.post()
    world.ask(token=token[:-2])

    logged = json.dumps([[message, str(keys)] for _, message, keys in world.log.lines])
    assert token[10:40] not in logged
    assert token not in repr(Request(route="GET /keys/{token}", token=token))


def test_the_policy_allows_the_one_stylesheet_and_nothing_else() -> None:
    headers = security_headers()

    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert policy.endswith("'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"


def test_keeping_the_deletion_leaves_the_key_alone_records_why_and_tells_everybody(world: World) -> None:
    page = world.post(KEEP)

    assert page.status == 200
    assert "Nothing stops the deletion on 29 Nov" in read(page)
    assert "KMS deletes the key on 2026-11-29 14:02 UTC." in read(page)
    assert world.kms.changes() == []
    notice = world.handled()[0]["notice"]
    assert (notice["reason"], notice["decision"]["why"]) == ("deletion-kept", "The tenant has left")
    assert world.store.cases(KEY)[-1].is_kept
    (entry,) = world.audit()
    assert entry.decision
    assert (entry.decision.choice, entry.outcome) == ("keep", "kept")


def test_a_deletion_that_is_kept_can_still_be_cancelled_by_whoever_knows_better(world: World) -> None:
    world.post(KEEP)

    shown = world.ask()
    done = world.post()

    assert 'decided on 22 Nov, 15:00 UTC to let the key be deleted: "The tenant has left"' in read(shown)
    assert [control["value"] for control in controls(shown) if control.get("name") == "decision"] == [
        *("cancel", "cancel")
    ]
    assert "The key works again" in read(done)


@pytest.mark.parametrize("body", [b"decision=keep", b"decision=keep&why=", b"decision=keep&why=++"])
def test_keeping_the_deletion_needs_a_reason(world: World, body: bytes) -> None:
    page = world.post(body)

    assert page.status == 400
    assert "The reason is missing" in read(page)
    assert world.audit() == []


@pytest.mark.parametrize("state", ["Enabled", "gone"])
def test_a_deletion_that_is_off_can_not_be_kept(world: World, state: str) -> None:
    if state == "gone":
        del world.kms.keys[KEY]
    else:
        world.kms.keys[KEY] = replace(world.kms.keys[KEY], state=state, deletion_date=None)

    page = world.post(KEEP)

    assert page.status == (410 if state == "gone" else 200)
    assert world.queue.bodies == []


def test_a_wish_to_keep_that_can_not_be_stored_is_said_to_be_so(world: World) -> None:
    world.table.fail(None, ThrottledError("dynamodb:PutItem", "ThrottlingException", ""))

    page = world.post(KEEP)

    assert page.status == 503
    assert "Nothing was changed" in read(page)
    assert not world.store.cases(KEY)[-1].is_kept


def test_the_name_that_somebody_gives_is_on_record_marked_and_as_text(world: World) -> None:
    world.post(KEEP + b"&name=%3Ci%3EJane%3C%2Fi%3E" + b"x" * 100)

    shown = world.ask()

    by = world.handled()[0]["notice"]["decision"]["by"]
    assert by["claimed_name"].startswith("<i>Jane</i>xx")
    assert len(by["claimed_name"]) == 64
    assert 'Someone with the link from email, who says they are "<i>Jane</i>x' in read(shown)
    assert "<i>" not in shown.html


@pytest.mark.parametrize("how", ["cancelled", "gone"])
def test_a_good_link_of_a_decided_case_shows_what_happened_and_nothing_to_press(
    world: World, how: str
) -> None:
    world.post(KEEP)
    if how == "gone":
        del world.kms.keys[KEY]
    else:
        world.post(CANCEL)

    page = world.ask()

    assert ("The key is deleted" if how == "gone" else "The deletion is already cancelled") in read(page)
    assert "Reason: The tenant has left" in read(page)
    assert "role orders-fn, session orders-api" in read(page)
    assert "From scheduling to the end" in read(page)
    assert 'role="img"' in page.html
    assert controls(page) == []


def test_a_key_that_can_not_be_read_still_shows_what_is_on_record(world: World) -> None:
    world.kms.fail("kms:DescribeKey", denied("kms:DescribeKey"))

    page = world.ask()

    assert page.status == 403
    assert "role orders-fn, session orders-api" in read(page)
