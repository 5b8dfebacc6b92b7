"""respond, cell by cell: what a browser is shown, what became of the key, and what people are told."""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from reprieve.arn import KeyArn
from reprieve.respond.pages.case_text import NO_CASE
from tests.faults import press
from tests.faults.cells import Cell, Row, Seen
from tests.faults.cloud import OWN
from tests.faults.furnished import ISSUER, MEMBER, queued, world
from tests.faults.outside import DISCOVERY, TOKEN, USER_INFO
from tests.faults.told import told_key
from tests.faults.weather import SKY
from tests.faults.world import World

LOOKS: Final = "the page is opened"
CANCELS: Final = "someone cancels"
KEEPS: Final = "someone keeps"
SIGNS_IN: Final = "someone signs in"
SIGNED_IN: Final = "someone who signed in opens the page"
ELSEWHERE: Final = "someone cancels in another account"

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
    *press.ROWS,
)

SEE_OTHER: Final = 303
PENDING: Final = frozenset({"PendingDeletion"})
ANY: Final = frozenset({"PendingDeletion", "Disabled", "Enabled"})
CASE: Final = "shows the case"
_TRIES: Final = 5
KEY: Final = "shows only the key"
# What each page says by its title, and the states that the key may have then.
PAGES_SAY: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "The key works again": ("rescued", frozenset({"Enabled"})),
    "The link could not be checked": ("not checked", PENDING),
    "Your decision was not carried out": ("nothing changed", PENDING),
    "KMS is busy": ("busy, nothing changed", PENDING),
    "KMS did not answer": ("no answer, nothing changed", PENDING),
    "It is not known whether that worked": ("unsure", ANY),
    "This stack has no permission to do that": ("denied, nothing changed", PENDING),
    "KMS did not do that": ("not done", PENDING),
    "The deletion is cancelled, but the key is not enabled yet": ("not enabled yet", frozenset({"Disabled"})),
    "KMS accepted the request but has not confirmed it": ("not proven yet", ANY),
    "Nothing stops the deletion": ("kept", PENDING),
    "You are not signed in": ("not signed in", PENDING),
    "Sign in to see this key": ("asks to sign in", PENDING),
}
NOTHING_DONE: Final = frozenset({
    *("not checked", "nothing changed", "not done"),
    *("busy, nothing changed", "no answer, nothing changed", "denied, nothing changed"),
})  # fmt: skip

_HIDDEN: Final = re.compile(r'type="hidden" name="(token|decisions)" value="(\w+)"')
_UNDATED: Final = re.compile(r" on \d+ \w+$")
_TITLE: Final = re.compile(r"<h1[^>]*>([^<]+)</h1>")
_BODIES: Final = {
    "cancel": b"enable=yes&decision=cancel",
    "enable": b"decision=enable",
    "keep": b"decision=keep&why=It+is+over",
}
_REASONS: Final = {"cancel": "deletion-cancelled", "keep": "deletion-kept"}


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
        if begun["statusCode"] != SEE_OTHER:
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
    return _decides(cell, "cancel", account)


def _keeps(cell: Cell) -> Seen:
    return _decides(cell, "keep", OWN)


def _decides(cell: Cell, choice: str, account: str) -> Seen:
    """Press a button under the fault, then again while there is one; in the end people know, once."""
    with _begun(cell, account) as browser:
        page = browser.look()
        if account != OWN:
            browser.world.warm.clear()  # a cold start holds no session of another account
        with SKY.under(cell.weather()) as weather:
            outcome = browser.decide(choice, page)
        word = _said(browser, outcome)
        at_once = _queued(browser.world, _REASONS[choice])
        presses = 1 + (_rescue_at_last(browser) if choice == "cancel" else _keep_at_last(browser))
        later = _queued(browser.world, _REASONS[choice])
        browser.world.catch_up()
        in_the_end = at_once | later | _queued(browser.world, _REASONS[choice])
        assert 1 <= len(in_the_end) <= presses, in_the_end
        return Seen(word + ("" if at_once or word in NOTHING_DONE else ", told later"), weather)


def _signs_in_at_last(browser: Browser) -> bool:
    """Return whether it works in fair weather: on a busy machine, a short timeout may pass once more."""
    for _ in range(_TRIES):
        browser.sign_in()
        if _said(browser, browser.look()) == CASE:
            return True
    return False


def _signs_in(cell: Cell) -> Seen:
    with _begun(cell, approvers="sign-in") as browser:
        with SKY.under(cell.weather()) as weather:
            page = browser.sign_in()
            word = _said(browser, browser.look() if page["statusCode"] == SEE_OTHER else page)
        browser.world.settings["OIDC_ISSUER"] = browser.world.cloud.url + ISSUER
        browser.world.warm.clear()
        browser.world.cloud.outside.closed = frozenset()
        assert word == CASE or _signs_in_at_last(browser)
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
    press.PRESSES: press.run,
}


@contextmanager
def _begun(cell: Cell, account: str = OWN, approvers: str = "link") -> Iterator[Browser]:
    closed = tuple(call for call in (DISCOVERY, TOKEN, USER_INFO) if cell.refuses(call))
    with world(*closed) as made:
        made.settings["APPROVERS"] = approvers
        if closed:
            made.settings["OIDC_ISSUER"] = made.cloud.outside.address(DISCOVERY, ISSUER)
        key = told_key(made, account)
        yield Browser(made, key, made.token(key))


def _said(browser: Browser, page: Mapping[str, Any]) -> str:
    """Return what a page says, after it has been seen to be true."""
    found = _TITLE.search(page["body"])
    assert found, page
    title = html.unescape(found[1]).strip()
    word, states = (
        PAGES_SAY.get(_UNDATED.sub("", title), (CASE, PENDING)) if "<h1" in page["body"] else ("", PENDING)
    )
    if word == CASE:
        assert 'value="cancel"' in page["body"], title
        word = KEY if NO_CASE.why in html.unescape(page["body"]) else CASE
    assert browser.world.state(browser.key) in states, (title, browser.world.state(browser.key))
    assert page["statusCode"] < 500 or "retry-after" in {name.lower() for name in page["headers"]}, title
    return word + (", untold" if "could not be notified" in page["body"] else "")


def _rescue_at_last(browser: Browser) -> int:
    """Let somebody press the button that there is, until the key works; return how often they did."""
    for presses in range(3):
        state = browser.world.state(browser.key)
        if state == "Enabled":
            return presses
        browser.decide("cancel" if state == "PendingDeletion" else "enable", browser.look())
    raise AssertionError(browser.look()["body"])


def _keep_at_last(browser: Browser) -> int:
    browser.decide("keep", browser.look())
    assert browser.world.state(browser.key) == "PendingDeletion"
    return 1


def _queued(world: World, reason: str) -> set[str]:
    return {each["notice"]["id"] for each in queued(world) if each["notice"]["reason"] == reason}
