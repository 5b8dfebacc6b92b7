"""Whom links were sent to: an address is kept here, because a link names its recipient only by an id.

| partition     | sort    | what                                                     |
| ------------- | ------- | -------------------------------------------------------- |
| `thread#CASE` | `to#ID` | the address that a link was sent to; deliver writes it   |

The id is random: it says nothing about the address. A hash could be guessed by trying addresses.
"""

from datetime import datetime, timedelta
from secrets import token_hex
from typing import Final

from reprieve.cases.readable import readable
from reprieve.cases.serialization import to_json
from reprieve.cases.thread import THREAD
from reprieve.dataclass import dataclass
from reprieve.ports import Document, Table

_TO: Final = "to#"
_BYTES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """The address that a link was sent to."""

    address: str


@dataclass(frozen=True, slots=True)
class RecipientStore:
    """The table, as far as it is about recipients of links. `retention` is that of the cases."""

    table: Table
    retention: timedelta

    def note(self, case_id: str, address: str, over_at: datetime) -> str:
        """Store whom a link is sent to, and return the id that the link names them by."""
        drawn = token_hex(_BYTES)
        self.table.put(
            Document(
                partition=THREAD + case_id,
                sort=_TO + drawn,
                body=to_json(Recipient(address=address)),
                expires_at=over_at + self.retention,
            )
        )
        return drawn

    def address(self, case_id: str, recipient: str) -> str | None:
        """Return the address that a link was sent to; None where that is not known any more."""
        found = self.table.get(THREAD + case_id, _TO + recipient)
        known = readable(Recipient, found) if found else None
        return known.address if known else None
