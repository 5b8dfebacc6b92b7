"""The headers of every answer: what they are, that no page takes one away, and that the handler adds them."""

import json
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from reprieve.respond.forms import CsrfSecret
from reprieve.respond.pages.case_page import View, case_page, outcome_page
from reprieve.respond.pages.rendering import FormState, Page, redirect, security_headers
from reprieve.respond.responder import Request, Responder
from reprieve.respond.sign_in import SESSION_COOKIE
from tests.examples import DELETION, KEY, NOW, case, key, visitor
from tests.outcomes import EVERY

ROOT = Path(__file__).parents[3]
EVENTS = ("get", "head", "post-cancel-and-enable", "post-not-base64")
SETTINGS = {
    "ACCOUNT_ID": "111122223333",
    "APPROVERS": "network",
    "APPROVER_CIDRS": "203.0.113.0/24",
    "AUDIT_DAYS": "400",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_SECRET_ACCESS_KEY": "nothing",
    "POWERTOOLS_SERVICE_NAME": "kms-reprieve",
    "QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/111122223333/queue",
    "SIGNING_KEY_A": str(KEY),
    "TABLE_NAME": "cases",
}


class Context:
    aws_request_id = "8c8f1b4e"


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """The function as it is deployed; what is asked of it here needs nothing of AWS."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    spec = spec_from_file_location("respond_app", ROOT / "functions" / "respond" / "app.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[..., dict[str, Any]] = module.handler
    return found


def pages() -> Iterator[Page]:
    """A page of each kind."""
    form = FormState("0" * 64, 1)
    cookies = CsrfSecret("c" * 43, is_new=True).set_cookie
    view = View(
        key=key(),
        case=case(),
        history=(),
        now=NOW,
        expires_at=DELETION,
        visitor=visitor(),
        form=form,
    )
    yield case_page(view, cookies)
    yield redirect("https://id.example/authorize", cookies)
    for outcome in EVERY.values():
        yield outcome_page(outcome, form, cookies)
        yield outcome_page(outcome, FormState.to_sign_in("v1a.x.y"))


def event(name: str, **changes: Any) -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads((ROOT / "events" / "http" / f"{name}.json").read_text("utf-8"))
    return recorded | changes


def test_nothing_is_loaded_kept_framed_indexed_shared_or_passed_on() -> None:
    headers = dict(security_headers())

    policy = headers.pop("Content-Security-Policy").split("; ")

    assert policy[0] == "default-src 'none'"
    assert policy[1].startswith("style-src 'sha256-")
    assert policy[2:] == ["form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"]
    assert headers == {
        "Content-Type": "text/html; charset=utf-8",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
        "Strict-Transport-Security": "max-age=31536000",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(),"
        " usb=()",
    }


def test_there_is_a_page_of_every_status() -> None:
    assert {page.status for page in pages()} == {200, 303, 400, 403, 404, 409, 410, 413, 503}


def test_no_page_takes_a_header_away_or_changes_one() -> None:
    own = {name for page in pages() for name in page.headers}

    assert own == {"Retry-After", "Location"}
    assert not {name.lower() for name in own} & {name.lower() for name in security_headers()}


def test_no_page_needs_what_the_policy_forbids() -> None:
    for page in pages():
        assert "<script" not in page.html
        assert " style=" not in page.html
        assert "src=" not in page.html
        assert 'rel="stylesheet"' not in page.html


@pytest.mark.parametrize("name", EVENTS)
def test_the_handler_gives_every_answer_its_headers(
    handler: Callable[..., dict[str, Any]], name: str
) -> None:
    answer = handler(event(name), Context())

    assert answer["statusCode"] == 404
    assert answer["headers"] == security_headers()
    assert answer["cookies"] == []
    assert (answer["body"] == "") == (name == "head")


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "GET"])
def test_what_the_api_has_no_route_for_gets_the_same_answer(
    handler: Callable[..., dict[str, Any]], method: str
) -> None:
    recorded = event("get")
    recorded["requestContext"]["http"]["method"] = method
    other = recorded | {"routeKey": "$default", "rawPath": "/elsewhere", "pathParameters": None}

    assert handler(other, Context()) == handler(event("get"), Context())


def test_who_is_not_let_in_gets_them_too(handler: Callable[..., dict[str, Any]]) -> None:
    recorded = event("get")
    recorded["requestContext"]["http"]["sourceIp"] = "198.51.100.7"

    answer = handler(recorded, Context())

    assert (answer["statusCode"], answer["headers"]) == (403, security_headers())


BLANKS = ("\u2000", "\u00a0", "\u3000", "\u2028", "\u0085", "\x1f", "\x0b", "\r", "\n")


@pytest.mark.parametrize("blank", BLANKS)
def test_a_cookie_that_only_looks_like_one_of_ours_is_not_taken_for_it(
    handler: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch, blank: str
) -> None:
    # Browsers keep other hosts from setting `__Host-`, and not from setting a blank before it.
    asked: list[Request] = []

    def respond(_: Responder, request: Request) -> Page:
        asked.append(request)
        return Page(200, "")

    monkeypatch.setattr(Responder, "respond", respond)
    planted = f"{blank}{SESSION_COOKIE}=planted"

    handler(event("get", cookies=[planted, f" \t{SESSION_COOKIE}\t= ours "]), Context())
    handler(event("get", cookies=[planted]), Context())

    assert [request.cookies.get(SESSION_COOKIE) for request in asked] == ["ours", None]


@pytest.mark.parametrize("route", ["POST /slack", "POST /keys/{token}"])
@pytest.mark.parametrize("changes", [{"body": "\ud800"}, {"body": None}, {"headers": None}, {"cookies": 5}])
def test_whatever_is_sent_is_answered_and_is_no_error_of_the_function(
    handler: Callable[..., dict[str, Any]], route: str, changes: dict[str, Any]
) -> None:
    answer = handler(event("post-cancel-and-enable", routeKey=route, **changes), Context())

    assert 400 <= answer["statusCode"] < 500
