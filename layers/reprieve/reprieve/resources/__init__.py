"""What a key protects, read from the encryption context: one module for each service that writes one.

A module has `CONTEXT_KEYS`, the pairs it accounts for, and `read(context)`.
To add a service, write its module and name it in `SERVICES`.
The context is public by design, and a stranger may have written it: its values are text to be shown.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from reprieve.fields import look, mapping, one_line
from reprieve.resources import ebs, lambda_function, s3, secret, ssm_parameter
from reprieve.resources.resource import Resource

SERVICES: Final = (s3, ebs, secret, ssm_parameter, lambda_function)
_ACCOUNTED_FOR: Final = frozenset(key for service in SERVICES for key in service.CONTEXT_KEYS)
_NAME_LIMIT = 512
_PAIR_LIMIT = 128
_PAIRS_AT_MOST = 8


def read(parameters: Mapping[str, Any]) -> tuple[Resource, ...]:
    """Return what the request was about, by the encryption context in its `requestParameters`.

    Pairs that no module knows are shown as they are, shortened, under "encryption context".
    """
    context = _context(parameters)
    known = (service.read(context) for service in SERVICES)
    rest = ", ".join(_unknown(context.items()))
    pairs = (Resource(service="encryption context", name=one_line(rest, _NAME_LIMIT)),) if rest else ()
    return (*(found for found in known if found), *pairs)


def _unknown(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    unknown = ((key, value) for key, value in pairs if key not in _ACCOUNTED_FOR)
    for key, value in islice(unknown, _PAIRS_AT_MOST):
        yield f"{one_line(key, _PAIR_LIMIT)} = {one_line(value, _PAIR_LIMIT)}"


def _context(parameters: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the first context that the request names; a grant has it in its constraints.

    ReEncrypt names two, of two keys, and neither is taken for the other.
    """
    constraints = mapping(parameters, "constraints")
    places = (
        look(parameters, "encryptionContext"),
        look(constraints, "encryptionContextSubset"),
        look(constraints, "encryptionContextEquals"),
    )
    context = next((place for place in places if isinstance(place, dict) and place), {})
    return {key: one_line(value, _NAME_LIMIT) for key, value in context.items() if isinstance(value, str)}


__all__ = ["SERVICES", "Resource", "read"]
