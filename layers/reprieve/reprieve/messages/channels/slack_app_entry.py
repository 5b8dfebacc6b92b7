"""The entry of a Slack app in the document of channels.

Source: Slack, "Tokens", "Verifying requests from Slack" and "Formatting text for app surfaces": a bot's token
begins with `xoxb-`; a signing secret has 32 hexadecimal digits; a user group's id begins with S, a person's
with U or W, a channel's with C or G.
"""

import re
from dataclasses import field
from typing import Final

from reprieve.dataclass import dataclass
from reprieve.messages.channels.entry import Entry
from reprieve.messages.channels.mention import IN_SLACK, NOBODY, Mentions, read_mentions

TYPE: Final = "slack-app"
BASE: Final = "https://slack.com/api"
_TOKEN: Final = re.compile(r"xoxb-[A-Za-z0-9-]{6,250}", re.ASCII)
_SIGNING_SECRET: Final = re.compile(r"[0-9a-f]{32}")
_CHANNEL: Final = re.compile(r"[CG][A-Z0-9]{2,30}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackAppEntry:
    """What an entry says.

    Attributes:
        name: The channel's name in this stack.
        bot_token: What the app's bot calls the Web API with.
        signing_secret: What Slack signs its requests with.
        channel: The id of the Slack channel.
        url: Where the Web API is.
        mentions: The user group, or the person, to mention for each owner.
    """

    name: str
    bot_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    channel: str
    url: str = BASE
    mentions: Mentions = NOBODY


def read_app(name: str, entry: Entry) -> SlackAppEntry:
    """Read an entry.

    Raises:
        EntryError: it is not understood.
    """
    return SlackAppEntry(
        name=name,
        bot_token=entry.text("bot_token", _TOKEN),
        signing_secret=entry.text("signing_secret", _SIGNING_SECRET),
        channel=entry.text("channel", _CHANNEL),
        url=entry.address("url") if entry.has("url") else BASE,
        mentions=read_mentions(entry, IN_SLACK),
    )
