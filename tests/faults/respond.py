"""respond, cell by cell: what a browser is shown, what became of the key, and what people are told."""

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from reprieve.arn import KeyArn
from reprieve.pages import english
from tests.faults.cells import Cell, Row, Seen
from tests.faults.cloud import DISCOVERY, TOKEN, USER_INFO
from tests.faults.weather import SKY, Weather
from tests.faults.world import ISSUER, MEMBER, OWN, World, pending_key, world

LOOKS: Final = "the page is opened"
CANCELS: Final = "somebody cancels"
KEEPS: Final = "somebody keeps"
SIGNS_IN: Final = "somebody signs in"
SIGNED_IN: Final = "somebody who signed in opens the page"
ELSEWHERE: Final = "somebody cancels in another account"

ROWS: Final = (
    Row("kms:VerifyMac", LOOKS),
    Row("kms:DescribeKey", LOOKS),
    Row("dynamodb:Query", LOOKS),
    Row("kms:VerifyMac", CANCELS),
    Row("kms:DescribeKey", f"{CANCELS}: before"),
    Row("dynamodb:Query", CANCELS),
    Row("dynamodb:TransactWriteItems", f"{CANCELS}: the decision"),
    Row("kms:CancelKeyDeletion", CANCELS),
    Row("kms:EnableKey", CANCELS),
    Row("kms:DescribeKey", f"{CANCELS}: proof", skip=1),
    Row("dynamodb:GetItem", CANCELS),
    Row("dynamodb:TransactWriteItems", f"{CANCELS}: the notice", skip=1),
    Row("sqs:SendMessageBatch", CANCELS),
    Row("dynamodb:DeleteItem", CANCELS),
    Row("dynamodb:PutItem", f"{CANCELS}: the outcome"),
    Row("kms:DescribeKey", f"{KEEPS}: again", skip=1),
    Row("dynamodb:TransactWriteItems", f"{KEEPS}: the notice", skip=1),
    Row("sts:AssumeRole", ELSEWHERE),
    Row("sts:AssumeRole", f"{ELSEWHERE}: to act", skip=1),
    Row(DISCOVERY, SIGNS_IN),
    Row(TOKEN, SIGNS_IN),
    Row(USER_INFO, SIGNS_IN),
    Row("secretsmanager:GetSecretValue", SIGNS_IN),
    Row("dynamodb:PutItem", f"{SIGNS_IN}: the session"),
    Row("dynamodb:GetItem", SIGNED_IN),
    Row("dynamodb:PutItem", f"{SIGNED_IN}: the record"),
)

PENDING: Final = frozenset({"PendingDeletion"})
ANY: Final = frozenset({"PendingDeletion", "Disabled", "Enabled"})
CASE: Final = "shows the case"
# What each page says by its title, and the states that the key may have then.
PAGES_SAY: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    english.RESCUED.title: ("rescued", frozenset({"Enabled"})),
    english.NOT_CHECKED.title: ("not checked", PENDING),
    english.NOT_RECORDED.title: ("nothing changed", PENDING),
    english.BUSY.title: ("busy, nothing changed", PENDING),
    english.UNREACHABLE.title: ("no answer, nothing changed", PENDING),
    english.UNSURE.title: ("unsure", ANY),
    "This stack may not do that": ("denied, nothing changed", PENDING),
    "KMS did not do that": ("not done", PENDING),
    "The deletion is cancelled, and the key is not enabled yet": ("not enabled yet", frozenset({"Disabled"})),
    "KMS took the order, and it is not proven yet": ("not proven yet", ANY),
    "The deletion goes on": ("kept", PENDING),
    "You are not signed in": ("not signed in", PENDING),
    "Sign in to see the key": ("asks to sign in", PENDING),
}
NOT_CONCLUDED: Final = "started"

_HIDDEN: Final = re.compile(r'type="hidden" name="(token|decisions)" value="(\w+)"')
_TITLE: Final = re.compile(r"<h1[^>]*>([^<]+)</h1>")
_BODIES: Final = {"cancel": b"enable=yes&decision=cancel", "keep": b"decision=keep&why=It+is+over"}


@dataclass
class Browser:
    """Somebody with a link."""

    world: World
    key: KeyArn
    token: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, route: str, body: bytes = b"", query: Mapping[str, str] | None = None) -> dict[str, Any]:
        event = {
            "routeKey": route,
            "pathParameters": {"token": self.token},
            "queryStringParameters": dict(query or {}),
            "headers": {"sec-fetch-site": "same-origin"},
            "cookies": [f"{name}={value}" for name, value in self.cookies.items()],
            "body": body.decode(),
            "isBase64Encoded": False,
            "requestContext": {
                "domainName": "abc123.execute-api.eu-west-1.amazonaws.com",
                "http": {"sourceIp": "203.0.113.40", "userAgent": "Mozilla/5.0"},
            },
        }
        answer: dict[str, Any] = self.world.invoke("respond", event)
        for cookie in answer["cookies"]:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def look(self) -> dict[str, Any]:
        return self.ask("GET /keys/{token}")

    def form(self, choice: str, page: Mapping[str, Any]) -> bytes:
        hidden = dict(_HIDDEN.findall(page["body"]))
        return b"&".join([_BODIES[choice], urlencode(hidden).encode()])

    def decide(self, choice: str, page: Mapping[str, Any]) -> dict[str, Any]:
        return self.ask("POST /keys/{token}", self.form(choice, page))

    def sign_in(self) -> dict[str, Any]:
        """Go to the provider and come back, as far as that goes."""
        begun = self.ask("GET /sign-in/{token}")
        if begun["statusCode"] != 303:
            return begun
        asked = dict(parse_qsl(urlsplit(begun["headers"]["Location"]).query))
        self.world.cloud.outside.nonce = asked["nonce"]
        query = {"code": f"code-{asked['state']}", "state": asked["state"]}
        return self.ask("GET /signed-in", query=query)


