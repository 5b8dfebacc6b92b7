"""Who gets through the door of the deployed stack: by network, by sign-in, and with which signing key."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from local.browser import running_browser
from local.up import Local
from tests.openid import Provider, running
from tests.redeployed import redeployed
from tests.scene import Scene, post, request, send


def test_approvers_of_another_network_see_nothing(stack: Local) -> None:
    scene = Scene.begin(stack, alias="alias/elsewhere")
    link = scene.link()
    before = request("GET", link)
    with redeployed(stack, Approvers="network", ApproverCidrs="192.0.2.0/24,2001:db8::/32"):
        shown = request("GET", link)
        done = send(link, b"enable=yes&decision=cancel", before)
    with redeployed(stack, Approvers="network", ApproverCidrs="127.0.0.0/8"):
        inside = post(link, b"enable=yes&decision=cancel")

    assert (shown.status, done.status) == (403, 403)
    assert "alias/elsewhere" not in shown.text + done.text
    assert "127.0.0.1" in shown.text
    assert inside.status == 200
    assert scene.state() == "Enabled"


def test_a_signing_key_gives_way_to_another_while_its_links_are_good_and_dies_with_them(stack: Local) -> None:
    first, second = Scene.begin(stack), Scene.begin(stack)
    old = first.link()
    with redeployed(stack, SigningKeys="ab"):
        new = second.link()
        meanwhile = [request("GET", link).status for link in (old, new)]
    afterwards = [request("GET", link).status for link in (old, new)]

    assert (letter(old), letter(new)) == ("v2a", "v2b")
    assert meanwhile == [200, 200]
    assert afterwards == [200, 404]


def letter(link: str) -> str:
    return link.rpartition("/")[2].partition(".")[0]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def provider(stack: Local) -> Iterator[Provider]:
    """A real OpenID provider on this machine, at which the stack is registered."""
    made = Provider(client_secret="p/q+r:~", redirect_uris={stack.stack.outputs["SignInRedirectUri"]})
    with running(made):
        yield made


@pytest.fixture(scope="module")
def company(stack: Local, provider: Provider) -> Iterator[Local]:
    """The stack, whose approvers sign in."""
    with redeployed(
        stack,
        Approvers="sign-in",
        OidcIssuer=provider.issuer,
        OidcClientId=provider.client_id,
        OidcClientSecret=provider.client_secret,
        ApproverDomains="example.com",
    ):
        yield stack


def test_somebody_signs_in_at_a_real_provider_and_decides_by_name(
    company: Local, provider: Provider, browser: Browser
) -> None:
    scene = Scene.begin(company, alias="alias/signed-in")
    link = scene.link()
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(link)
        expect(page.locator("body")).not_to_contain_text("alias/signed-in")
        page.get_by_role("link", name=re.compile("Sign in")).click()
        expect(page).to_have_url(re.compile(re.escape(provider.issuer)))
        page.get_by_role("button", name="Sign in as Jane Doe").click()

        expect(page).to_have_url(link)
        expect(page.locator("h1")).to_contain_text("alias/signed-in")
        expect(page.locator("body")).to_contain_text("Jane Doe (jane@example.com)")
        cookies = {cookie["name"]: cookie for cookie in context.cookies(link)}
        page.locator("button").first.click()
        expect(page.locator("h1")).to_contain_text("works again")

    told = scene.hear("deletion-cancelled")
    session = cookies["__Host-reprieve-session"]
    assert (session["httpOnly"], session["secure"], session["sameSite"]) == (True, True, "Lax")
    assert "__Host-reprieve-sign-in" not in cookies
    assert scene.state() == "Enabled"
    assert "Jane Doe (jane@example.com) decided at" in " ".join(told["email"].payload["Message"].split())


def test_without_a_session_a_link_shows_nothing_and_does_nothing(company: Local) -> None:
    scene = Scene.begin(company, alias="alias/not-signed-in")
    link = scene.link()

    shown = request("GET", link)
    done = post(link, b"enable=yes&decision=cancel")

    assert "alias/not-signed-in" not in shown.text + done.text
    assert "Sign in" in shown.text
    assert scene.state() == "PendingDeletion"


def test_whoever_is_no_approver_is_told_so(company: Local, provider: Provider, browser: Browser) -> None:
    link = Scene.begin(company).link()
    usual = provider.user
    provider.user = usual | {"sub": "eve", "name": "Eve", "email": "eve@elsewhere.example"}
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(link)
        page.get_by_role("link", name=re.compile("Sign in")).click()
        page.get_by_role("button", name="Sign in as Eve").click()
        expect(page.locator("body")).to_contain_text("are not an approver")
        cookies = {cookie["name"] for cookie in context.cookies()}
    provider.user = usual

    assert "__Host-reprieve-session" not in cookies


def test_the_way_to_the_provider_needs_a_good_link(company: Local) -> None:
    link = Scene.begin(company).link()
    address = link.replace("/keys/", "/sign-in/")

    good, bad = request("GET", address), request("GET", address[:-1])

    assert (good.status, bad.status) == (303, 404)
    assert urlsplit(good.headers["location"]).path == "/authorize"
    assert "Location" not in bad.headers
