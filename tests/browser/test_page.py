"""The pages as a person meets them, in Chromium on the deployed stack."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect

from local.browser import running_browser
from local.up import Local
from reprieve.respond.pages.case_page import outcome_page
from reprieve.respond.pages.outcome import Outcome
from reprieve.respond.pages.rendering import FormState
from tests.outcomes import EVERY
from tests.scene import Scene

PHONE = {"width": 360, "height": 640}
DESK = {"width": 1280, "height": 800}
SCREENS = pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
PICTURES = Path(__file__).parent.parent.parent / "build" / "pictures"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
RESCUE = "Cancel the deletion and enable the key"
CANCEL = "Only cancel the deletion"
KEEP = "Keep the deletion and be quiet"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    PICTURES.mkdir(parents=True, exist_ok=True)
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


@contextmanager
def opened(browser: Browser, link: str, screen: dict[str, int], **how: Any) -> Iterator[Watched]:
    """A window of somebody's own, on the page behind a link; "" is an empty page."""
    context = browser.new_context(viewport=screen, **how)  # type: ignore[arg-type]
    watched = Watched(context.new_page())
    if link:
        watched.page.goto(link)
    yield watched
    context.close()


def looked_at(page: Page, name: str) -> None:
    """Let axe look at a page on both screens in both themes, and take pictures."""
    for screen in (PHONE, DESK):
        for theme in ("light", "dark"):
            page.set_viewport_size(screen)  # type: ignore[arg-type]
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=PICTURES / f"{name}-{screen['width']}-{theme}.png", full_page=True)
            found = Axe().run(page, options=RULES).response
            assert (found["violations"], found["incomplete"]) == ([], [])
            assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def choose(page: Page, button: str, why: str = "") -> str:
    """Press a button, with a reason beside it, and return the title of what comes."""
    form = page.locator("form").filter(has=page.get_by_role("button", name=button, exact=True))
    if why:
        if form.locator("summary").count():
            form.locator("summary").click()
        form.get_by_role("textbox").fill(why)
    with page.expect_navigation():
        form.get_by_role("button", name=button, exact=True).click()
    return heading(page)


@SCREENS
@THEMES
def test_the_page_reads_well_without_asking_for_anything_else(
    browser: Browser, link: str, screen: dict[str, int], theme: str
) -> None:
    with opened(browser, link, screen, color_scheme=theme) as watched:
        page = watched.page
        page.screenshot(path=PICTURES / f"page-{screen['width']}-{theme}.png", full_page=True)
        button = page.get_by_role("button", name=RESCUE).bounding_box()
        width = page.evaluate("document.documentElement.scrollWidth")
        ink, paper = page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )

    assert button
    assert button["y"] + button["height"] <= screen["height"]
    assert button["height"] >= 44
    assert width <= screen["width"]
    assert ink != paper
    assert (sum(map(int, paper[4:-1].split(","))) < 200) == (theme == "dark")
    assert [request.url for request in watched.requests] == [link]
    assert watched.complaints == []


def test_axe_finds_nothing_on_the_page_with_all_of_it_unfolded(browser: Browser, link: str) -> None:
    with opened(browser, link, DESK) as watched:
        for summary in watched.page.locator("summary").all():
            summary.click()

        looked_at(watched.page, "page-unfolded")


@pytest.mark.parametrize("outcome", EVERY, ids=lambda outcome: outcome.name)
def test_axe_finds_nothing_on_any_outcome(browser: Browser, outcome: Outcome) -> None:
    with opened(browser, "", DESK) as watched:
        watched.page.set_content(outcome_page(outcome, FormState("0123", 1)).html)

        looked_at(watched.page, f"outcome-{outcome.name}")


def test_everything_has_a_name_for_those_who_have_it_read_to_them(browser: Browser, link: str) -> None:
    with opened(browser, link, PHONE) as watched:
        page = watched.page
        names = page.get_by_role("main").aria_snapshot()
        regions = [region.get_attribute("aria-labelledby") for region in page.get_by_role("region").all()]

    assert "uses" in regions
    assert f'button "{RESCUE}"' in names
    assert f'button "{CANCEL}"' in names
    assert f'button "{KEEP}"' in names
    assert 'textbox "Why is the deletion meant? This is required; your colleagues read it."' in names
    assert 'img "Uses of the key that KMS refused, over time"' in names