def run(cell: Cell) -> Seen:
    """Do what the row's moment is about, under the fault, and again without it."""
    return _MOMENTS[cell.row.moment.partition(":")[0]](cell)


def _looks(cell: Cell) -> Seen:
    with _begun(cell) as browser:
        with SKY.under(cell.weather()) as weather:
            page = browser.look()
        word = _said(browser, page)
        assert _said(browser, browser.look()) == CASE
        return Seen(word, weather)


def _cancels(cell: Cell, account: str = OWN) -> Seen:
    with _begun(cell, account) as browser:
        page = browser.look()
        with SKY.under(cell.weather()) as weather:
            outcome = browser.decide("cancel", page)
        word = _said(browser, outcome)
        _rescue_at_last(browser)
        return Seen(word + _told(browser, "deletion-cancelled"), weather)


def _keeps(cell: Cell) -> Seen:
    with _begun(cell) as browser:
        page = browser.look()
        with SKY.under(cell.weather()) as weather:
            outcome = browser.decide("keep", page)
        word = _said(browser, outcome)
        again = browser.look()
        browser.decide("keep", again)
        assert browser.world.state(browser.key) == "PendingDeletion"
        return Seen(word + _told(browser, "deletion-kept"), weather)


def _signs_in(cell: Cell) -> Seen:
    with _begun(cell, approvers="sign-in") as browser:
        with SKY.under(cell.weather()) as weather:
            browser.sign_in()
            page = browser.look()
            word = _said(browser, page)
        browser.world.settings["OIDC_ISSUER"] = browser.world.cloud.url + ISSUER
        browser.world.cloud.outside.closed = frozenset()
        if word != CASE:
            browser.sign_in()
            assert _said(browser, browser.look()) == CASE
        return Seen(word, weather)


def _signed_in(cell: Cell) -> Seen:
    with _begun(cell, approvers="sign-in") as browser:
        browser.sign_in()
        with SKY.under(cell.weather()) as weather:
            page = browser.look()
        word = _said(browser, page)
        assert _said(browser, browser.look()) == CASE
        return Seen(word, weather)


_MOMENTS: Final[Mapping[str, Callable[[Cell], Seen]]] = {
    LOOKS: _looks,
    CANCELS: _cancels,
    KEEPS: _keeps,
    SIGNS_IN: _signs_in,
    SIGNED_IN: _signed_in,
    ELSEWHERE: lambda cell: _cancels(cell, MEMBER),
}


@contextmanager
def _begun(cell: Cell, account: str = OWN, approvers: str = "link") -> Iterator[Browser]:
    refused = tuple(call for call in (DISCOVERY, TOKEN, USER_INFO) if cell.refuses(call))
    with world(*refused) as made:
        made.settings["APPROVERS"] = approvers
        if refused:
            made.settings["OIDC_ISSUER"] = made.cloud.address(DISCOVERY, ISSUER)
        key = pending_key(made, account)
        yield Browser(made, key, made.token(key))


def _said(browser: Browser, page: Mapping[str, Any]) -> str:
    """Return what a page says, after it has been seen to be true."""
    found = _TITLE.search(page["body"])
    assert found, page
    title = html.unescape(found[1]).strip()
    word, states = PAGES_SAY.get(title, (CASE, PENDING)) if "<h1" in page["body"] else ("", PENDING)
    if word == CASE:
        assert 'value="cancel"' in page["body"], title
    assert browser.world.state(browser.key) in states, (title, browser.world.state(browser.key))
    assert page["statusCode"] < 500 or "retry-after" in {name.lower() for name in page["headers"]}, title
    return word + (", untold" if "could not be told" in page["body"] else "")


def _rescue_at_last(browser: Browser) -> None:
    """Let somebody press the button again, for as long as there is one."""
    for _ in range(2):
        state = browser.world.state(browser.key)
        if state == "Enabled":
            return
        page = browser.look()
        choice = "cancel" if state == "PendingDeletion" else "enable"
        hidden = urlencode(dict(_HIDDEN.findall(page["body"]))).encode()
        body = {"cancel": _BODIES["cancel"], "enable": b"decision=enable"}[choice]
        browser.ask("POST /keys/{token}", b"&".join([body, hidden]))
    assert browser.world.state(browser.key) == "Enabled", browser.look()["body"]


def _told(browser: Browser, reason: str) -> str:
    """Return what is to be said of the notice: it has to leave, if only with the next tick."""
    at_once = _queued(browser.world, reason)
    browser.world.invoke("investigate", {"source": "aws.scheduler"})
    in_the_end = at_once | _queued(browser.world, reason)
    assert len({channel for channel, _ in in_the_end}) == 2, (at_once, in_the_end)
    assert len({notice for _, notice in in_the_end}) == 1, in_the_end
    return "" if at_once else ", told with the next tick"


def _queued(world: World, reason: str) -> set[tuple[str, str]]:
    found = [json.loads(message["Body"]) for message in world.receive()]
    return {
        (each["channel"], each["notice"]["id"]) for each in found if each["notice"]["reason"] == reason
    }
