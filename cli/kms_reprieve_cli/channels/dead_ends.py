"""Parts of a route that no notice ever matches."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

import boto3

from reprieve.messages.channels.route import Route

_ACCOUNT: Final = re.compile(r"\d{12}")


def dead_ends(route: Route) -> Iterator[str]:
    """Yield what is not an account or not a Region, in words."""
    yield from (
        f"only.accounts: {each} is not an account ID"
        for each in sorted(route.accounts)
        if not _ACCOUNT.fullmatch(each)
    )
    yield from (f"only.regions: {each} is not a Region" for each in sorted(route.regions - _regions()))


@cache
def _regions() -> frozenset[str]:
    """Return the Regions of all partitions, as this version of the AWS SDK knows them."""
    session = boto3.Session()
    return frozenset(
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("kms", partition)
    )
