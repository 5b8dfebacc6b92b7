"""The pages as a person meets them, in Chromium on the deployed stack."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

from local.browser import running_browser
from local.up import Local
from tests.scene import Scene

PHONE = {"width": 360, "height": 640}
DESK = {"width": 1280, "height": 800}
SCREENS = pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])
PICTURES = Path(__file__).parent.parent.parent / "build" / "pictures"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def scene(stack: Local) -> Scene:
    """One key for all that only look."""
    return Scene.begin(stack, alias="alias/looked-at")


@pytest.fixture(scope="module")
def link(scene: Scene) -> str:
    return scene.link()


class Watched:
    """A page, with everything it asked for and complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request))  # noqa: PLW0108 - Playwright marks what it is given
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


def opened(browser: Browser, link: str, screen: dict[str, int], theme: str = "light") -> Watched:
    page = browser.new_page(viewport=screen, color_scheme=theme)  # type: ignore[arg-type]
    watched = Watched(page)
    page.goto(link)
    return watched


@SCREENS
@THEMES
def test_the_page_reads_well_without_asking_for_anything_else(
    browser: Browser, link: str, screen: dict[str, int], theme: str
) -> None:
    watched = opened(browser, link, screen, theme)

    page = watched.page
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"page-{screen['width']}-{theme}.png", full_page=True)
    button = page.get_by_role("button", name="Cancel the deletion").bounding_box()
    width = page.evaluate("document.documentElement.scrollWidth")
    ink, paper = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    page.close()
    assert button
    assert button["y"] + button["height"] <= screen["height"]
    assert button["height"] >= 44
    assert width <= screen["width"]
    assert ink != paper
    assert (sum(map(int, paper[4:-1].split(","))) < 200) == (theme == "dark")
    assert [request.url for request in watched.requests] == [link]
    assert watched.complaints == []


def test_a_person_without_a_mouse_reaches_the_button_and_sees_where_they_are(
    browser: Browser, link: str
) -> None:
    page = opened(browser, link, DESK).page

    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.name")
    page.keyboard.press("Tab")
    second = page.evaluate("document.activeElement.value")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.close()

    assert (first, second, outline) == ("enable", "cancel", "solid")


def test_a_click_without_scripts_brings_the_key_back(browser: Browser, stack: Local) -> None:
    scene = Scene.begin(stack, alias="alias/clicked")
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(scene.link())
    before = scene.state()

    page.get_by_role("button", name="Cancel the deletion").click()
    page.wait_for_load_state()

    heading = page.locator("h1").inner_text()
    page.screenshot(path=PICTURES / "outcome-360-light.png", full_page=True)
    context.close()
    assert (before, scene.state()) == ("PendingDeletion", "Enabled")
    assert heading == "The key works again"


def test_opening_reloading_and_going_back_changes_nothing(browser: Browser, scene: Scene, link: str) -> None:
    page = opened(browser, link, DESK).page

    page.reload()
    page.goto("about:blank")
    page.go_back()
    page.wait_for_timeout(1000)
    page.close()

    assert scene.state() == "PendingDeletion"


@SCREENS
def test_a_bad_link_shows_what_to_do_and_nothing_of_the_key(
    browser: Browser, link: str, screen: dict[str, int]
) -> None:
    watched = opened(browser, link[:-1], screen)

    text = watched.page.inner_text("main")
    width = watched.page.evaluate("document.documentElement.scrollWidth")
    watched.page.screenshot(path=PICTURES / f"bad-link-{screen['width']}.png", full_page=True)
    watched.page.close()
    assert text.startswith("This link opens nothing")
    assert "Open the latest message again" in text
    assert "looked-at" not in text
    assert width <= screen["width"]
