"""`kms-reprieve doctor` on the deployed stack: all is well, and what somebody breaks is named."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kms_reprieve_cli import command
from local import cloudtrail, organization
from local.organization_accounts import MEMBER
from local.up import Local

SCRIPT = Path(sys.executable).with_name("kms-reprieve")
AUDIT_ROLE = "Audit"
SETTINGS = {"AWS_CONFIG_FILE": "/nowhere", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere", "NO_PROXY": "127.0.0.1"}
ORDER = ("pass", "warn", "unknown", "fail")
Check = Mapping[str, str]


def settings(local: Local, key_id: str = "", secret: str = "") -> Mapping[str, str]:
    """The environment of an operator: the account's root, or somebody in it."""
    emulator = local.emulator
    return {
        **SETTINGS,
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": key_id or emulator.root.key_id,
        "AWS_SECRET_ACCESS_KEY": secret or emulator.root.secret,
        "AWS_REGION": emulator.region,
    }


def found(local: Local, *arguments: str, key_id: str = "", secret: str = "") -> dict[str, Check]:
    """What doctor says, by the check, the worst last; in this process, which has the libraries already."""
    ran = CliRunner(env=settings(local, key_id, secret)).invoke(command.app, ["doctor", "--json", *arguments])
    checks: list[Check] = json.loads(ran.stdout)["checks"]
    assert checks
    assert ran.exit_code == any(each["status"] == "fail" for each in checks)
    return {each["id"]: each for each in sorted(checks, key=lambda each: ORDER.index(each["status"]))}


def wrong(local: Local, *arguments: str) -> dict[str, str]:
    """What did not pass, by the check."""
    return {
        name: each["status"] for name, each in found(local, *arguments).items() if each["status"] != "pass"
    }


def client(local: Local, service: str) -> Any:
    make: Any = local.emulator.session().client
    return make(service, endpoint_url=local.emulator.endpoint)


def physical_id(local: Local, logical_id: str) -> str:
    """What the emulator calls a resource of the stack."""
    told = client(local, "cloudformation").describe_stack_resource(
        StackName="kms-reprieve", LogicalResourceId=logical_id
    )
    found: str = told["StackResourceDetail"]["PhysicalResourceId"]
    return found


@pytest.fixture(scope="module")
def audited(stack: Local) -> Local:
    """The stack after the first run of its functions, and a role of the operator in the other account."""
    for name in ("InvestigateFunction", "HealthFunction"):
        client(stack, "lambda").invoke(
            FunctionName=physical_id(stack, name), Payload=json.dumps({"source": "aws.scheduler"})
        )
    there = organization.member_account(stack.emulator)
    iam = there.session().client("iam", endpoint_url=there.endpoint)
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{stack.emulator.account}:root"},
        "Action": "sts:AssumeRole",
    }
    reads = {"Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"}
    iam.create_role(RoleName=AUDIT_ROLE, AssumeRolePolicyDocument=policy(trust))
    iam.put_role_policy(RoleName=AUDIT_ROLE, PolicyName="read", PolicyDocument=policy(reads))
    return stack


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.first
def test_of_a_stack_that_was_just_deployed_everything_passes(audited: Local) -> None:
    result = subprocess.run(
        [str(SCRIPT), "doctor", "--verbose", "--member-audit-role", AUDIT_ROLE],
        env=settings(audited),
        check=False,
        capture_output=True,
        text=True,
    )

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1].endswith("passed.")
    for said in (
        "trail local-trail delivers to the log group",
        "the alarm's topic starts investigate",
        "jane@example.com is confirmed",
        "the page answers over the network",
        f"account {MEMBER} lets the stack in, and lets it cancel deletions",
        "investigate has read the log group up to",
    ):
        assert said in result.stdout


@pytest.fixture(scope="module")
def well(audited: Local) -> Mapping[str, str]:
    """What did not pass before anything was broken: other tests use the stack as well."""
    return wrong(audited)


def test_before_deploying_the_account_passes(audited: Local) -> None:
    assert wrong(audited, "--log-group", audited.stack.log_group) == {}


@contextmanager
def stopped(local: Local) -> Iterator[None]:
    trails = client(local, "cloudtrail")
    trails.stop_logging(Name=cloudtrail.TRAIL)
    yield
    trails.start_logging(Name=cloudtrail.TRAIL)


@contextmanager
def without_kms(local: Local) -> Iterator[None]:
    trails, usual = client(local, "cloudtrail"), {"ReadWriteType": "All", "IncludeManagementEvents": True}
    without = {**usual, "ExcludeManagementEventSources": ["kms.amazonaws.com"]}
    trails.put_event_selectors(TrailName=cloudtrail.TRAIL, EventSelectors=[without])
    yield
    trails.put_event_selectors(TrailName=cloudtrail.TRAIL, EventSelectors=[usual])


@contextmanager
def with_retention(local: Local) -> Iterator[None]:
    logs, group = client(local, "logs"), local.stack.log_group
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    yield
    logs.delete_retention_policy(logGroupName=group)


