#!/usr/bin/env python3
"""Shows on a real AWS account what an emulator can't. It asks before every step that changes something.

It has not been run against an AWS account yet. verify-on-aws.md says what each step shows, and what it leaves.
"""

import argparse
import json
import re
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import boto3
from botocore.exceptions import ClientError

ROOT = Path(__file__).resolve().parent.parent
RECORDS = ROOT / "events" / "records"
MATCHING = ("decrypt-by-assumed-role", "decrypt-with-disabled-exception-code", "decrypt-with-replica-wording")
PASSING = ("decrypt-that-worked", "decrypt-of-disabled-key", "other-service")
CLOUDTRAIL_PATIENCE = 20 * 60  # seconds
NOTICE_PATIENCE = 10 * 60
DEAD_LETTER_PATIENCE = 100 * 60
WAITING_DAYS = 7
REQUESTS = 80
NO_ANSWER = 0


class StoppedError(Exception):
    """A step can't go on; its text says why."""


@dataclass(kw_only=True)
class Verification:
    """One run: the stack that is looked at, the keys that were made, the misses that were found."""

    session: Any
    stack: str
    replica_region: str
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    keys: list[str] = field(default_factory=list)
    misses: int = 0

    def client(self, service: str, region: str | None = None) -> Any:
        return self.session.client(service, region_name=region)

    @cached_property
    def outputs(self) -> dict[str, str]:
        (found,) = self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}

    @cached_property
    def resources(self) -> dict[str, str]:
        pages = (
            self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.stack)
        )
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for page in pages
            for each in page["StackResourceSummaries"]
        }

    @property
    def key(self) -> str:
        if not self.keys:
            raise StoppedError("it needs the key of the step `refusal`")
        return self.keys[0]

    def check(self, is_so: object, what: str) -> None:
        """Print whether something is as it should be, and count it where it is not."""
        print(f"  {'ok  ' if is_so else 'MISS'}  {what}")
        self.misses += not is_so

    def lines(self, log_group: str, pattern: str, start: datetime) -> Iterator[dict[str, Any]]:
        pages = (
            self.client("logs")
            .get_paginator("filter_log_events")
            .paginate(logGroupName=log_group, filterPattern=pattern, startTime=int(start.timestamp() * 1000))
        )
        for page in pages:
            yield from page["events"]


def pattern(run: Verification) -> None:
    """TestMetricFilter takes the template's pattern, and the one that is read with."""
    from reprieve.cloudtrail.record import READ_PATTERN  # noqa: PLC0415 - the help needs no package

    written = re.search(r"FilterPattern: >-\s+(\{.*\})", (ROOT / "template.yaml").read_text("utf-8"))
    group = run.outputs["CloudTrailLogGroup"]
    filters = run.client("logs").describe_metric_filters(logGroupName=group)["metricFilters"]
    deployed = [
        each["filterPattern"].strip()
        for each in filters
        if each["filterName"] == run.resources["MetricFilter"]
    ]
    run.check(written and deployed == [written[1]], "the deployed pattern is the template's")
    messages = [
        json.dumps(json.loads((RECORDS / f"{name}.json").read_text("utf-8")))
        for name in (*MATCHING, *PASSING)
    ]
    for each in (*deployed, READ_PATTERN):
        found = run.client("logs").test_metric_filter(filterPattern=each, logEventMessages=messages)[
            "matches"
        ]
        matched = sorted(match["eventNumber"] for match in found)
        run.check(matched == list(range(1, len(MATCHING) + 1)), f"lines {matched} match {each}")


def trail(run: Verification) -> None:
    """The trail delivers, logs read and write events, and leaves KMS in."""
    client = run.client("cloudtrail")
    group = f":log-group:{run.outputs['CloudTrailLogGroup']}:"
    trails = [
        each
        for each in client.describe_trails()["trailList"]
        if group in each.get("CloudWatchLogsLogGroupArn", "")
    ]
    run.check(trails, "a trail delivers to the log group")
    for each in trails:
        status = client.get_trail_status(Name=each["TrailARN"])
        selectors = client.get_event_selectors(TrailName=each["TrailARN"])
        print(f"        {each['Name']}: {json.dumps(selectors, default=str)}")
        run.check(each.get("IsMultiRegionTrail"), "it covers all Regions")
        run.check(status["IsLogging"], "it is logging")
        run.check(not status.get("LatestCloudWatchLogsDeliveryError"), "it delivers without an error")
        for selector in selectors.get("EventSelectors", []):
            run.check(selector["ReadWriteType"] == "All", "read and write events")
            run.check(
                "kms.amazonaws.com" not in selector.get("ExcludeManagementEventSources", []), "KMS is left in"
            )


