"""The audit trail on the deployed stack: the table's stream, its filter, the function and its role."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.application import assume
from local.up import Local
from tests.scene import SECONDS, Scene, post, request

Line = dict[str, Any]
SCRIPT = Path(sys.executable).with_name("kms-reprieve")


def lines(local: Local, key: str) -> list[Line]:
    """The lines about a key in the log group, each once, in the order in which the table had them."""
    logs = local.emulator.session().client("logs", endpoint_url=local.emulator.endpoint)
    group = local.stack.outputs["AuditLogGroup"]
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    found = [json.loads(event["message"]) for page in pages for event in page["events"]]
    return list({(line["id"], line["version"]): line for line in found if line.get("key") == key}.values())


def wait_for(local: Local, key: str, enough: Callable[[Sequence[Line]], bool]) -> list[Line]:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        if enough(found := lines(local, key)):
            return found
        time.sleep(0.2)
    raise AssertionError(f"not enough about {key} in {SECONDS} s: {lines(local, key)}")


def test_a_decision_is_written_before_it_is_acted_on_and_when_it_is_done(
    stack: Local,
) -> None:
    scene = Scene.begin(stack)
    link = scene.link()
    request("GET", link)

    post(link, b"enable=yes&decision=cancel")

    found = wait_for(stack, scene.key, lambda lines: any(line.get("outcome") == "rescued" for line in lines))
    told = [line["reason"] for line in found if line["event"] == "notice"]
    started, done = (line for line in found if line["event"] == "decision")
    assert told == ["key-in-use", "deletion-cancelled"]
    assert (started["version"], started["outcome"], started["state_before"]) == (
        1,
        "started",
        "PendingDeletion",
    )
    assert (done["version"], done["outcome"], done["state_after"]) == (2, "rescued", "Enabled")
    assert started["id"] == done["id"]
    assert (done["auth_method"], done["channel"], done["choice"], done["enable"]) == (
        "link",
        "email",
        "cancel",
        True,
    )
    assert (done["source_ip"], done["user_agent"]) == ("127.0.0.1", "Mozilla/5.0")
    assert len(done["request_ids"]) == 2

    # What the table tells is what the log group has, but for a decision's beginning, which is overwritten.
    ran = subprocess.run(
        [str(SCRIPT), "audit", "--stack-name", "kms-reprieve", "--key", scene.key, "--json"],
        env=credentials(stack),
        check=True,
        capture_output=True,
        text=True,
    )

    printed = [json.loads(text) for text in ran.stdout.splitlines()]
    assert sorted(printed, key=by_id) == sorted((line for line in found if line != started), key=by_id)


def test_nothing_but_the_audit_trail_is_written(stack: Local) -> None:
    logs = stack.emulator.session().client("logs", endpoint_url=stack.emulator.endpoint)
    scene = Scene.begin(stack)
    scene.link()

    wait_for(stack, scene.key, bool)

    group = stack.stack.outputs["AuditLogGroup"]
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    events = {json.loads(event["message"])["event"] for page in pages for event in page["events"]}
    assert events <= {"notice", "opened", "decision", "seen"}


def by_id(line: Line) -> tuple[str, int]:
    return line["id"], line["version"]


def credentials(local: Local) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": local.emulator.endpoint,
        "AWS_ACCESS_KEY_ID": local.emulator.root.key_id,
        "AWS_SECRET_ACCESS_KEY": local.emulator.root.secret,
        "AWS_DEFAULT_REGION": local.emulator.region,
        "NO_PROXY": "127.0.0.1",
    }


def test_a_function_writes_into_its_own_parts_of_the_table_and_into_no_other(stack: Local) -> None:
    deliver = assume(
        stack.emulator, "like-deliver", "like-deliver", statement_of(stack, "RememberWhatWasSent")
    )
    table = deliver.session.client("dynamodb", endpoint_url=stack.emulator.endpoint)
    name = stack.stack.outputs["CaseTableName"]

    table.put_item(TableName=name, Item=item("delivery"))

    for part in ("session#0", "key#arn:aws:kms:eu-west-1:111122223333:key/1", "bookmark"):
        with pytest.raises(ClientError, match="AccessDenied"):
            table.put_item(TableName=name, Item=item(part))
        with pytest.raises(ClientError, match="AccessDenied"):
            table.transact_write_items(TransactItems=[{"Put": {"TableName": name, "Item": item(part)}}])


def item(part: str) -> dict[str, Any]:
    return {"pk": {"S": part}, "sk": {"S": "by somebody else"}}


def statement_of(local: Local, sid: str) -> dict[str, Any]:
    """What a statement of the deployed role of deliver allows."""
    iam = local.emulator.session().client("iam", endpoint_url=local.emulator.endpoint)
    (role,) = (each["RoleName"] for each in iam.list_roles()["Roles"] if "DeliverRole" in each["RoleName"])
    policy: Any = iam.get_role_policy(RoleName=role, PolicyName="deliver")["PolicyDocument"]
    document = json.loads(policy) if isinstance(policy, str) else policy
    (found,) = (each for each in document["Statement"] if each.get("Sid") == sid)
    return {name: value for name, value in found.items() if name in {"Action", "Resource", "Condition"}}
