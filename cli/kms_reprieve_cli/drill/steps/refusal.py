"""A key is made, used, scheduled for deletion and refused; CloudTrail delivers the record of that."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from kms_reprieve_cli.doctor.cloud import Reply
from kms_reprieve_cli.doctor.subject import Subject
from kms_reprieve_cli.drill.drill import Drill, message_of, moment_of
from kms_reprieve_cli.drill.finding import Finding, StoppedError, Verdict, expect, took
from reprieve.errors import AwsError, WrongStateError

ID: Final = "refusal"
WHAT: Final = "KMS refuses a key that is pending deletion, and CloudTrail delivers the record."
CHANGES: Final = (
    "It creates a KMS key with a tag and an alias, schedules its deletion in 7 days, and tries to use it."
)
USUAL: Final = True
NEEDS: Final = (
    *("kms:CreateAlias", "kms:CreateKey", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"),
    *("kms:ScheduleKeyDeletion", "kms:TagResource", "logs:FilterLogEvents"),
)

CONTEXT: Final = {"purpose": "kms-reprieve drill"}
_TRIES: Final = 20
_PAUSE: Final = 3.0  # KMS may serve a key for some seconds after its deletion was scheduled


def run(drill: Drill) -> Iterator[Finding]:
    """Make a key, use it, and have it refused."""
    key = drill.new_key()
    yield from scheduled(drill, key)
    yield from refusal_of("Decrypt", drill, key, lambda: decrypt(drill, key))
    yield from recorded(drill, key, "Decrypt")


def scheduled(drill: Drill, key: str) -> Iterator[Finding]:
    """Encrypt with a key, and schedule its deletion."""
    encrypt(drill, key)
    yield expect(True, "the key works: KMS encrypted with it")
    drill.schedule_deletion(key)
    yield expect(drill.state(key) == "PendingDeletion", "the key is pending deletion")


def encrypt(drill: Drill, key: str) -> None:
    """Keep something that a key has encrypted."""
    made = drill.ask_kms("Encrypt", key, KeyId=key, Plaintext=b"reprieve", EncryptionContext=CONTEXT)
    drill.sealed[key] = made["CiphertextBlob"]


def refusal_of(name: str, drill: Drill, key: str, call: Callable[[], Reply]) -> Iterator[Finding]:
    """Make a call that KMS has to refuse, and look at its words."""
    said = refused(drill, call)
    drill.refused_at[name] = drill.passing.clock()
    yield expect(said.endswith(f"{key} is pending deletion."), f"{name} is refused: {said}")


def decrypt(drill: Drill, key: str, user: Subject | None = None) -> Reply:
    """Use a key: from its own account, or from another."""
    by = user or drill.owner(key)
    return by.cloud.ask(
        "kms",
        "Decrypt",
        region=key.split(":")[3],
        KeyId=key,
        CiphertextBlob=drill.sealed[key],
        EncryptionContext=CONTEXT,
    )


def refused(drill: Drill, call: Callable[[], Reply]) -> str:
    """Return what KMS says in refusing a call.

    Raises:
        StoppedError: it serves it again and again.
    """
    for _ in range(_TRIES):
        try:
            call()
        except WrongStateError as error:
            return f"{error.code}: {error.message}"
        except AwsError as error:
            raise StoppedError(f"KMS refused it for another reason: {error}") from error
        drill.passing.sleep(_PAUSE)
    raise StoppedError("KMS still serves the key a minute after its deletion was scheduled")


def recorded(drill: Drill, key: str, event_name: str) -> Iterator[Finding]:
    """Wait for CloudTrail's record, and look at what is taken for granted."""

    def found() -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        lines = drill.lines(drill.stack.output("CloudTrailLogGroup"), f'"{key.rpartition("/")[2]}"')
        records = [(line, message_of(line)) for line in lines]
        return [
            each
            for each in records
            if each[1].get("eventName") == event_name and key in str(each[1].get("errorMessage"))
        ]

    records = drill.wait(f"CloudTrail's record of {event_name} (usually 5 minutes, at most 15)", found)
    yield expect(records, f"the record of {event_name} is in the log group, and its message names the key")
    for line, record in records[:1]:
        at = datetime.fromisoformat(record["eventTime"]).timestamp()
        yield took(f"CloudTrail delivered the record of {event_name}", moment_of(line) - at)
        if "ingestionTime" in line:
            ingested = (line["ingestionTime"] - line["timestamp"]) / 1000
            yield took(f"CloudWatch Logs ingested the record of {event_name}", ingested)
        named = [each.get("ARN") for each in record.get("resources") or []]
        yield expect(key in named, f"the resources of the record of {event_name} name the key")
        yield Finding(verdict=Verdict.NOTE, what=f"the record of {event_name}", record=record)
