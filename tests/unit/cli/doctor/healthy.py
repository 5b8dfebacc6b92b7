"""A stack of which everything is as it must be, and ways to say what is different."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from kms_reprieve_cli.doctor.cloud import HttpAnswer
from kms_reprieve_cli.doctor.detection.metric_filters import PATTERN
from kms_reprieve_cli.doctor.page.page_answers import NO_LINK
from kms_reprieve_cli.doctor.subject import Reach, Subject
from reprieve.clock import rfc3339
from tests.unit.cli.doctor.clouds import FakeCloud, FakeNetwork, Reply, Said

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=timezone(timedelta(hours=5)))
"""22:00 UTC the day before: botocore tells times in the zone of the machine."""

ACCOUNT, REGION, MEMBER = "111122223333", "eu-west-1", "444455556666"
STACK, GROUP = "kms-reprieve", "cloudtrail/management"
PAGE = "https://a1b2c3.execute-api.eu-west-1.amazonaws.com"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OWN_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0000abcd-12ab-34cd-56ef-1234567890ab"
ALARM_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:{STACK}-AlarmTopic"
NOTICE_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:{STACK}-NoticeTopic"
ALARM = "KMSKeyPendingDeletionErrorAlarm"
INVESTIGATE = f"{STACK}-InvestigateFunction"
INVESTIGATE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/{STACK}-InvestigateRole"
RESPOND_ROLE = f"arn:aws:iam::{ACCOUNT}:role/{STACK}-RespondRole"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:SlackWebhookSecret-a1b2c3"
OIDC_SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:OidcSecret-a1b2c3"
TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/management"
RULE = f"arn:aws:observabilityadmin:{REGION}:{ACCOUNT}:telemetry-rule/cloudtrail"
SIGN_IN = "https://login.example.com/authorize?client_id=reprieve"
AUDIT_ROLE, MEMBER_ROLE = "Audit", "kms-reprieve-member"
OURS = {"content-security-policy": "default-src 'none'; style-src 'sha256-x'"}

PARAMETERS = {
    "NotificationEmails": "jane@example.com, ops@example.com",
    "SlackWebhookSecretArn": "",
    "MetricNamespace": "CloudTrailLogMetrics",
    "MetricName": "KMSKeyPendingDeletionErrorCount",
    "Approvers": "link",
    "ApproverCidrs": "",
    "OidcIssuer": "",
    "OidcClientId": "",
    "OidcClientSecretArn": "",
    "MemberRoleName": "",
    "OrganizationId": "",
    "ExternalId": "kms-reprieve",
}
SIGNING_IN = {"Approvers": "sign-in", "OidcIssuer": "https://login.example.com", "OidcClientId": "reprieve"}
WITH_MEMBERS = {"MemberRoleName": MEMBER_ROLE, "OrganizationId": "o-a1b2c3d4e5"}
OUTPUTS = {
    "NoticeTopicArn": NOTICE_TOPIC,
    "AlarmTopicArn": ALARM_TOPIC,
    "HealthTopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:{STACK}-HealthTopic",
    "AlarmName": ALARM,
    "CloudTrailLogGroup": GROUP,
    "PageUrl": f"{PAGE}/keys/",
    "CaseTableName": f"{STACK}-CaseTable",
    "SignInRedirectUri": f"{PAGE}/signed-in",
    "InvestigateRoleArn": INVESTIGATE_ROLE,
    "RespondRoleArn": RESPOND_ROLE,
    **{
        f"{name}DeadLetterQueueUrl": f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/{STACK}-{name}"
        for name in ("Investigate", "Delivery", "Health", "Audit")
    },
}
RESOURCES = {
    "MetricFilter": ("AWS::Logs::MetricFilter", f"{STACK}-MetricFilter"),
    "KeyInUseAlarm": ("AWS::CloudWatch::Alarm", ALARM),
    "InvestigateErrorAlarm": ("AWS::CloudWatch::Alarm", f"{STACK}-InvestigateErrorAlarm"),
    "SlackWebhookSecret": ("AWS::SecretsManager::Secret", SECRET),
    "LinkApi": ("AWS::ApiGatewayV2::Api", "a1b2c3"),
    "SigningKeyA": ("AWS::KMS::Key", OWN_KEY),
    "InvestigateFunctionClock": ("AWS::Scheduler::Schedule", f"{STACK}-InvestigateFunctionClock"),
    **{
        f"{name}Function": ("AWS::Lambda::Function", f"{STACK}-{name}Function")
        for name in ("Investigate", "Deliver", "Respond", "Health", "Audit", "Subscribe")
    },
}


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


RECORD_LINE = json.dumps({"eventSource": "kms.amazonaws.com", "eventName": "Decrypt", "eventTime": "x"})
PUBLISH = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudwatch.amazonaws.com"},
    "Action": "sns:Publish",
    "Resource": ALARM_TOPIC,
    "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
}
USE_KEY = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudwatch.amazonaws.com"},
    "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
    "Resource": "*",
}
BY_IAM = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def stack_reply(status: str = "CREATE_COMPLETE", **changed: str | None) -> Reply:
    """DescribeStacks, with other parameters; None leaves an output of that name out."""
    outputs = {name: value for name, value in OUTPUTS.items() if changed.get(name, "") is not None}
    parameters = PARAMETERS | {name: value for name, value in changed.items() if value is not None}
    return {
        "Stacks": [
            {
                "StackName": STACK,
                "StackStatus": status,
                "CreationTime": NOW - timedelta(days=3),
                "Parameters": [
                    {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
                ],
                "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()],
            }
        ]
    }


def resources(*without: str, **more: tuple[str, str]) -> Reply:
    """ListStackResources, without some, with others."""
    return {
        "StackResourceSummaries": [
            {
                "LogicalResourceId": logical_id,
                "ResourceType": kind,
                "PhysicalResourceId": physical_id,
                "LastUpdatedTimestamp": NOW,
                "ResourceStatus": "CREATE_COMPLETE",
            }
            for logical_id, (kind, physical_id) in (RESOURCES | more).items()
            if logical_id not in without
        ]
    }


def log_group(**changed: Any) -> Reply:
    return {
        "logGroups": [{"logGroupName": GROUP, "logGroupClass": "STANDARD", "retentionInDays": 90} | changed]
    }


def trail(**changed: Any) -> Reply:
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}:*"
    return {
        "trailList": [
            {
                "Name": "management",
                "TrailARN": TRAIL,
                "HomeRegion": REGION,
                "IsMultiRegionTrail": True,
                "CloudWatchLogsLogGroupArn": arn,
            }
            | changed
        ]
    }


def trail_status(**changed: Any) -> Reply:
    delivered = NOW - timedelta(minutes=4)
    return {"IsLogging": True, "LatestCloudWatchLogsDeliveryTime": delivered} | changed


def selectors(**changed: Any) -> Reply:
    one = {"ReadWriteType": "All", "IncludeManagementEvents": True, "ExcludeManagementEventSources": []}
    return {"EventSelectors": [one | changed]}


def advanced(*fields: Mapping[str, Any]) -> Reply:
    """GetEventSelectors of a trail with one advanced event selector."""
    management = {"Field": "eventCategory", "Equals": ["Management"]}
    return {"AdvancedEventSelectors": [{"FieldSelectors": [management, *fields]}]}


def metric_filter(**changed: Any) -> Reply:
    return {
        "metricFilters": [
            {
                "filterName": f"{STACK}-MetricFilter",
                "logGroupName": GROUP,
                "filterPattern": PATTERN,
                "metricTransformations": [
                    {
                        "metricNamespace": "CloudTrailLogMetrics",
                        "metricName": "KMSKeyPendingDeletionErrorCount",
                        "metricValue": "1",
                    }
                ],
            }
            | changed
        ]
    }


def alarms(*found: Mapping[str, Any]) -> Reply:
    return {"MetricAlarms": list(found)}


def key_alarm(**changed: Any) -> Mapping[str, Any]:
    return {
        "AlarmName": ALARM,
        "StateValue": "OK",
        "ActionsEnabled": True,
        "AlarmActions": [ALARM_TOPIC],
        "Namespace": "CloudTrailLogMetrics",
        "MetricName": "KMSKeyPendingDeletionErrorCount",
        "Threshold": 1.0,
        "Statistic": "Sum",
    } | changed


def own_alarm(**changed: Any) -> Mapping[str, Any]:
    return {
        "AlarmName": f"{STACK}-InvestigateErrorAlarm",
        "AlarmDescription": "The function investigate failed.",
        "StateValue": "OK",
        "StateReason": "Threshold Crossed: 1 datapoint was greater than the threshold (1.0).",
        "ActionsEnabled": True,
    } | changed


def either_alarm(key: Mapping[str, Any] | None, own: Mapping[str, Any] | None) -> Callable[[Any], Reply]:
    """DescribeAlarms: the alarm on refused requests, or the stack's own."""

    def found(parameters: Mapping[str, Any]) -> Reply:
        asked = set(parameters["AlarmNames"])
        return alarms(*(each for each in (key, own) if each and each["AlarmName"] in asked))

    return found


