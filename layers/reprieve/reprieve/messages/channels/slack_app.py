"""Slack, by an app of yours: one message for each case, which stays true, and replies in its thread.

Source: Slack, "chat.postMessage", "chat.update": a message has at most 40,000 characters of text and 50
blocks; a button's value 2,000 characters. The first message of a case is changed with every notice; what is
new is a reply. Replies hold no link, because only the first message can be found again.
"""

from dataclasses import field
from typing import Final

from reprieve.cases.thread import Receipt
from reprieve.dataclass import dataclass
from reprieve.errors import ChannelBusyError, ChannelError, SlackBusyError, SlackError
from reprieve.messages.channels.channel import Delivery, Threads, ToAll
from reprieve.messages.channels.entry import Entry
from reprieve.messages.channels.slack_app_entry import TYPE, SlackAppEntry, read_app
from reprieve.messages.slack_thread import first, reply
from reprieve.ports import Slack, Tools

__all__ = ["LIMIT", "TYPE", "SlackApp", "read"]

LIMIT: Final = 40_000
_RECEIPT: Final = ("channel", "ts")
"""What a message is found by; without one of them it can't be, and the next notice begins another one."""

_GONE: Final = frozenset({"message_not_found", "thread_not_found", "cannot_reply_to_message"})
"""What Slack says where the first message was deleted."""

_ELSEWHERE: Final = frozenset({"channel_not_found", "is_archived", "not_in_channel"})
_UNCHANGEABLE: Final = frozenset({"cant_update_message", "edit_window_closed"})
"""What Slack says where the workspace does not let messages be changed."""


@dataclass(frozen=True, slots=True)
class SlackApp(Threads, ToAll):
    """The channel."""

    app: SlackAppEntry
    slack: Slack = field(repr=False)

    @property
    def name(self) -> str:
        """The entry's."""
        return self.app.name

    def send(self, sent: Delivery) -> Receipt:
        """Begin the thread of the case; or bring its first message up to date, and reply to it."""
        try:
            return self._sent(sent)
        except SlackBusyError as error:
            raise ChannelBusyError(self.name, error.problem, error.retry_after) from None
        except SlackError as error:
            raise ChannelError(self.name, error.problem) from None

    def _sent(self, sent: Delivery) -> Receipt:
        receipt = sent.thread.receipt if sent.thread else {}
        if not all(receipt.get(name) for name in _RECEIPT):
            return self._begin(sent)
        try:
            self._update(sent, receipt)
            self._reply(sent, receipt)
        except SlackError as error:
            if not self._is_gone(error, receipt):
                raise
            return self._begin(sent)
        return receipt

    def _begin(self, sent: Delivery) -> Receipt:
        said = first(sent.notice, sent.story, self.app.mentions.of(sent.notice))
        answer = self.slack.call("chat.postMessage", {"channel": self.app.channel, **said})
        return {name: str(answer.get(name, "")) for name in _RECEIPT}

    def _update(self, sent: Delivery, receipt: Receipt) -> None:
        """Change the first message, unless it already shows what is known later: a queue has no order."""
        if sent.thread and not sent.thread.is_latest(sent.notice.at):
            return
        try:
            self.slack.call("chat.update", {**receipt, **first(sent.notice, sent.story)})
        except SlackError as error:
            if error.code not in _UNCHANGEABLE:
                raise

    def _reply(self, sent: Delivery, receipt: Receipt) -> None:
        said = reply(sent.notice, sent.story, self.app.mentions.of(sent.notice))
        self.slack.call(
            "chat.postMessage", {"channel": receipt["channel"], "thread_ts": receipt["ts"], **said}
        )

    def _is_gone(self, error: SlackError, receipt: Receipt) -> bool:
        """Return whether there is no such message any more, or it is in a channel that was given up."""
        moved = receipt["channel"] != self.app.channel
        return error.code in _GONE or (moved and error.code in _ELSEWHERE)


def read(name: str, entry: Entry, tools: Tools) -> SlackApp:
    """Return the channel of an entry."""
    app = read_app(name, entry)
    return SlackApp(app, tools.slack(app.bot_token, app.url))
