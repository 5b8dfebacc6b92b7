"""The pages as a person meets them, in Chromium on the deployed stack."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, Request, expect

from local.browser import running_browser
from local.up import Local
from reprieve.cases.key import Rescuable
from reprieve.respond.pages.case_page import View, case_page, outcome_page, review_page
from reprieve.respond.pages.outcome import Outcome
from reprieve.respond.pages.rendering import FormState
from tests.case_pages import DECISION, KEPT, NOTICE, USED, callers, states, used_by, view
from tests.examples import key
from tests.outcomes import ENABLED, EVERY
from tests.scene import Scene

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
SCREENS = pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
PICTURES = Path(__file__).parent.parent.parent / "build" / "pictures"
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations", "incomplete"],  # of what passes, axe need not say where
}
AXE = f"""axe.run({json.dumps(RULES)})
    .then(({{violations, incomplete}}) => ({{violations, incomplete}}))"""
PICTURE_COLOURS = """[...document.querySelectorAll("svg.tl text")].map(text =>
    [getComputedStyle(text).fill, getComputedStyle(document.body).backgroundColor])"""
RESCUE = "Rescue this key"
CANCEL = "Cancel, leave the key disabled"
KEEP = "Let it be deleted, stop messages"
SIGN_IN_FIRST = ("sign-in-first", "sign-in-again")
CHOICES = ("Cancel the deletion only", "Let it be deleted")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def sheet(browser: Browser) -> Iterator[Page]:
    """The window of all that is drawn without the stack: it sends nothing, and keeps nothing."""
    with browser.new_context() as context:
        yield context.new_page()


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
    """A window of somebody's own, on the page behind a link."""
    with browser.new_context(viewport=screen, **how) as context:  # type: ignore[arg-type]
        watched = Watched(context.new_page())
        watched.page.goto(link)
        with pictured(watched.page):
            yield watched


@contextmanager
def drawn(sheet: Page, html: str, screen: dict[str, int]) -> Iterator[Page]:
    """A page that was not asked for over HTTP, in the window of all such pages."""
    sheet.set_viewport_size(screen)  # type: ignore[arg-type]
    sheet.emulate_media(color_scheme="light")
    sheet.set_content(html)
    with pictured(sheet):
        yield sheet


@contextmanager
def pictured(page: Page) -> Iterator[None]:
    """Take a picture of a page that is not as it should be."""
    try:
        yield
    except Exception:
        name = re.sub(r"\W+", "-", os.environ["PYTEST_CURRENT_TEST"].rpartition("::")[2].rpartition(" ")[0])
        page.screenshot(path=PICTURES / f"{name.strip('-')}.png", full_page=True)
        raise


def unmeasured(incomplete: list[dict[str, Any]]) -> list[str]:
    """What axe leaves undecided, but for the words of a picture: `contrast` measures those, axe does not."""
    nodes = [node for finding in incomplete for node in finding["nodes"]]
    return [node["html"] for node in nodes if not node["html"].startswith("<text ")]


