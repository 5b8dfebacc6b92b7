"""The key's state, its deletion date, its description: kms:DescribeKey."""

from collections.abc import Mapping
from typing import Any

from reprieve.arn import KeyArn
from reprieve.ports import KeyDirectory

FACT = "state and deletion date of the key"


def look_up(directory: KeyDirectory, key: KeyArn) -> Mapping[str, Any]:
    """Ask KMS; it also tells the key behind an alias."""
    found = directory.describe(key)
    return {
        "arn": found.arn,
        "account": found.arn.account,
        "region": found.arn.region,
        "state": found.state,
        "description": found.description,
        "deletion_date": found.deletion_date,
        "multi_region": found.multi_region,
    }
