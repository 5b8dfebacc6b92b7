"""`kms-reprieve audit`: who was told, who opened a page and who decided what, from a stack's table."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final

import boto3
from rich.text import Text

from kms_reprieve_cli.session import outputs
from kms_reprieve_cli.status import Status
from kms_reprieve_cli.terminal import output
from reprieve.adapters.aws import call
from reprieve.adapters.dynamodb import read_item
from reprieve.arn import KeyArn
from reprieve.audit import Facts, facts, line
from reprieve.cases.sample_store import SAMPLE_CASE
from reprieve.cases.store import AUDIT, KEY
from reprieve.errors import NotUnderstoodError
from reprieve.ports import Document

TABLE_OUTPUT: Final = "CaseTableName"


def audit(session: boto3.Session, stack_name: str, key: KeyArn | None, *, as_json: bool) -> Status:
    """Print the trail as it is read.

    Raises:
        AwsError: there is no such stack, no credentials, no permission.
        NotUnderstoodError: the stack is another product's.
    """
    _print(trail(session, stack_name, key), as_json=as_json)
    return Status.DONE


def trail(session: boto3.Session, stack_name: str, key: KeyArn | None) -> Iterator[Facts]:
    """Yield what happened, page by page: that of one key, or of all, those of each key together and in order.

    Raises:
        AwsError: there is no such stack, no credentials, no permission.
        NotUnderstoodError: the stack is another product's.
    """
    return map(facts, _entries(session, _table(session, stack_name), key))


def _table(session: boto3.Session, stack_name: str) -> str:
    named = outputs(session, stack_name)
    if TABLE_OUTPUT not in named:
        raise NotUnderstoodError(
            f"stack {stack_name}", f"it has no output {TABLE_OUTPUT}, so it is not a stack of kms-reprieve"
        )
    return named[TABLE_OUTPUT]


def _entries(session: boto3.Session, table: str, key: KeyArn | None) -> Iterator[Document]:
    operation, asked = _scan() if key is None else _query(key)
    with call(f"dynamodb:{operation.capitalize()}"):
        client: Any = session.client("dynamodb")
        for page in client.get_paginator(operation).paginate(TableName=table, ConsistentRead=True, **asked):
            yield from map(read_item, page["Items"])


def _scan() -> tuple[str, dict[str, Any]]:
    values = {":sk": {"S": AUDIT}}
    return "scan", {"FilterExpression": "begins_with(sk, :sk)", "ExpressionAttributeValues": values}


def _query(key: KeyArn) -> tuple[str, dict[str, Any]]:
    values = {":pk": {"S": f"{KEY}{key}"}, ":sk": {"S": AUDIT}}
    condition = "pk = :pk AND begins_with(sk, :sk)"
    return "query", {"KeyConditionExpression": condition, "ExpressionAttributeValues": values}


def _print(found: Iterable[Facts], *, as_json: bool) -> None:
    if as_json:
        for said in found:
            print(line(said))
        return
    console = output()
    for key, entries in groupby(found, _about):
        console.print(Text(key, style="bold"))
        for said in entries:
            console.print(f"  {said.get('at', '?'):20}  {said['event']:10}  {'; '.join(_parts(said))}")


def _about(said: Facts) -> str:
    """Return what an entry is about."""
    is_test = said.get("case_id") == SAMPLE_CASE
    return str(said.get("key", "test notice" if is_test else "not of kms-reprieve"))


def _parts(said: Facts) -> Iterator[str]:
    """Yield what a line for people says after the time and the event."""
    match said["event"]:
        case "notice":
            yield said["reason"]
        case "opened" | "seen":
            yield _who(said)
        case "decision":
            yield f"{said['choice']}{' and enable' if said['enable'] and said['choice'] == 'cancel' else ''}"
            yield f"{said['outcome']}, {said.get('state_before', '?')} → {said.get('state_after', '?')}"
            yield _who(said)
            if "why" in said:
                yield f'"{said["why"]}"'
            if "request_ids" in said:
                yield f"requests {' '.join(said['request_ids'])}"
        case _:
            yield said["problem"]


def _who(said: Facts) -> str:
    named = said.get("email") or said.get("subject") or f"someone with the link from {said.get('channel')}"
    return f"{named} ({said['auth_method']}) at {said.get('source_ip', '?')}"
