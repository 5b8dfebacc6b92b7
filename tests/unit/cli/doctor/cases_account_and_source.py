"""What the checks of the groups account and source may find."""

import json
from datetime import timedelta
from typing import Any, Final

from kms_reprieve_cli.doctor.account import credentials, partition, sam_settings, stack
from kms_reprieve_cli.doctor.source import (
    delivery,
    log_group,
    log_group_key,
    log_group_retention,
    log_group_source,
    log_lines,
    trail_copies,
    trail_events,
    trail_key,
    trail_logging,
    trail_regions,
)
from reprieve.errors import AwsError, UnreachableError
from tests.unit.cli.doctor.case import FAIL, PASS, UNKNOWN, WARN, Case
from tests.unit.cli.doctor.clouds import absent
from tests.unit.cli.doctor.healthy import (
    GROUP,
    KEY,
    NOW,
    RECORD_LINE,
    RULE,
    TRAIL,
    advanced,
    key,
    selectors,
    stack_reply,
    trail,
    trail_status,
)
from tests.unit.cli.doctor.healthy import (
    log_group as group,
)

EXPIRED = AwsError("sts:GetCallerIdentity", "ExpiredToken", "The security token is expired")
NO_STACK = AwsError("cloudformation:DescribeStacks", "ValidationError", "Stack with id x does not exist")
UNREACHABLE = UnreachableError("cloudformation:DescribeStacks", "EndpointConnectionError", "no route")
NO_GROUP = {"logs:DescribeLogGroups": {"logGroups": [{"logGroupName": f"{GROUP}-2"}]}}
NO_TRAIL: dict[str, Any] = {"cloudtrail:DescribeTrails": {"trailList": []}}
MINUTES_AGO = int((NOW - timedelta(minutes=3)).timestamp() * 1000)


def overrides(given: str) -> str:
    """A samconfig.toml that gives parameters to `sam deploy`."""
    return f"version = 0.1\n[default.deploy.parameters]\nparameter_overrides = {given}\n"


def several(*names: str) -> dict[str, Any]:
    """Trails, the first of which delivers to the log group."""
    return {"trailList": [{**trail()["trailList"][0], "Name": name} for name in names]}


def lines(*texts: str) -> dict[str, Any]:
    """The recent lines of the log group."""
    return {"logs:FilterLogEvents": {"events": [{"message": text} for text in texts]}}


def rule(pattern: str = GROUP, kind: str = "AWS::CloudTrail", *fields: Any) -> dict[str, Any]:
    """No trail, and a telemetry rule."""
    management = {"Field": "eventCategory", "Equals": ["Management"]}
    return {
        **NO_TRAIL,
        "observabilityadmin:ListTelemetryRules": {
            "TelemetryRuleSummaries": [{"RuleName": "cloudtrail", "RuleArn": RULE, "ResourceType": kind}]
        },
        "observabilityadmin:GetTelemetryRule": {
            "RuleName": "cloudtrail",
            "RuleArn": RULE,
            "TelemetryRule": {
                "ResourceType": kind,
                "TelemetryType": "Logs",
                "DestinationConfiguration": {
                    "DestinationType": "cloud-watch-logs",
                    "DestinationPattern": pattern,
                    "CloudtrailParameters": {
                        "AdvancedEventSelectors": [{"FieldSelectors": [management, *fields]}]
                    },
                },
            },
        },
    }


def events(at: int | None) -> dict[str, Any]:
    """No trail, and when the last event came to the log group."""
    last = {} if at is None else {"lastEventTimestamp": at}
    return {**NO_TRAIL, "logs:DescribeLogStreams": {"logStreams": [{"logStreamName": "one", **last}]}}


def field(name: str, **operator: list[str]) -> dict[str, Any]:
    return {"Field": name, **operator}


def of(told: Any) -> dict[str, Any]:
    return {"cloudtrail:GetEventSelectors": told}


