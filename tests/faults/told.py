"""A key that people know of: the first is investigated, and all others begin as that one did."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, Final

from moto.backends import get_backend

from reprieve.arn import KeyArn
from tests.faults.cloud import REGION
from tests.faults.cloudtrail import refused
from tests.faults.furnished import TAGS, pending_key, queued
from tests.faults.world import World

_TOLD: Final[dict[str, "_Told"]] = {}


@dataclass(frozen=True)
class _Told:
    """What there is when a notice has been sent: the key as moto has it, its record, and the items."""

    key: KeyArn
    made: Any
    records: tuple[Mapping[str, Any], ...]
    items: tuple[Mapping[str, Any], ...]


def told_key(world: World, account: str) -> KeyArn:
    """A key that is pending deletion and was used, of which people have been told."""
    if account not in _TOLD:
        _TOLD[account] = _investigated(world, account)
        return _TOLD[account].key
    told = _TOLD[account]
    _keys(account)[told.key.key_id] = copy(told.made)
    world.kms(account).tag_resource(KeyId=told.key.key_id, Tags=TAGS)
    world.client("logs").put_log_events(logGroupName="trail", logStreamName="s", logEvents=told.records)
    for item in told.items:
        world.client("dynamodb").put_item(TableName="cases", Item=item)
    return told.key


def _investigated(world: World, account: str) -> _Told:
    key = pending_key(world, account)
    world.write(refused(key))
    world.invoke("investigate", {"source": "aws.scheduler"})
    assert [message["notice"]["reason"] for message in queued(world)] == ["key-in-use"]
    world.warm.clear()
    logs = world.client("logs").filter_log_events(logGroupName="trail")["events"]
    return _Told(
        key=key,
        made=copy(_keys(account)[key.key_id]),
        records=tuple({"timestamp": each["timestamp"], "message": each["message"]} for each in logs),
        items=tuple(world.client("dynamodb").scan(TableName="cases")["Items"]),
    )


def _keys(account: str) -> dict[str, Any]:
    found: dict[str, Any] = get_backend("kms")[account][REGION].keys
    return found
