"""The ARN of a KMS key: the only name that tells one key from all others; and ARNs of anything else.

A key id is not enough: an `mrk-` id is the same in every Region that holds a replica.
"""

import re
from dataclasses import dataclass
from typing import Final, Self

from reprieve.errors import NotUnderstoodError

_NAME = r"[A-Za-z0-9:/_-]{1,256}"
_KMS_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]{0,20}):kms:(?P<region>[a-z]{2}[a-z0-9-]{1,30}):(?P<account>[0-9]{12})"
    r":(?P<resource>key/[A-Za-z0-9-]{1,64}|alias/" + _NAME + r")"
)
KEY_ARN_PATTERN: Final = r"arn:aws[a-z-]{0,20}:kms:[a-z]{2}[a-z0-9-]{1,30}:[0-9]{12}:key/[A-Za-z0-9-]{1,64}"
"""A regular expression of a key's ARN, for texts of which one is a part."""

_KEY_ID = re.compile(r"(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")

_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]{0,20}):(?P<service>[a-z0-9-]{1,40}):(?P<region>[a-z0-9-]{0,32})"
    r":(?P<account>[0-9]{0,12}):(?P<resource>.{1,1024})"
)

_PARTITIONS: Final = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
}
"""How the names of Regions outside `aws` begin; source: botocore's `data/partitions.json`, `regionRegex`."""


@dataclass(frozen=True, slots=True)
class Arn:
    """The ARN of anything: six parts, of which `region` and `account` may be empty.

    Source: IAM user guide, "Identify AWS resources with Amazon Resource Names (ARNs)".
    """

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a whole ARN; None for any other text."""
        found = _ARN.fullmatch(text)
        return cls(**found.groupdict()) if found else None


@dataclass(frozen=True, slots=True, order=True)
class KeyArn:
    """A KMS key, or the alias that a record had instead: `resource` is `key/…` or `alias/…`."""

    partition: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a whole ARN.

        Raises:
            NotUnderstoodError: `text` is anything but the ARN of a KMS key or alias.
        """
        found = _KMS_ARN.fullmatch(text)
        if not found:
            raise NotUnderstoodError("KMS key ARN", f"{text[:100]!r} is not one")
        return cls(**found.groupdict())

    @classmethod
    def find(cls, text: str) -> Self | None:
        """Return the first KMS ARN inside `text`, as in `arn:… is pending deletion.`."""
        found = _KMS_ARN.search(text)
        return cls(**found.groupdict()) if found else None

    @classmethod
    def of_key_id(cls, key_id: str, region: str, account: str) -> Self | None:
        """Return the key that a `keyId` parameter means, in any form that KMS takes.

        A bare key id or alias name stands for one in the caller's own account and Region.
        The partition follows from the Region's name.
        """
        bare = f"key/{key_id}" if _KEY_ID.fullmatch(key_id) else key_id
        here = f"arn:{partition_of(region)}:kms:{region}:{account}:{bare}"
        found = _KMS_ARN.fullmatch(key_id) or _KMS_ARN.fullmatch(here)
        return cls(**found.groupdict()) if found else None

    @property
    def is_alias(self) -> bool:
        """Whether this is only the name of a key, whose ARN KMS has to tell."""
        return self.resource.startswith("alias/")

    @property
    def is_multi_region(self) -> bool:
        """Whether other Regions may have a key of the same id."""
        return self.resource.startswith("key/mrk-")

    @property
    def key_id(self) -> str:
        """What KMS' calls in the key's own account and Region take: the id, or `alias/…`."""
        return self.resource.removeprefix("key/")

    def __str__(self) -> str:
        return f"arn:{self.partition}:kms:{self.region}:{self.account}:{self.resource}"


def partition_of(region: str) -> str:
    """Return the partition that a Region belongs to."""
    return next((name for prefix, name in _PARTITIONS.items() if region.startswith(prefix)), "aws")
