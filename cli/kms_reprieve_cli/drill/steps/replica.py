"""The wording of the refusal for a multi-Region primary key that waits for its replicas."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding, expect, note
from kms_reprieve_cli.drill.steps.refusal import decrypt, encrypt, refused

ID: Final = "replica"
WHAT: Final = "KMS' wording for a multi-Region primary key that waits for its replicas."
CHANGES: Final = (
    "It creates a multi-Region key with a replica in another Region, and schedules the deletion of both."
)
USUAL: Final = False
NEEDS: Final = (
    *("kms:CreateAlias", "kms:CreateKey", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"),
    *("kms:ReplicateKey", "kms:ScheduleKeyDeletion", "kms:TagResource"),
)

_PATIENCE: Final = 180


def run(drill: Drill) -> Iterator[Finding]:
    """Make both, schedule the primary's deletion, and use it."""
    key, region = drill.new_key(MultiRegion=True), drill.choices.replica_region
    copy = drill.new_replica(key, region)
    drill.wait("the replica", lambda: {drill.state(key), drill.state(copy)} == {"Enabled"}, _PATIENCE)
    encrypt(drill, key)
    drill.schedule_deletion(key)
    said = refused(drill, lambda: decrypt(drill, key))
    yield note(f"{drill.state(key)}: {said}")
    yield expect(said.endswith("is pending replica deletion."), "the wording is the expected one")
