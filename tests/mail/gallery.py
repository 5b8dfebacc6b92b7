"""`python -m tests.mail.gallery`: takes a picture of what each type of channel shows of one example notice.

Mails are drawn by Chromium, cards of Teams by Microsoft's own renderer (the npm package `adaptivecards`), the
Slack app's message by `slack-blocks-to-jsx` from npm, which draws it as Slack does, and all else as
`kms-reprieve channels preview` draws it. The services themselves may show it differently.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

from playwright.sync_api import Browser

from kms_reprieve_cli.channels.example import example
from kms_reprieve_cli.channels.offline import Offline
from kms_reprieve_cli.channels.preview import page, without_link
from local.browser import running_browser
from local.emulator import ROOT
from reprieve.cases.notice import Notice, Reason
from reprieve.messages.channels import delivery
from reprieve.messages.channels.document import read_document

FOLDER: Final = ROOT / "docs" / "pictures"
MAIL: Final = ROOT / "tests" / "mail"
RENDERER: Final = MAIL / "node_modules" / "adaptivecards" / "dist" / "adaptivecards.min.js"
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
WIDTH: Final = 600
AT: Final = datetime(2026, 11, 22, 14, 55, tzinfo=UTC)
CARD: Final = """card => {
  const drawn = new AdaptiveCards.AdaptiveCard();
  drawn.hostConfig = new AdaptiveCards.HostConfig({
    fontFamily: "Segoe UI, Roboto, sans-serif",
    spacing: {small: 4, default: 8, padding: 16},
    separator: {lineColor: "#e1e1e1"},
    actions: {actionsOrientation: "horizontal", buttonSpacing: 8, actionAlignment: "left"},
  });
  drawn.parse(card);
  document.body.replaceChildren(drawn.render());
}"""

_URL: Final = "https://example.com/"
ENTRIES: Final[tuple[dict[str, Any], ...]] = (
    {"type": "amazon-q", "topic": "arn:aws:sns:eu-west-1:111122223333:q"},
    {"type": "email", "from": "kms@example.com", "to": ["jane@example.com"]},
    {"type": "google-chat", "url": _URL, "mention": {"team-orders": "users/123456789"}},
    {"type": "pagerduty", "routing_key": "0" * 32},
    {
        "type": "slack-app",
        "bot_token": "xoxb-example",
        "signing_secret": "0" * 32,
        "channel": "C0123ABC",
        "mention": {"team-orders": "S0456"},
    },
    {"type": "slack-webhook", "url": _URL, "mention": {"team-orders": "S0456"}},
    {"type": "teams", "url": _URL, "mention": {"team-orders": "jane@example.com"}},
)


def messages() -> Iterator[tuple[str, str]]:
    """Yield each type with what it sends."""
    told = about(example(Reason.KEY_IN_USE, AT))
    for entry in ENTRIES:
        tools = Offline()
        text = json.dumps({"channels": [{"name": entry["type"], **entry}]})
        ((channel, _),) = read_document(text, tools).channels
        shown = told if channel.has_link else without_link(told)
        channel.send(delivery(shown, channel.name, channel.recipients(shown)[0], AT))
        yield channel.name, tools.kept.pop()


def about(notice: Notice) -> Notice:
    """Return a notice of a key whose tag names a runbook, in a channel whose entry names one too."""
    case = notice.case and replace(
        notice.case, key=replace(notice.case.key, runbook="https://wiki.example/kms")
    )
    return replace(notice, case=case, runbook="https://wiki.example/on-call")


def shoot(browser: Browser, name: str, html: str, scheme: Literal["light", "dark"] = "light") -> None:
    """Take a picture of a document, or of the message in a preview."""
    with browser.new_page(viewport={"width": WIDTH, "height": 400}, color_scheme=scheme) as opened:
        opened.set_content(html)
        message = opened.locator(".card, pre").first
        (message if message.count() else opened.locator("body")).screenshot(path=FOLDER / f"{name}.png")


def shoot_slack(browser: Browser, name: str, sent: str) -> None:
    """Take the pictures of a message in Slack."""
    for scheme in SCHEMES:
        drawn = subprocess.run(
            [shutil.which("node") or "node", MAIL / "slack.mjs", scheme],
            input=sent,
            capture_output=True,
            text=True,
            check=True,
        )
        with browser.new_page(viewport={"width": WIDTH, "height": 400}) as opened:
            opened.set_content(drawn.stdout)
            opened.screenshot(path=FOLDER / f"{name}-{scheme}.png", full_page=True)


def shoot_card(browser: Browser, name: str, sent: str) -> None:
    """Take a picture of an Adaptive Card."""
    with browser.new_page(viewport={"width": WIDTH, "height": 400}, color_scheme="light") as opened:
        opened.set_content('<body style="margin:0;background:#fff"></body>')
        opened.add_script_tag(path=RENDERER)
        opened.evaluate(CARD, json.loads(sent)["attachments"][0]["content"])
        opened.locator("body").screenshot(path=FOLDER / f"{name}.png")


def shrink() -> None:
    """Give the pictures a palette, if ImageMagick is at hand: they have few colors."""
    if program := shutil.which("convert"):
        for picture in FOLDER.glob("channel-*.png"):
            subprocess.run([program, picture, "-colors", "24", f"PNG8:{picture}"], check=True)


def main() -> None:
    """Take the pictures."""
    if not RENDERER.exists():
        raise SystemExit("npm has not installed adaptivecards: run make mail-check")
    with running_browser() as browser:
        for kind, sent in messages():
            match kind:
                case "email":
                    for scheme in SCHEMES:
                        shoot(browser, f"channel-email-{scheme}", sent, scheme)
                case "slack-app":
                    shoot_slack(browser, "channel-slack-app", sent)
                case "teams":
                    shoot_card(browser, "channel-teams", sent)
                case _:
                    shoot(browser, f"channel-{kind}", page([(kind, sent)]))
    shrink()


if __name__ == "__main__":
    main()