def clock(run: Verification) -> None:
    """EventBridge Scheduler may assume its role, and starts investigate every five minutes."""
    start = datetime.fromtimestamp(time.time() - 16 * 60, UTC)
    read = list(run.lines(run.resources["InvestigateLogs"], '"Read the log group"', start))
    run.check(len(read) > 1, f"investigate read the log group {len(read)} times in 16 minutes")
    for name in ("InvestigateDeadLetterQueueUrl", "DeliveryDeadLetterQueueUrl", "AuditDeadLetterQueueUrl"):
        run.check(waiting(run, run.outputs[name]) == 0, f"{name}: empty")


def refusal(run: Verification) -> None:
    """KMS refuses a key that is pending deletion; CloudTrail's record of it reaches the log group."""
    ask(
        "It makes a key, schedules its deletion in 7 days, and tries to decrypt."
    )
    kms = run.client("kms")
    key = new_key(run, kms)
    sealed = kms.encrypt(KeyId=key, Plaintext=b"reprieve", EncryptionContext={"purpose": "verify"})[
        "CiphertextBlob"
    ]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=WAITING_DAYS)
    for name, call in {
        "Decrypt": lambda: kms.decrypt(CiphertextBlob=sealed, EncryptionContext={"purpose": "verify"}),
        "TagResource": lambda: kms.tag_resource(KeyId=key, Tags=[{"TagKey": "a", "TagValue": "b"}]),
    }.items():
        error = refused(call)
        print(f"        {name}: {error}")
        run.check(str(error).endswith(f"{key} is pending deletion."), f"{name} is refused with that wording")
        show_record(run, key, name)


def notice(run: Verification) -> None:
    """The alarm rings, and a notice goes to every channel."""
    table, key = run.client("dynamodb"), run.key

    def told() -> list[str]:
        items = table.query(
            TableName=run.outputs["CaseTableName"],
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": f"key#{key}"}, ":sk": {"S": "case#"}},
        )["Items"]
        cases = [json.loads(item["body"]["S"]) for item in items]
        return [json.dumps(case["told"]) for case in cases if case["told"]["in_use"]]

    run.check(wait(told, NOTICE_PATIENCE), "the case says that people were told")
    delivered = wait(
        lambda: list(run.lines(run.resources["DeliverLogs"], '"A channel has the notice"', run.since)), 120
    )
    for line in delivered:
        print(f"        {line['message'].strip()}")
    run.check(delivered, "deliver sent it")
    history = run.client("cloudwatch").describe_alarm_history(
        AlarmName=run.outputs["AlarmName"], HistoryItemType="StateUpdate", StartDate=run.since
    )["AlarmHistoryItems"]
    run.check(any("to ALARM" in each["HistorySummary"] for each in history), "the alarm rang")


def rescue(run: Verification) -> None:
    """A person opens the link, sees that nothing has happened, and presses the button."""
    kms, key = run.client("kms"), run.key
    ask("Open the link in the mail or the Slack message, and press nothing yet.")
    run.check(state(kms, key) == "PendingDeletion", "opening the link changed nothing")
    ask("Now press the button at the top.")
    run.check(state(kms, key) == "Enabled", f"the key is {state(kms, key)}")
    print("        Look at the messages: every channel has to say that the deletion was cancelled.")


def audit(run: Verification) -> None:
    """The audit trail has a line for the notice and two for the decision, and they agree with the table."""
    start = datetime.fromtimestamp(time.time() - 3600, UTC)
    found = [json.loads(each["message"]) for each in run.lines(run.outputs["AuditLogGroup"], "", start)]
    ours = [each for each in found if run.key in json.dumps(each)]
    for each in ours:
        print(f"        {json.dumps(each)}")
    run.check({"notice", "decision"} <= {each["event"] for each in ours}, "notice and decision are in it")
    run.check({"started", "rescued"} <= {each.get("outcome") for each in ours}, "before it was done, and after")


