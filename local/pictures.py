"""`python -m local.pictures`: takes the pictures of the documents anew, of a key that is rescued in the demo.

Everything in them was rendered by the deployed stack; but the emulator's address of the page gives way to one
as API Gateway has it.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page

from local import demo, up
from local.__main__ import interrupt_once
from local.application import Key
from local.browser import running_browser
from local.emulator import ROOT
from local.person import Chromium, MissedError
from local.process import ProgramFailedError
from local.story import Story
from local.up import Local, Say

FOLDER: Final = ROOT / "docs" / "pictures"
ADDRESS: Final = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/keys/"

PHONE: Final = (360, 740)
DESK: Final = (1280, 740)
OUTCOME: Final = (360, 430)
MESSAGE: Final = (840, 740)


@dataclass(frozen=True, slots=True)
class Photographer:
    """Somebody who follows the link, and takes a picture of whatever they see."""

    browser: Browser
    say: Say
    folder: Path

    def decide(self, local: Local, link: str, key: Key) -> None:
        """Take the messages and the page, on a desk and on a telephone, and click."""
        self.messages(local)
        self.page_of(link, "page-1280", DESK)
        self.page_of(link, "page-360", PHONE)
        page = self.opened(DESK)
        Chromium(self.browser, self.say, None).click(page, link, key)
        self.shoot(page, "outcome-360", OUTCOME)
        page.close()

    def press(self, local: Local, key: Key) -> None:
        """Nobody presses a button here: these pictures are of a stack without an app."""
        raise MissedError(f"nobody photographs Slack's button for {key.alias} of {local.stack.page_url}")

    def keep(self, local: Local, link: str, key: Key) -> None:
        """No deletion is meant in the pictures."""

    def look_around(self, local: Local) -> None:
        """All that is to be seen has been."""

    def messages(self, local: Local) -> None:
        """Take the mail and the Slack message."""
        page = self.opened(MESSAGE)
        page.set_content(local.inbox.as_page().replace(local.stack.page_url, ADDRESS))
        for name, selector in (("mail", "article.mail"), ("slack", "article:not(.mail)")):
            page.locator(selector).last.screenshot(path=self.folder / f"{name}.png")
        page.close()

    def page_of(self, link: str, name: str, size: tuple[int, int]) -> None:
        """Take the page behind the link."""
        page = self.opened(size)
        page.goto(link)
        self.shoot(page, name, size)
        page.close()

    def shoot(self, page: Page, name: str, size: tuple[int, int]) -> None:
        """Take what is to be seen of a page in a window of that size."""
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.screenshot(path=self.folder / f"{name}.png")

    def opened(self, size: tuple[int, int]) -> Page:
        """An empty page in a window of that size."""
        return self.browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme="light")


def main() -> int:
    """Take the pictures; status 1 when something did not happen, 130 when somebody interrupts it."""
    interrupt_once()
    say = up.progress(sys.stderr)
    try:
        FOLDER.mkdir(parents=True, exist_ok=True)
        with up.running(say) as local, running_browser() as browser:
            story = Story(local=local, person=Photographer(browser, say, FOLDER), say=say)
            demo.tell(story, in_short=True)
    except (MissedError, ProgramFailedError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("interrupted")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