@contextmanager
def with_another_pattern(local: Local) -> Iterator[None]:
    logs, group = client(local, "logs"), local.stack.log_group
    name = physical_id(local, "MetricFilter")
    (usual,) = logs.describe_metric_filters(logGroupName=group, filterNamePrefix=name)["metricFilters"]
    kept = {each: usual[each] for each in ("filterPattern", "metricTransformations")}
    logs.put_metric_filter(logGroupName=group, filterName=name, **kept | {"filterPattern": '"is pending"'})
    yield
    logs.put_metric_filter(logGroupName=group, filterName=name, **kept)


@contextmanager
def with_a_neighbour(local: Local) -> Iterator[None]:
    logs, group = client(local, "logs"), local.stack.log_group
    logs.put_metric_filter(
        logGroupName=group,
        filterName="cis-3.7",
        filterPattern="{ $.eventName = DisableKey }",
        metricTransformations=[
            {
                "metricNamespace": "CloudTrailLogMetrics",
                "metricName": "KMSKeyPendingDeletionErrorCount",
                "metricValue": "1",
            }
        ],
    )
    yield
    logs.delete_metric_filter(logGroupName=group, filterName="cis-3.7")


@contextmanager
def silenced(local: Local) -> Iterator[None]:
    cloudwatch, name = client(local, "cloudwatch"), local.stack.outputs["AlarmName"]
    cloudwatch.disable_alarm_actions(AlarmNames=[name])
    yield
    cloudwatch.enable_alarm_actions(AlarmNames=[name])


@contextmanager
def with_an_open_topic_policy(local: Local) -> Iterator[None]:
    sns, topic = client(local, "sns"), local.stack.outputs["AlarmTopicArn"]
    usual = sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy())
    yield
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=usual)


@contextmanager
def unsubscribed(local: Local) -> Iterator[None]:
    sns, topic = client(local, "sns"), local.stack.outputs["AlarmTopicArn"]
    (found,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    sns.unsubscribe(SubscriptionArn=found["SubscriptionArn"])
    yield
    sns.subscribe(TopicArn=topic, Protocol=found["Protocol"], Endpoint=found["Endpoint"])


@contextmanager
def without_a_webhook(local: Local) -> Iterator[None]:
    secrets, name = client(local, "secretsmanager"), physical_id(local, "SlackWebhookSecret")
    usual = secrets.get_secret_value(SecretId=name)["SecretString"]
    secrets.put_secret_value(SecretId=name, SecretString="revoked")
    yield
    secrets.put_secret_value(SecretId=name, SecretString=usual)


@contextmanager
def disabled(local: Local) -> Iterator[None]:
    kms, key = client(local, "kms"), local.stack.outputs["SigningKeyArn"]
    kms.disable_key(KeyId=key)
    yield
    kms.enable_key(KeyId=key)


@contextmanager
def switched_off(local: Local) -> Iterator[None]:
    lambda_, name = client(local, "lambda"), physical_id(local, "DeliverFunction")
    lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    yield
    lambda_.delete_function_concurrency(FunctionName=name)


@contextmanager
def with_dead_letters(local: Local) -> Iterator[None]:
    sqs, queue = client(local, "sqs"), local.stack.outputs["AuditDeadLetterQueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="{}")
    yield
    sqs.purge_queue(QueueUrl=queue)


Break = Callable[[Local], Any]


@pytest.mark.parametrize(
    ("group", "named", "broken"),
    [
        ("source", {"trail-logging": "fail"}, stopped),
        ("source", {"trail-events": "fail"}, without_kms),
        ("source", {"log-group-retention": "warn"}, with_retention),
        ("detection", {"metric-filter": "fail"}, with_another_pattern),
        ("detection", {"metric-neighbours": "warn"}, with_a_neighbour),
        ("detection", {"alarm": "fail"}, silenced),
        ("detection", {"alarm-topic": "fail"}, with_an_open_topic_policy),
        ("detection", {"alarm-subscription": "fail"}, unsubscribed),
        ("people", {"slack-secret": "fail"}, without_a_webhook),
        ("page", {"signing-keys": "fail"}, disabled),
        ("health", {"functions": "fail"}, switched_off),
        ("health", {"dead-letters": "fail"}, with_dead_letters),
    ],
)
def test_what_is_broken_is_named_and_nothing_else_is(
    audited: Local, well: Mapping[str, str], group: str, named: Mapping[str, str], broken: Break
) -> None:
    with broken(audited):
        then = wrong(audited, "--only", group)

    assert {name: how for name, how in then.items() if name not in well} == named


def test_what_is_mended_is_named_no_more(audited: Local, well: Mapping[str, str]) -> None:
    assert wrong(audited) == well


def test_a_role_without_permissions_is_told_which_ones_it_lacks(audited: Local) -> None:
    iam = client(audited, "iam")
    user = iam.create_user(UserName="visitor")["User"]["UserName"]
    made = iam.create_access_key(UserName=user)["AccessKey"]
    allowed = {"Effect": "Allow", "Action": "cloudformation:*", "Resource": "*"}
    iam.put_user_policy(UserName=user, PolicyName="stack", PolicyDocument=policy(allowed))

    said = found(audited, key_id=made["AccessKeyId"], secret=made["SecretAccessKey"])

    assert (said["log-group"]["status"], said["bookmark"]["status"]) == ("unknown", "unknown")
    assert said["log-group"]["fix"] == "Allow logs:DescribeLogGroups to your credentials."
    assert said["bookmark"]["fix"] == "Allow dynamodb:GetItem to your credentials."
