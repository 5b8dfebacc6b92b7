"""The channels of a stack. deliver and health make them here, and nowhere else.

A channel's module is imported where the stack has such a channel: nobody waits for the others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Final

from reprieve.cases.notice import ENDS_THREADS, Notice
from reprieve.dataclass import dataclass
from reprieve.errors import AwsError
from reprieve.messages.channels.channel import Channel
from reprieve.messages.channels.document import Document, Fault, read_document
from reprieve.messages.channels.route import EVERYTHING, Route
from reprieve.ports import Tools

EMAIL: Final = "email"
SLACK: Final = "slack"
BY_PARAMETER: Final = (EMAIL, SLACK)
"""The channels that parameters of their own stand for."""

DOCUMENT: Final = "ChannelsSecretArn"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """Where the channels of a stack are named; "" for what the stack does not have.

    Attributes:
        notice_topic: The topic that sends the mails.
        slack_secret: The secret that holds the address of Slack's webhook.
        document: The secret that holds the document of all other channels.
    """

    notice_topic: str
    slack_secret: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """The channels of a stack by their names, and what is wrong with those that it should have.

    Attributes:
        by_name: The channels that can be sent to.
        routes: Which notices each gets.
        runbooks: The addresses of the runbooks that entries name.
        faults: What is wrong with the document.
        unread: Why the document could not be read at all, and what it says is not known.
    """

    by_name: Mapping[str, Channel]
    routes: Mapping[str, Route] = field(default_factory=dict)
    runbooks: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    unread: AwsError | None = None

    def of(self, notice: Notice) -> tuple[Channel, ...]:
        """Return the channels that a notice goes to: all of them, where no route takes it.

        What only ends a thread goes only to those that may keep something open for its case.
        """
        if notice.reason in ENDS_THREADS:
            return tuple(channel for channel in self.by_name.values() if channel.has_threads)
        taking = [
            channel
            for name, channel in self.by_name.items()
            if self.routes.get(name, EVERYTHING).takes(notice)
        ]
        return tuple(taking or self.by_name.values())

    def with_runbook(self, notice: Notice, name: str) -> Notice:
        """Return a notice about a key with the runbook of a channel, if its entry names one."""
        return replace(notice, runbook=self.runbooks.get(name)) if notice.key else notice

    def is_broken(self, name: str) -> bool:
        """Return whether there should be such a channel: its entry is not understood, or can't be read."""
        return self.unread is not None or name in {fault.name for fault in self.faults}


def configured(settings: ChannelSettings, tools: Tools) -> Channels:
    """Return the channels of a stack."""
    simple = {channel.name: channel for channel in _simple(settings, tools)}
    if not settings.document:
        return Channels(by_name=simple)
    try:
        document = _document(settings.document, tools, simple)
    except AwsError as error:
        fault = Fault(place=DOCUMENT, problem=f"{error.operation}: {error.code}")
        return Channels(by_name=simple, faults=(fault,), unread=error)
    return Channels(
        by_name=simple | {channel.name: channel for channel, _ in document.channels},
        routes={channel.name: route for channel, route in document.channels},
        runbooks=document.runbooks,
        faults=document.faults,
    )


def _document(secret: str, tools: Tools, simple: Mapping[str, Channel]) -> Document:
    return read_document(tools.document(secret), tools, simple)


def _simple(settings: ChannelSettings, tools: Tools) -> Iterator[Channel]:
    """Yield those that a parameter of their own stands for."""
    if settings.notice_topic:
        from reprieve.messages.channels.sns import Sns  # noqa: PLC0415 - see above

        yield Sns(EMAIL, tools.topic(settings.notice_topic))
    if settings.slack_secret:
        from reprieve.messages.channels.slack_webhook import SlackWebhook  # noqa: PLC0415 - see above

        yield SlackWebhook(SLACK, tools.http, lambda: tools.secret(settings.slack_secret, "url"))
