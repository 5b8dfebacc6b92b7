"""Whether the trail records every Region: keys of the others would be used unseen."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, passed, warning
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.source import trails
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "trail-regions"
GROUP: Final = Group.SOURCE
WHEN: Final = Phase.BOTH
NEEDS: Final = trails.TRAILS_NEED


def look(subject: Subject) -> Iterator[Result]:
    """Ask CloudTrail."""
    for trail in trails.delivering(subject):
        if trail.told.get("IsMultiRegionTrail"):
            yield passed(f"trail {trail.name} records every Region")
        else:
            yield warning(
                f"trail {trail.name} records {trail.told['HomeRegion']} only",
                cause="nobody is notified of keys of other Regions",
                fix=f"aws cloudtrail update-trail --name {trail.arn} --is-multi-region-trail",
            )
