"""A management call that KMS refuses for the same reason, and CloudTrail's record of it."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding
from kms_reprieve_cli.drill.steps.refusal import recorded, refusal_of

ID: Final = "management-call"
WHAT: Final = "KMS refuses a management call with the same words, and CloudTrail delivers the record."
CHANGES: Final = ""
USUAL: Final = True
NEEDS: Final = ("kms:TagResource", "logs:FilterLogEvents")

_TAGS: Final = ({"TagKey": "kms-reprieve:drill-refused", "TagValue": "yes"},)


def run(drill: Drill) -> Iterator[Finding]:
    """Try to tag the key of the step refusal: KMS must not let it."""
    key = drill.key
    call = lambda: drill.cloud.ask("kms", "TagResource", KeyId=key, Tags=list(_TAGS))  # noqa: E731 - one call
    yield from refusal_of("TagResource", drill, key, call)
    yield from recorded(drill, key, "TagResource")
