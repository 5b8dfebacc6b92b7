"""Whether the function health itself runs. investigate looks before it reads."""

from datetime import datetime, timedelta
from typing import Final

from reprieve.cases.envelope import envelopes
from reprieve.cases.health_store import HealthStore
from reprieve.cases.notice import stack_unhealthy
from reprieve.cases.problem import Kind, Problem
from reprieve.clock import Clock
from reprieve.dataclass import dataclass
from reprieve.errors import ReprieveError
from reprieve.ports import Log, MessageQueue

TOLERATED: Final = timedelta(minutes=45)
"""Three looks of health, the latest of which is due: people hear of it within an hour."""

_ADVICE: Final = (
    "It checks the other functions, the channels and the addresses. Until it runs again, nobody is notified"
    " of their problems. Look at its log and its schedule to find out why."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthWatch:
    """The use case, with all that it needs. The notice goes by the queue, and deliver sends it once a day."""

    book: HealthStore
    queue: MessageQueue
    clock: Clock
    log: Log

    def look(self) -> None:
        """Notify every channel if health has not finished a run for long. A failure is only logged."""
        try:
            last = self.book.last_run()
            if last and self.clock() - last >= TOLERATED:
                self._tell(last)
        except ReprieveError as error:
            self.log.warning("Could not check whether health runs", problem=str(error))

    def _tell(self, last: datetime) -> None:
        problem = Problem(kind=Kind.FUNCTION_STUCK, subject="health", since=last, advice=_ADVICE)
        self.queue.send(envelopes([stack_unhealthy(problem, self.clock())]))
        self.log.error("The function health does not run", since=last.isoformat())
