"""An SNS topic: the plain mail, to everybody who is subscribed. Attributes are for their filter policies."""

from dataclasses import dataclass

from reprieve.messages.channels.channel import Delivery, ToAll
from reprieve.messages.plain_mail import body, subject
from reprieve.ports import Topic


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
