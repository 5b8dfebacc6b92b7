"""A wrapper around a channel, which is a channel itself: everything except sending is the inner channel's."""

from reprieve.cases.notice import Notice
from reprieve.clock import Clock
from reprieve.dataclass import dataclass
from reprieve.messages.channels import Channel
from reprieve.ports import Log


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The inner channel, the clock and the log."""

    channel: Channel
    clock: Clock
    log: Log

    @property
    def name(self) -> str:
        """The channel's."""
        return self.channel.name

    @property
    def has_link(self) -> bool:
        """The channel's."""
        return self.channel.has_link

    @property
    def has_threads(self) -> bool:
        """The channel's."""
        return self.channel.has_threads

    def recipients(self, notice: Notice) -> tuple[str, ...]:
        """Return the channel's."""
        return self.channel.recipients(notice)
