"""A channel that keeps a case together: notices of one case are sent one after the other."""

from dataclasses import replace
from typing import Final

from reprieve.cases.notice import ENDS_THREADS, Reason
from reprieve.cases.thread import LEEWAY, Place, Thread, ThreadStore
from reprieve.dataclass import dataclass
from reprieve.deliver.around import Around
from reprieve.errors import AwsError, ConflictError
from reprieve.messages.channels import Delivery
from reprieve.messages.headline import is_over

_APART: Final = frozenset({Reason.TEST})
"""What belongs to no case, although it shows one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadedChannel(Around):
    """A channel with threads: what comes after the end of its case is dropped."""

    threads: ThreadStore

    def send(self, sent: Delivery) -> None:
        """Send one notice into the thread of its case, and begin one where there is none.

        Raises:
            InProgressError: another notice of the case is being sent.
        """
        place = self._place(sent)
        if place is None:
            self.channel.send(sent)
            return
        if sent.notice.reason in ENDS_THREADS and not self._has_begun(place):
            self.log.info("Dropped the end of a case: the channel got no notice of it", channel=self.name)
            return
        thread = self.threads.take(place, self.clock())
        if thread.is_late(sent.notice.at):
            self._give_back(place, thread)
            self.log.info("Dropped a notice: its case has ended", notice_id=sent.notice.id)
            return
        self._send(sent, place, thread)

    def _send(self, sent: Delivery, place: Place, thread: Thread) -> None:
        after = thread
        try:
            receipt = self.channel.send(replace(sent, thread=thread))
            decided_at = min(sent.notice.at, self.clock() + LEEWAY)  # else it would silence what is later
            after = thread.after(decided_at, receipt, ends=is_over(sent.notice))
        finally:
            self._give_back(place, after)

    def _has_begun(self, place: Place) -> bool:
        """Return whether a notice of the case was to be sent, even if none was taken."""
        return self.threads.find(place.case_id, place.channel, place.recipient) is not None

    def _place(self, sent: Delivery) -> Place | None:
        case = sent.notice.case
        if case is None or sent.notice.reason in _APART or not self.channel.has_threads:
            return None
        return Place(
            case_id=case.id,
            channel=self.name,
            recipient=sent.recipient,
            over_at=case.key.deletion_date or sent.notice.at,
        )

    def _give_back(self, place: Place, thread: Thread) -> None:
        """Store the thread; if that fails, the next notice begins a new one, and none is sent twice."""
        try:
            self.threads.give_back(place, thread)
        except (AwsError, ConflictError) as error:
            self.log.warning("Could not store a thread", channel=self.name, problem=str(error))
