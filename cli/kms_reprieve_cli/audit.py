"""`python -m local audit`: who was told, who opened a page and who decided what, from a stack's table.

Reads with your own AWS credentials, by cloudformation:DescribeStacks and dynamodb:Query, or, without --key,
dynamodb:Scan: the trail of each key is in order, the keys are not.
"""

import argparse
import os
import sys
import tomllib
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final

import boto3

from local.emulator import ROOT
from reprieve.adapters.aws import call
from reprieve.adapters.dynamodb import read_item
from reprieve.arn import KeyArn
from reprieve.audit import Facts, facts, line
from reprieve.cases.store import AUDIT, KEY
from reprieve.errors import AwsError, NotUnderstoodError
from reprieve.ports import Document

TABLE_OUTPUT: Final = "CaseTableName"


def main(arguments: list[str]) -> int:
    """Print the trail as it is read; 1 if it can't be."""
    options = _options(arguments)
    try:
        key = KeyArn.parse(options.key) if options.key else None
        _print(trail(_session(options), options.stack_name, key), as_json=options.json)
    except (AwsError, NotUnderstoodError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def trail(session: boto3.Session, stack_name: str, key: KeyArn | None) -> Iterator[Facts]:
    """Yield what happened, page by page: that of one key, or of all, those of each key together and in order.

    Raises:
        AwsError: there is no such stack, no credentials, no permission.
        NotUnderstoodError: the stack is another product's.
    """
    return map(facts, _entries(session, _table(session, stack_name), key))


def _table(session: boto3.Session, stack_name: str) -> str:
    with call("cloudformation:DescribeStacks"):
        (stack,) = session.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    if TABLE_OUTPUT not in outputs:
        raise NotUnderstoodError(
            f"stack {stack_name}", f"without an output {TABLE_OUTPUT} it is none of ours"
        )
    return outputs[TABLE_OUTPUT]


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
    for key, entries in groupby(found, lambda said: said.get("key", "not this product's")):
        print(key)
        for said in entries:
            print(f"  {said.get('at', '?'):20}  {said['event']:10}  {'; '.join(_parts(said))}")


def _parts(said: Facts) -> Iterator[str]:
    """Yield what a line for people says after the time and the event."""
    match said["event"]:
        case "notice":
            yield said["reason"]
        case "opened":
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
    named = said.get("email") or said.get("subject") or f"whoever had the link from {said.get('channel')}"
    return f"{named} ({said['auth_method']}) at {said.get('source_ip', '?')}"


def _session(options: argparse.Namespace) -> boto3.Session:
    """Open a session; `AWS_REGION` counts, as it does for the AWS CLI, and not for boto3."""
    region = options.region or os.environ.get("AWS_REGION")
    with call("the AWS settings of this machine"):
        return boto3.Session(profile_name=options.profile, region_name=region)


def _stack_name() -> str:
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))
    name: str = settings["default"]["global"]["parameters"]["stack_name"]
    return name


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local audit", description=__doc__)
    parser.add_argument("--stack-name", default=_stack_name(), help="default: %(default)s")
    parser.add_argument("--key", metavar="ARN", help="of this key alone; without it, the whole table is read")
    parser.add_argument("--json", action="store_true", help="one line each, as events/audit.schema.json")
    parser.add_argument("--profile", help="a profile of your AWS settings")
    parser.add_argument("--region", help="the stack's Region, if it is not that of your AWS settings")
    return parser.parse_args(arguments)
