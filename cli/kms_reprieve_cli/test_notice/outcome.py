"""What became of a test notice, channel by channel."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from kms_reprieve_cli.test_notice.stack import NotifyingStack, Started
from kms_reprieve_cli.test_notice.until import Until
from reprieve.cases.audit_entry import Event
from reprieve.cases.sample_store import SampleRecord
from reprieve.errors import AwsError
from reprieve.ports import Subscription

_EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A person who opened the page: they pressed its button, or signed in."""

    by: str
    source_ip: str
    at: datetime
    pressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOutcome:
    """What became of it in one channel.

    Attributes:
        channel: The channel's name.
        accepted_at: When the channel took it; None if it has not yet.
        has_link: Whether there is a link in it; without one, nobody can open it.
        error: What the channel said last, if it does not take it.
        openings: Who opened its page, in order.
    """

    channel: str
    accepted_at: datetime | None = None
    has_link: bool = True
    error: str = ""
    openings: tuple[Opening, ...] = ()

    def has(self, until: Until) -> bool:
        """Return whether it got so far."""
        if until is Until.ACCEPTED or not self.has_link:
            return self.accepted_at is not None
        return any(opening.pressed for opening in self.openings)


def outcomes(stack: NotifyingStack, started: Started) -> tuple[ChannelOutcome, ...]:
    """Return what became of it so far; what may not be read is left out. Only the record itself is needed.

    Raises:
        AwsError: the record can't be read.
    """
    record = stack.record(started.notice)
    accepted = {each.channel: each for each in record.accepted}
    channels = record.routed or started.channels
    errors = {} if set(channels) <= accepted.keys() else _errors(stack)
    return tuple(
        ChannelOutcome(
            channel=channel,
            accepted_at=accepted[channel].at if channel in accepted else None,
            has_link=channel not in accepted or accepted[channel].has_link,
            error="" if channel in accepted else errors.get(channel, ""),
            openings=tuple(_openings(record, channel)),
        )
        for channel in channels
    )


def subscriptions(stack: NotifyingStack, found: Iterable[ChannelOutcome]) -> tuple[Subscription, ...]:
    """Return the addresses behind the channel email; none without it, or if they may not be read."""
    try:
        is_there = any(each.channel == _EMAIL for each in found)
        return tuple(stack.subscriptions()) if is_there else ()
    except AwsError:
        return ()


def _errors(stack: NotifyingStack) -> dict[str, str]:
    try:
        return {each.channel: each.error for each in stack.failing()}
    except AwsError:
        return {}


def _openings(record: SampleRecord, channel: str) -> Iterator[Opening]:
    for entry in record.history:
        if entry.visitor and entry.visitor.channel == channel:
            yield Opening(
                by=entry.visitor.label,
                source_ip=entry.visitor.source_ip,
                at=entry.at,
                pressed=entry.event is Event.SEEN,
            )
