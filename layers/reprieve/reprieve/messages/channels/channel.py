"""One way to reach people, and what is sent by it."""

from datetime import datetime
from typing import Protocol

from reprieve.cases.notice import Notice
from reprieve.dataclass import dataclass
from reprieve.messages.story import Story, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One notice for one recipient of one channel.

    Attributes:
        notice: The notice; its link, if it has one, is for this delivery only.
        story: What is said of it.
        recipient: Whom it is for, where the channel tells its recipients apart.
        id: The same for the same delivery, however often it is tried.
        at: The present.
    """

    notice: Notice
    story: Story
    recipient: str
    id: str
    at: datetime


def delivery(notice: Notice, channel: str, recipient: str, at: datetime) -> Delivery:
    """Return a notice on its way."""
    return Delivery(
        notice=notice,
        story=tell(notice),
        recipient=recipient,
        id=delivery_id(notice, channel, recipient),
        at=at,
    )


def delivery_id(notice: Notice, channel: str, recipient: str) -> str:
    """Return `notice/channel/recipient`, without the last where a channel has one recipient only."""
    return "/".join((notice.id, channel, *([recipient] if recipient else [])))


class Channel(Protocol):
    """A channel renders a story for its medium, and sends it."""

    @property
    def name(self) -> str:
        """Its name in this stack: two channels of one type have different ones."""
        ...

    @property
    def has_link(self) -> bool:
        """Whether what it sends holds a link: no, where a medium keeps messages that others read later."""
        ...

    def recipients(self, notice: Notice) -> tuple[str, ...]:
        """Return whom a notice goes to, each in a message of their own; ("",) where that is the channel."""
        ...

    def send(self, sent: Delivery) -> None:
        """Send one notice.

        Raises:
            ChannelError: the other side did not take it.
            AwsError: the same, where AWS is the other side.
        """
        ...


class ToAll:
    """What a channel has in common with most others: everybody who reads it is one recipient, with a link."""

    __slots__ = ()

    @property
    def has_link(self) -> bool:
        """What it sends holds a link."""
        return True

    def recipients(self, _: Notice) -> tuple[str, ...]:
        """Return the channel itself."""
        return ("",)
