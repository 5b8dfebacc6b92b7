"""investigate, cell by cell: three keys are in use, and whatever fails, people hear of each, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from reprieve.arn import KeyArn
from reprieve.errors import ReprieveError
from tests.faults.cells import Cell, Row, Seen
from tests.faults.weather import SKY
from tests.faults.world import MEMBER, OWN, World, pending_key, queued, refused, world
from tests.recorded import event

ONE: Final = b"one key's"
"""Stands in a row for the ARN of the first key."""

ROWS: Final = (
    Row("logs:FilterLogEvents"),
    Row("dynamodb:GetItem"),
    Row("dynamodb:Query"),
    Row("dynamodb:Query", "one key's", about=ONE),
    Row("dynamodb:TransactWriteItems"),
    Row("dynamodb:TransactWriteItems", "one key's", about=ONE),
    Row("dynamodb:PutItem"),
    Row("dynamodb:DeleteItem"),
    Row("sqs:SendMessageBatch"),
    Row("kms:DescribeKey"),
    Row("kms:DescribeKey", "one key's", about=ONE),
    Row("kms:ListAliases"),
    Row("kms:ListResourceTags"),
    Row("kms:GetKeyLastUsage"),
    Row("kms:ListGrants"),
    Row("kms:GetKeyPolicy"),
    Row("cloudtrail:LookupEvents"),
    Row("organizations:DescribeAccount"),
    Row("sts:AssumeRole"),
)

Known = Mapping[KeyArn, frozenset[str]]
"""What each key's notice says is not known."""


@dataclass(frozen=True)
class Told:
    """The in-use notices so far: their ids, what is not known, and how many uses they count, by key."""

    ids: Mapping[str, set[str]]
    unknown: Mapping[str, int]
    counts: Mapping[str, int]


def run(cell: Cell) -> Seen:
    """Let the alarm ring under the fault, and the clock tick without it."""
    with world() as made:
        keys = (pending_key(made, alias="alias/orders"), pending_key(made), pending_key(made, MEMBER))
        made.write(*map(refused, keys))
        weather = cell.weather()
        if weather.about == ONE:
            weather.about = str(keys[0]).encode()
        with SKY.under(weather):
            failed = _fails(made)
        at_once = _told(made)
        for _ in range(2):
            made.catch_up()
        in_the_end = _told(made, at_once)
        _check(in_the_end, keys)
        return Seen(_word(at_once, keys, failed=failed), weather)


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
    ids: dict[str, set[str]] = {key: set(found) for key, found in (before.ids if before else {}).items()}
    unknown, counts = dict(before.unknown if before else {}), dict(before.counts if before else {})
    for message in queued(made):
        notice = message["notice"]
        if notice["reason"] != "key-in-use":
            continue
        key = notice["case"]["key"]["arn"]
        ids.setdefault(key, set()).add(notice["id"])
        unknown[key] = len(notice.get("unknown", []))
        counts[key] = notice["uses"]["count"]
    return Told(ids, unknown, counts)


def _check(told: Told, keys: tuple[KeyArn, ...]) -> None:
    """Everybody hears of every key, once, with the one use that there was."""
    for key in map(str, keys):
        assert len(told.ids.get(key, ())) == 1, (key, told)
        assert told.counts[key] == 1, (key, told)


def _word(at_once: Told, keys: tuple[KeyArn, ...], *, failed: bool) -> str:
    heard = [str(key) in at_once.ids for key in keys]
    again = ", again" if failed else ""
    if all(heard):
        return ("not known" if any(at_once.unknown.values()) else "complete") + again
    assert failed, "a notice is late, and nobody is told that something failed"
    return "again" if not any(heard) else "others told, again"
