"""A Redshift cluster.

Source: KMS developer guide, "How Amazon Redshift uses AWS KMS".
"""

from collections.abc import Mapping

from reprieve.resources.resource import Resource, by_arn

CONTEXT_KEYS = ("aws:redshift:arn", "aws:redshift:createtime")
_PAGE = "redshiftv2/home?region={region}#cluster-details?cluster={name}"


def read(context: Mapping[str, str], region: str) -> Resource | None:  # noqa: ARG001 - the ARN has it
    """Return the cluster."""
    text = context.get(CONTEXT_KEYS[0])
    return by_arn("Redshift cluster", text, "cluster:", _PAGE) if text else None
