"""A loopback inbox: what the stack sends by its channels, as programs and people see it.

The emulator sends no mail, so the inbox subscribes itself to the notice topic over HTTP, which carries the
same subject and body; every webhook of the stack is an address of the inbox.
"""

import json
import secrets
import threading
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import jinja2

from local import inbox_messages
from local.inbox_messages import Message
from local.slack_workspace import Workspace, spoken

SLACK_APP: Final = "by-slack-app"

PAGE = Path(__file__).with_suffix(".html")


@dataclass(slots=True, kw_only=True)
class Inbox:
    """What arrived so far, the newest last.

    Attributes:
        url: the inbox's own address, without a slash at its end.
        page_url: what the address of a key's page begins with, once the stack is deployed.
        to: whom the emails are for, as the page shows it.
        secret: the end of the addresses that take messages, as a webhook's has one.
        refuses: whether Slack's webhook is out of order, and takes nothing.
        gone: the channels whose addresses are no more.
        workspace: the Slack workspace that the app of the stack is installed in.
    """

    url: str = ""
    page_url: str = ""
    to: str = ""
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    refuses: bool = False
    gone: set[str] = field(default_factory=set)
    workspace: Workspace = field(default_factory=Workspace)
    messages: list[Message] = field(default_factory=list)
    arrival: threading.Condition = field(default_factory=threading.Condition)

    def hook_path(self, name: str) -> str:
        """The path that plays the other side of a channel."""
        return f"/hook/{name}/{self.secret}"

    def hook_name(self, path: str) -> str | None:
        """The channel whose other side a path plays; None if it does not know the secret."""
        match path.partition("?")[0].split("/"):
            case ["", "hook", str(name), self.secret] if name:
                return name
            case _:
                return None

    def open(self, url: str) -> None:
        """Begin to take messages at an address of this machine."""
        self.url = url
        self.workspace.url = url + self.workspace_path
        self.workspace.posted = lambda said: self.add(inbox_messages.slack(SLACK_APP, said))
        self.workspace.whispered = lambda user, said: self.add(
            inbox_messages.slack(f"{SLACK_APP}, only to {self.workspace.people[user]['real_name']}", said)
        )

    @property
    def workspace_path(self) -> str:
        """What the paths of the Slack workspace begin with."""
        return f"/workspace/{self.secret}"

    def slack_message(self, key_arn: str) -> str:
        """The first message in Slack about a key, which has its buttons; "" where there is none."""
        with self.arrival:
            found = (each for each in self.messages if each.channel == SLACK_APP and each.key_arn == key_arn)
            return next((str(each.payload["ts"]) for each in found if "thread_ts" not in each.payload), "")

    @property
    def email_path(self) -> str:
        """The path that the notice topic delivers to."""
        return f"/email/{self.secret}"

    def add(self, message: Message) -> None:
        """Keep a message, and wake whoever waits for it."""
        with self.arrival:
            self.messages.append(message)
            self.arrival.notify_all()

    def wait_for(
        self, channels: Collection[str], reasons: Collection[str], seconds: float, key_arn: str | None = None
    ) -> dict[str, Message]:
        """The first message with one of the reasons in each channel; fewer when they did not come in time.

        With `key_arn`, messages of other keys do not count.
        """

        def found() -> dict[str, Message]:
            known = {m.notice_id: m.reason for m in self.messages if m.reason}
            fitting = [
                m
                for m in self.messages
                if m.channel in channels and (m.reason or known.get(m.notice_id)) in reasons
            ]
            return {m.channel: m for m in reversed(fitting) if key_arn in {None, m.key_arn}}

        with self.arrival:
            self.arrival.wait_for(lambda: len(found()) == len(channels), timeout=seconds)
            return found()

    def as_json(self) -> str:
        """All messages, for programs."""
        with self.arrival:
            return json.dumps([asdict(message) for message in self.messages], indent=2)

    def as_page(self) -> str:
        """All messages, for people, the newest first."""
        with self.arrival:
            newest_first = [*reversed(self.messages)]
        return template().render(messages=newest_first, to=self.to, workspace=self.workspace)


@cache
def template() -> jinja2.Template:
    """The inbox's page; everything in it is escaped."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.ChainableUndefined, trim_blocks=True)
    environment.filters["spoken"] = spoken
    return environment.from_string(PAGE.read_text())