def test_a_person_without_a_mouse_reaches_the_button_first_and_sees_where_they_are(
    browser: Browser, link: str
) -> None:
    with opened(browser, link, DESK) as watched:
        page = watched.page
        seen = []
        for _ in range(3):
            page.keyboard.press("Tab")
            seen.append(page.evaluate("document.activeElement.innerText"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")

    assert seen == [RESCUE, "Add a reason (optional)", "Other choices: cancel only, or keep the deletion"]
    assert outline == "solid"


@SCRIPTS
def test_a_person_without_a_mouse_brings_the_key_back(
    browser: Browser, stack: Local, *, scripts: bool
) -> None:
    scene = Scene.begin(stack, alias=f"alias/typed-{scripts}")
    with opened(browser, scene.link(), PHONE, java_script_enabled=scripts) as watched:
        page = watched.page

        page.keyboard.press("Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")

        assert heading(page) == "The key works again"
    assert scene.state() == "Enabled"


def test_a_reason_is_typed_and_sent_by_the_enter_key(browser: Browser, stack: Local) -> None:
    scene = Scene.begin(stack)
    link = scene.link()
    with opened(browser, link, DESK) as watched:
        page = watched.page
        for key in ("Tab", "Tab", "Enter", "Tab"):
            page.keyboard.press(key)
        page.keyboard.type("orders still needs it")
        with page.expect_navigation():
            page.keyboard.press("Enter")

        assert heading(page) == "The key works again"
    assert scene.hear("deletion-cancelled")


@SCRIPTS
@pytest.mark.parametrize(
    ("button", "why", "title", "state"),
    [
        (RESCUE, "", "The key works again", "Enabled"),
        (CANCEL, "it is needed next month", "The deletion is cancelled", "Disabled"),
        (KEEP, "moved to another key", "The deletion goes on", "PendingDeletion"),
    ],
    ids=["rescue", "cancel", "keep"],
)
def test_every_choice_has_its_outcome(  # noqa: PLR0917 - a row of the table
    browser: Browser, stack: Local, button: str, why: str, title: str, state: str, *, scripts: bool
) -> None:
    scene = Scene.begin(stack, alias=f"alias/chosen-{state}-{scripts}")
    with opened(browser, scene.link(), PHONE, java_script_enabled=scripts) as watched:
        before = scene.state()

        found = choose(watched.page, button, why)

        proof = watched.page.locator(".proof").inner_text()
        told = [each.inner_text() for each in watched.page.locator("h2").all()]
        if scripts:
            looked_at(watched.page, f"chosen-{state}")
    assert (before, found, scene.state()) == ("PendingDeletion", title, state)
    assert proof.startswith(f"KMS says: {state}, ")
    assert told[:2] == ["What happens next", "How to undo it"]


def test_keeping_a_deletion_needs_a_reason(browser: Browser, scene: Scene, link: str) -> None:
    with opened(browser, link, DESK) as watched:
        page = watched.page
        page.get_by_role("button", name=KEEP).click()
        page.wait_for_timeout(500)

        assert heading(page) == "alias/looked-at"
        assert page.evaluate("document.activeElement.id") == "why-keep"
    assert scene.state() == "PendingDeletion"


@SCRIPTS
def test_what_is_undone_afterwards_is_told_apart(browser: Browser, stack: Local, *, scripts: bool) -> None:
    scene = Scene.begin(stack, alias=f"alias/undone-{scripts}")
    link = scene.link()
    with opened(browser, link, DESK, java_script_enabled=scripts) as watched:
        page = watched.page
        choose(page, RESCUE)
        page.goto(link)
        done = heading(page)
        scene.caller.kms.disable_key(KeyId=scene.key)
        page.goto(link)
        disabled = heading(page)
        buttons = page.get_by_role("button").count()
        scene.caller.kms.schedule_key_deletion(KeyId=scene.key, PendingWindowInDays=9)
        page.goto(link)

        again = heading(page)
    assert done == "The deletion is already off"
    assert disabled == "The deletion is off, and somebody has disabled the key since"
    assert buttons == 0
    assert again == "The key was scheduled for deletion again"


@SCRIPTS
def test_who_reads_while_somebody_decides_changes_nothing(
    browser: Browser, stack: Local, *, scripts: bool
) -> None:
    scene = Scene.begin(stack, alias=f"alias/read-by-two-{scripts}")
    link = scene.link()
    with (
        opened(browser, link, DESK, java_script_enabled=scripts) as first,
        opened(browser, link, PHONE, java_script_enabled=scripts) as second,
    ):
        choose(first.page, KEEP, "moved to another key")

        late = choose(second.page, RESCUE)

        state = scene.state()
        second.page.get_by_role("link", name="Open the page again").click()
        expect(second.page.locator("h1")).to_have_text(f"alias/read-by-two-{scripts}")
        expect(second.page.get_by_text("that the deletion is meant: moved to another key")).to_be_visible()
        saved = choose(second.page, RESCUE)
    assert (late, state) == ("This was decided while you were reading", "PendingDeletion")
    assert saved == "The key works again"


def zoomed(times: int) -> dict[str, int]:
    """A window as browsers see it that show everything so many times as large."""
    return {"width": DESK["width"] // times, "height": DESK["height"] // times}


@pytest.mark.parametrize("times", [2, 4])
def test_everything_can_be_read_and_pressed_when_it_is_larger(
    browser: Browser, link: str, times: int
) -> None:
    with opened(browser, link, zoomed(times), device_scale_factor=times) as watched:
        page = watched.page
        page.screenshot(path=PICTURES / f"page-zoomed-{times}.png", full_page=True)
        width = page.evaluate("document.documentElement.scrollWidth")
        for button in (RESCUE, CANCEL, KEEP):
            page.get_by_role("button", name=button).click(trial=True)

    assert width <= DESK["width"] // times


def test_larger_letters_alone_fit_as_well(browser: Browser, link: str) -> None:
    with opened(browser, link, PHONE, bypass_csp=True) as watched:
        watched.page.add_style_tag(content="html { font-size: 200% }")

        watched.page.screenshot(path=PICTURES / "page-larger-letters.png", full_page=True)
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_paper_has_the_evidence_and_no_button(browser: Browser, link: str) -> None:
    with opened(browser, link, DESK, color_scheme="dark") as watched:
        page = watched.page
        page.emulate_media(media="print")

        page.screenshot(path=PICTURES / "page-print.png", full_page=True)
        assert not any(button.is_visible() for button in page.locator("button, form").all())
        for shown in ("svg", "figcaption", "table", "#callers", "#key", "#history", "pre"):
            expect(page.locator(shown).first).to_be_visible()
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_who_wants_no_movement_or_few_colours_gets_it_so(browser: Browser, link: str) -> None:
    with opened(browser, link, PHONE, reduced_motion="reduce", forced_colors="active") as watched:
        page = watched.page

        page.screenshot(path=PICTURES / "page-few-colours.png", full_page=True)
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
        assert page.evaluate("getComputedStyle(document.querySelector('button')).borderStyle") == "solid"


def test_opening_reloading_and_going_back_changes_nothing(browser: Browser, scene: Scene, link: str) -> None:
    with opened(browser, link, DESK) as watched:
        page = watched.page
        page.reload()
        page.goto("about:blank")
        page.go_back()
        page.wait_for_timeout(1000)

    assert scene.state() == "PendingDeletion"


@SCREENS
def test_a_bad_link_shows_what_to_do_and_nothing_of_the_key(
    browser: Browser, link: str, screen: dict[str, int]
) -> None:
    with opened(browser, link[:-1], screen) as watched:
        text = watched.page.inner_text("main")
        looked_at(watched.page, "bad-link")

    assert text.startswith("This link opens nothing")
    assert "Open the latest message again" in text
    assert "looked-at" not in text
