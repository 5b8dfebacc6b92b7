"""Every answer over HTTP has the headers of our pages: those to what nobody links to as well.

An OPTIONS request is not among them: the emulator answers it itself, where API Gateway hands it to the
function (it answers itself only for an API with CORS settings): `unit/respond/test_headers.py` has that one.
"""

from collections.abc import Iterator

import pytest

from local.up import Local
from reprieve.respond.pages.rendering import security_headers
from tests.robots import over_http
from tests.scene import Answer, Scene, post, request, send

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LONG = 6_000  # API Gateway takes request line and headers of 10,240 bytes together


@pytest.fixture(scope="module")
def scene(stack: Local) -> Scene:
    return Scene.begin(stack)


@pytest.fixture(scope="module")
def link(scene: Scene) -> str:
    return scene.link()


ask = over_http("Mozilla/5.0")


def is_ours(answer: Answer) -> bool:
    """Whether it has every header that our answers have, with its value."""
    return all(answer.headers.get(name.lower()) == value for name, value in security_headers().items())


def answers(link: str) -> Iterator[tuple[str, int, Answer]]:
    """What is asked, the status that it should have, and the answer."""
    root = link.rpartition("/keys/")[0]
    yield "the page", 200, ask("GET", link)
    yield "its head", 200, ask("HEAD", link)
    yield "the page, with a query", 200, ask("GET", f"{link}?utm_source=email")
    yield "the page, with a bad cookie", 200, ask("GET", link, {"Cookie": "__Host-reprieve-form=; ==;;\x7f"})
    yield "the page, with many cookies", 200, ask("GET", link, {"Cookie": "a=b; " * 500})
    yield "a bad link", 404, ask("GET", link[:-1])
    yield "a bad link's head", 404, ask("HEAD", link[:-1])
    yield "a bad link's form", 404, ask("POST", link[:-1], FORM, b"decision=cancel")
    yield "a long link", 404, ask("GET", f"{root}/keys/{'A' * LONG}")
    yield "a link with %00", 404, ask("GET", f"{link}%00")
    yield "a link with bytes that are no text", 404, ask("GET", f"{link}%ff%fe")
    yield "no form", 400, ask("POST", link)
    yield "a bad form", 400, ask("POST", link, FORM, b"decision=burn")
    yield "a form that is not a string", 400, ask("POST", link, FORM, b"\xff\xfe\x00")
    yield "JSON", 400, ask("POST", link, {"Content-Type": "application/json"}, b'{"decision": "cancel"}')
    yield "a form of another site", 403, ask("POST", link, FORM, b"decision=cancel&token=x&decisions=0")
    yield "a form without a reason", 400, post(link, b"decision=keep&why=")
    yield "a form that is too large", 413, ask("POST", link, FORM, b"x" * 8193)
    yield "the root", 404, ask("GET", f"{root}/")
    yield "no link", 404, ask("GET", f"{root}/keys/")
    yield "no link and no slash", 404, ask("GET", f"{root}/keys")
    yield "more than a link", 404, ask("GET", f"{link}/more")
    yield "a way to sign in where there is none", 404, ask("GET", link.replace("/keys/", "/sign-in/"))
    yield "a way back where there is none", 404, ask("GET", f"{root}/signed-in?code=x&state=y")
    yield "an icon", 404, ask("GET", f"{root}/favicon.ico")
    yield "a path that goes up", 404, ask("GET", f"{root}/keys/%2e%2e%2f%2e%2e%2fetc%2fpasswd")
    yield "a long query", 404, ask("GET", f"{root}/?{'q' * LONG}")
    for method in ("PUT", "PATCH", "DELETE", "PROPFIND"):
        yield f"{method} of a link", 404, ask(method, link, FORM, b"decision=cancel")
        yield f"{method} of the root", 404, ask(method, f"{root}/")


def test_every_answer_has_every_header(link: str) -> None:
    found = list(answers(link))

    assert [what for what, _, answer in found if not is_ours(answer)] == []
    assert [(what, answer.status) for what, status, answer in found if answer.status != status] == []
    assert all("<script" not in answer.text for _, _, answer in found)


def test_only_the_page_gives_a_browser_a_cookie_and_only_this_host_gets_it(link: str) -> None:
    with_cookie = {what: answer for what, _, answer in answers(link) if "set-cookie" in answer.headers}

    assert with_cookie.keys() == {
        "the page",
        "its head",
        "the page, with a query",
        "the page, with a bad cookie",
        "the page, with many cookies",
    }
    for answer in with_cookie.values():
        name, _, attributes = answer.headers["set-cookie"].partition("=")
        assert name == "__Host-reprieve-form"
        assert attributes[43:] == "; Path=/; Secure; HttpOnly; SameSite=Lax"


def test_what_is_done_is_answered_with_them_and_so_is_what_comes_too_late(stack: Local) -> None:
    scene = Scene.begin(stack)
    link = scene.link()
    page = request("GET", link)
    body = b"enable=yes&decision=cancel"

    done, again = send(link, body, page), send(link, body, page)

    assert (done.status, again.status, scene.state()) == (200, 200, "Enabled")
    assert is_ours(done)
    assert is_ours(again)
