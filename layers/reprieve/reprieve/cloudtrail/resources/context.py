"""Where a request has its encryption context: one, one in the constraints of a grant, or two of ReEncrypt."""

from collections.abc import Mapping
from typing import Any, Final

from reprieve.arn import KeyArn
from reprieve.untrusted import ARN_LIMIT, look, mapping, one_line, text

VALUE_LIMIT: Final = 512


def context_of(parameters: Mapping[str, Any], key: KeyArn) -> Mapping[str, Any]:
    """Return the encryption context that a request used with `key`; an empty one where it tells none.

    Source: KMS API reference, "GrantConstraints" and "ReEncrypt".
    """
    constraints = mapping(parameters, "constraints")
    places = (
        look(parameters, "encryptionContext"),
        look(constraints, "encryptionContextSubset"),
        look(constraints, "encryptionContextEquals"),
        look(parameters, _of_re_encryption(parameters, key)),
    )
    return next((place for place in places if isinstance(place, dict) and place), {})


def bounded(context: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the pairs whose values are texts, each within its bounds."""
    return {pair: one_line(value, VALUE_LIMIT) for pair, value in context.items() if isinstance(value, str)}


def _of_re_encryption(parameters: Mapping[str, Any], key: KeyArn) -> str:
    """Return which of ReEncrypt's two contexts belongs to `key`; "" where the record leaves it open.

    The destination is always named; by an alias, it might be any key. The source need not be.
    """
    source, destination = "sourceEncryptionContext", "destinationEncryptionContext"
    if look(parameters, source) == look(parameters, destination):
        return source
    to, of = (_key(parameters, name, key) for name in ("destinationKeyId", "sourceKeyId"))
    if to == key:
        return destination
    return source if of == key or (to and not to.is_alias) else ""


def _key(parameters: Mapping[str, Any], name: str, near: KeyArn) -> KeyArn | None:
    return KeyArn.of_key_id(text(parameters, name, limit=ARN_LIMIT), near.region, near.account)
