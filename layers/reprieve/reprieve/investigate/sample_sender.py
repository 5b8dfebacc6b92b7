"""A test notice to every channel: `kms-reprieve test-notice` starts it with an event of its own.

Its event has a source, and an `id`, which the notice gets. Alarms come in SNS' form, and the template holds
the schedule's event, so that only those who may invoke the function can start one. It asks nothing of KMS.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reprieve.cases.notice import Sender
from reprieve.cases.outbox import envelopes
from reprieve.cases.sample import sample_notice
from reprieve.cases.sample_store import Begun, SampleStore
from reprieve.clock import Clock, rfc3339
from reprieve.errors import NotUnderstoodError
from reprieve.links import is_notice_id
from reprieve.ports import Log, MessageQueue
from reprieve.untrusted import text


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSender:
    """The use case, with all that it needs. A second event with the same id sends nothing new."""

    sender: Sender
    store: SampleStore
    queue: MessageQueue
    clock: Clock
    log: Log

    def send(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send what an event asks for; return the notice's id and its time. deliver knows its channels.

        Raises:
            NotUnderstoodError: the event has no id that a notice can have.
            AwsError: it could not be stored or queued.
        """
        notice = text(event, "id")
        if not is_notice_id(notice):
            raise NotUnderstoodError("test event", "its id is not a UUID in lower case")
        begun = self.store.begin(notice, Begun(at=self.clock().replace(microsecond=0)))
        self.queue.send(envelopes([sample_notice(notice, self.sender, begun.at)]))
        self.log.info("Sent a test notice", notice_id=notice)
        return {"id": notice, "at": rfc3339(begun.at)}
