"""Slack, by an incoming webhook. A workflow's webhook takes the same."""

from collections.abc import Callable
from dataclasses import field
from typing import Final

from reprieve.dataclass import dataclass
from reprieve.errors import ChannelError, NotUnderstoodError
from reprieve.messages.block_kit import message
from reprieve.messages.channels.channel import Delivery, ToAll
from reprieve.messages.channels.entry import Entry
from reprieve.messages.channels.mention import IN_SLACK, NOBODY, Mentions, read_mentions
from reprieve.messages.channels.posting import as_json, post
from reprieve.ports import Http, HttpAnswer, Tools
from reprieve.untrusted import is_over_tls

TYPE: Final = "slack-webhook"
LIMIT: Final = 40_000
_OK: Final = 200
_TAKEN: Final = ("ok", '{"ok":true}')  # a webhook's answer, and a workflow's; a page in between says others


@dataclass(frozen=True, slots=True)
class SlackWebhook(ToAll):
    """The channel; its address is read whenever it is used."""

    name: str
    http: Http
    address: Callable[[], str] = field(repr=False)
    mentions: Mentions = NOBODY

    def send(self, sent: Delivery) -> None:
        """Post the notice."""
        payload = message(sent.story, self.mentions.of(sent.notice))
        post(self.http, self.name, self._url(), as_json(payload), is_taken=_is_taken)

    def _url(self) -> str:
        try:
            url = self.address()
        except NotUnderstoodError as error:
            raise ChannelError(self.name, "the secret is not a URL, and not JSON with a `url`") from error
        if not is_over_tls(url):
            raise ChannelError(self.name, "the secret does not hold an https address")
        return url


def read(name: str, entry: Entry, tools: Tools) -> SlackWebhook:
    """Return the channel of an entry."""
    url = entry.address("url")
    return SlackWebhook(name, tools.http, lambda: url, read_mentions(entry, IN_SLACK))


def _is_taken(answer: HttpAnswer) -> bool:
    return answer.status == _OK and answer.body.strip() in _TAKEN
