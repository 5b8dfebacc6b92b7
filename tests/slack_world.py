"""The page's world, with a Slack workspace in which people press buttons."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from local.slack_workspace import CHANNEL, SIGNING_SECRET, TOKEN, Workspace, signed
from reprieve.adapters.slack_api import SlackApi
from reprieve.cases.visitor import AuthMethod
from reprieve.errors import NoAnswerError
from reprieve.messages.channels.slack_app_entry import SlackAppEntry
from reprieve.ports import HttpAnswer, Once
from reprieve.respond.id_tokens import ApproverRules
from reprieve.respond.pages.rendering import Page
from reprieve.respond.responder import Request
from reprieve.respond.slack.apps import SlackApps
from reprieve.respond.slack.desk import SlackDesk
from reprieve.respond.slack.people import SlackPeople
from reprieve.respond.slack.replies import Replies
from tests.fakes import FakeOnce
from tests.respond_world import World

SLACK: Final = "https://slack.test"
ORIGIN: Final = "https://abc123.execute-api.eu-west-1.amazonaws.com"
ENTRY: Final = {
    "name": "security",
    "type": "slack-app",
    "bot_token": TOKEN,
    "signing_secret": SIGNING_SECRET,
    "channel": CHANNEL,
    "url": f"{SLACK}/api",
}


@dataclass
class SlackHttp:
    """The way to a workspace, without a network."""

    workspace: Workspace
    broken: set[str] = field(default_factory=set)
    """What begins an address that gives no answer."""
    answers: dict[str, str] = field(default_factory=dict)
    """What a method answers instead of the workspace."""

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, public_only: bool = False
    ) -> HttpAnswer:
        assert not public_only
        path = url.removeprefix(self.workspace.url)
        if any(path.startswith(each) for each in self.broken):
            raise NoAnswerError("TimeoutError")
        _, kind, name = path.split("/")
        if name in self.answers:
            return HttpAnswer(status=200, body=self.answers[name])
        if kind == "api":
            lower = {each.lower(): value for each, value in headers.items()}
            status, said = self.workspace.call(name, lower, body)
            return HttpAnswer(status=status, body=json.dumps(said))
        status, text = self.workspace.reply(name, body)
        return HttpAnswer(status=status, body=text)


@dataclass
class SlackWorld:
    """The world of the page, and a workspace whose app has posted a message about its key."""

    world: World
    workspace: Workspace = field(default_factory=lambda: Workspace(url=SLACK))
    once: Once = field(default_factory=FakeOnce)
    auth_method: AuthMethod = AuthMethod.LINK
    rule: ApproverRules = field(default_factory=ApproverRules)
    document: str = field(default_factory=lambda: json.dumps({"channels": [ENTRY]}))
    reads: int = 0
    teams: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.http = SlackHttp(self.workspace)
        self.apps = SlackApps(self._document, self.world.clock)
        self.ts = self.post()
        self.handed_over: list[Request] = []

    def _document(self) -> str:
        self.reads += 1
        return self.document

    def api(self, app: SlackAppEntry) -> SlackApi:
        return SlackApi(self.http, app.bot_token, app.url)

    def desk(self) -> SlackDesk:
        responder = self.world.responder()
        return SlackDesk(
            apps=self.apps,
            people=SlackPeople(api=self.api, auth_method=self.auth_method, rule=self.rule, teams=self.teams),
            replies=Replies(http=self.http, api=self.api, log=self.world.log),
            checkers=responder.checkers,
            rescuer=responder.rescuer,
            clock=self.world.clock,
            log=self.world.log,
        )

    def token(self, **changes: Any) -> str:
        return self.world.token(**{"channel": "security", **changes})

    def post(self, token: str | None = None) -> str:
        """Have the app post a message with buttons, as the channel does; return its name."""
        api = SlackApi(self.http, TOKEN, f"{SLACK}/api")
        said = api.call("chat.postMessage", {"channel": CHANNEL, **message(token or self.token())})
        return str(said["ts"])

    def take(self, body: bytes, headers: dict[str, str] | None = None) -> Page:
        """Ask the first invocation."""
        request = self.request(body, headers)
        return self.desk().take(request, lambda: self.handed_over.append(request))

    def request(self, body: bytes, headers: dict[str, str] | None = None) -> Request:
        sent = signed(body, at=self.world.clock.now.timestamp()) if headers is None else headers
        return Request(route="POST /slack", origin=ORIGIN, headers=sent, body=body)

    def work(self) -> None:
        """Let each request that was handed over have its own invocation."""
        waiting, self.handed_over = self.handed_over, []
        for request in waiting:
            self.desk().work(request, self.once)

    def press(self, action: str = "cancel_and_enable", **changes: Any) -> Page:
        """Press a button, and let everything happen that follows."""
        ts = changes.pop("ts", self.ts)
        by = changes.pop("by", "U0JANE")
        page = self.take(self.workspace.pressed(ts, action, by, **changes))
        self.work()
        return page

    def shown(self, ts: str | None = None) -> str:
        """What the channel reads in a message."""
        return words(self.workspace.messages[ts or self.ts])

    def buttons(self, ts: str | None = None) -> list[str]:
        """The buttons of a message that decide."""
        return [
            element["action_id"]
            for block in self.workspace.messages[ts or self.ts]["blocks"]
            if block["type"] == "actions"
            for element in block["elements"]
            if "value" in element
        ]

    def whispered(self, user: str = "U0JANE") -> list[str]:
        """What one person was told."""
        return [words(said) for who, said in self.workspace.private if who == user]

    def tells_apart(self, **flags: Any) -> None:
        """Let Slack say more of Jane."""
        self.workspace.people["U0JANE"] |= flags


def message(token: str) -> dict[str, Any]:
    """A message as the channel posts it."""

    def plain(text: str) -> dict[str, Any]:
        return {"type": "plain_text", "text": text, "emoji": False}

    def button(action: str, text: str, **more: str) -> dict[str, Any]:
        return {"type": "button", "action_id": action, "text": plain(text), **more}

    return {
        "text": "Still in use: alias/orders-db",
        "blocks": [
            {"type": "header", "block_id": "key-in-use|8c8f1b4e", "text": plain("Still in use")},
            {
                "type": "actions",
                "block_id": "decide",
                "elements": [
                    button("cancel_and_enable", "Cancel deletion and enable", value=token),
                    button("cancel_only", "Cancel deletion only", value=token),
                    button("open-case", "Review or keep…", url=f"{ORIGIN}/keys/{token}"),
                ],
            },
            {"type": "section", "text": plain("KMS refused 214 requests.")},
        ],
    }


def words(value: object) -> str:
    """All texts in blocks."""
    match value:
        case {"text": str(text), "type": _}:
            return text
        case {"blocks": blocks}:
            return words(blocks)
        case dict():
            return " ".join(filter(None, map(words, value.values())))
        case list():
            return " ".join(filter(None, map(words, value)))
        case _:
            return ""


def entry(**changes: Any) -> SlackAppEntry:
    """An entry as it was read."""
    read = SlackAppEntry(
        name="security",
        bot_token=TOKEN,
        signing_secret=SIGNING_SECRET,
        channel=CHANNEL,
        url=f"{SLACK}/api",
    )
    return replace(read, **changes)