CASES: Final = (
    Case(check=credentials, status=PASS, says="user/jane, account 111122223333, Region eu-west-1"),
    Case(check=credentials, status=FAIL, says="ExpiredToken", differs={"sts:GetCallerIdentity": EXPIRED}),
    Case(check=stack, status=PASS, says="stack kms-reprieve is CREATE_COMPLETE"),
    Case(
        check=stack,
        status=FAIL,
        says="there is no stack kms-reprieve in eu-west-1",
        differs={"cloudformation:DescribeStacks": NO_STACK},
    ),
    Case(
        check=stack,
        status=FAIL,
        says="it is ROLLBACK_COMPLETE and has no output CaseTableName",
        differs={"cloudformation:DescribeStacks": stack_reply("ROLLBACK_COMPLETE", CaseTableName=None)},
    ),
    Case(
        check=log_group,
        status=UNKNOWN,
        says="it has no output CloudTrailLogGroup",
        differs={"cloudformation:DescribeStacks": stack_reply(CloudTrailLogGroup=None)},
    ),
    Case(
        check=stack,
        status=WARN,
        says="is being changed",
        differs={"cloudformation:DescribeStacks": stack_reply("UPDATE_IN_PROGRESS")},
    ),
    Case(
        check=stack,
        status=WARN,
        says="the stack's events say why",
        differs={"cloudformation:DescribeStacks": stack_reply("UPDATE_ROLLBACK_COMPLETE")},
    ),
    Case(
        check=stack,
        status=UNKNOWN,
        says="EndpointConnectionError",
        differs={"cloudformation:DescribeStacks": UNREACHABLE},
    ),
    Case(check=log_group, status=PASS, says="of class STANDARD"),
    Case(check=log_group, status=PASS, says="of class STANDARD", is_before=True),
    Case(check=log_group, status=FAIL, says="there is no log group cloudtrail/management", differs=NO_GROUP),
    Case(
        check=log_group,
        status=FAIL,
        says="of class INFREQUENT_ACCESS",
        differs={"logs:DescribeLogGroups": group(logGroupClass="INFREQUENT_ACCESS")},
    ),
    Case(check=log_group_retention, status=PASS, says="for 90 days"),
    Case(
        check=log_group_retention,
        status=PASS,
        says="for good",
        differs={"logs:DescribeLogGroups": {"logGroups": [{"logGroupName": GROUP}]}},
    ),
    Case(
        check=log_group_retention,
        status=WARN,
        says="for 1 day ",
        differs={"logs:DescribeLogGroups": group(retentionInDays=1)},
    ),
    Case(check=log_group_retention, status=(), differs=NO_GROUP),
    Case(check=log_group_key, status=PASS, says="a key that AWS manages"),
    Case(
        check=log_group_key,
        status=PASS,
        says="which is Enabled",
        differs={"logs:DescribeLogGroups": group(kmsKeyId=KEY)},
    ),
    Case(
        check=log_group_key,
        status=FAIL,
        says="aws kms cancel-key-deletion",
        differs={
            "logs:DescribeLogGroups": group(kmsKeyId=KEY),
            "kms:DescribeKey": key(KeyState="PendingDeletion"),
        },
    ),
    Case(
        check=log_group_key,
        status=FAIL,
        says=f"{KEY} is Disabled",
        differs={"logs:DescribeLogGroups": group(kmsKeyId=KEY), "kms:DescribeKey": key(KeyState="Disabled")},
    ),
    Case(
        check=log_group_key,
        status=FAIL,
        says="a key that does not exist",
        differs={
            "logs:DescribeLogGroups": group(kmsKeyId=KEY),
            "kms:DescribeKey": absent("kms", "DescribeKey"),
        },
    ),
    Case(check=log_group_source, status=PASS, says="trail management delivers to the log group"),
    Case(check=log_group_source, status=(), differs=NO_GROUP),
    Case(
        check=log_group_source,
        status=PASS,
        says="trails management, second deliver",
        differs={
            "cloudtrail:DescribeTrails": {
                "trailList": [*trail()["trailList"], *trail(Name="second")["trailList"]]
            }
        },
    ),
    Case(check=log_group_source, status=PASS, says="telemetry rule cloudtrail", differs=rule()),
    Case(
        check=log_group_source,
        status=PASS,
        says="telemetry rule cloudtrail",
        differs=rule("cloudtrail/<resourceId>"),
    ),
    Case(check=log_group_source, status=FAIL, says="nothing delivers", differs=rule("another/<resourceId>")),
    Case(check=log_group_source, status=FAIL, says="nothing delivers", differs=rule(GROUP, "AWS::EC2::VPC")),
    Case(check=log_group_source, status=FAIL, says="aws cloudtrail update-trail", differs=events(None)),
    Case(check=log_group_source, status=FAIL, says="nothing delivers", differs=events(0)),
    Case(check=log_group_source, status=WARN, says="centralized from another", differs=events(MINUTES_AGO)),
    Case(
        check=log_group_source,
        status=FAIL,
        says="nothing delivers",
        differs={
            "cloudtrail:DescribeTrails": trail(CloudWatchLogsLogGroupArn="arn:aws:logs:x:1:log-group:y:*")
        },
    ),
    Case(check=trail_logging, status=PASS, says="trail management is logging"),
    Case(check=trail_logging, status=(), differs=NO_TRAIL),
    Case(
        check=trail_logging,
        status=FAIL,
        says="logging was stopped at 2026-11-24 22:00 UTC",
        differs={"cloudtrail:GetTrailStatus": trail_status(IsLogging=False, StopLoggingTime=NOW)},
    ),
    Case(
        check=trail_logging,
        status=FAIL,
        says=f"aws cloudtrail start-logging --name {TRAIL}",
        differs={"cloudtrail:GetTrailStatus": {"IsLogging": False}},
    ),
    Case(check=partition, status=PASS, says="is in the partition aws"),
    Case(check=partition, status=WARN, says="ICP licence", subject={"region": "cn-north-1"}),
    Case(check=partition, status=WARN, says="nobody has shown the rest", subject={"region": "us-gov-west-1"}),
    Case(check=partition, status=WARN, says="it is not known", subject={"region": "us-iso-east-1"}),
    Case(
        check=sam_settings, status=PASS, says="names no parameter", subject={"sam_settings": "version = 0.1"}
    ),
    Case(check=sam_settings, status=PASS, says="names no parameter", subject={"sam_settings": "not toml"}),
    Case(
        check=sam_settings,
        status=WARN,
        says="the next sam deploy changes Approvers from link to network",
        subject={
            "sam_settings": overrides('"Approvers=network MetricName=KMSKeyPendingDeletionErrorCount X=1"')
        },
    ),
    Case(
        check=sam_settings,
        status=WARN,
        says="samconfig.toml names Approvers",
        subject={"sam_settings": overrides('["Approvers=link", "OidcIssuer"]')},
    ),
    Case(
        check=sam_settings,
        status=WARN,
        says="samconfig.toml names SlackWebhookUrl",
        differs={"cloudformation:DescribeStacks": stack_reply(SlackWebhookUrl="****")},
        subject={"sam_settings": overrides('"SlackWebhookUrl=none"')},
    ),
    Case(check=trail_copies, status=PASS, says="no second trail"),
    Case(
        check=trail_copies,
        status=WARN,
        says="2 trails record this Region: management, other",
        differs={"cloudtrail:DescribeTrails": several("management", "other")},
    ),
    Case(
        check=trail_copies,
        status=WARN,
        says="5 are as many as a Region can have",
        differs={"cloudtrail:DescribeTrails": several(*"abcde")},
    ),
    Case(check=log_lines, status=PASS, says="the last 2 lines of the log group are CloudTrail's records"),
    Case(check=log_lines, status=(), differs=lines()),
    Case(check=log_lines, status=(), differs=NO_GROUP),
    Case(
        check=log_lines,
        status=FAIL,
        says="1 of 2 recent lines wrap CloudTrail's records",
        differs=lines(RECORD_LINE, json.dumps({"Records": [json.loads(RECORD_LINE)]})),
    ),
    Case(
        check=log_lines,
        status=FAIL,
        says="1 of 1 recent lines wrap CloudTrail's records",
        differs=lines(json.dumps({"message": RECORD_LINE, "@aws.account": "444455556666"})),
    ),
    Case(
        check=log_lines,
        status=WARN,
        says="2 of 3 recent lines are not CloudTrail records",
        differs=lines(RECORD_LINE, "START", "[]"),
    ),
    Case(check=trail_regions, status=PASS, says="records every Region"),
    Case(
        check=trail_regions,
        status=WARN,
        says="records eu-west-1 only",
        differs={"cloudtrail:DescribeTrails": trail(IsMultiRegionTrail=False)},
    ),
    Case(check=trail_events, status=PASS, says="trail management records KMS' read and write events"),
    Case(
        check=trail_events,
        status=FAIL,
        says="KMS' read events",
        differs=of(selectors(ReadWriteType="WriteOnly")),
    ),
    Case(
        check=trail_events,
        status=WARN,
        says="KMS' write events",
        differs=of(selectors(ReadWriteType="ReadOnly")),
    ),
    Case(
        check=trail_events,
        status=FAIL,
        says="put-event-selectors",
        differs=of(selectors(ExcludeManagementEventSources=["kms.amazonaws.com"])),
    ),
    Case(
        check=trail_events,
        status=FAIL,
        says="KMS' read events",
        differs=of(selectors(IncludeManagementEvents=False)),
    ),
    Case(
        check=trail_events,
        status=PASS,
        differs=of(
            {
                "EventSelectors": [
                    *selectors(ReadWriteType="WriteOnly")["EventSelectors"],
                    *selectors(ReadWriteType="ReadOnly")["EventSelectors"],
                ]
            }
        ),
    ),
    Case(check=trail_events, status=FAIL, says="KMS' read events", differs=of({})),
    Case(check=trail_events, status=PASS, differs=of(advanced())),
    Case(
        check=trail_events,
        status=PASS,
        differs=of(advanced(field("eventSource", NotEquals=["rdsdata.amazonaws.com"]))),
    ),
    Case(
        check=trail_events,
        status=FAIL,
        says="KMS' read events",
        differs=of(advanced(field("eventSource", NotEquals=["kms.amazonaws.com"]))),
    ),
    Case(
        check=trail_events,
        status=WARN,
        says="KMS' write events",
        differs=of(advanced(field("readOnly", Equals=["true"]))),
    ),
    Case(
        check=trail_events,
        status=WARN,
        says="records some of KMS' events",
        differs=of(advanced(field("userIdentity.arn", NotStartsWith=["arn:aws:iam::1"]))),
    ),
    Case(
        check=trail_events,
        status=FAIL,
        says="KMS' read events",
        differs=of(
            {"AdvancedEventSelectors": [{"FieldSelectors": [field("eventCategory", Equals=["Data"])]}]}
        ),
    ),
    Case(check=trail_events, status=PASS, says="telemetry rule cloudtrail records", differs=rule()),
    Case(
        check=trail_events,
        status=FAIL,
        says="telemetry rule cloudtrail does not",
        differs=rule(GROUP, "AWS::CloudTrail", field("eventSource", NotStartsWith=["kms"])),
    ),
    Case(check=trail_events, status=(), differs=NO_TRAIL),
    Case(check=trail_key, status=PASS, says="a key that AWS manages"),
    Case(
        check=trail_key,
        status=PASS,
        says="a key that AWS manages",
        differs={
            "cloudtrail:DescribeTrails": trail(KmsKeyId=KEY),
            "kms:DescribeKey": key(KeyManager="AWS"),
        },
    ),
    Case(
        check=trail_key,
        status=FAIL,
        says="trail management is encrypted with a key that is pending deletion",
        differs={
            "cloudtrail:DescribeTrails": trail(KmsKeyId=KEY),
            "kms:DescribeKey": key(KeyState="PendingReplicaDeletion"),
        },
    ),
    Case(check=delivery, status=PASS, says="trail management: the last delivery was at 2026-11-24 21:56 UTC"),
    Case(check=delivery, status=(), differs=NO_GROUP),
    Case(
        check=delivery,
        status=FAIL,
        says="CloudTrail says: AccessDenied",
        differs={"cloudtrail:GetTrailStatus": trail_status(LatestCloudWatchLogsDeliveryError="AccessDenied")},
    ),
    Case(
        check=delivery,
        status=WARN,
        says="S3 bucket",
        differs={"cloudtrail:GetTrailStatus": trail_status(LatestDeliveryError="NoSuchBucket")},
    ),
    Case(
        check=delivery,
        status=WARN,
        says="has not delivered anything yet",
        differs={"cloudtrail:GetTrailStatus": {"IsLogging": True}},
    ),
    Case(
        check=delivery,
        status=WARN,
        says="the last delivery was at 2026-11-24 19:00 UTC",
        differs={
            "cloudtrail:GetTrailStatus": trail_status(
                LatestCloudWatchLogsDeliveryTime=NOW - timedelta(hours=3)
            )
        },
    ),
    Case(check=delivery, status=(), differs={"cloudtrail:GetTrailStatus": {"IsLogging": False}}),
    Case(check=delivery, status=PASS, says="the log group: the last", differs=events(MINUTES_AGO)),
    Case(check=delivery, status=(), differs=events(None)),
)
