"""A log group of CloudWatch Logs.

Source: CloudWatch Logs user guide, "Encrypt log data in CloudWatch Logs using AWS KMS".
"""

from collections.abc import Mapping
from dataclasses import replace

from reprieve.arn import Arn
from reprieve.cloudtrail.resource import Resource, by_arn
from reprieve.console import log_group_url

CONTEXT_KEYS = ("aws:logs:arn",)


def read(context: Mapping[str, str], region: str) -> Resource | None:  # noqa: ARG001 - the ARN has it
    """Return the log group."""
    text = context.get(CONTEXT_KEYS[0], "").removesuffix(":*")
    if not text:
        return None
    told, arn = by_arn("log group", text, "log-group:", ""), Arn.parse(text)
    return replace(told, console_url=log_group_url(told.name, arn.region) if arn and told.arn else None)
