"""A topic's email subscriptions."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from reprieve.adapters.aws import call
from reprieve.dataclass import dataclass
from reprieve.ports import Subscription

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import SubscriptionTypeDef

_PENDING: Final = "PendingConfirmation"
_DELETED: Final = "Deleted"  # still listed for a while


@dataclass(frozen=True, slots=True)
class SnsSubscriptions:
    """The `Subscriptions` of AWS."""

    client: "SNSClient"

    def of(self, topic_arn: str) -> Iterator[Subscription]:
        """Call sns:ListSubscriptionsByTopic, page by page; other protocols are none of ours."""
        pages = self.client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
        with call("sns:ListSubscriptionsByTopic"):
            for page in pages:
                yield from map(_subscription, filter(_is_email, page["Subscriptions"]))

    def add(self, topic_arn: str, address: str) -> None:
        """Call sns:Subscribe."""
        with call("sns:Subscribe"):
            self.client.subscribe(TopicArn=topic_arn, Protocol="email", Endpoint=address)

    def remove(self, arn: str) -> None:
        """Call sns:Unsubscribe."""
        with call("sns:Unsubscribe"):
            self.client.unsubscribe(SubscriptionArn=arn)


def _is_email(listed: "SubscriptionTypeDef") -> bool:
    return listed["Protocol"] == "email" and listed["SubscriptionArn"] != _DELETED


def _subscription(listed: "SubscriptionTypeDef") -> Subscription:
    arn = listed["SubscriptionArn"]
    return Subscription(address=listed["Endpoint"], arn=None if arn == _PENDING else arn)
