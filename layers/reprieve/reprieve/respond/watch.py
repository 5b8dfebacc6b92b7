"""Who wants to know of a decision while it is carried out."""

from collections.abc import Callable
from typing import Final

from reprieve.dataclass import dataclass
from reprieve.respond.pages.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is notified of a decision while it is carried out.

    Attributes:
        begun: Called once it is on record, and before KMS is asked.
        ended: Called with what came of it, before a channel can hear of it.
    """

    begun: Callable[[], None] = lambda: None
    ended: Callable[[Outcome], None] = lambda _: None


NOBODY: Final = Watch()
