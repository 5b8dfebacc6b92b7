"""A SecureString parameter of Systems Manager.

A name with a slash in it begins with one, which its ARN does not repeat.
Source: Systems Manager user guide, "How AWS Systems Manager Parameter Store uses AWS KMS" and
"Working with parameter hierarchies"; real records.
"""

from collections.abc import Mapping
from dataclasses import replace

from reprieve.arn import Arn
from reprieve.cloudtrail.resource import Resource, by_arn
from reprieve.console import page

CONTEXT_KEYS = ("PARAMETER_ARN",)
_PAGE = "systems-manager/parameters/{name}/description?region={region}"


def read(context: Mapping[str, str], region: str) -> Resource | None:  # noqa: ARG001 - the ARN has it
    """Return the parameter."""
    text = context.get(CONTEXT_KEYS[0])
    if not text:
        return None
    told, arn = by_arn("SSM parameter", text, "parameter/", _PAGE), Arn.parse(text)
    if not arn or "/" not in told.name or not arn.resource.startswith("parameter/"):
        return told
    url = page(arn.region, _PAGE.replace("{name}", "%252F{name}"), name=told.name.replace("/", "%2F"))
    return replace(told, name=f"/{told.name}", console_url=url)
