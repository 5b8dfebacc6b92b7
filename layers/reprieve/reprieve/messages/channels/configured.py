"""The channels of a stack. deliver and health make them here, and nowhere else.

A channel's module is imported where the stack has such a channel: nobody waits for the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from reprieve.messages.channels.channel import Channel
from reprieve.ports import Tools

EMAIL = "email"
SLACK = "slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """Where the channels of a stack are named; "" for what the stack does not have.

    Attributes:
        notice_topic: The topic that sends the mails.
        slack_secret: The secret that holds the address of Slack's webhook.
    """

    notice_topic: str
    slack_secret: str


def configured(settings: ChannelSettings, tools: Tools) -> dict[str, Channel]:
    """Return the channels by their names."""
    return {channel.name: channel for channel in _simple(settings, tools)}


def _simple(settings: ChannelSettings, tools: Tools) -> Iterator[Channel]:
    """Yield those that a parameter of their own stands for."""
    if settings.notice_topic:
        from reprieve.messages.channels.sns import Sns  # noqa: PLC0415 - see above

        yield Sns(EMAIL, tools.topic(settings.notice_topic))
    if settings.slack_secret:
        from reprieve.messages.channels.slack_webhook import SlackWebhook  # noqa: PLC0415 - see above

        yield SlackWebhook(SLACK, tools.http, lambda: tools.secret(settings.slack_secret, "url"))
