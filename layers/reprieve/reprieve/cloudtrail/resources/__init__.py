"""What a key protects, read from the encryption context: one module for each service that writes one.

A module has `CONTEXT_KEYS`, the pairs it accounts for, and `read(context, region)`.
To add a service, write its module and name it in `SERVICES`.
The context is public by design, and a stranger may have written it: its values are text to be shown.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from reprieve.arn import KeyArn
from reprieve.cloudtrail.resource import UNREAD, Resource
from reprieve.cloudtrail.resources import (
    backup_vault,
    cloudtrail,
    dynamodb_table,
    ebs,
    encryption_sdk,
    event_bus,
    kinesis,
    lambda_function,
    log_group,
    rds,
    redshift,
    s3,
    secret,
    ses,
    sns,
    sqs,
    ssm_parameter,
    workmail,
    workspaces,
)
from reprieve.cloudtrail.resources.context import VALUE_LIMIT, bounded, context_of
from reprieve.untrusted import one_line

SERVICES: Final = (
    cloudtrail,
    s3,
    rds,
    workspaces,
    ebs,
    secret,
    ssm_parameter,
    lambda_function,
    dynamodb_table,
    log_group,
    sqs,
    sns,
    kinesis,
    redshift,
    event_bus,
    backup_vault,
    workmail,
    ses,
    encryption_sdk,
)
_BY_PAIR: Final = {pair: service for service in SERVICES for pair in service.CONTEXT_KEYS}
_PAIR_LIMIT = 128
_PAIRS_AT_MOST = 8


def read(parameters: Mapping[str, Any], key: KeyArn) -> tuple[Resource, ...]:
    """Return what a request was about, by the encryption context in its `requestParameters`.

    Pairs that no module knows are shown as they are, shortened, under "encryption context".

    Args:
        parameters: The record's `requestParameters`.
        key: The key that was refused. Of ReEncrypt's two contexts, its own is read;
            and what it protects is in its Region, unless an ARN says otherwise.
    """
    return of_context(context_of(parameters, key), key.region)


def of_context(context: Mapping[str, Any], region: str) -> tuple[Resource, ...]:
    """Return the resources that an encryption context names, used with a key of a Region."""
    context = bounded(context)
    concerned = dict.fromkeys(service for pair, service in _BY_PAIR.items() if pair in context)
    known = (service.read(context, region) for service in concerned)
    rest = ", ".join(_unknown(context.items()))
    pairs = (Resource(service=UNREAD, name=one_line(rest, VALUE_LIMIT)),) if rest else ()
    return (*(found for found in known if found), *pairs)


def _unknown(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    unknown = ((key, value) for key, value in pairs if key not in _BY_PAIR)
    for key, value in islice(unknown, _PAIRS_AT_MOST):
        yield f"{one_line(key, _PAIR_LIMIT)} = {one_line(value, _PAIR_LIMIT)}"


__all__ = ["SERVICES", "of_context", "read"]
