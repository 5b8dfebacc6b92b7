"""A channel that notes whether it accepts what it is sent."""

import re
from collections.abc import Callable
from typing import Final

from reprieve.cases.health_store import HealthStore, noted_as
from reprieve.cases.thread import Receipt
from reprieve.dataclass import dataclass
from reprieve.deliver.around import Around
from reprieve.errors import AwsError, ChannelError, ChannelRefusedError, ReprieveError
from reprieve.messages.channels import Delivery
from reprieve.untrusted import one_line

_ADDRESS: Final = re.compile(r"\S*/\S*/\S*|\S+@\S+")
_ERROR_LIMIT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedChannel(Around):
    """A channel that notes for the function health whether it accepts what it is sent."""

    book: HealthStore

    def send(self, sent: Delivery) -> Receipt | None:
        """Send one notice, as the channel itself does; if that can't be noted, it is only logged."""
        try:
            receipt = self.channel.send(sent)
        except (ChannelError, AwsError) as error:
            said = _told(error)
            final = isinstance(error, ChannelRefusedError)
            self._note(lambda: self.book.failed(self._noted_as(sent), said, self.clock(), is_final=final))
            raise
        self._note(lambda: self.book.worked(self._noted_as(sent)))
        return receipt

    def _noted_as(self, sent: Delivery) -> str:
        return noted_as(self.name, sent.recipient)

    def _note(self, write: Callable[[], None]) -> None:
        try:
            write()
        except ReprieveError as error:
            self.log.warning("Could not store the state of a channel", channel=self.name, problem=str(error))


def _told(error: ChannelError | AwsError) -> str:
    """Return what people are told about an error: nothing that could be an address, which may be a secret."""
    said = error.problem if isinstance(error, ChannelError) else f"{error.operation}: {error.code}"
    return one_line(_ADDRESS.sub("…", said), _ERROR_LIMIT)
