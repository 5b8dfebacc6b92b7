"""An SNS topic: the plain mail, to everybody who is subscribed. Attributes are for their filter policies.

Source: SNS API reference, Publish: a message has at most 262,144 bytes.
"""

from typing import Final

from reprieve.dataclass import dataclass
from reprieve.messages.channels.channel import Delivery, ToAll
from reprieve.messages.channels.entry import Entry
from reprieve.messages.plain_mail import body, subject
from reprieve.ports import Tools, Topic

TYPE: Final = "sns"
LIMIT: Final = 262_144


@dataclass(frozen=True, slots=True)
class Sns(ToAll):
    """The channel."""

    name: str
    topic: Topic

    def send(self, sent: Delivery) -> None:
        """Publish the notice to everybody who is subscribed."""
        about = {"notice_id": sent.notice.id, "reason": str(sent.notice.reason)}
        if sent.notice.key:
            about["key_arn"] = str(sent.notice.key.arn)
        self.topic.publish(subject(sent.story), body(sent.story), about)


def read(name: str, entry: Entry, tools: Tools) -> Sns:
    """Return the channel of an entry."""
    return Sns(name, tools.topic(entry.arn("topic", "sns")))
