"""One notice on its way: first to each channel that gets it, then to one recipient of one channel."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from reprieve.cases.case import case_id
from reprieve.cases.envelope import envelope
from reprieve.cases.key import Unknown
from reprieve.cases.notice import LINK, Notice, Reason
from reprieve.cases.recipient import RecipientStore
from reprieve.cases.sample_store import Accepted, Begun, SampleStore
from reprieve.cases.serialization import from_json
from reprieve.cases.visitor import AuthMethod
from reprieve.clock import Clock
from reprieve.dataclass import dataclass
from reprieve.errors import (
    AwsError,
    ChannelBusyError,
    ChannelError,
    ChannelRefusedError,
    ConflictError,
    NotUnderstoodError,
)
from reprieve.links import LinkClaims, SampleClaims, SigningKey, mint, mint_sample
from reprieve.messages.channels import Channel, delivery, delivery_id
from reprieve.messages.channels.configured import Channels
from reprieve.ports import Log, MessageQueue, Once
from reprieve.ports.log_messages import NOTICE_ROUTED, NOTICE_SENT
from reprieve.untrusted import EMAIL_LIMIT, look, mapping, text

SAMPLE_LIFETIME: Final = timedelta(days=1)
"""How long the link of a test notice is valid at most."""

_FIRST_PAUSE: Final = 15
_LONGEST_PAUSE: Final = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverer:
    """The use case, with all that it needs.

    Attributes:
        channels: The channels, and which notices each gets.
        queue: Where a notice waits for each of its recipients.
        dead_letters: Where a notice is kept that its channel will never accept.
        signing_key: What signs the links.
        page_url: What stands before a token in a link.
        lifetime: How long a link is valid; never longer than until the deletion.
        account: The account whose keys the page may act on.
        enters_accounts: Whether it may act on those of others too.
        approvers: What the holder of a link needs in addition to it.
        samples: Where it is noted which channel accepted a test notice.
        recipients: Where it is noted whom a link was sent to.
    """

    channels: Channels
    queue: MessageQueue
    dead_letters: MessageQueue
    once: Once
    signing_key: SigningKey
    page_url: str
    lifetime: timedelta
    account: str
    enters_accounts: bool
    approvers: AuthMethod
    samples: SampleStore
    recipients: RecipientStore
    clock: Clock
    log: Log

    def deliver(self, body: str) -> None:
        """Bring the notice in a queue message on its way, or to the recipient that the message names.

        Raises:
            NotUnderstoodError: the message is not one of ours.
            InProgressError: another invocation is sending it.
            ChannelError: the channel did not take it, and may do so later.
            AwsError: AWS did not, or the document of channels could not be read.
        """
        name, recipient, notice = _opened(body)
        if not name:
            self._route(notice)
        elif channel := self.channels.by_name.get(name):
            try:
                self._send(channel, recipient, notice)
            except ChannelRefusedError as error:
                self._give_up(body, error, notice)
        elif self.channels.is_broken(name):
            raise ChannelError(name, "its entry in the document of channels can't be read")
        else:
            self.log.warning("Dropped a notice: its channel is no longer configured", channel=name)

    def _route(self, notice: Notice) -> None:
        """Put one message for each recipient into the queue; what is not known gets its own when it is."""
        sent = [(each.name, to) for each in self.channels.of(notice) for to in each.recipients(notice)]
        self.queue.send([envelope(notice, name, recipient) for name, recipient in sent])
        names = sorted({name for name, _ in sent})
        if notice.reason is Reason.TEST:
            self.samples.routed(notice.id, Begun(at=self.clock(), channels=tuple(names)))
        self.log.info(NOTICE_ROUTED, channels=names, notice_id=notice.id, reason=notice.reason)
        if self.channels.unread:
            raise self.channels.unread
        if not self.channels.by_name:
            raise ChannelError("every channel", "the stack has no channel that deliver can send to")

    def _give_up(self, body: str, error: ChannelRefusedError, notice: Notice) -> None:
        """Keep a message that no retry can bring to its channel, where an alarm reports it."""
        self.dead_letters.send([body])
        self.log.error(
            "Could not deliver a notice; it is in the dead-letter queue",
            problem=str(error),
            notice_id=notice.id,
            reason=notice.reason,
        )

    def _send(self, channel: Channel, recipient: str, notice: Notice) -> None:
        """Send a notice to one recipient, once however often it comes."""
        self.once.do(
            delivery_id(notice, channel.name, recipient),
            lambda: self._send_now(channel, recipient, notice),
        )
        if notice.reason is Reason.TEST:
            taken = Accepted(channel=channel.name, at=self.clock(), has_link=channel.has_link)
            self.samples.accepted(notice.id, taken)
        self.log.info(NOTICE_SENT, channel=channel.name, notice_id=notice.id, reason=notice.reason)

    def _send_now(self, channel: Channel, recipient: str, notice: Notice) -> None:
        linked = self.channels.with_runbook(self._with_link(notice, channel, recipient), channel.name)
        channel.send(delivery(linked, channel.name, recipient, self.clock()))

    def _with_link(self, notice: Notice, channel: Channel, recipient: str) -> Notice:
        """Return the notice with a link of its own, or without one and why."""
        claims = self._claims(notice, channel.name)
        if claims is None:
            return notice
        if not channel.has_link:
            return _without(notice, "others read later what this channel keeps")
        if isinstance(claims, SampleClaims):
            return self._linked(notice, claims, lambda: mint_sample(claims, self.signing_key))
        if claims.key.account != self.account and not self.enters_accounts:
            return _without(notice, f"the page can only act in account {self.account}")
        addressed = self._addressed(claims, recipient)
        return self._linked(notice, addressed, lambda: mint(addressed, self.signing_key))

    def _addressed(self, claims: LinkClaims, recipient: str) -> LinkClaims:
        """Return the claims with whom the link is sent to; what can't be noted costs the name only."""
        if not recipient:
            return claims
        case = case_id(claims.key, claims.deletion_date)
        try:
            noted = self.recipients.note(case, recipient, claims.deletion_date)
        except (AwsError, ConflictError) as error:
            self.log.warning("Could not store the recipient of a link", problem=str(error))
            return claims
        return replace(claims, recipient=noted)

    def _linked(self, notice: Notice, claims: LinkClaims | SampleClaims, minted: Callable[[], str]) -> Notice:
        try:
            link = self.page_url + minted()
        except AwsError as error:
            self.log.error("Could not sign a link", problem=str(error), notice_id=notice.id)
            return _without(notice, f"it could not be signed: {error.operation}, {error.code}")
        return replace(notice, link=link, link_expires_at=claims.expires_at, approvers=self.approvers)

    def _claims(self, notice: Notice, channel: str) -> LinkClaims | SampleClaims | None:
        key, now = notice.key, self.clock()
        if notice.reason is Reason.TEST:
            expires_at = notice.at + min(self.lifetime, SAMPLE_LIFETIME)
            return SampleClaims(channel=channel, notice=notice.id, expires_at=expires_at)
        if key is None or key.deletion_date is None or not key.is_pending or key.deletion_date <= now:
            return None
        return LinkClaims(
            key=key.arn,
            deletion_date=key.deletion_date,
            channel=channel,
            notice=notice.id,
            expires_at=min(now + self.lifetime, key.deletion_date),
        )


def pause(error: Exception, attempt: int) -> int:
    """Return after how many seconds to retry a message that failed for the `attempt`th time."""
    asked = error.retry_after if isinstance(error, ChannelBusyError) else None
    return max(asked or 0, min(_FIRST_PAUSE << min(attempt - 1, 10), _LONGEST_PAUSE))


def _without(notice: Notice, why: str) -> Notice:
    """Return the notice without a link, and with the reason."""
    return replace(notice, unknown=(*notice.unknown, Unknown(fact=LINK, why=why)))


def _opened(body: str) -> tuple[str, str, Notice]:
    """Return the channel and the recipient that a message is for, "" for none, and the notice."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotUnderstoodError("queue message", "it is not JSON") from error
    if not isinstance(look(message, "notice"), dict):
        raise NotUnderstoodError("queue message", "it holds no notice")
    recipient = text(message, "recipient", limit=EMAIL_LIMIT)
    return text(message, "channel"), recipient, from_json(Notice, mapping(message, "notice"))
