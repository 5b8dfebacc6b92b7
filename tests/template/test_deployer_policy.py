"""The IAM policy of who deploys: what CloudFormation calls for each resource of the template, and no more."""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
POLICY = json.loads((ROOT / "docs" / "deployer-policy.json").read_text("utf-8"))
MANAGED_POLICY = 6144  # characters without white space: IAM user guide, "IAM and AWS STS quotas"
# By the schemas of CloudFormation's resource types: to create, update and delete.
NEEDED = {
    "AWS::ApiGatewayV2::Api": {
        "apigateway:DELETE",
        "apigateway:PATCH",
        "apigateway:POST",
        "apigateway:TagResource",
    },
    "AWS::ApiGatewayV2::Integration": {"apigateway:DELETE", "apigateway:PATCH", "apigateway:POST"},
    "AWS::ApiGatewayV2::Route": {"apigateway:DELETE", "apigateway:PATCH", "apigateway:POST"},
    "AWS::ApiGatewayV2::Stage": {"apigateway:DELETE", "apigateway:PATCH", "apigateway:POST"}
    # for its access log
    | {
        "logs:CreateLogDelivery",
        "logs:PutResourcePolicy",
        "logs:DeleteLogDelivery",
        "logs:UpdateLogDelivery",
    },
    "AWS::CloudTrail::Trail": {
        "cloudtrail:CreateTrail",
        "cloudtrail:DeleteTrail",
        "cloudtrail:PutEventSelectors",
        "cloudtrail:StartLogging",
        "cloudtrail:UpdateTrail",
        "iam:PassRole",
    },
    "AWS::CloudWatch::Alarm": {"cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"},
    "AWS::DynamoDB::Table": {
        "dynamodb:CreateTable",
        "dynamodb:DeleteTable",
        "dynamodb:DescribeTable",
        "dynamodb:UpdateContinuousBackups",
        "dynamodb:UpdateTable",
        "dynamodb:UpdateTimeToLive",
    },
    "AWS::IAM::Policy": {"iam:DeleteRolePolicy", "iam:PutRolePolicy"},
    "AWS::IAM::Role": {
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
    },
    "AWS::KMS::Key": {
        "kms:CreateKey",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:TagResource",
        "kms:UpdateKeyDescription",
    },
    "AWS::Lambda::EventInvokeConfig": {
        "lambda:DeleteFunctionEventInvokeConfig",
        "lambda:PutFunctionEventInvokeConfig",
        "lambda:UpdateFunctionEventInvokeConfig",
    },
    "AWS::Lambda::EventSourceMapping": {
        "lambda:CreateEventSourceMapping",
        "lambda:DeleteEventSourceMapping",
        "lambda:UpdateEventSourceMapping",
    },
    "AWS::Lambda::Function": {
        "iam:PassRole",
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:TagResource",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
        "s3:GetObject",
    },
    "AWS::Lambda::LayerVersion": {
        "lambda:DeleteLayerVersion",
        "lambda:GetLayerVersion",
        "lambda:PublishLayerVersion",
    },
    "AWS::Lambda::Permission": {"lambda:AddPermission", "lambda:RemovePermission"},
    "AWS::Logs::LogGroup": {"logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy"},
    "AWS::Logs::MetricFilter": {
        "logs:DeleteMetricFilter",
        "logs:DescribeMetricFilters",
        "logs:PutMetricFilter",
    },
    "AWS::S3::Bucket": {
        "s3:CreateBucket",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
    },
    "AWS::S3::BucketPolicy": {"s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy"},
    "AWS::SNS::Subscription": {"sns:SetSubscriptionAttributes", "sns:Subscribe", "sns:Unsubscribe"},
    "AWS::SNS::Topic": {"sns:CreateTopic", "sns:DeleteTopic", "sns:SetTopicAttributes"},
    "AWS::SNS::TopicPolicy": {"sns:SetTopicAttributes"},
    "AWS::SQS::Queue": {"sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes"},
    "AWS::SQS::QueuePolicy": {"sqs:SetQueueAttributes"},
    "AWS::Scheduler::Schedule": {
        "iam:PassRole",
        "scheduler:CreateSchedule",
        "scheduler:DeleteSchedule",
        "scheduler:UpdateSchedule",
    },
    "AWS::SecretsManager::Secret": {
        "secretsmanager:CreateSecret",
        "secretsmanager:DeleteSecret",
        "secretsmanager:UpdateSecret",
    },
    "Custom::ChannelDocument": {"lambda:InvokeFunction"},
    "Custom::EmailSubscriptions": {"lambda:InvokeFunction"},
}
SERVICE_OF = {"apigatewayv2": "apigateway", "custom": "lambda"}
OF_SAM_ITSELF = {"cloudformation", "s3"}


def actions() -> list[str]:
    each = (statement["Action"] for statement in POLICY["Statement"])
    return [action for one in each for action in ([one] if isinstance(one, str) else one)]


def is_allowed(action: str) -> bool:
    return any(fnmatchcase(action, pattern) for pattern in actions())


def service(kind: str) -> str:
    found = kind.split("::")[-2].lower()
    return SERVICE_OF.get(found, found)


def test_every_type_of_the_template_is_known(translated: dict[str, Any]) -> None:
    assert {resource["Type"] for resource in translated.values()} == set(NEEDED)


@pytest.mark.parametrize("kind", NEEDED)
def test_what_a_resource_needs_is_allowed(kind: str) -> None:
    assert {action for action in NEEDED[kind] if not is_allowed(action)} == set()


def test_no_service_is_allowed_that_no_resource_is_of() -> None:
    needed = {service(kind) for kind in NEEDED} | OF_SAM_ITSELF

    assert {action.partition(":")[0] for action in actions()} == needed


def test_only_reading_is_allowed_by_a_pattern() -> None:
    patterns = [action.partition(":")[2] for action in actions() if "*" in action]

    assert patterns
    assert all(pattern in {"Describe*", "Get*", "List*"} for pattern in patterns)


def test_it_fits_into_one_managed_policy() -> None:
    assert len(json.dumps(POLICY, separators=(",", ":"))) <= MANAGED_POLICY


def test_the_roles_of_the_stack_alone_are_made_and_passed() -> None:
    touching = {
        statement["Sid"]: statement["Resource"]
        for statement in POLICY["Statement"]
        if "iam:" in str(statement["Action"]) and "ServiceLinked" not in str(statement["Action"])
    }

    assert set(touching.values()) == {"arn:*:iam::*:role/kms-reprieve-*"}


def test_no_statement_allows_any_partition_s_name_to_be_left_out() -> None:
    assert "arn:aws:" not in json.dumps(POLICY)


@pytest.mark.parametrize(
    "service_principal", ["cloudtrail.amazonaws.com", "lambda.amazonaws.com", "scheduler.amazonaws.com"]
)
def test_roles_are_passed_to_the_services_that_have_one(
    translated: dict[str, Any], service_principal: str
) -> None:
    (passing,) = [each for each in POLICY["Statement"] if each["Action"] == "iam:PassRole"]
    trusted = {
        statement["Principal"]["Service"]
        for resource in translated.values()
        if resource["Type"] == "AWS::IAM::Role"
        for statement in resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    }

    assert service_principal in passing["Condition"]["StringEquals"]["iam:PassedToService"]
    assert trusted == set(passing["Condition"]["StringEquals"]["iam:PassedToService"])
