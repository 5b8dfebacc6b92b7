"""investigate, cell by cell: three keys are in use, and whatever fails, people hear of each, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from reprieve.arn import KeyArn
from reprieve.errors import ReprieveError
from tests.faults.cells import Cell, Row, Seen
from tests.faults.cloud import OWN
from tests.faults.weather import SKY
from tests.faults.world import MEMBER, World, pending_key, queued, refused, scheduled, world
from tests.recorded import event

ONE: Final = b"one key's"
"""Stands in a row for the ARN of the first key."""
ELSEWHERE: Final = "another account's key"

ROWS: Final = (
    Row("logs:FilterLogEvents"),
    Row("dynamodb:GetItem"),
    Row("dynamodb:Query"),
    Row("dynamodb:Query", "one key's", about=ONE),
    Row("dynamodb:TransactWriteItems", about=b'"Put"'),
    Row("dynamodb:TransactWriteItems", "one key's", about=ONE),
    Row("dynamodb:PutItem"),
    Row(
        "dynamodb:TransactWriteItems",
        "what was sent leaves the outbox",
        about=b'"Delete"',
        permission="dynamodb:DeleteItem",
    ),
    Row("sqs:SendMessageBatch"),
    Row("kms:DescribeKey"),
    Row("kms:DescribeKey", "one key's", about=ONE),
    Row("kms:ListAliases"),
    Row("kms:ListResourceTags"),
    Row("kms:GetKeyLastUsage"),
    Row("kms:ListGrants"),
    Row("kms:GetKeyPolicy"),
    Row("cloudtrail:LookupEvents"),
    Row("organizations:DescribeAccount", ELSEWHERE),
    Row("sts:AssumeRole", ELSEWHERE),
)


@dataclass(frozen=True)
class Told:
    """The in-use notices so far, by key: in order what each does not know; and how many uses they count."""

    unknown: Mapping[str, Mapping[str, int]]
    counts: Mapping[str, int]

    @property
    def is_complete(self) -> bool:
        """Whether the latest notices know all that can be known."""
        return not any(list(notices.values())[-1] for notices in self.unknown.values())


def run(cell: Cell) -> Seen:
    """Let the alarm ring under the fault, and the clock tick without it."""
    with world() as made:
        others = MEMBER if cell.row.moment == ELSEWHERE else OWN
        keys = (pending_key(made, alias="alias/orders"), pending_key(made, others))
        made.write(*map(refused, keys))
        made.cloud.schedulings.extend(scheduled(key, made.deletion_date(key)) for key in keys)
        weather = cell.weather()
        if weather.about == ONE:
            weather.about = str(keys[0]).encode()
        with SKY.under(weather):
            failed = _fails(made)
        at_once = _told(made)
        made.catch_up()
        in_the_end = _told(made, at_once)
        _check(in_the_end, keys)
        return Seen(_word(at_once, in_the_end, failed=failed), weather)


def _fails(made: World) -> bool:
    try:
        made.invoke("investigate", alarm())
    except ReprieveError:
        return True
    return False


def alarm() -> dict[str, Any]:
    """The alarm's message of this moment."""
    message = event("alarms/alarm")
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.000+0000"
    told = message["Records"][0]["Sns"]
    text = told["Message"].replace("2026-11-22T14:55:10.006+0000", now).replace("111122223333", OWN)
    return {"Records": [{**message["Records"][0], "Sns": {**told, "Message": text}}]}


def _told(made: World, before: Told | None = None) -> Told:
    unknown = {key: dict(ids) for key, ids in before.unknown.items()} if before else {}
    counts = dict(before.counts) if before else {}
    for message in queued(made):
        notice = message["notice"]
        if notice["reason"] == "key-in-use":
            key = notice["case"]["key"]["arn"]
            missing = [each for each in notice.get("unknown", ()) if not _is_never_known(key, each["fact"])]
            unknown.setdefault(key, {})[notice["id"]] = len(missing)
            counts[key] = notice["uses"]["count"]
    return Told(unknown, counts)


def _is_never_known(key: str, fact: str) -> bool:
    """Return whether it is what another account's IAM policies decide."""
    return f":{OWN}:" not in key and fact == "whether the link can help"


def _check(told: Told, keys: tuple[KeyArn, ...]) -> None:
    """Everybody hears of every key, with the one use that there was; and again only if more is known then."""
    for key in map(str, keys):
        assert told.counts.get(key) == 1, (key, told)
        missing = list(told.unknown[key].values())
        assert len(missing) == 1 or (len(missing) == 2 and missing[0] > missing[1]), (key, told)


def _word(at_once: Told, in_the_end: Told, *, failed: bool) -> str:
    heard, keys = len(at_once.unknown), len(in_the_end.unknown)
    if heard < keys:
        assert failed, "a notice is late, and nobody is told that something failed"
        return "again, others told" if heard else "again"
    first = "complete" if at_once.is_complete else "not known"
    then = ", then known" if not at_once.is_complete and in_the_end.is_complete else ""
    return first + then + (", again" if failed else "")
