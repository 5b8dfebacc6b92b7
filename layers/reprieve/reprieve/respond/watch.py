"""Who wants to know about a decision while it is carried out."""

from collections.abc import Callable
from typing import Final

from reprieve.dataclass import dataclass
from reprieve.respond.pages.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is notified of a decision while it is carried out.

    Attributes:
        begun: Called when it is on record, before KMS is called.
        ended: Called with what came of it, before a channel can hear of it.
    """

    begun: Callable[[], None] = lambda: None
    ended: Callable[[Outcome], None] = lambda _: None


NOBODY: Final = Watch()
