"""Where a person finds the same thing without the link: console addresses and commands."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from reprieve.arn import KeyArn, partition_of
from reprieve.clock import to_millis

_HOSTS: Final = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
    "aws-eusc": "console.amazonaws-eusc.eu",
}
"""AWS documents none for the partitions of the intelligence community; source: AWS CLI, `aws console`."""

_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}")
PAGE_LIMIT: Final = 512


def page(region: str, path: str, **names: str) -> str | None:
    """Return a page of the console of a Region, in the right partition.

    Args:
        region: Whose console it is; with a name that no Region could have, there is no page.
        path: What follows the host, with `{…}` where the Region or one of `names` belongs.
        names: What the page is about. They are escaped, because a stranger may have chosen them.

    Returns:
        The address; None where it would have more than `PAGE_LIMIT` characters, or no host is known.
    """
    console = _own_console(region)
    if console is None:
        return None
    escaped = {name: _escaped(value) for name, value in names.items()}
    address = f"{console}/{path.format(region=region, **escaped)}"
    return address if len(address) <= PAGE_LIMIT else None


@lru_cache(maxsize=1024)
def _escaped(name: str) -> str:
    """Escape a name: the same few callers and resources are in most of the records."""
    return quote(name, safe="")


@lru_cache(maxsize=64)
def _own_console(region: str) -> str | None:
    return _console(region, partition_of(region)) if _REGION.fullmatch(region) else None


def iam_page(region: str, kind: str, name: str) -> str | None:
    """Return IAM's page of one of the `roles` or `users`; None if it has no name."""
    path = "iam/home?region={region}#/{kind}/details/{name}"
    return page(region, path, kind=kind, name=name) if name else None


def key_url(key: KeyArn) -> str | None:
    """Return the key's page in the KMS console, if its Region has one."""
    console = _console(key.region, key.partition)
    return console and f"{console}/kms/home?region={key.region}#/kms/keys/{key.key_id}"


def log_url(log_group: str, region: str, pattern: str, start: datetime, end: datetime) -> str | None:
    """Return the page of the CloudWatch Logs console that shows a window of a log group, if there is one.

    The console escapes its fragment twice, with `$` for the second `%`.
    """
    console = _console(region, partition_of(region))
    query = f"?filterPattern={quote(pattern, safe='')}&start={to_millis(start)}&end={to_millis(end)}"
    group = _twice(log_group)
    escaped = quote(query, safe="").replace("%", "$")
    path = f"cloudwatch/home?region={region}#logsV2:log-groups/log-group/{group}/log-events{escaped}"
    return console and f"{console}/{path}"


def log_group_url(log_group: str, region: str) -> str | None:
    """Return the page of a log group."""
    path = "cloudwatch/home?region={region}#logsV2:log-groups/log-group/"
    address = f"{page(region, path) or ''}{_twice(log_group)}"
    return address if page(region, path) and len(address) <= PAGE_LIMIT else None


def rescue_commands(key: KeyArn) -> tuple[str, ...]:
    """Return the commands that cancel the deletion and enable the key, for the AWS CLI."""
    target = f"--region {key.region} --key-id {key.key_id}"
    return (f"aws kms cancel-key-deletion {target}", f"aws kms enable-key {target}")


def careful_commands(key: KeyArn) -> tuple[str, ...]:
    """Return the commands for a key whose state is not known: KMS refuses the second unless it is pending.

    A key that someone disabled on purpose is not to be enabled by a copied line.
    """
    target = f"--region {key.region} --key-id {key.key_id}"
    return (f"aws kms describe-key {target}", f"aws kms cancel-key-deletion {target}")


def _twice(name: str) -> str:
    """Escape a name as the console of CloudWatch Logs does it: twice, with `$` for the second `%`."""
    return quote(quote(name, safe=""), safe="").replace("%", "$")


def _console(region: str, partition: str) -> str | None:
    host = _HOSTS.get(partition)
    return host and f"https://{region}.{host}"
