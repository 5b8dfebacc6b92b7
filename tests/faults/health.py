"""health, cell by cell: an alarm rings and an address was unsubscribed; every channel hears of both."""

from collections.abc import Mapping
from typing import Final

from reprieve.errors import HealthError
from tests.faults.cells import Cell, Row, Seen
from tests.faults.furnished import world
from tests.faults.outside import SLACK
from tests.faults.weather import SKY, Fault
from tests.faults.world import World

DOCUMENT: Final = "the document of channels"
UNREAD: Final = "ChannelsSecretArn"
ROWS: Final = (
    Row("cloudwatch:DescribeAlarms"),
    Row("dynamodb:Query"),
    Row("dynamodb:GetItem"),
    Row("sns:ListSubscriptionsByTopic"),
    Row("sns:Subscribe"),
    Row("dynamodb:PutItem"),
    Row("dynamodb:PutItem", "what is wrong", about=b"told#"),
    Row("sns:Publish"),
    Row("secretsmanager:GetSecretValue"),
    Row(SLACK),
    Row("dynamodb:UpdateItem"),
    Row("dynamodb:DeleteItem"),
    Row("secretsmanager:GetSecretValue", DOCUMENT),
    Row("events:PutEvents", "a bus"),
    Row("ses:SendEmail", "a mail by SES"),
)
TICK: Final = {"source": "aws.scheduler"}
JANE: Final = "jane@example.com"
WRONG: Final = 2
"""Things that are wrong."""


def run(cell: Cell) -> Seen:
    """Look under the fault, and again without it."""
    with world(*((SLACK,) if cell.refuses(SLACK) else ())) as made:
        if cell.row.moment == DOCUMENT:
            made.with_document()
        elif cell.call in {"events:PutEvents", "ses:SendEmail"}:
            made.with_document(cell.call)
        _begin(made)
        with SKY.under(cell.weather()) as weather:
            if cell.call == "dynamodb:DeleteItem":
                weather.also = (SLACK, Fault.BROKEN)
            failed = _fails(made)
        at_once = _arrived(made)
        made.client("secretsmanager").put_secret_value(
            SecretId="slack", SecretString=f"{made.cloud.url}/slack"
        )
        made.end_invocations("health")
        assert not _fails(made)
        in_the_end = _arrived(made)
        word = _word(at_once, in_the_end, failed=failed)
        return Seen(word if _addresses(made) == [JANE] else f"{word}, not subscribed again", weather)


def _begin(made: World) -> None:
    """See that all is well; then let an alarm ring, and a mail scanner follow a link."""
    sns, alarms = made.client("sns"), made.client("cloudwatch")
    topic = made.settings["NOTICE_TOPIC_ARN"]
    mine = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=JANE)["SubscriptionArn"]
    assert not _fails(made)
    sns.unsubscribe(SubscriptionArn=mine)
    alarms.put_metric_alarm(
        AlarmName="DeliverErrorAlarm",
        AlarmActions=[made.settings["HEALTH_TOPIC_ARN"]],
        MetricName="Errors",
        Namespace="AWS/Lambda",
        Dimensions=[{"Name": "FunctionName", "Value": "stack-deliver"}],
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    alarms.set_alarm_state(AlarmName="DeliverErrorAlarm", StateValue="ALARM", StateReason="it failed")
    assert _arrived(made) == {"email": 0, "slack": 0}


def _fails(made: World) -> bool:
    try:
        made.invoke("health", TICK)
    except HealthError:
        return True
    return False


def _arrived(made: World) -> dict[str, int]:
    """How often each channel was told of what is wrong, but for the document, which can't be read."""
    outside = made.cloud.outside
    told = {"email": made.mails(), "slack": map(str, (*outside.posts, *outside.events, *outside.mails))}
    return {channel: sum(UNREAD not in text for text in texts) for channel, texts in told.items()}


def _addresses(made: World) -> list[str]:
    found = made.client("sns").list_subscriptions_by_topic(TopicArn=made.settings["NOTICE_TOPIC_ARN"])
    return [each["Endpoint"] for each in found["Subscriptions"] if each["Protocol"] == "email"]


def _word(at_once: Mapping[str, int], in_the_end: Mapping[str, int], *, failed: bool) -> str:
    again = ", again" if failed else ""
    assert all(arrived >= WRONG for arrived in in_the_end.values()), (at_once, in_the_end)
    if any(arrived > WRONG for arrived in in_the_end.values()):
        return "repeated" + again
    if all(arrived == WRONG for arrived in at_once.values()):
        return "complete" + again
    if any(at_once.values()):
        return "others told" + (again or ", told later")
    assert failed, "nobody was told, and nothing failed"
    return "again"
