"""An EBS volume or snapshot.

The volumes of RDS and WorkSpaces are in an account of AWS; they are told as what they serve.
Source: KMS developer guide, "How Amazon EBS uses AWS KMS"; the record of CopySnapshot has a snapshot.
"""

from collections.abc import Mapping

from reprieve.cloudtrail.resource import Resource, named
from reprieve.cloudtrail.resources import rds, workspaces

CONTEXT_KEYS = ("aws:ebs:id",)
_SNAPSHOT = "ec2/home?region={region}#SnapshotDetails:snapshotId={name}"
_VOLUME = "ec2/home?region={region}#VolumeDetails:volumeId={name}"


def read(context: Mapping[str, str], region: str) -> Resource | None:
    """Return the volume, or the snapshot that CopySnapshot makes."""
    name = context.get(CONTEXT_KEYS[0])
    if not name or any(context.get(key) for key in (*rds.CONTEXT_KEYS, *workspaces.CONTEXT_KEYS)):
        return None
    if name.startswith("snap-"):
        return named("EBS snapshot", name, region, _SNAPSHOT)
    return named("EBS volume", name, region, _VOLUME)
