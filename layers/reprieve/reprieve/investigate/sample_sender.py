"""A test notice to every channel: `kms-reprieve test-notice` starts it with an event of its own.

Its event has a source, and an `id`, which the notice gets: a random one, which no other notice has.
Alarms come in SNS' form, and the template holds the schedule's event, so that only those who may invoke the
function can start one. It asks nothing of KMS.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from reprieve.cases.envelope import envelopes
from reprieve.cases.notice import Sender
from reprieve.cases.sample import sample_notice
from reprieve.cases.sample_store import Begun, SampleStore
from reprieve.clock import Clock, rfc3339
from reprieve.dataclass import dataclass
from reprieve.errors import TooManyTestsError
from reprieve.ports import Log, MessageQueue
from reprieve.untrusted import text

_RANDOM: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
"""A UUID of version 4 (RFC 9562); the ids of notices about keys have version 5, from what they are about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSender:
    """The use case, with all that it needs. A second event with the same id sends nothing new."""

    sender: Sender
    store: SampleStore
    queue: MessageQueue
    clock: Clock
    log: Log

    def send(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send what an event asks for; return the notice's id and its time, or an error.

        deliver knows its channels.

        Raises:
            AwsError: it could not be stored or queued.
        """
        notice = text(event, "id")
        if not _RANDOM.fullmatch(notice):
            return self._refused("its id is not a random UUID (version 4) in lower case")
        try:
            return self._sent(notice)
        except TooManyTestsError as error:
            return self._refused(str(error))

    def _sent(self, notice: str) -> Mapping[str, Any]:
        begun = self.store.begin(notice, Begun(at=self.clock().replace(microsecond=0)))
        self.queue.send(envelopes([sample_notice(notice, self.sender, begun.at)]))
        self.log.info("Queued a test notice", notice_id=notice)
        return {"id": notice, "at": rfc3339(begun.at)}

    def _refused(self, why: str) -> Mapping[str, Any]:
        """Tell the caller, and do not fail: a wrong request is not a failure of the stack."""
        self.log.warning("Refused a test notice", problem=why)
        return {"error": why}
