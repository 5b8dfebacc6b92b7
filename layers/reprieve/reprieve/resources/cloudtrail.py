"""A trail of CloudTrail, which encrypts its log files; `aws:s3:arn` beside it names the file.

Source: CloudTrail user guide, "Encrypting CloudTrail log files with AWS KMS keys".
"""

from collections.abc import Mapping

from reprieve.resources.resource import Resource, by_arn

CONTEXT_KEYS = ("aws:cloudtrail:arn",)
_PAGE = "cloudtrailv2/home?region={region}#/trails/{arn}"


def read(context: Mapping[str, str], region: str) -> Resource | None:  # noqa: ARG001 - the ARN has it
    """Return the trail."""
    text = context.get(CONTEXT_KEYS[0])
    return by_arn("CloudTrail trail", text, "trail/", _PAGE) if text else None
