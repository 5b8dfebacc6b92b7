"""Ten thousand visits of what is no person: nothing is changed by them, and nobody is said to have come."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from reprieve.cases.audit_entry import Event
from reprieve.cases.case import case_id
from reprieve.cases.store import CaseStore
from reprieve.cases.visitor import AuthMethod
from reprieve.links import LinkClaims, mint
from reprieve.respond.access import Access
from reprieve.respond.id_tokens import ApproverRules
from reprieve.respond.pages.rendering import Page
from reprieve.respond.responder import Request
from reprieve.respond.sign_in import SignIn
from tests.builders import responder
from tests.examples import DELETION, KEY, NOW, case
from tests.fakes import FakeClock, FakeKms, FakeLog, FakeQueue, FakeSigner, FakeTable
from tests.identity import FakeProvider
from tests.robots import AGENTS, WAYS, Ask, looks, visits
from tests.scene import Answer

VISITS = 10_000
PARTS = 4
ORIGIN = "https://abc123.execute-api.eu-west-1.amazonaws.com"
HISTORY = re.compile(r'<section aria-labelledby="history">.*?</section>', re.DOTALL)


@dataclass
class World:
    """A case, the page of which is behind a link, and all that a visit could leave a trace in."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    table: FakeTable = field(default_factory=FakeTable)
    queue: FakeQueue = field(default_factory=FakeQueue)
    log: FakeLog = field(default_factory=FakeLog)
    signer: FakeSigner = field(default_factory=FakeSigner)
    access: Access = field(default_factory=Access)

    def __post_init__(self) -> None:
        self.kms = FakeKms(self.clock)
        self.kms.add(KEY, days=(DELETION - NOW) / timedelta(days=1))
        self.store = CaseStore(self.table)
        self.store.save(case(), wake_at=None)
        self.responder = responder(
            kms=self.kms,
            store=self.store,
            queue=self.queue,
            clock=self.clock,
            log=self.log,
            checkers=self.signer.keys,
            access=self.access,
        )

    def link(self) -> str:
        claims = LinkClaims(
            key=KEY,
            deletion_date=DELETION,
            channel="email",
            notice="8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11",
            expires_at=NOW + timedelta(days=3),
        )
        return f"{ORIGIN}/keys/{mint(claims, self.signer.key)}"

    def as_robot(self, agent: str) -> Ask:
        def ask(
            method: str, address: str, headers: Mapping[str, str] | None = None, body: bytes = b""
        ) -> Answer:
            page = self.responder.respond(request(agent, method, address, headers or {}, body))
            return Answer(page.status, dict(page.headers), "" if method == "HEAD" else page.html)

        return ask

    def traces(self) -> object:
        """All that is stored, sent or asked of KMS that is not a look, and what the page says of it."""
        shown = HISTORY.search(self.page().html)
        return dict(self.table.documents), list(self.queue.bodies), self.kms.keys[KEY], shown and shown[0]

    def page(self) -> Page:
        return self.responder.respond(request("Mozilla/5.0", "GET", self.link(), {}, b""))


def request(agent: str, method: str, address: str, headers: Mapping[str, str], body: bytes) -> Request:
    """What the API makes of a request, by the routes of the template."""
    parts = urlsplit(address)
    route, token = "$default", ""
    for path, methods in (("keys", ("GET", "HEAD", "POST")), ("sign-in", ("GET",))):
        if method in methods and (found := re.fullmatch(f"/{path}/([^/]+)", parts.path)):
            route, token = f"{method} /{path}/{{token}}", found[1]
    return Request(
        route=route,
        token=token,
        origin=ORIGIN,
        source_ip="203.0.113.40",
        user_agent=agent,
        headers={name.lower(): value for name, value in headers.items()},
        query=dict(parse_qsl(parts.query)),
        body=body,
    )


@pytest.mark.parametrize("part", range(PARTS))
def test_ten_thousand_visits_of_robots_change_nothing_and_are_nobody_s(part: int) -> None:
    world = World()
    before = world.traces()

    made = list(visits(VISITS))[part * VISITS // PARTS : (part + 1) * VISITS // PARTS]

    for agent, way in made:
        way(world.as_robot(agent), world.link())

    assert len(made) == VISITS / PARTS
    assert len(set(made)) == len(AGENTS) * len(WAYS)
    assert world.traces() == before
    assert world.kms.changes() == []
    assert world.kms.keys[KEY].state == "PendingDeletion"
    assert world.store.audit(KEY) == ()
    assert world.queue.bodies == []
    assert {said for _, said, _ in world.log.lines} == {"Refused a link", "Refused a form"}


def test_where_people_sign_in_a_robot_sees_nothing_of_the_key_and_leaves_nothing_behind() -> None:
    clock, table = FakeClock(NOW), FakeTable()
    sign_in = SignIn(
        provider=FakeProvider(clock),
        rule=ApproverRules(domains=frozenset({"example.com"})),
        table=table,
        clock=clock,
    )
    world = World(clock=clock, table=table, access=Access(auth_method=AuthMethod.SIGN_IN, sign_in=sign_in))
    before = world.traces()
    seen: list[str] = []

    for agent in AGENTS:
        ask = world.as_robot(agent)
        looks(ask, world.link())
        sent = ask("GET", world.link().replace("/keys/", "/sign-in/"))
        seen += [ask("GET", world.link()).text, ask("POST", world.link(), None, b"decision=cancel").text]
        assert (sent.status, sent.headers["Location"].split("?")[0]) == (303, "https://id.example/authorize")

    assert len(set(seen)) == len(("looked", "sent a form"))
    assert not any("1234abcd" in text for text in seen)
    assert world.traces() == before
    assert world.kms.calls == []
    assert [entry for entry in world.store.audit(KEY) if entry.event is Event.OPENED] == []


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_after_every_way_a_person_still_finds_the_page_as_it_was(way: object) -> None:
    world = World()
    assert callable(way)
    before = world.page()

    way(world.as_robot(AGENTS[0]), world.link())

    assert plain(world.page().html) == plain(before.html)
    assert world.store.record(KEY, DELETION).history == ()
    assert case_id(KEY, DELETION) == world.store.cases(KEY)[-1].id


def plain(html: str) -> str:
    """A page without what is made for each browser anew."""
    return re.sub(r'name="token" value="\w+"', "", html)
