"""What stands around a channel, and is one itself: all but sending is the channel's."""

from reprieve.cases.notice import Notice
from reprieve.clock import Clock
from reprieve.dataclass import dataclass
from reprieve.messages.channels import Channel
from reprieve.ports import Log


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The channel inside, and what to tell the time and the log by."""

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