def topic(*statements: Mapping[str, Any], **attributes: str) -> Reply:
    return {"Attributes": {"TopicArn": ALARM_TOPIC, "Policy": policy(*statements), **attributes}}


def subscribed(*by_email: tuple[str, str], function: str = INVESTIGATE) -> Callable[[Any], Reply]:
    """ListSubscriptionsByTopic: investigate at one topic, addresses and their ARNs at the other."""
    lambda_ = {
        "Protocol": "lambda",
        "Endpoint": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}",
        "SubscriptionArn": f"{ALARM_TOPIC}:1",
    }
    emails = [{"Protocol": "email", "Endpoint": name, "SubscriptionArn": arn} for name, arn in by_email]

    def found(parameters: Mapping[str, Any]) -> Reply:
        return {"Subscriptions": [lambda_] if parameters["TopicArn"] == ALARM_TOPIC else emails}

    return found


BOTH_CONFIRMED = subscribed(
    ("jane@example.com", f"{NOTICE_TOPIC}:1"), ("OPS@example.com", f"{NOTICE_TOPIC}:2")
)


def item(partition: str, sort: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pk": {"S": partition},
        "sk": {"S": sort},
        "version": {"N": "1"},
        "body": {"S": json.dumps(body)},
    }


def items(bookmark: timedelta | None, run: timedelta | None) -> Callable[[Any], Reply]:
    """GetItem: how long ago investigate and health came to an end; None for never."""

    def found(parameters: Mapping[str, Any]) -> Reply:
        partition = parameters["Key"]["pk"]["S"]
        if partition == "bookmark":
            if bookmark is None:
                return {}
            settled = {"settled_until": rfc3339(NOW - bookmark)}
            return {"Item": item("bookmark", GROUP, settled)}
        assert partition == "health"
        return {} if run is None else {"Item": item("health", "run", {"at": rfc3339(NOW - run)})}

    return found


