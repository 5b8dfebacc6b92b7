"""`kms-reprieve audit`: who was notified, who opened a page and who decided what, from a stack's table."""

from collections.abc import Iterable, Iterator
from datetime import datetime
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
from reprieve.audit import UNREADABLE, Facts, facts, line
from reprieve.cases.case import Case
from reprieve.cases.sample_store import TEST
from reprieve.cases.serialization import from_json
from reprieve.cases.store import AUDIT, CASE, KEY
from reprieve.clock import parse, rfc3339, utc_now
from reprieve.errors import NotUnderstoodError
from reprieve.messages.timeline_line import timeline_line
from reprieve.ports import Document

TABLE_OUTPUT: Final = "CaseTableName"


def audit(session: boto3.Session, stack_name: str, key: KeyArn | None, *, as_json: bool) -> Status:
    """Print the trail as it is read.

    Raises:
        AwsError: there is no such stack, no credentials, no permission.
        NotUnderstoodError: the stack is not one of kms-reprieve.
    """
    if as_json:
        for said in trail(session, stack_name, key):
            print(line(said))
    else:
        _print(_documents(session, _table(session, stack_name), key, (AUDIT, CASE)))
    return Status.DONE


def trail(session: boto3.Session, stack_name: str, key: KeyArn | None) -> Iterator[Facts]:
    """Yield what happened to one key or to all, page by page; the entries of each key together and in order.

    Raises:
        AwsError: there is no such stack, no credentials, no permission.
        NotUnderstoodError: the stack is not one of kms-reprieve.
    """
    return map(facts, _documents(session, _table(session, stack_name), key, (AUDIT,)))


def _table(session: boto3.Session, stack_name: str) -> str:
    named = outputs(session, stack_name)
    if TABLE_OUTPUT not in named:
        raise NotUnderstoodError(
            f"stack {stack_name}", f"it has no output {TABLE_OUTPUT}, so it is not a stack of kms-reprieve"
        )
    return named[TABLE_OUTPUT]


def _documents(
    session: boto3.Session, table: str, key: KeyArn | None, kinds: tuple[str, ...]
) -> Iterator[Document]:
    operation, asked = _scan(kinds) if key is None else _query(key, kinds)
    with call(f"dynamodb:{operation.capitalize()}"):
        client: Any = session.client("dynamodb")
        for page in client.get_paginator(operation).paginate(TableName=table, ConsistentRead=True, **asked):
            yield from map(read_item, page["Items"])


def _scan(kinds: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    values = {f":kind{number}": {"S": kind} for number, kind in enumerate(kinds)}
    condition = " OR ".join(f"begins_with(sk, {name})" for name in values)
    return "scan", {"FilterExpression": condition, "ExpressionAttributeValues": values}


def _query(key: KeyArn, kinds: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    """Return what asks for the items of a key whose kinds are next to each other in the table's order."""
    after = kinds[-1][:-1] + chr(ord(kinds[-1][-1]) + 1)
    values = {":pk": {"S": f"{KEY}{key}"}, ":first": {"S": kinds[0]}, ":after": {"S": after}}
    condition = "pk = :pk AND sk BETWEEN :first AND :after"
    return "query", {"KeyConditionExpression": condition, "ExpressionAttributeValues": values}


def _print(found: Iterable[Document]) -> None:
    """Print what is read, key by key: what happened, then each deletion as a line of blocks."""
    console = output()
    for partition, documents in groupby(found, lambda document: document.partition):
        console.print(Text(_name(partition), style="bold"))
        decided: list[tuple[str, datetime]] = []
        for document in documents:
            if document.sort.startswith(CASE):
                console.print(_life(document, decided))
                continue
            said = facts(document)
            console.print(f"  {said.get('at', '?'):20}  {said['event']:10}  {'; '.join(_parts(said))}")
            decided += [(said["case_id"], parse(said["at"]))] if said["event"] == "decision" else []


def _name(partition: str) -> str:
    if partition.startswith(TEST):
        return f"test notice {partition.removeprefix(TEST)}"
    try:
        return str(KeyArn.parse(partition.removeprefix(KEY)))
    except NotUnderstoodError:
        return "not of kms-reprieve"


def _life(document: Document, decided: Iterable[tuple[str, datetime]]) -> str:
    """Return a deletion from its scheduling, or what is known first, to its end, in one line."""
    try:
        case = from_json(Case, document.body)
    except NotUnderstoodError as error:
        return f"  {'?':20}  {UNREADABLE:10}  {error}"
    drawn = timeline_line(
        case.timeline,
        start=case.scheduled_by.at if case.scheduled_by else case.uses.first_at or case.opened_at,
        now=case.closure.at if case.closure else utc_now(),
        end=None if case.closure else case.deletion_date,
        decisions=[at for case_id, at in decided if case_id == case.id],
    )
    refused = "1 call" if case.uses.count == 1 else f"{case.uses.count} calls"
    return f"  {case.name:20}  {'deletion':10}  {drawn}  {refused} refused{_end(case)}"


def _end(case: Case) -> str:
    if case.closure is None:
        return ""
    unproven = "" if case.closure.confirmed else ", not confirmed by KMS"
    return f", {case.closure.how} {rfc3339(case.closure.at)}{unproven}"


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
    return f"{named} ({said['auth_method']}) {_place(said)}"


def _place(said: Facts) -> str:
    """Return where a person came from: an address, or a message in Slack."""
    if "slack_user" not in said:
        return f"at {said.get('source_ip', '?')}"
    pressed = f"user {said['slack_user']} of {said['slack_team']} in {said['slack_channel']}"
    return f"as {pressed}, message {said.get('slack_message', '?')}"
