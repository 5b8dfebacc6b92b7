"""Where a person finds the same thing without the link: console addresses and commands."""

from datetime import datetime
from urllib.parse import quote

from reprieve.arn import KeyArn, partition_of
from reprieve.clock import to_millis

_HOSTS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


def key_url(key: KeyArn) -> str:
    """Return the key's page in the KMS console of its Region; an alias' is the list of keys."""
    page = "keys" if key.is_alias else f"keys/{key.key_id}"
    return f"{_console(key.region, key.partition)}/kms/home?region={key.region}#/kms/{page}"


def log_url(log_group: str, region: str, pattern: str, start: datetime, end: datetime) -> str:
    """Return the page of the CloudWatch Logs console that shows a window of a log group.

    The console escapes its fragment twice, with `$` for the second `%`.
    """
    query = f"?filterPattern={quote(pattern, safe='')}&start={to_millis(start)}&end={to_millis(end)}"
    group = quote(quote(log_group, safe=""), safe="").replace("%", "$")
    escaped = quote(query, safe="").replace("%", "$")
    base = f"{_console(region, partition_of(region))}/cloudwatch/home?region={region}"
    return f"{base}#logsV2:log-groups/log-group/{group}/log-events{escaped}"


def rescue_commands(key: KeyArn) -> tuple[str, ...]:
    """Return the commands that cancel the deletion and enable the key, for the AWS CLI."""
    target = f"--region {key.region} --key-id {key.key_id}"
    return (f"aws kms cancel-key-deletion {target}", f"aws kms enable-key {target}")


def _console(region: str, partition: str) -> str:
    return f"https://{region}.{_HOSTS.get(partition, _HOSTS['aws'])}"
