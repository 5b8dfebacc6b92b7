"""deliver, cell by cell: a notice for two channels, invocations under a fault, then calm ones."""

from collections.abc import Mapping
from typing import Any, Final

from tests.faults.cells import Cell, Row, Seen
from tests.faults.furnished import pending_key, world
from tests.faults.outside import SLACK
from tests.faults.weather import SKY, Fault, Weather
from tests.faults.world import PAGES, THREADS, World

FAILED: Final = "a channel fails"
ON_ITS_WAY: Final = "a notice on its way"
REFUSES: Final = "a channel refuses for good"
BY_SES: Final = "a mail by SES"
_THREAD: Final = b"thread#"
ROWS: Final = (
    Row("dynamodb:PutItem"),
    Row("kms:GenerateMac"),
    Row("sns:Publish"),
    Row("secretsmanager:GetSecretValue"),
    Row(SLACK),
    Row("dynamodb:GetItem"),
    Row("dynamodb:UpdateItem"),
    Row("dynamodb:PutItem", f"{FAILED}: since when", about=b'"channels"'),
    Row("dynamodb:DeleteItem", FAILED),
    Row("sqs:ChangeMessageVisibility", FAILED),
    Row("events:PutEvents", "a bus"),
    Row("ses:SendEmail", BY_SES),
    Row("dynamodb:PutItem", f"{BY_SES}: whom its link is sent to", about=b"to#"),
    Row("dynamodb:GetItem", f"{THREADS}: what was sent before", about=_THREAD),
    Row("dynamodb:PutItem", f"{THREADS}: that it sends now", about=_THREAD),
    Row("dynamodb:PutItem", f"{THREADS}: what it has sent", skip=1, about=_THREAD),
    Row("sqs:SendMessageBatch", REFUSES),
    Row("sqs:SendMessageBatch", ON_ITS_WAY),
    Row("secretsmanager:GetSecretValue", f"{ON_ITS_WAY}: the document of channels"),
)

RECIPIENTS: Final = {
    "events:PutEvents": "",
    THREADS: "",
    REFUSES: "",
    "ses:SendEmail": "/jane@example.com",
    BY_SES: "/jane@example.com",
}
"""Calls of channels of the document, or moments of theirs, and to whom of the channel."""

OF_PART: Final = {BY_SES: "ses:SendEmail", REFUSES: SLACK}

_TRIES: Final = 4


def run(cell: Cell) -> Seen:
    """Deliver, and look at what arrived."""
    with world(*((SLACK,) if cell.refuses(SLACK) else ())) as made:
        rounds = _begin(made, cell.row)
        with SKY.under(cell.weather()) as weather:
            if cell.row.moment.startswith(FAILED):
                weather.also = (SLACK, Fault.BROKEN)
            made.cloud.outside.is_gone = cell.row.moment == REFUSES
            for _ in range(rounds):
                _invoke(made)
        at_once = _arrived(made)
        made.cloud.outside.is_gone = False
        if made.redrive():
            _calm(made)
            return Seen(_given_up(at_once, _arrived(made)), weather)
        if cell.refuses(SLACK):
            made.client("secretsmanager").put_secret_value(
                SecretId="slack", SecretString=f"{made.cloud.url}/slack"
            )
        _calm(made)
        return Seen(_word(at_once, _arrived(made)), weather)


def _begin(made: World, row: Row) -> int:
    """Queue a notice, and return how often Lambda looks into the queue while the fault lasts."""
    if row.moment.startswith(ON_ITS_WAY):
        made.with_document()
        made.queue_notice(pending_key(made))
        return 2
    part = next((part for part in RECIPIENTS if row.call == part or row.moment.startswith(part)), "")
    if part:
        made.with_document(OF_PART.get(part, part))
    made.queue_notice(pending_key(made), "email", f"slack{RECIPIENTS.get(part, '')}")
    return 1


def _invoke(made: World) -> bool:
    """Let Lambda take what messages there are, one by one, and drop each that it is told was delivered."""
    with SKY.under(Weather()):
        messages = made.receive()
    for message in messages:
        answer = made.invoke("deliver", {"Records": [as_record(message)]})
        with SKY.under(Weather()):
            (made.put_back if answer["batchItemFailures"] else made.drop)(message)
    return bool(messages)


def _calm(made: World) -> None:
    for _ in range(_TRIES):
        made.end_invocations()
        made.free_threads()
        if not _invoke(made):
            return
    raise AssertionError("a message is still in the queue")


def as_record(message: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:delivery",
        "awsRegion": "eu-west-1",
    }


def _arrived(made: World) -> dict[str, list[bool]]:
    """Whether each notice that arrived has its link, by channel."""
    outside = made.cloud.outside
    return {
        "email": [f"{PAGES}keys/" in mail for mail in made.mails()],
        "slack": [f"{PAGES}keys/" in str(each) for each in (*outside.posts, *outside.mails)]
        + [True for _ in outside.events],  # which never have one
    }


def _given_up(at_once: Mapping[str, list[bool]], in_the_end: Mapping[str, list[bool]]) -> str:
    """Return what is said of a dead letter, which arrives when it is sent again, and once."""
    assert at_once == {"email": [True], "slack": []}
    assert in_the_end == {"email": [True], "slack": [True]}
    return "given up"


def _word(at_once: Mapping[str, list[bool]], in_the_end: Mapping[str, list[bool]]) -> str:
    words = {_of_channel(at_once[channel], in_the_end[channel]) for channel in at_once}
    return " + ".join(sorted(words - {"complete"})) or "complete"


def _of_channel(at_once: list[bool], in_the_end: list[bool]) -> str:
    match at_once, in_the_end:
        case [True], [True]:
            return "complete"
        case [False], [False]:
            return "no link"
        case [], [True]:
            return "again"
        case _, [True, True, *more] if all(more):
            return "repeated"
        case _:
            raise AssertionError(f"{at_once} at once, {in_the_end} in the end")
