"""Whether KMS' management events are recorded, those that read and those that write."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.source import trails
from kms_reprieve_cli.doctor.source.selectors import Selectors
from kms_reprieve_cli.doctor.statements import Answer
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "trail-events"
GROUP: Final = Group.SOURCE
WHEN: Final = Phase.BOTH
NEEDS: Final = (*trails.TRAILS_NEED, *trails.RULES_NEED, "cloudtrail:GetEventSelectors")

_FIX: Final = (
    "Record management events, ReadWriteType All, without excluding kms.amazonaws.com: aws cloudtrail"
    " put-event-selectors. With advanced event selectors: eventCategory Management, no field readOnly,"
    " and none that leaves KMS out."
)


def look(subject: Subject) -> Iterator[Result]:
    """Read the event selectors of the trail, or of the telemetry rule."""
    if found := trails.delivering(subject):
        yield from (_judged(f"trail {trail.name}", trail.selectors(subject)) for trail in found)
    else:
        yield from (
            _judged(f"telemetry rule {rule['RuleName']}", trails.selectors_of(rule))
            for rule in trails.rules(subject)
        )


def _judged(name: str, selectors: Selectors) -> Result:
    reads, writes = (selectors.records(reads=is_read) for is_read in (True, False))
    if reads is Answer.REFUSED:
        return failure(
            f"{name} does not record KMS' read events",
            cause="Decrypt, Encrypt and GenerateDataKey are read events",
            fix=_FIX,
        )
    if writes is Answer.REFUSED:
        return warning(
            f"{name} does not record KMS' write events",
            cause="CreateGrant, and who scheduled or cancelled a deletion, are not seen",
            fix=_FIX,
        )
    if Answer.UNSURE in {reads, writes}:
        return warning(
            f"{name} records some of KMS' events",
            cause="its event selectors depend on more than the source and the kind of an event",
            fix=_FIX,
        )
    return passed(f"{name} records KMS' read and write events")
