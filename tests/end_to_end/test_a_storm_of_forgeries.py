"""One real key among hundreds of lines that somebody wrote to bury it, on the deployed stack."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from local.up import Local
from tests.scene import Scene, post

LINES = 600


def forged(real: dict[str, Any], scene: Scene, healthy: str) -> Iterator[dict[str, Any]]:
    """Lines of every kind that a caller, or a writer of the log group, can produce."""
    for number in range(LINES // 6):
        yield altered(real, number, errorMessage=f"x {scene.key} is pending deletion.")
        yield altered(real, number, errorMessage=f"{healthy} is pending deletion.", healthy=healthy)
        yield altered(
            real,
            number,
            errorCode="NotFoundException",
            errorMessage=f"Invalid keyId 'x {healthy} is pending deletion.'",
        )
        stranger = scene.key.rpartition("/")[0] + f"/00000000-0000-4000-8000-{number:012}"
        yield altered(real, number, errorMessage=f"{stranger} is pending deletion.")
        yield managed(real, number, "DeleteKey", scene.key)
        yield managed(real, number, "CancelKeyDeletion", scene.key)


def altered(real: dict[str, Any], number: int, healthy: str = "", **changes: Any) -> dict[str, Any]:
    record = {**copy.deepcopy(real), **changes, "eventID": f"forged-{number}-{changes['errorMessage'][:40]}"}
    return record | {"requestID": record["eventID"], "resources": [{"ARN": healthy or "x"}]}


def managed(real: dict[str, Any], number: int, name: str, key: str) -> dict[str, Any]:
    record = {**copy.deepcopy(real), "eventName": name, "eventID": f"{name}-{number}"}
    del record["errorCode"], record["errorMessage"]
    return record | {"requestID": record["eventID"], "requestParameters": {"keyId": key}, "readOnly": False}


@pytest.mark.last
def test_a_storm_of_forged_lines_takes_nothing_from_the_real_keys_notice(stack: Local) -> None:
    scene = Scene.begin(stack, alias="alias/in-a-storm")
    healthy = scene.caller.kms.create_key(Description="healthy")["KeyMetadata"]["Arn"]
    real = scene.use()

    scene.deliver(*forged(real, scene, healthy), real)
    told = scene.hear("key-in-use")

    mail = told["email"].payload["Message"]
    assert told["email"].link
    assert told["slack"].link
    assert "alias/in-a-storm" in told["email"].payload["Subject"]
    assert "role orders-fn" in mail
    with stack.inbox.arrival:
        keys = {message.key_arn for message in stack.inbox.messages}
    assert healthy not in keys
    assert not [key for key in keys if key and "00000000-0000-4000-8000" in key]
    assert scene.state() == "PendingDeletion"

    done = post(told["email"].link, b"enable=yes&decision=cancel")

    assert (done.status, scene.state(), scene.works()) == (200, "Enabled", True)