def replica(run: Verification) -> None:
    """The wording for a multi-Region primary that waits for its replicas; not part of the usual run."""
    ask(
        f"It makes a multi-Region key with a replica in {run.replica_region}, and schedules both for deletion."
    )
    kms = run.client("kms")
    key = new_key(run, kms, MultiRegion=True)
    answer = kms.replicate_key(
        KeyId=key, ReplicaRegion=run.replica_region, Description="kms-reprieve: replica, may be deleted"
    )
    copy = answer["ReplicaKeyMetadata"]["Arn"]
    run.keys.append(copy)
    there = run.client("kms", run.replica_region)
    wait(lambda: state(there, copy) == "Enabled" and state(kms, key) == "Enabled", 180)
    sealed = kms.encrypt(KeyId=key, Plaintext=b"reprieve")["CiphertextBlob"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=WAITING_DAYS)
    error = refused(lambda: kms.decrypt(CiphertextBlob=sealed))
    print(f"        {state(kms, key)}: {error}")
    run.check(
        str(error).endswith("is pending replica deletion."), "the wording is the one that is looked for"
    )
    show_record(run, key, "Decrypt")


def throttling(run: Verification) -> None:
    """The page's API refuses a flood, and its access log holds no path."""
    ask(f"It sends {REQUESTS} requests with a link that is none to the page.")
    address = f"{run.outputs['PageUrl']}not-a-link"
    with ThreadPoolExecutor(REQUESTS // 2) as pool:
        answers = Counter(pool.map(status_of, [address] * REQUESTS))
    print(f"        answers by status: {dict(answers)}")
    run.check(answers[404], "what is let through gets the page for a bad link")
    run.check(answers[429], "the rest is refused")
    logged = wait(lambda: list(run.lines(run.resources["LinkAccessLogs"], "", run.since)), 120)
    run.check(logged, f"the access log has {len(logged)} lines")
    run.check(not any("not-a-link" in line["message"] for line in logged), "none of them holds the path")


def dead_letter(run: Verification) -> None:
    """A message that nobody understands ends in the dead-letter queue; not part of the usual run, for it takes 80 minutes."""
    ask(
        "It puts a message that is no notice into the stack's queue, and waits until it has failed ten times."
    )
    sqs, queue = run.client("sqs"), run.outputs["DeliveryDeadLetterQueueUrl"]
    sqs.send_message(QueueUrl=run.outputs["DeliveryQueueUrl"], MessageBody='{"verify-on-aws": true}')
    run.check(
        wait(lambda: waiting(run, queue), DEAD_LETTER_PATIENCE, pause=60), "it is in the dead-letter queue"
    )
    ask("Has the mail of the dead-letter alarm come? Look first.")
    for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10).get("Messages", []):
        if message["Body"] == '{"verify-on-aws": true}':
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


Step = Callable[[Verification], None]
USUAL: tuple[Step, ...] = (pattern, trail, clock, refusal, notice, rescue, audit, throttling)
STEPS: dict[str, Step] = {step.__name__.replace("_", "-"): step for step in (*USUAL, replica, dead_letter)}


def new_key(run: Verification, kms: Any, **options: Any) -> str:
    made = kms.create_key(Description="kms-reprieve: made by verify-on-aws.py, may be deleted", **options)
    arn: str = made["KeyMetadata"]["Arn"]
    run.keys.append(arn)
    alias = f"alias/reprieve-verify-{uuid.uuid4().hex[:8]}"
    kms.create_alias(AliasName=alias, TargetKeyId=arn)
    print(f"        {alias} is {arn}")
    return arn


