"""One way to reach people, and what is sent by it."""

from datetime import datetime
from typing import Protocol

from reprieve.cases.notice import Notice
from reprieve.cases.thread import Receipt, Thread
from reprieve.dataclass import dataclass
from reprieve.messages.story import Story, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One notice for one recipient of one channel.

    Attributes:
        notice: The notice; its link, if it has one, is for this delivery only.
        story: What is said about it.
        recipient: Whom it is for, where the channel tells its recipients apart.
        id: The same for the same delivery, however often it is tried.
        at: The present.
        thread: What was sent of the case before, where the channel has threads.
    """

    notice: Notice
    story: Story
    recipient: str
    id: str
    at: datetime
    thread: Thread | None = None


def delivery(notice: Notice, channel: str, recipient: str, at: datetime) -> Delivery:
    """Return a notice on its way."""
    return Delivery(
        notice=notice,
        story=tell(notice, at),
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

    @property
    def has_threads(self) -> bool:
        """Whether it keeps a case together: its notices come one after the other, none after its end."""
        ...

    def recipients(self, notice: Notice) -> tuple[str, ...]:
        """Return whom a notice goes to, each in a message of their own; ("",) where that is the channel."""
        ...

    def send(self, sent: Delivery) -> Receipt | None:
        """Send one notice, and return what later ones need to find it; None where they need nothing.

        Raises:
            ChannelError: the other side did not take it.
            AwsError: the same, where AWS is the other side.
        """
        ...


class Threads:
    """What channels have in common that keep a case together."""

    __slots__ = ()

    @property
    def has_threads(self) -> bool:
        """They do."""
        return True


class ToAll:
    """What most channels have in common: everybody who reads it is one recipient, with a link; no threads."""

    __slots__ = ()

    @property
    def has_link(self) -> bool:
        """What it sends holds a link."""
        return True

    @property
    def has_threads(self) -> bool:
        """Each notice stands by itself."""
        return False

    def recipients(self, _: Notice) -> tuple[str, ...]:
        """Return the channel itself."""
        return ("",)
