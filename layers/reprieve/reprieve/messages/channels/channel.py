"""One way to reach people."""

from typing import Protocol

from reprieve.cases.notice import Notice


class Channel(Protocol):
    """A channel renders a notice for its medium and sends it."""

    def send(self, notice: Notice) -> None:
        """Send one notice; `notice.link`, if it has one, is for this channel only.

        Raises:
            ChannelError: the other side did not take it.
            AwsError: the same, where AWS is the other side.
        """
        ...
