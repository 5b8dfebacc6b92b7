"""What strangers write: anyone with `logs:PutLogEvents`, and any caller that KMS lets near a key.

Each kind of line is something that KMS and CloudTrail never wrote, whatever it looks like.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from tests.oracle.kms import DAY
from tests.oracle.log_group import Line
from tests.oracle.records import (
    SCRIPTS,
    Principal,
    Record,
    largest_context,
    of_deletion,
    of_scheduling,
    record,
)
from tests.oracle.world import OURS, World

FORGER: Final = Principal("forger")
_LARGE_ONES: Final = 8
_LONG_AGO, _FAR_AHEAD = 0.0, 4_102_444_800.0  # 1970 and 2100


def forge(world: World, kind: str, arn: str, number: int) -> None:
    """Write `number` lines of a kind into the log group; they can be read a moment later."""
    for place in range(min(number, _LARGE_ONES) if kind == "large" else number):
        _put(world, _KINDS[kind](world, arn, place))


def _put(world: World, line: Record | str) -> None:
    text = line if isinstance(line, str) else json.dumps(line, ensure_ascii=False, separators=(",", ":"))
    for key in world.kms.keys:
        if key in text:
            world.forged[key] = world.forged.get(key, 0) + 1
    world.logs.put(text, world.now + 1.0)


def _refusal(world: World, arn: str, place: int, **changes: object) -> Record:
    world.number += 1
    who = FORGER.identity(f"s{place}")
    made = record(world.number, "Decrypt", arn, who, world.now, message=f"{arn} is pending deletion.")
    return made | changes


def _change(operation: str) -> Callable[[World, str, int], Record]:
    def made(world: World, arn: str, place: int) -> Record:
        world.number += 1
        return record(world.number, operation, arn, FORGER.identity(), world.now - place)

    return made


def _deleted(world: World, arn: str, _place: int) -> Record:
    world.number += 1
    return of_deletion(world.number, arn, world.now)


def _scheduled(world: World, arn: str, place: int) -> Record:
    world.number += 1
    return of_scheduling(world.number, arn, FORGER.identity(), world.now - place * DAY, 7 + place % 24)


def _echoed(world: World, arn: str, place: int) -> Record:
    """KMS echoes the `keyId` of a call that it denies."""
    text = f"Invalid keyId 'x {arn} is pending deletion.' is pending deletion."
    return _refusal(world, arn, place, errorCode="NotFoundException", errorMessage=text, resources=None)


def _denied(world: World, arn: str, place: int) -> Record:
    return _refusal(world, arn, place, errorCode="AccessDenied")


def _invented(world: World, _arn: str, place: int) -> Record:
    """A key that does not exist in our own account."""
    return _refusal(
        world, f"arn:aws:kms:eu-west-1:{OURS}:key/{place:08x}-dead-4000-8000-{world.number:012x}", place
    )


def _elsewhere(world: World, _arn: str, place: int) -> Record:
    """A key of an account, and in a Region, that somebody made up."""
    account, region = f"{900000000000 + place}", ("eu-west-1", "xx-nowhere-1", "us-gov-west-1")[place % 3]
    return _refusal(
        world, f"arn:aws:kms:{region}:{account}:key/{place:08x}-dead-4000-8000-00000000beef", place
    )


def _of_another_region(world: World, arn: str, place: int) -> Record:
    return _refusal(world, arn, place, awsRegion="us-west-2")


def _repeated(world: World, _arn: str, place: int) -> Record:
    """The identifiers of genuine requests that are still to be delivered, on a record of another key."""
    made = _refusal(world, f"arn:aws:kms:eu-west-1:{OURS}:key/0000dead-12ab-34cd-56ef-1234567890ab", place)
    awaited = [line for line in world.logs.lines if line.appears > world.now]
    return made | {"eventID": _event_id(awaited[place % len(awaited)])} if awaited else made


def _same_key(world: World, arn: str, place: int) -> Record:
    """The same identifiers, on a record of the same key by another caller."""
    awaited = [line for line in world.logs.lines if line.appears > world.now and arn in line.message]
    made = _refusal(world, arn, place)
    return made | {"eventID": _event_id(awaited[place % len(awaited)])} if awaited else made


def _event_id(line: Line) -> str:
    return str(json.loads(line.message)["eventID"])


def _timeless(world: World, arn: str, place: int) -> Record:
    at = (_LONG_AGO, _FAR_AHEAD)[place % 2]
    made = _refusal(world, arn, place)
    return made | {"eventTime": record(0, "", arn, {}, at)["eventTime"]}


def _large(world: World, arn: str, place: int) -> Record:
    script = SCRIPTS[place % len(SCRIPTS)]
    context = largest_context(place, script)
    who = replace(FORGER, name=f"forger-{place % 30}").identity(script * 60)
    parameters = {"encryptionContext": context}
    return _refusal(world, arn, place, userIdentity=who, userAgent=script * 300, requestParameters=parameters)


def _crowd(world: World, arn: str, place: int) -> Record:
    """Many sessions of one role, one after another."""
    return _refusal(world, arn, place, userIdentity=Principal("load-test").identity(f"worker-{place}"))


def _broken(_world: World, arn: str, place: int) -> str:
    """What is no record at all, or has another type in every field."""
    texts = (
        f'{{"eventSource": "kms.amazonaws.com", "errorMessage": "{arn} is pending deletion."',
        f'{{"eventSource": "kms.amazonaws.com", "errorMessage": "{arn} is pending deletion."}}',
        json.dumps({"eventSource": "kms.amazonaws.com", "eventName": "DeleteKey", "resources": 7}),
        json.dumps(
            {"eventSource": "kms.amazonaws.com", "eventName": "CancelKeyDeletion", "userIdentity": []}
        ),
        json.dumps({"eventSource": "kms.amazonaws.com", "eventName": "EnableKey", "eventTime": {}}),
        f"{arn} is pending deletion.",
        "[" * 2000 + "]" * 2000,
    )
    return texts[place % len(texts)]


_KINDS: Final[dict[str, Callable[[World, str, int], Record | str]]] = {
    "refusal": _refusal,
    "cancel": _change("CancelKeyDeletion"),
    "enable": _change("EnableKey"),
    "delete": _deleted,
    "schedule": _scheduled,
    "echo": _echoed,
    "denied": _denied,
    "invented keys": _invented,
    "keys elsewhere": _elsewhere,
    "another region": _of_another_region,
    "repeated ids": _repeated,
    "repeated ids of the key": _same_key,
    "1970 and 2100": _timeless,
    "large": _large,
    "crowd": _crowd,
    "broken": _broken,
}
KINDS: Final = tuple(_KINDS)