def queried(**partitions: list[dict[str, Any]]) -> Callable[[Any], Reply]:
    """Query: the items of each partition."""
    return lambda parameters: {
        "Items": partitions.get(parameters["ExpressionAttributeValues"][":pk"]["S"], [])
    }


def metadata(arn: str = KEY, state: str = "Enabled", **more: Any) -> Mapping[str, Any]:
    return {"KeyId": arn.rpartition("/")[2], "Arn": arn, "KeyState": state, "KeyManager": "CUSTOMER"} | more


def key(**changed: Any) -> Reply:
    return {"KeyMetadata": {**metadata(), **changed}}


def by_id(*found: Mapping[str, Any]) -> Callable[[Any], Reply]:
    """DescribeKey of several keys."""
    known = {each["Arn"]: each for each in found}
    return lambda parameters: {"KeyMetadata": known[parameters["KeyId"]]}


def secret(**changed: Any) -> Reply:
    return {"ARN": SECRET, "Name": "SlackWebhookSecret-a1b2c3"} | changed


def role(principal: str, external_id: str = "kms-reprieve") -> Reply:
    """GetRole in another account."""
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id, "aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    }
    return {
        "Role": {
            "Path": "/",
            "RoleName": "x",
            "RoleId": "AROAEXAMPLEEXAMPLE12",
            "Arn": "arn:aws:iam::444455556666:role/x",
            "CreateDate": NOW,
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        }
    }


def role_policy(action: object = "kms:CancelKeyDeletion") -> Reply:
    allow = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return {"RoleName": "x", "PolicyName": "rescue", "PolicyDocument": {"Statement": [allow]}}


