"""Whether the stack itself works: every channel is notified of what does not.

It must not need what may be broken. It sends by itself and not through the queue, each channel apart from the
others, and also where the table does not remember what was sent.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from datetime import datetime, timedelta
from typing import Any, Final

from reprieve.alarm import sns_messages
from reprieve.cases.health_store import Failing, HealthStore, channel_of, noted_as
from reprieve.cases.notice import Notice, stack_unhealthy
from reprieve.cases.problem import Kind, Problem
from reprieve.cases.store import CaseStore
from reprieve.clock import Clock
from reprieve.dataclass import dataclass
from reprieve.errors import AwsError, HealthError, InProgressError, NotUnderstoodError, ReprieveError
from reprieve.health import stack_alarms
from reprieve.health.addresses import Addresses
from reprieve.health.stack_alarms import Alarmed
from reprieve.messages.channels import Channel, Delivery, delivery
from reprieve.messages.channels.configured import Channels
from reprieve.ports import Alarms, Log, Once
from reprieve.ports.log_messages import NOT_FROM_AN_ALARM

EVERY: Final = timedelta(minutes=15)
"""How often the schedule starts a look."""

TOLERATED: Final = timedelta(minutes=30)
"""How long a channel may take nothing, or investigate come to no end, before it is told.

With the time until the next look, people hear of it within 45 minutes of its beginning; within an hour, if
one look in between is lost.
"""

LATENESS: Final = timedelta(minutes=15)
"""How far behind the present the bookmark of investigate normally stays."""

_CHANNEL: Final = (
    "The other channels get every notice. What this one did not accept is retried for an hour, then kept in"
    " the dead-letter queue of deliver. When the channel works again, redrive that queue to DeliveryQueue."
)
_REFUSED: Final = (
    "It says that it never will, so deliver does not try again: what it refused is in the dead-letter queue"
    " of deliver. The other channels get every notice. Correct the channel's entry in the document of"
    " channels, or remove it; then redrive that queue to DeliveryQueue."
)
_BROKEN: Final = (
    "What is not understood notifies nobody. Run kms-reprieve channels check FILE to see what is wrong;"
    " events/channels.schema.json describes the document. Notices that were on their way are retried for an"
    " hour, then kept in the dead-letter queue of deliver."
)
_INVESTIGATE: Final = (
    "The log group has been read up to that time and not further, so you may not be notified of a key in"
    " use. The log of investigate says why. Nothing is lost as long as the log group holds the records."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The use case, with all that it needs.

    Attributes:
        channels: The channels, all of which hear of it.
        pool: Sends by several channels at once: one that does not answer holds up no other.
        alarms: The stack's own alarms.
        names: What a person calls a function, by AWS' names of it and of its dead-letter queue.
        addresses: The addresses that are to get the notices.
        log_group: The log group that investigate reads.
    """

    channels: Channels
    pool: Executor
    alarms: Alarms
    names: Mapping[str, str]
    addresses: Addresses
    log_group: str
    book: HealthStore
    store: CaseStore
    once: Once
    clock: Clock
    log: Log

    def run(self, event: Mapping[str, Any]) -> None:
        """Tell what alarms say; started by the schedule, look for what no alarm shows.

        Raises:
            HealthError: something could not be looked at, or no channel took a notice.
        """
        texts = sns_messages(event)
        failed = [*self._hear(texts)] if texts else [*self._look(self.clock())]
        if failed:
            raise HealthError(tuple(failed))

    def _hear(self, texts: Iterable[str]) -> Iterator[str]:
        """Tell what alarms say; yield what could not be told."""
        for each in texts:
            try:
                ringing = stack_alarms.read(each)
            except NotUnderstoodError as error:
                self.log.warning(NOT_FROM_AN_ALARM, problem=str(error))
                continue
            if ringing:
                yield from self._tell(stack_alarms.understood(ringing, self.names))

    def _look(self, now: datetime) -> Iterator[str]:
        """Look at everything; yield what could not be looked at or told, which stops nothing else."""
        looks: dict[str, Callable[[datetime], Iterable[Problem | Alarmed]]] = {
            "alarms": self._alarms,
            "document": self._document,
            "channels": self._channels,
            "addresses": self.addresses.problems,
            "investigate": self._investigate,
        }
        for name, look in looks.items():
            try:
                for problem in look(now):
                    yield from self._tell(problem)
            except ReprieveError as error:
                self.log.error("Could not finish a health check", look=name, problem=str(error))
                yield f"{name}: {error}"
        yield from self._finish(now)

    def _finish(self, now: datetime) -> Iterator[str]:
        """Tell again what a channel has not taken today, and note that the look is over."""
        try:
            for notice in self.book.recent(now):
                self._send(notice)
            self.book.run_ended(now)
        except ReprieveError as error:
            self.log.error("Could not finish a health check", look="table", problem=str(error))
            yield f"table: {error}"

    def _alarms(self, _: datetime) -> Iterator[Alarmed]:
        """Yield what rings now, as well: an alarm tells once that it rings, and its message may be lost."""
        return (stack_alarms.understood(each, self.names) for each in self.alarms.ringing())

    def _document(self, now: datetime) -> Iterator[Problem]:
        """Yield what is wrong with the document of channels."""
        return (
            Problem(
                kind=Kind.CHANNEL_BROKEN,
                subject=fault.place,
                since=now,
                advice=_BROKEN,
                error=fault.problem,
            )
            for fault in self.channels.faults
        )

    def _channels(self, now: datetime) -> Iterator[Problem]:
        lasting = (each for each in self.book.failing() if each.is_final or now - each.since >= TOLERATED)
        return (_of_channel(each) for each in lasting if channel_of(each.channel) in self.channels.by_name)

    def _investigate(self, now: datetime) -> Iterator[Problem]:
        read_until = self.store.bookmark(self.log_group).settled_until
        if read_until and now - read_until >= LATENESS + TOLERATED:
            yield Problem(
                kind=Kind.FUNCTION_STUCK, subject="investigate", since=read_until, advice=_INVESTIGATE
            )

    def _tell(self, wrong: Problem | Alarmed) -> Iterator[str]:
        """Tell every channel but the one that it is about; yield the cause if none of them has it."""
        problem, page = (wrong, None) if isinstance(wrong, Problem) else (wrong.problem, wrong.console_url)
        notice = stack_unhealthy(problem, self.clock(), page)
        try:
            self.book.remember(notice)
        except AwsError as error:
            self.log.error("Could not store a problem", problem=str(error))
        if not self._send(notice):
            self.log.error("Could not notify any channel of a problem", cause=problem.cause)
            yield f"nobody was notified: {problem.cause}"

    def _send(self, notice: Notice) -> bool:
        """Send a notice to everybody whom it is not about, and return whether one of them has it."""
        about = _noted_of(notice)
        sendings = [
            _Sending(channel, delivery(notice, channel.name, recipient, self.clock()))
            for channel in self.channels.by_name.values()
            for recipient in channel.recipients(notice)
            if about not in {channel.name, noted_as(channel.name, recipient)}
        ]
        return any([*self.pool.map(self._reached, sendings)])  # each of them is tried

    def _reached(self, sending: "_Sending") -> bool:
        name = sending.channel.name
        try:
            self._once(sending.sent.id, sending)
        except ReprieveError as error:
            self.log.warning("Could not notify a channel of a problem", channel=name, problem=str(error))
            return False
        if sending.begun:
            self.log.info("Notified a channel of a problem", channel=name, notice_id=sending.sent.notice.id)
        return True

    def _once(self, key: str, sending: "_Sending") -> None:
        """Send, unless that was done; also where the table does not say whether it was."""
        try:
            self.once.do(key, sending)
        except InProgressError:
            return  # by another invocation, which handles it
        except AwsError as error:
            if sending.begun and sending.failed:
                raise
            self.log.error("Could not store a problem", problem=str(error))
            if not sending.begun:
                sending()


@dataclass(slots=True)
class _Sending:
    """One notice on its way to one channel."""

    channel: Channel
    sent: Delivery
    begun: bool = False
    failed: bool = True

    def __call__(self) -> None:
        self.begun = True
        self.channel.send(self.sent)
        self.failed = False


def _noted_of(notice: Notice) -> str:
    """Return the channel that a notice is about, or the recipient; "" for none."""
    problem = notice.problem
    return problem.subject if problem and problem.kind is Kind.CHANNEL_FAILS else ""


def _of_channel(failing: Failing) -> Problem:
    return Problem(
        kind=Kind.CHANNEL_FAILS,
        subject=failing.channel,
        since=failing.since,
        advice=_REFUSED if failing.is_final else _CHANNEL,
        error=failing.error,
    )
