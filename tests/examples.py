"""Things that tests talk about: a key of the orders database, those who use it, and what comes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from reprieve.arn import KeyArn
from reprieve.cases.case import Case, ScheduledBy, open_case
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.key import Key
from reprieve.cases.minute_counts import Counted
from reprieve.cases.notice import CaseSummary, Notice, Reason
from reprieve.cases.problem import Kind, Problem
from reprieve.cases.tallies import Tally, one
from reprieve.cases.usage import Uses
from reprieve.cases.visitor import AuthMethod, Visitor
from reprieve.clock import MINUTE, to_minute
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.key_use import KeyUse
from reprieve.cloudtrail.resource import Resource

KEY = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")
OTHER_KEY = KeyArn.parse("arn:aws:kms:us-east-1:111122223333:key/5678abcd-12ab-34cd-56ef-1234567890ab")

NOW = datetime(2026, 11, 22, 14, 55, 30, tzinfo=UTC)
DELETION = datetime(2026, 11, 29, 14, 2, 10, tzinfo=UTC)

ORDERS = Caller(
    kind="AssumedRole",
    id="arn:aws:sts::111122223333:assumed-role/orders-fn/orders-api",
    name="role orders-fn",
    arn="arn:aws:sts::111122223333:assumed-role/orders-fn/orders-api",
    account="111122223333",
    session="orders-api",
    principal="arn:aws:iam::111122223333:role/orders-fn",
    console_url="https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/roles/details/orders-fn",
)
JANE = Caller(
    kind="IAMUser",
    id="arn:aws:iam::111122223333:user/ops/jane",
    name="user jane",
    arn="arn:aws:iam::111122223333:user/ops/jane",
    account="111122223333",
    console_url="https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/users/details/jane",
)
ADMIN = Caller(
    kind="AssumedRole",
    id="arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane@example.com",
    name="jane@example.com",
    behind="permission set Admin",
    arn="arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane@example.com",
    account="111122223333",
    session="jane@example.com",
    principal="arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
    console_url="https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/roles/details/"
    "AWSReservedSSO_Admin_0123456789abcdef",
)
SOMEBODY = Caller(
    kind="AWSAccount",
    id="444455556666",
    name="someone in account 444455556666",
    account="444455556666",
    is_outside=True,
)
BILLING = Caller(
    kind="AssumedRole",
    id="arn:aws:sts::444455556666:assumed-role/billing/billing",
    name="role billing",
    arn="arn:aws:sts::444455556666:assumed-role/billing/billing",
    account="444455556666",
    session="billing",
    principal="arn:aws:iam::444455556666:role/billing",
    is_outside=True,
    console_url="https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/roles/details/billing",
)
INSTANCE = Caller(
    kind="AssumedRole",
    id="arn:aws:sts::111122223333:assumed-role/aws:ec2-infrastructure/i-0abc12345",
    name="EC2 instance i-0abc12345",
    arn="arn:aws:sts::111122223333:assumed-role/aws:ec2-infrastructure/i-0abc12345",
    account="111122223333",
    behind="role aws:ec2-infrastructure",
    session="i-0abc12345",
    principal="arn:aws:iam::111122223333:role/aws:ec2-infrastructure",
    invoked_by="AWS Internal",
    console_url="https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1"
    "#InstanceDetails:instanceId=i-0abc12345",
    is_service=True,
)
SECRET = Resource(
    service="secret",
    name="prod/orders/db",
    arn="arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/orders/db-AbCdEf",
    console_url="https://eu-west-1.console.aws.amazon.com/secretsmanager/secret?name=prod%2Forders%2Fdb&region=eu-west-1",
)
VOLUME = Resource(
    service="EBS volume",
    name="vol-0ab1",
    console_url="https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#VolumeDetails:volumeId=vol-0ab1",
)

HOSTILE = (
    "<!channel> *bold* <https://evil.example|click> \N{RIGHT-TO-LEFT OVERRIDE}esrever\nSubject: forged\r\n\a"
    "</style><script>alert(1)</script>{{7*7}} :boom: @here"
)


def at(time: str) -> datetime:
    """A time of that day, such as `14:52` or `14:52:31`."""
    return datetime.fromisoformat(f"2026-11-22T{time}+00:00")


def use(**changes: Any) -> KeyUse:
    """One request of the orders function, that was refused; `request` is the event id, unless it is told."""
    usual = KeyUse(
        key=KEY,
        event_id="e1",
        request="",
        at=at("14:52:31"),
        delivered_at=at("14:54:40"),
        operation="Decrypt",
        is_use=True,
        caller=ORDERS,
        source_ip="198.51.100.7",
        user_agent="Boto3/1.44.5",
        resources=(SECRET,),
    )
    made = replace(usual, **changes)
    return replace(made, request=made.request or made.event_id)


def counted(*found: KeyUse) -> Counted:
    """What some requests come to, in one minute."""
    minute = Counted()
    for each in found:
        minute.of(each).add(one(each))
        minute.at(each)
    return minute


def uses(*found: KeyUse) -> Uses:
    """What some requests come to, as uses or management calls alike."""
    tally = Tally()
    for each in found:
        tally.add(one(each))
    return tally.uses()


def key(**changes: Any) -> Key:
    """The key of the orders database, as KMS tells of it."""
    usual = Key(
        arn=KEY,
        account="111122223333",
        region="eu-west-1",
        aliases=("alias/orders-db",),
        description="Orders database, prod",
        state="PendingDeletion",
        deletion_date=DELETION,
        tags={"Owner": "team-orders"},
        owner="team-orders",
    )
    return replace(usual, **changes)


def case(**changes: Any) -> Case:
    """A case of that key, in which nothing has been counted."""
    of = changes.pop("key", key())
    return replace(open_case(of, NOW, to_minute(NOW) - 30 * MINUTE), **changes)


def scheduled() -> ScheduledBy:
    """Who scheduled the deletion, and when."""
    return ScheduledBy(caller=ADMIN, at=DELETION - timedelta(days=7))


def visitor(**changes: Any) -> Visitor:
    """Somebody with the link from a mail."""
    usual = Visitor(
        auth_method=AuthMethod.LINK,
        channel="email",
        notice="8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11",
        source_ip="203.0.113.40",
        user_agent="Mozilla/5.0",
    )
    return replace(usual, **changes)


def decision(**changes: Any) -> Decision:
    """What a person chose on the page."""
    usual = Decision(
        choice=Choice.CANCEL,
        at=at("15:10"),
        by=visitor(),
        enable=True,
        state="Enabled",
    )
    return replace(usual, **changes)


def notice(**changes: Any) -> Notice:
    """A notice that the key is in use, with nothing in it that is not always there."""
    usual = Notice(
        id="8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11",
        reason=Reason.KEY_IN_USE,
        at=NOW,
        console_url="https://eu-west-1.console.aws.amazon.com/kms/home?region=eu-west-1#/kms/keys/1234abcd",
        case=CaseSummary(id=f"{KEY}@2026-11-29T14:02:10Z", key=key(), opened_at=NOW),
    )
    return replace(usual, **changes)


def problem(**changes: Any) -> Problem:
    """Something that is wrong with the stack: Slack has taken nothing for an hour."""
    usual = Problem(
        kind=Kind.CHANNEL_FAILS,
        subject="slack",
        since=at("13:50"),
        advice="Mend the channel, then start the redrive.",
        error="HTTP 500: internal_error",
    )
    return replace(usual, **changes)
