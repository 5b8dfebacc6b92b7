"""Robots on the deployed stack: all their ways over real HTTP, and a browser that clicks links."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from local.browser import running_browser
from local.up import Local
from tests.robots import AGENTS, over_http, visits
from tests.scene import Scene

VISITS = 260  # each agent several times, each of their ways twenty times
HURRY = 300  # milliseconds, in which a script would have done something


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def scene(stack: Local) -> Scene:
    return Scene.begin(stack, alias="alias/scanned")


@pytest.fixture(scope="module")
def link(scene: Scene) -> str:
    return scene.link()


def traces(stack: Local, scene: Scene) -> list[str]:
    """What is on record of the key beside the case itself, which is read anew every few minutes."""
    table = stack.emulator.session().client("dynamodb", endpoint_url=stack.emulator.endpoint)
    found = table.query(
        TableName=stack.stack.outputs["CaseTableName"],
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"key#{scene.key}"}},
        ConsistentRead=True,
    )
    return [str(item) for item in found["Items"] if not item["sk"]["S"].startswith("case#")]


def test_hundreds_of_visits_of_robots_change_nothing(stack: Local, scene: Scene, link: str) -> None:
    before, told = traces(stack, scene), len(scene.messages())

    for agent, way in visits(VISITS):
        way(over_http(agent), link)

    assert scene.state() == "PendingDeletion"
    assert traces(stack, scene) == before
    assert len(scene.messages()) == told


@pytest.mark.parametrize("agent", [AGENTS[0], AGENTS[5]], ids=["Safe Links", "headless"])
def test_a_browser_that_runs_scripts_waits_hovers_and_clicks_every_link_changes_nothing(
    stack: Local, scene: Scene, link: str, browser: Browser, agent: str
) -> None:
    before = traces(stack, scene)
    sent: list[str] = []
    with browser.new_context(user_agent=agent, bypass_csp=True) as context:
        context.route(lambda url: not url.startswith(stack.emulator.endpoint), lambda route: route.abort())
        context.on("request", lambda request: sent.append(request.method))
        page = context.new_page()
        page.goto(link)
        wander(page)
        number = page.locator("a[href]").count()
        for place in range(number):
            # In a window of its own: what the click begins interrupts nothing that comes after it.
            window = context.new_page()
            window.goto(link)
            window.locator("a[href]").nth(place).dispatch_event("click")
            window.wait_for_timeout(HURRY)
            window.close()
        page.goto(link)
        page.reload()

    assert number > 0
    assert set(sent) == {"GET"}
    assert scene.state() == "PendingDeletion"
    assert traces(stack, scene) == before


def wander(page: Page) -> None:
    """Do all that a sandbox does to make a page show what it is, and send nothing."""
    page.wait_for_load_state("networkidle")
    for each in page.locator("a, button, summary, input:not([type=hidden]), h1, h2").all():
        each.dispatch_event("mouseover")
        each.dispatch_event("mouseenter")
        each.focus()
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.evaluate("window.dispatchEvent(new Event('beforeunload'))")
    page.mouse.wheel(0, 2000)
    page.wait_for_timeout(HURRY)
