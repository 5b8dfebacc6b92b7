"""`make up`: the emulator writes CloudTrail's records of keys itself, so that a drill goes through there."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.application import Role, assume
from local.cloudtrail import record
from local.emulator import Emulator, running_emulator

GROUP = "local/cloudtrail"
ANYTHING = {"Action": "kms:*", "Resource": "*"}


@pytest.fixture(scope="module")
def recording() -> Iterator[Emulator]:
    with running_emulator(GROUP) as emulator:
        logs(emulator).create_log_group(logGroupName=GROUP)
        yield emulator


def logs(emulator: Emulator) -> Any:
    make: Any = emulator.session().client
    return make("logs", endpoint_url=emulator.endpoint)


def records(emulator: Emulator, key: str) -> list[Mapping[str, Any]]:
    found = logs(emulator).filter_log_events(logGroupName=GROUP)["events"]
    read = [json.loads(each["message"]) for each in found]
    return [each for each in read if each["resources"][0]["ARN"] == key]


def dying(caller: Role) -> str:
    """A key that was used and is pending deletion; it is refused once."""
    kms = caller.kms
    key: str = kms.create_key()["KeyMetadata"]["Arn"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext={"purpose": "test"})[
        "CiphertextBlob"
    ]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    with pytest.raises(ClientError, match="is pending deletion"):
        kms.decrypt(CiphertextBlob=sealed, EncryptionContext={"purpose": "test"})
    return key


def test_what_is_refused_and_what_changes_a_key_s_state_is_recorded_and_nothing_else(
    recording: Emulator,
) -> None:
    caller = assume(recording, "orders-fn", "orders-api", ANYTHING)

    key = dying(caller)
    caller.kms.cancel_key_deletion(KeyId=key)

    scheduled, refused, cancelled = records(recording, key)
    names = [each["eventName"] for each in (scheduled, refused, cancelled)]
    assert names == ["ScheduleKeyDeletion", "Decrypt", "CancelKeyDeletion"]
    assert scheduled["responseElements"]["deletionDate"].endswith(("AM", "PM"))
    assert refused["errorMessage"] == f"{key} is pending deletion."
    assert refused["errorCode"] == "KMSInvalidStateException"
    assert refused["requestParameters"] == {"encryptionContext": {"purpose": "test"}}
    assert set(refused) >= set(record("Decrypt", by=caller, key_arn=key, parameters={}))
    for each in (scheduled, refused, cancelled):
        assert each["userIdentity"]["arn"] == caller.identity["arn"]
        assert each["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] == "orders-fn"


def test_the_root_of_an_account_is_recorded_as_such(recording: Emulator) -> None:
    kms = recording.session().client("kms", endpoint_url=recording.endpoint)
    key = kms.create_key()["KeyMetadata"]["Arn"]

    kms.disable_key(KeyId=key)

    (disabled,) = records(recording, key)
    assert (disabled["eventName"], disabled["userIdentity"]["type"]) == ("DisableKey", "Root")
