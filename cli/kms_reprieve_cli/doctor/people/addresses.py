"""Whether each address of NotificationEmails gets the notices."""

from collections.abc import Iterator, Mapping
from typing import Final

from kms_reprieve_cli.doctor import table
from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.cases.health_store import Address, Subscribed
from reprieve.clock import for_people
from reprieve.errors import AwsError

ID: Final = "addresses"
GROUP: Final = Group.PEOPLE
WHEN: Final = Phase.AFTER
NEEDS: Final = ("sns:ListSubscriptionsByTopic", *table.QUERY_NEEDS)

_PENDING: Final = "PendingConfirmation"
_DELETED: Final = "Deleted"  # still listed for a while
_AGAIN: Final = "take the address out of NotificationEmails and deploy, put it in and deploy"


def look(subject: Subject) -> Iterator[Result]:
    """Ask SNS, which does not say since when: the table does."""
    wanted = [each.strip() for each in subject.stack.parameters.get("NotificationEmails", "").split(",")]
    addresses = list(filter(None, wanted))
    if not addresses:
        return
    present, known = _present(subject), _known(subject)
    for address in addresses:
        yield _judged(address, present.get(address.casefold()), known.get(address.casefold()))


def _present(subject: Subject) -> Mapping[str, Subscribed]:
    """Return how SNS lists the addresses: a confirmed subscription counts, whatever else there is."""
    topic = subject.stack.output("NoticeTopicArn")
    told = subject.cloud.ask_all("sns", "ListSubscriptionsByTopic", TopicArn=topic)
    found = [each for each in told["Subscriptions"] if each["Protocol"] == "email"]
    asked = {each["Endpoint"].casefold() for each in found if each["SubscriptionArn"] == _PENDING}
    confirmed = {
        each["Endpoint"].casefold() for each in found if each["SubscriptionArn"] not in {_PENDING, _DELETED}
    }
    return dict.fromkeys(asked, Subscribed.ASKED) | dict.fromkeys(confirmed, Subscribed.CONFIRMED)


def _known(subject: Subject) -> Mapping[str, Address]:
    """Return what the function health remembers of the addresses; nothing where the table can't be read."""
    try:
        return table.health_store(subject).addresses()
    except AwsError:
        return {}


def _judged(address: str, seen: Subscribed | None, known: Address | None) -> Result:
    if seen is Subscribed.CONFIRMED:
        return passed(f"{address} is confirmed")
    if seen is Subscribed.ASKED:
        since = f" since {for_people(known.since)}" if known and known.seen is Subscribed.ASKED else ""
        return failure(
            f"{address} is not confirmed{since}",
            cause="the link in the email from AWS has not been followed",
            fix="Confirm the email from no-reply@sns.amazonaws.com; if it is more than two days old,"
            f" {_AGAIN}.",
        )
    return failure(
        f"{address} is not subscribed",
        cause="it was unsubscribed with the link at the end of an email, which mail scanners follow too,"
        " or was not confirmed within two days",
        fix=f"{_AGAIN[0].upper()}{_AGAIN[1:]}.",
    )
