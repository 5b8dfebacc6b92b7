"""A topic's e-mail subscriptions, in SNS."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from reprieve.errors import AwsError
from reprieve.subscribe import Subscription

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import SubscriptionTypeDef

_PENDING = "PendingConfirmation"
_DELETED = "Deleted"  # listed for a while after it is gone


class SnsSubscriptions:
    """`Subscriptions` over one SNS client."""

    def __init__(self, client: "SNSClient") -> None:
        self._client = client

    @classmethod
    def connect(cls) -> Self:
        """Make one over a client that gives up well within the function's time."""
        return cls(boto3.client("sns", config=Config(connect_timeout=3, read_timeout=5)))

    def of(self, topic_arn: str) -> Iterator[Subscription]:
        """Yield the e-mail subscriptions; other protocols are none of ours."""
        pages = self._client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
        with _translated("ListSubscriptionsByTopic"):
            for page in pages:
                yield from map(_subscription, filter(_is_email, page["Subscriptions"]))

    def add(self, topic_arn: str, address: str) -> None:
        """Subscribe an address."""
        with _translated("Subscribe"):
            self._client.subscribe(TopicArn=topic_arn, Protocol="email", Endpoint=address)

    def remove(self, arn: str) -> None:
        """Delete a confirmed subscription."""
        with _translated("Unsubscribe"):
            self._client.unsubscribe(SubscriptionArn=arn)


def _is_email(listed: "SubscriptionTypeDef") -> bool:
    return listed["Protocol"] == "email" and listed["SubscriptionArn"] != _DELETED


def _subscription(listed: "SubscriptionTypeDef") -> Subscription:
    arn = listed["SubscriptionArn"]
    return Subscription(address=listed["Endpoint"], arn=None if arn == _PENDING else arn)


@contextmanager
def _translated(operation: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        details = error.response["Error"]
        raise AwsError(f"sns:{operation}", details["Code"], details["Message"]) from error