def contrast(*colours: str) -> float:
    """The ratio of two colours such as `rgb(1, 2, 3)`, by WCAG 2.2."""
    dark, light = sorted(luminance([int(part) / 255 for part in each[4:-1].split(",")]) for each in colours)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: list[float]) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def looked_at(page: Page) -> None:
    """Let axe look at a page on both screens in both themes."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    for screen in (PHONE, DESK):
        for theme in ("light", "dark"):
            page.set_viewport_size(screen)  # type: ignore[arg-type]
            page.emulate_media(color_scheme=theme)
            found = page.evaluate(AXE)
            assert (found["violations"], unmeasured(found["incomplete"])) == ([], [])
            assert all(contrast(*colours) >= 4.5 for colours in page.evaluate(PICTURE_COLOURS))
            assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def choose(page: Page, button: str, why: str = "") -> str:
    """Press a button, with a reason beside it, and return the title of what comes."""
    form = page.locator("form").filter(has=page.get_by_role("button", name=button, exact=True))
    unfold(page)
    if why:
        form.get_by_label("Reason").fill(why)
    with page.expect_navigation():
        form.get_by_role("button", name=button, exact=True).click()
    return heading(page)


def unfold(page: Page) -> None:
    """Open everything that is folded."""
    for summary in page.locator("summary").all():
        if summary.is_visible() and summary.locator("xpath=..").get_attribute("open") is None:
            summary.click()


@SCREENS
@THEMES
def test_the_page_reads_well_without_asking_for_anything_else(
    browser: Browser, link: str, screen: dict[str, int], theme: str
) -> None:
    with opened(browser, link, screen, color_scheme=theme) as watched:
        page = watched.page
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


UNDECIDED = {name: seen for name, seen in states().items() if name not in {"kept", "can-not-rescue"}}


@pytest.mark.parametrize("seen", UNDECIDED.values(), ids=UNDECIDED)
def test_all_three_choices_are_on_a_phones_first_screen(sheet: Page, seen: View) -> None:
    with drawn(sheet, case_page(seen).html, PHONE) as page:
        boxes = [page.get_by_role("button", name=RESCUE).bounding_box()]
        boxes += [page.locator("summary").filter(has_text=choice).bounding_box() for choice in CHOICES]

    assert all(box and box["y"] + box["height"] <= PHONE["height"] for box in boxes), boxes
    assert all(box and box["height"] >= 24 for box in boxes)


@pytest.mark.parametrize(("width", "columns"), [(1099, 1), (1100, 2), (1280, 2)])
def test_where_there_is_room_the_decision_stands_to_the_right(
    browser: Browser, link: str, width: int, columns: int
) -> None:
    with opened(browser, link, {"width": width, "height": 900}) as watched:
        page = watched.page
        decide, evidence = (page.locator(part).bounding_box() for part in (".decide", ".evidence"))
        position = page.evaluate("getComputedStyle(document.querySelector('.decide')).position")
        page.set_viewport_size({"width": width, "height": 800})
        low = page.evaluate("getComputedStyle(document.querySelector('.decide')).position")
        drawn = [svg.is_visible() for svg in page.locator("svg.tl").all()]

    assert decide
    assert evidence
    if columns == 2:
        assert decide["x"] >= evidence["x"] + evidence["width"]
        assert abs(decide["width"] - 23 * 16) < 1
    else:
        assert decide["y"] + decide["height"] <= evidence["y"]
    assert (position, low) == ("sticky" if columns == 2 else "static", "static")
    assert sum(drawn) == 1


@pytest.mark.parametrize("name", ["already", "expired", "gone"])
def test_axe_finds_nothing_on_the_page_to_review(sheet: Page, name: str) -> None:
    seen = view(key=ENABLED, history=(NOTICE, DECISION), case=replace(USED, decision=KEPT))
    with drawn(sheet, review_page(EVERY[name], seen).html, DESK) as page:
        unfold(page)

        assert page.get_by_role("button").count() == 0
        looked_at(page)


@pytest.mark.parametrize("why", ["", "its key policy denies kms:EnableKey"], ids=["can", "cannot"])
def test_axe_finds_nothing_on_a_busy_page(sheet: Page, why: str) -> None:
    known = key(rescuable=Rescuable(allowed=not why, why=why))
    seen = view(key=known, case=used_by(callers(20)), history=(NOTICE, DECISION))
    with drawn(sheet, case_page(seen).html, DESK) as page:
        unfold(page)

        looked_at(page)


@pytest.mark.parametrize("seen", states().values(), ids=states())
def test_axe_finds_nothing_on_the_page_of_any_state(sheet: Page, seen: View) -> None:
    with drawn(sheet, case_page(seen).html, DESK) as page:
        looked_at(page)


def test_axe_finds_nothing_on_the_page_with_all_of_it_unfolded(browser: Browser, link: str) -> None:
    with opened(browser, link, DESK) as watched:
        unfold(watched.page)

        looked_at(watched.page)


@pytest.mark.parametrize(("name", "outcome"), EVERY.items(), ids=EVERY)
def test_axe_finds_nothing_on_any_outcome(sheet: Page, name: str, outcome: Outcome) -> None:
    form = FormState.to_sign_in("v1a.x") if name in SIGN_IN_FIRST else FormState("0123", 1)
    with drawn(sheet, outcome_page(outcome, form).html, DESK) as page:
        looked_at(page)


def test_everything_has_a_name_for_those_who_have_it_read_to_them(browser: Browser, link: str) -> None:
    with opened(browser, link, PHONE) as watched:
        page = watched.page
        unfold(page)
        names = page.get_by_role("main").aria_snapshot()
        regions = [region.get_attribute("aria-labelledby") for region in page.get_by_role("region").all()]

    assert regions[:3] == ["decide", "life", "callers"]
    assert f'button "{RESCUE}"' in names
    assert f'button "{CANCEL}"' in names
    assert f'button "{KEEP}"' in names
    assert 'textbox "Reason (required). Your colleagues read it."' in names
    assert 'img "This deletion, from its scheduling to the day the key is deleted"' in names


def test_a_person_without_a_mouse_reaches_the_button_first_and_sees_where_they_are(
    browser: Browser, link: str
) -> None:
    with opened(browser, link, DESK) as watched:
        page = watched.page
        seen = []
        for _ in range(5):
            page.keyboard.press("Tab")
            seen.append(page.evaluate("document.activeElement.innerText.split('\\n')[0]"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")

    assert seen == [RESCUE, "Add your name or a reason (optional)", *CHOICES, "As a table"]
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
        for key in ("Tab", "Tab", "Enter", "Tab", "Tab"):
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
        (CANCEL, "it is needed next month", "The deletion is cancelled; the key stays disabled", "Disabled"),
        (KEEP, "moved to another key", "Nothing stops the deletion on ", "PendingDeletion"),
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
            looked_at(watched.page)
    assert (before, scene.state()) == ("PendingDeletion", state)
    assert found.startswith(title)
    assert proof.startswith(f"KMS says: {state}, ")
    assert told[:2] == ["What happens next", "How to undo it"]


def test_keeping_a_deletion_needs_a_reason(browser: Browser, scene: Scene, link: str) -> None:
    with opened(browser, link, DESK) as watched:
        page = watched.page
        unfold(page)
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
    assert done == "The deletion is already cancelled"
    assert disabled == "The deletion is cancelled, and the key was disabled later"
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
        expect(
            second.page.locator(".warning").get_by_text('to let the key be deleted: "moved to another key"')
        ).to_be_visible()
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
        width = page.evaluate("document.documentElement.scrollWidth")
        unfold(page)
        width = max(width, page.evaluate("document.documentElement.scrollWidth"))
        for button in (RESCUE, CANCEL, KEEP):
            page.get_by_role("button", name=button).click(trial=True)

    assert width <= DESK["width"] // times


def test_larger_letters_alone_fit_as_well(browser: Browser, link: str) -> None:
    with opened(browser, link, PHONE, bypass_csp=True) as watched:
        watched.page.add_style_tag(content="html { font-size: 200% }")

        assert watched.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_paper_has_the_evidence_and_no_button(browser: Browser, link: str) -> None:
    with opened(browser, link, DESK, color_scheme="dark") as watched:
        page = watched.page
        page.emulate_media(media="print")

        assert not any(button.is_visible() for button in page.locator("button, form").all())
        for shown in (
            "svg.tl:visible",
            "figcaption",
            "table",
            "#callers",
            "#key",
            "#history",
            "details ol",
            "pre",
        ):
            expect(page.locator(shown).first).to_be_visible()
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_who_wants_no_movement_or_few_colours_gets_it_so(browser: Browser, link: str) -> None:
    with opened(browser, link, PHONE, reduced_motion="reduce", forced_colors="active") as watched:
        page = watched.page

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
        looked_at(watched.page)

    assert text.startswith("This link is not valid")
    assert "Open the latest message and use the whole link in it." in text
    assert "looked-at" not in text
