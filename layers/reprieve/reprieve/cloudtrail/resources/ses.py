"""Mail that SES receives and stores encrypted, by its receipt rule.

Source: KMS developer guide, "How Amazon Simple Email Service uses AWS KMS".
"""

from collections.abc import Mapping

from reprieve.cloudtrail.resource import Resource, named

CONTEXT_KEYS = ("aws:ses:rule-name", "aws:ses:message-id", "aws:ses:source-account")


def read(context: Mapping[str, str], region: str) -> Resource | None:
    """Return the rule; which message it was says nothing to a person."""
    name = context.get(CONTEXT_KEYS[0])
    return (
        named("SES receipt rule", name, region, "ses/home?region={region}#/email-receiving") if name else None
    )