def member(**changed: Said) -> FakeCloud:
    """Another account of the organization, which lets the stack in."""

    def found(parameters: Mapping[str, Any]) -> Reply:
        return role(INVESTIGATE_ROLE if parameters["RoleName"].endswith("-read") else RESPOND_ROLE)

    usual: dict[str, Said] = {
        "iam:GetRole": found,
        "iam:ListRolePolicies": {"PolicyNames": ["rescue"]},
        "iam:GetRolePolicy": role_policy(),
    }
    return FakeCloud(usual | {name.replace("_", ":"): said for name, said in changed.items()})


def accounts(*others: str) -> Reply:
    return {"Accounts": [{"Id": each, "Status": "ACTIVE"} for each in (ACCOUNT, *others)]}


def answers() -> dict[str, Said]:
    """What AWS says of a healthy stack."""
    return {
        "sts:GetCallerIdentity": {
            "Account": ACCOUNT,
            "Arn": f"arn:aws:iam::{ACCOUNT}:user/jane",
            "UserId": "AIDAEXAMPLE",
        },
        "cloudformation:DescribeStacks": stack_reply(),
        "cloudformation:ListStackResources": resources(),
        "logs:DescribeLogGroups": log_group(),
        "logs:DescribeLogStreams": {"logStreams": []},
        "logs:FilterLogEvents": {"events": [{"message": RECORD_LINE}, {"message": RECORD_LINE}]},
        "cloudtrail:DescribeTrails": trail(),
        "cloudtrail:GetTrailStatus": trail_status(),
        "cloudtrail:GetEventSelectors": selectors(),
        "observabilityadmin:ListTelemetryRules": {"TelemetryRuleSummaries": []},
        "logs:DescribeMetricFilters": metric_filter(),
        "cloudwatch:DescribeAlarms": either_alarm(key_alarm(), own_alarm()),
        "cloudwatch:DescribeAlarmHistory": {"AlarmHistoryItems": []},
        "sns:GetTopicAttributes": topic(PUBLISH),
        "sns:ListSubscriptionsByTopic": BOTH_CONFIRMED,
        "dynamodb:GetItem": items(bookmark=timedelta(minutes=15), run=timedelta(minutes=5)),
        "dynamodb:Query": queried(),
        "secretsmanager:DescribeSecret": secret(),
        "secretsmanager:GetSecretValue": {"SecretString": "https://hooks.slack.com/services/T0/B0/x"},
        "apigatewayv2:GetApi": {"ApiId": "a1b2c3", "ApiEndpoint": PAGE, "IpAddressType": "dualstack"},
        "lambda:GetFunctionConfiguration": {"State": "Active", "LastUpdateStatus": "Successful"},
        "lambda:GetFunctionConcurrency": {},
        "kms:DescribeKey": key(),
        "kms:GetKeyPolicy": {"Policy": policy(USE_KEY, BY_IAM), "PolicyName": "default"},
        "kms:ListKeys": {"Keys": [{"KeyArn": KEY, "KeyId": KEY.rpartition("/")[2]}]},
        "ec2:DescribeRegions": {"Regions": [{"RegionName": "us-east-1"}, {"RegionName": REGION}]},
        "scheduler:GetSchedule": {"State": "ENABLED", "ScheduleExpression": "rate(5 minutes)"},
        "sqs:GetQueueAttributes": {"Attributes": {"ApproximateNumberOfMessages": "0"}},
        "organizations:ListAccounts": accounts(MEMBER),
    }


def entrances(there: "FakeCloud | Exception | None" = None) -> dict[str, Any]:
    """The other account, by the operator's role there."""
    return {f"arn:aws:iam::{MEMBER}:role/{AUDIT_ROLE}": there or member()}


def subject(cloud: FakeCloud, **changed: Any) -> Subject:
    """The stack, deployed."""
    pages: dict[str, HttpAnswer | Exception] = {
        f"{PAGE}/keys/{NO_LINK}": HttpAnswer(status=404, headers=OURS),
        SIGN_IN: HttpAnswer(status=302, headers={}),
    }
    usual: dict[str, Any] = {
        "cloud": cloud,
        "network": FakeNetwork(pages),
        "region": REGION,
        "now": NOW,
        "stack_name": STACK,
        "reach": Reach(role=AUDIT_ROLE),
    }
    return Subject(**usual | changed)


def before(cloud: FakeCloud, **changed: Any) -> Subject:
    """The account, before the stack is deployed."""
    return subject(cloud, stack_name="", log_group_name=GROUP, **changed)
