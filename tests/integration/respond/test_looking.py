"""What a link shows, to whom, and that looking changes nothing."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import pytest

from reprieve.cases.case import Counts
from reprieve.cases.visitor import AuthMethod
from reprieve.errors import (
    ThrottledError,
)
from reprieve.links import mint, verify
from reprieve.respond.access import Access
from reprieve.respond.forms import FORM_LIMIT
from reprieve.respond.pages.rendering import security_headers
from reprieve.respond.responder import Request
from tests.fakes import FakeSigner
from tests.respond_world import (
    CANCEL,
    DELETION,
    KEEP,
    KEY,
    NOW,
    ORDERS,
    World,
    controls,
    denied,
    fields,
    read,
)


def expired(world: World) -> str:
    return world.token(expires_at=NOW)


def forged(world: World) -> str:
    claims = verify(world.token(), world.signer.keys, NOW)
    world.signer.checks = 0
    return mint(claims, FakeSigner(b"another stack's").key)


def altered(world: World) -> str:
    token = world.token()
    return token[:-1] + ("A" if token[-1] != "A" else "B")


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
    "token",
    ["", "x", "v1a..", "v2a.a.b", "v3a.a.b", "v1a." + "A" * 20_000 + "." + "A" * 43, "../x", "\u202e"],
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

    assert ("KMS has no such key" if how == "gone" else "The deletion is already cancelled") in read(page)
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
