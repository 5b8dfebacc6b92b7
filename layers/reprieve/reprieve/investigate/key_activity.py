"""What one reading of the log group, and one look at KMS, say about one key."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from reprieve.arn import KeyArn
from reprieve.cases.case import Case
from reprieve.cases.minute_counts import Counted
from reprieve.cases.transitions import without_those_of
from reprieve.cloudtrail.key_use import KeyChange, KeyEvent, Scheduling
from reprieve.dataclass import dataclass
from reprieve.investigate.facts.key_facts import KeyFacts
from reprieve.investigate.log_window import LogWindow


@dataclass(frozen=True, slots=True)
class KeyActivity:
    """What a window of the log group has of one key, and what was looked up about it."""

    facts: KeyFacts
    minutes: Mapping[datetime, Counted]
    schedulings: tuple[Scheduling, ...] = ()
    changes: tuple[KeyChange, ...] = ()

    def apart_from(self, cases: tuple[Case, ...]) -> "KeyActivity":
        """Return the same without the records of deletions of other cases."""
        schedulings = without_those_of(cases, self.schedulings, self.facts.answer.deletion_date)
        return replace(self, facts=self.facts.apart_from(cases), schedulings=schedulings)

    @property
    def last_use(self) -> datetime | None:
        """When the latest use was made."""
        return max(
            (uses.last_at for each in self.minutes.values() if (uses := each.uses.uses()).last_at),
            default=None,
        )

    @property
    def last_refused(self) -> datetime | None:
        """When KMS refused a request last: a use, or a call that manages the key."""
        calls = (each.management_calls.uses().last_at for each in self.minutes.values())
        return max((at for at in (self.last_use, *calls) if at), default=None)

    @property
    def last_scheduled(self) -> datetime | None:
        """When the key was scheduled for deletion, last."""
        return max((scheduling.at for scheduling in self.schedulings), default=None)

    @property
    def last_cancelled(self) -> datetime | None:
        """When its deletion was cancelled, last."""
        return max((each.at for each in self.changes if each.change is KeyEvent.CANCELLED), default=None)


def activities(window: LogWindow, known: Mapping[KeyArn, KeyFacts]) -> Iterator[KeyActivity]:
    """Yield what was found of each key that something is known of."""
    for key, facts in known.items():
        yield KeyActivity(
            facts,
            window.of(key),
            tuple(window.schedulings.get(key, ())),
            tuple(window.changes.get(key, ())),
        )
