"""Whoever follows the link in a notice: somebody in front of the screen, or Chromium in their place."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError

from local.application import Key
from local.browser import make_sure, running_browser
from local.inbox import SLACK_APP
from local.up import Local, Say

WIDTHS = (1280, 360)
CANCEL = "button[name=decision][value=cancel]"
KEEP = "button[name=decision][value=keep]"
KEEP_SUMMARY = f"details:has({KEEP}) > summary"
KEEP_WHY = f"form:has({KEEP}) input[name=why]"
BUTTON = "a[href*='action=cancel_and_enable']"
PRESSED = "text=/@Jane Doe pressed|Jane Doe .* cancelled the deletion/"
WHY = "moved to the new bucket, the job is switched off on Monday"
PATIENCE_MILLISECONDS = 15_000
PATIENCE_WITH_PICTURES_MILLISECONDS = 120_000  # a whole inbox, on a machine that has other things to do


class MissedError(RuntimeError):
    """Something that the demo shows did not happen."""


class Person(Protocol):
    """Somebody who reads a notice and decides."""

    def decide(self, local: Local, link: str, key: Key) -> None:
        """Follow the link and bring the key back."""
        ...

    def press(self, local: Local, key: Key) -> None:
        """Bring the key back with the button of its message in Slack."""
        ...

    def keep(self, local: Local, link: str, key: Key) -> None:
        """Follow the link, and confirm that the deletion is intentional."""
        ...

    def look_around(self, local: Local) -> None:
        """Look at the inbox once all is over."""
        ...


@dataclass(frozen=True, slots=True)
class Somebody:
    """Somebody in front of the screen, who takes their time."""

    say: Say

    def decide(self, local: Local, link: str, key: Key) -> None:
        """Wait until the key is enabled."""
        self.say(f"Your turn. Read the notice at {local.inbox.url} and follow its link, or this one:\n{link}")
        while key.state() != "Enabled":
            time.sleep(0.5)

    def press(self, local: Local, key: Key) -> None:
        """Wait until the key is enabled."""
        self.say(
            f"Your turn. Press the button of {key.alias}'s message from {SLACK_APP} at {local.inbox.url}"
        )
        while key.state() != "Enabled":
            time.sleep(0.5)

    def keep(self, local: Local, link: str, key: Key) -> None:
        """Wait until everyone is notified that the deletion is intentional."""
        self.say(f"Your turn. Open this link, let the key be deleted, and give a reason:\n{link}")
        while not local.inbox.wait_for(("email",), ("deletion-kept",), 1.0, key.arn):
            continue

    def look_around(self, local: Local) -> None:
        """Leave the inbox open for as long as they like."""
        if sys.stdin.isatty():
            input(f"Everybody was told: {local.inbox.url}. Press Enter to end. ")


@dataclass(frozen=True, slots=True)
class Chromium:
    """A headless browser that does what a person would."""

    browser: Browser
    say: Say
    pictures: Path | None

    def decide(self, local: Local, link: str, key: Key) -> None:
        """Open the link, see that nothing happens by itself, and click the button."""
        self.picture(local.inbox.url, "inbox")
        self.picture(link, "page")
        page = self.browser.new_page()
        try:
            self.click(page, link, key)
        except PlaywrightError as error:
            raise MissedError(f"the page behind the link: {error.message}") from error
        finally:
            page.close()

    def press(self, local: Local, key: Key) -> None:
        """Press the button in the inbox, and confirm it, as Slack asks to."""
        page = self.browser.new_page()
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        try:
            page.goto(local.inbox.url)
            page.click(f"{BUTTON}[href*='ts={local.inbox.slack_message(key.arn)}']")
            self.say(f"Slack asks: {heading(page)}")
            if key.state() != "PendingDeletion":
                raise MissedError("a press that nobody confirmed changed the key")
            with page.expect_navigation():
                page.click("button")
            self.say("Chromium pressed the button in Slack, and confirmed it")
            page.locator(PRESSED).first.wait_for()
            self.shoot(page, "slack-pressed")
        except PlaywrightError as error:
            raise MissedError(f"the button in Slack: {error.message}") from error
        finally:
            page.close()

    def keep(self, local: Local, link: str, key: Key) -> None:  # noqa: ARG002 - a person would look
        """Open the link, give a reason, and click the other button."""
        page = self.browser.new_page()
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        try:
            page.goto(link)
            page.click(KEEP_SUMMARY)
            page.fill(KEEP_WHY, WHY)
            self.shoot(page, "keep")
            with page.expect_navigation():
                page.click(KEEP)
            self.say(f"Chromium kept the deletion: {heading(page)}")
            self.shoot(page, "kept")
        except PlaywrightError as error:
            raise MissedError(f"the page behind the link: {error.message}") from error
        finally:
            page.close()

    def click(self, page: Page, link: str, key: Key) -> None:
        """Read the page, and click."""
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        page.goto(link)
        self.say(f"Chromium opened the link: {heading(page)}")
        if key.state() != "PendingDeletion":
            raise MissedError("opening the link changed the key")
        with page.expect_navigation():
            page.click(CANCEL)
        self.say(f"Chromium clicked the button: {heading(page)}")
        self.shoot(page, "outcome")

    def look_around(self, local: Local) -> None:
        """Take a picture of the inbox with all its messages."""
        self.picture(local.inbox.url, "inbox-handled")

    def picture(self, url: str, name: str) -> None:
        """Take pictures of an address, on a desk and on a telephone."""
        if self.pictures:
            page = self.browser.new_page()
            page.goto(url)
            self.shoot(page, name)
            page.close()

    def shoot(self, page: Page, name: str) -> None:
        """Take pictures of a page as it is."""
        for width in WIDTHS if self.pictures else ():
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(
                path=f"{self.pictures}/{name}-{width}.png",
                full_page=True,
                timeout=PATIENCE_WITH_PICTURES_MILLISECONDS,
            )


def heading(page: Page) -> str:
    """What a page says first."""
    return page.locator("h1").first.inner_text()


@contextmanager
def chromium(say: Say, pictures: Path | None) -> Iterator[Person]:
    """Chromium in a person's place."""
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    make_sure()
    with running_browser() as browser:
        yield Chromium(browser, say, pictures)