def show_record(run: Verification, key: str, event_name: str) -> None:
    """Wait for CloudTrail's record of a refusal, print it, and compare it with what is taken for granted."""

    def found() -> list[tuple[dict[str, Any], dict[str, Any]]]:
        lines = run.lines(run.outputs["CloudTrailLogGroup"], f'"{key.rpartition("/")[2]}"', run.since)
        records = [(line, json.loads(line["message"])) for line in lines]
        return [each for each in records if each[1]["eventName"] == event_name and "errorCode" in each[1]]

    print(
        f"        waiting for CloudTrail's record of {event_name}, {CLOUDTRAIL_PATIENCE // 60} minutes at most"
    )
    records = wait(found, CLOUDTRAIL_PATIENCE, pause=15)
    run.check(records, f"the record of {event_name} is in the log group")
    for line, record in records[:1]:
        print(json.dumps(record, indent=2))
        at = datetime.fromisoformat(record["eventTime"]).timestamp()
        print(f"        delivered {line['timestamp'] / 1000 - at:.0f} s after the request,", end=" ")
        print(f"taken in {(line['ingestionTime'] - line['timestamp']) / 1000:.1f} s after that")
        run.check(key in record.get("errorMessage", ""), "its message names the key")
        run.check(
            any(each.get("ARN") == key for each in record.get("resources") or []),
            "its resources name the key",
        )


def refused(call: Callable[[], object]) -> str:
    """What KMS says in refusing a call; straight after the scheduling it may not refuse everywhere yet."""
    for _ in range(10):
        try:
            call()
        except ClientError as error:
            return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
        time.sleep(3)
    return "not refused"


def state(kms: Any, key: str) -> str:
    found: str = kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    return found


def waiting(run: Verification, queue: str) -> int:
    name = "ApproximateNumberOfMessages"
    return int(
        run.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"][name]
    )


def status_of(address: str) -> int:
    try:
        with urlopen(address, timeout=30) as answer:  # noqa: S310 - the stack's own address
            found: int = answer.status
            return found
    except HTTPError as error:
        return error.code
    except OSError:
        return NO_ANSWER


def wait(look: Callable[[], Any], seconds: float, pause: float = 5) -> Any:
    """Look until there is something, or time is up; return what there is."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(pause)
    return found


def ask(what: str) -> None:
    """Let a person decide whether to go on."""
    try:
        answer = input(f"  {what} Go on? [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in {"y", "yes"}:
        raise StoppedError("nobody said yes")


def clean_up(run: Verification) -> None:
    """Take the aliases away, and see to it that every key that was made is pending deletion."""
    for key in run.keys:
        kms = run.client("kms", key.split(":")[3])
        try:
            for alias in kms.list_aliases(KeyId=key)["Aliases"]:
                kms.delete_alias(AliasName=alias["AliasName"])
            if not state(kms, key).startswith("Pending"):
                kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=WAITING_DAYS)
            print(f"{key} is {state(kms, key)}")
        except ClientError as error:
            print(f"{key} needs a look, delete it yourself: {error}", file=sys.stderr)


def main(arguments: list[str]) -> int:
    """Run the steps; 1 if something is not as it should be, 2 for the wrong account."""
    options = parser().parse_args(arguments)
    session = boto3.Session(region_name=options.region)
    account = session.client("sts").get_caller_identity()["Account"]
    if account != options.yes_in_account:
        print(
            f"These credentials are of account {account}, not of {options.yes_in_account}.", file=sys.stderr
        )
        return 2
    run = Verification(session=session, stack=options.stack, replica_region=options.replica_region)
    try:
        for step in options.only or [step.__name__ for step in USUAL]:
            print(f"{step}: {STEPS[step].__doc__}")
            try:
                STEPS[step](run)
            except (StoppedError, ClientError) as error:
                run.check(False, f"stopped: {error}")
    finally:
        clean_up(run)
    print("All is as it should be." if not run.misses else f"{run.misses} misses.")
    return 1 if run.misses else 0


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument(
        "--yes-in-account", required=True, metavar="111122223333", help="the account that may be used for it"
    )
    made.add_argument("--stack", default="kms-reprieve", help="the deployed stack (kms-reprieve)")
    made.add_argument("--region", help="the stack's Region (that of your AWS configuration)")
    made.add_argument("--replica-region", default="us-east-1", help="for the step replica (us-east-1)")
    made.add_argument("--only", nargs="+", choices=list(STEPS), metavar="STEP", help=f"of {', '.join(STEPS)}")
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
