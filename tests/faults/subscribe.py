"""subscribe, cell by cell: CloudFormation hears that it worked or why not, and asks again."""

from typing import Any, Final

from tests.faults.cells import Cell, Row, Seen
from tests.faults.furnished import world
from tests.faults.outside import CLOUDFORMATION
from tests.faults.weather import SKY
from tests.faults.world import World

ROWS: Final = (
    Row("sns:ListSubscriptionsByTopic"),
    Row("sns:Subscribe"),
    Row("sns:Unsubscribe"),
    Row("secretsmanager:GetSecretValue", "of the document of channels"),
    Row(CLOUDFORMATION),
)
DOCUMENT: Final = (
    '{"channels": [{"name": "ops", "type": "slack-webhook", "url": "https://hooks.slack.example/T0"}]}'
)
LISTED: Final = ["jane@example.com", "ops@example.com"]


def run(cell: Cell) -> Seen:
    """Ask for what the row is about; then do what Lambda or a person does next."""
    return _document(cell) if cell.call == "secretsmanager:GetSecretValue" else _addressed(cell)


def _document(cell: Cell) -> Seen:
    """Have a document accepted."""
    with world() as made:
        arn = made.client("secretsmanager").create_secret(Name="channels", SecretString=DOCUMENT)["ARN"]
        event = _event(made) | {
            "ResourceType": "Custom::ChannelDocument",
            "ResourceProperties": {"SecretArn": arn},
        }
        with SKY.under(cell.weather()) as weather:
            made.invoke("subscribe", event)
        puts = list(made.cloud.outside.puts)
        if puts[-1]["Status"] == "FAILED":
            made.invoke("subscribe", event)
        assert made.cloud.outside.puts[-1]["Status"] == "SUCCESS", made.cloud.outside.puts
        return Seen(_word(puts, cell, failed=False), weather)


def _addressed(cell: Cell) -> Seen:
    """Add two addresses and remove one."""
    closed = (CLOUDFORMATION,) if cell.refuses(CLOUDFORMATION) else ()
    with world(*closed) as made:
        made.client("sns").subscribe(
            TopicArn=made.settings["NOTICE_TOPIC_ARN"], Protocol="email", Endpoint="gone@example.com"
        )
        with SKY.under(cell.weather()) as weather:
            failed = _fails(made)
        puts = list(made.cloud.outside.puts)
        if failed or puts[-1]["Status"] == "FAILED":
            made.cloud.outside.closed = frozenset()
            assert not _fails(made)
        assert made.cloud.outside.puts[-1]["Status"] == "SUCCESS", made.cloud.outside.puts
        assert _addresses(made) == LISTED
        return Seen(_word(puts, cell, failed=failed), weather)


def _word(puts: list[dict[str, Any]], cell: Cell, *, failed: bool) -> str:
    if failed:
        return "again"
    if puts[-1]["Status"] == "SUCCESS":
        return "complete"
    assert cell.call in puts[-1]["Reason"], puts
    return "stack says why"


def _fails(made: World) -> bool:
    try:
        made.invoke("subscribe", _event(made))
    except OSError:
        return True
    return False


def _event(made: World) -> dict[str, Any]:
    return {
        "RequestType": "Update",
        "ResourceType": "Custom::EmailSubscriptions",
        "ResponseURL": made.cloud.outside.address(CLOUDFORMATION, "/cloudformation?Signature=x"),
        "StackId": "s",
        "RequestId": "r",
        "LogicalResourceId": "EmailSubscriptions",
        "PhysicalResourceId": "EmailSubscriptions",
        "ResourceProperties": {"TopicArn": made.settings["NOTICE_TOPIC_ARN"], "Addresses": LISTED},
    }


def _addresses(made: World) -> list[str]:
    found = made.client("sns").list_subscriptions_by_topic(TopicArn=made.settings["NOTICE_TOPIC_ARN"])
    return sorted(each["Endpoint"] for each in found["Subscriptions"] if each["Protocol"] == "email")
