"""Who may do what: each role exactly what its adapters call, on the narrowest resource AWS offers."""

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

OWN_LOG_AND_TRACE = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
ALLOWED = {
    "InvestigateRole": OWN_LOG_AND_TRACE
    | {
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "cloudtrail:LookupEvents",
        "kms:DescribeKey",
        "kms:GetKeyLastUsage",
        "kms:GetKeyPolicy",
        "kms:ListAliases",
        "kms:ListGrants",
        "kms:ListResourceTags",
        "logs:FilterLogEvents",
        "organizations:DescribeAccount",
        "sqs:SendMessage",
        "sts:AssumeRole",
    },
    "DeliverRole": OWN_LOG_AND_TRACE
    | {
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "events:PutEvents",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "kms:GenerateMac",
        "secretsmanager:GetSecretValue",
        "ses:SendEmail",
        "sns:Publish",
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
    },
    "RespondRole": OWN_LOG_AND_TRACE
    | {
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "kms:CancelKeyDeletion",
        "kms:DescribeKey",
        "kms:EnableKey",
        "kms:VerifyMac",
        "secretsmanager:GetSecretValue",
        "sqs:SendMessage",
        "sts:AssumeRole",
        "sts:SetSourceIdentity",
    },
    "SubscribeRole": OWN_LOG_AND_TRACE
    | {
        "secretsmanager:GetSecretValue",
        "sns:ListSubscriptionsByTopic",
        "sns:Subscribe",
        "sns:Unsubscribe",
    },
    "HealthRole": OWN_LOG_AND_TRACE
    | {
        "cloudwatch:DescribeAlarms",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "events:PutEvents",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "secretsmanager:GetSecretValue",
        "ses:SendEmail",
        "sns:ListSubscriptionsByTopic",
        "sns:Publish",
        "sns:Subscribe",
        "sqs:SendMessage",
    },
    "AuditRole": OWN_LOG_AND_TRACE
    | {
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
        "sqs:SendMessage",
    },
    "ClockRole": {"lambda:InvokeFunction", "sqs:SendMessage"},
    "TrailRole": {"logs:CreateLogStream", "logs:PutLogEvents"},
}
# Actions that AWS authorizes on no resource, by its service authorization reference.
WITHOUT_RESOURCE = {
    "cloudtrail:LookupEvents",
    "dynamodb:ListStreams",
    "kms:ListAliases",
    "sns:Unsubscribe",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
CALLED_BY_ANOTHER_CLIENT = {"dynamodb": ["dynamodbstreams"]}
OPERATION_OF_ANOTHER_NAME = {"lambda:InvokeFunction": "Invoke", "sts:SetSourceIdentity": "AssumeRole"}


def documents(resources: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in resources.values():
        properties = resource.get("Properties", {})
        yield from (
            properties[place]
            for place in ("AssumeRolePolicyDocument", "PolicyDocument", "KeyPolicy")
            if place in properties
        )
        yield from (policy["PolicyDocument"] for policy in of_kind(properties.get("Policies"), dict))


def of_kind(values: list[Any] | None, kind: type) -> list[Any]:
    return [each for each in values or [] if isinstance(each, kind)]


def statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [unconditional(statement) for statement in document["Statement"]]


def unconditional(statement: dict[str, Any]) -> dict[str, Any]:
    inner: dict[str, Any] = statement["Fn::If"][1] if "Fn::If" in statement else statement
    return inner


def listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def role_statements(resources: dict[str, Any], role: str) -> list[dict[str, Any]]:
    """What a role's own policies say, and those that are attached to it as resources."""
    attached = (
        each["Properties"]
        for each in resources.values()
        if each["Type"] == "AWS::IAM::Policy" and {"Ref": role} in each["Properties"]["Roles"]
    )
    policies = [*resources[role]["Properties"]["Policies"], *attached]
    return [each for policy in policies for each in statements(policy["PolicyDocument"])]


def test_every_role_is_written_here_and_none_by_sam(translated: dict[str, Any]) -> None:
    roles = {name for name, each in translated.items() if each["Type"] == "AWS::IAM::Role"}
    policies = {name for name, each in translated.items() if "Policy" in each["Type"].rpartition("::")[2]}

    assert roles == set(ALLOWED)
    assert policies == {
        "AlarmTopicPolicy",
        "HealthDeadLetterQueuePolicy",
        "HealthTopicPolicy",
        "InvestigateDeadLetterQueuePolicy",
        "MintPolicy",
        "NoticeTopicPolicy",
        "TrailBucketPolicy",
        "VerifyPolicy",
    }


@pytest.mark.parametrize("role", ALLOWED)
def test_a_role_allows_what_is_called_and_no_more(resources: dict[str, Any], role: str) -> None:
    allowed = [
        action
        for statement in role_statements(resources, role)
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
    ]

    assert set(allowed) == ALLOWED[role]
    assert "ManagedPolicyArns" not in resources[role]["Properties"]


@pytest.mark.parametrize("role", ["DeliverRole", "HealthRole"])
def test_the_key_of_the_topics_may_be_used_by_who_sends_mail_through_sns_alone(
    resources: dict[str, Any], role: str
) -> None:
    (statement,) = [each for each in role_statements(resources, role) if each["Sid"] == "EncryptMail"]

    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert statement["Resource"] == {"Ref": "TopicKeyArn"}
    assert statement["Condition"] == {
        "StringEquals": {
            "kms:ViaService": [
                {"Fn::Sub": "sns.${AWS::Region}.amazonaws.com"},
                {"Fn::Sub": "sns.${AWS::Region}.${AWS::URLSuffix}"},
            ]
        }
    }


@pytest.mark.parametrize("role", ALLOWED)
def test_every_role_has_the_boundary_if_there_is_one(resources: dict[str, Any], role: str) -> None:
    assert resources[role]["Properties"]["PermissionsBoundary"] == {
        "Fn::If": ["HasBoundary", {"Ref": "PermissionsBoundaryArn"}, NOTHING]
    }


def test_every_function_has_a_role_of_its_own(resources: dict[str, Any]) -> None:
    for name in ("Investigate", "Deliver", "Respond", "Subscribe", "Audit", "Health"):
        role = resources[f"{name}Function"]["Properties"]["Role"]
        assert role == {"Fn::GetAtt": [f"{name}Role", "Arn"]}


@pytest.mark.parametrize("action", sorted({action for actions in ALLOWED.values() for action in actions}))
def test_every_action_is_an_operation_of_aws(action: str) -> None:
    service, _, name = action.partition(":")

    services = [service, *CALLED_BY_ANOTHER_CLIENT.get(service, ())]
    models = map(botocore.session.get_session().get_service_model, services)
    operations = [operation for model in models for operation in model.operation_names]

    assert OPERATION_OF_ANOTHER_NAME.get(action, name) in operations


def test_every_statement_has_a_sid_that_is_unique_in_its_document(resources: dict[str, Any]) -> None:
    for document in documents(resources):
        sids = [statement["Sid"] for statement in statements(document)]
        assert all(sid.isalnum() for sid in sids)
        assert len(set(sids)) == len(sids)


def test_a_bare_star_is_for_actions_without_a_resource_alone(resources: dict[str, Any]) -> None:
    for role in ALLOWED:
        for statement in role_statements(resources, role):
            if "*" in listed(statement["Resource"]):
                assert set(listed(statement["Action"])) <= WITHOUT_RESOURCE


def test_an_action_without_a_resource_has_a_bare_star(resources: dict[str, Any]) -> None:
    for role in ALLOWED:
        for statement in role_statements(resources, role):
            if WITHOUT_RESOURCE & set(listed(statement["Action"])):
                assert statement["Resource"] == "*"


def test_every_star_is_explained_next_to_it(source: str) -> None:
    lines = source.partition("\nResources:\n")[2].splitlines()
    starred = [
        number
        for number, line in enumerate(lines)
        if "*" in line.partition(" #")[0] and not line.lstrip().startswith(("#", "{ ($."))
    ]

    assert starred
    for number in starred:
        assert explained(lines, number), lines[number]


def explained(lines: list[str], number: int) -> bool:
    """Tell whether a line, or one it belongs to within its statement, has a comment beside or above it."""
    if " #" in lines[number] or lines[number - 1].lstrip().startswith("#"):
        return True
    return "Sid:" not in lines[number] and number > 0 and explained(lines, parent(lines, number))


def parent(lines: list[str], number: int) -> int:
    return next((each for each in range(number, 0, -1) if indent(lines[each]) < indent(lines[number])), 0)


def indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def test_no_partition_is_written_out(source: str) -> None:
    assert "arn:aws:" not in source
    assert "amazonaws.com/" not in source


def test_deliver_alone_mints_and_respond_alone_verifies() -> None:
    assert [role for role in ALLOWED if "kms:GenerateMac" in ALLOWED[role]] == ["DeliverRole"]
    assert [role for role in ALLOWED if "kms:VerifyMac" in ALLOWED[role]] == ["RespondRole"]


NOTHING = {"Ref": "AWS::NoValue"}


def test_each_function_touches_its_own_parts_of_the_table(resources: dict[str, Any]) -> None:
    parts = {
        (role, statement["Sid"]): statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        for role in ALLOWED
        for statement in role_statements(resources, role)
        if statement["Resource"] == {"Fn::GetAtt": ["CaseTable", "Arn"]}
    }

    assert parts == {
        ("InvestigateRole", "KeepCases"): ["bookmark", "key#*", "notices", "open", "outbox", "test#*"],
        ("InvestigateRole", "SeeWhetherHealthRuns"): ["health"],
        ("DeliverRole", "RememberWhatWasSent"): ["channels", "delivery", "test#*", "thread#*"],
        ("RespondRole", "KeepDecisions"): ["key#*", "open", "outbox", "session#*", "test#*"],
        ("RespondRole", "SeeWhomLinksWereSentTo"): ["thread#*"],
        ("HealthRole", "RememberWhatWasTold"): ["health"],
        ("HealthRole", "SeeWhatOthersNoted"): ["bookmark", "channels"],
    }


@pytest.mark.parametrize(
    ("role", "sid"),
    [
        ("InvestigateRole", "SeeWhetherHealthRuns"),
        ("HealthRole", "SeeWhatOthersNoted"),
        ("RespondRole", "SeeWhomLinksWereSentTo"),
    ],
)
def test_what_another_function_notes_may_be_read_and_not_written(
    resources: dict[str, Any], role: str, sid: str
) -> None:
    (statement,) = [each for each in role_statements(resources, role) if each["Sid"] == sid]

    assert set(listed(statement["Action"])) <= {"dynamodb:GetItem", "dynamodb:Query"}


def test_a_link_can_t_undo_that_its_signing_key_was_disabled(resources: dict[str, Any]) -> None:
    denied = [each for each in role_statements(resources, "RespondRole") if each["Effect"] == "Deny"]

    assert [each for each in denied if "kms:" in str(each["Action"])] == [
        {
            "Sid": "LeaveSigningKeysAlone",
            "Effect": "Deny",
            "Action": ["kms:CancelKeyDeletion", "kms:EnableKey"],
            "Resource": [
                {"Fn::If": [f"HasKey{letter}", {"Fn::GetAtt": [f"SigningKey{letter}", "Arn"]}, NOTHING]}
                for letter in "AB"
            ],
        }
    ]


@pytest.mark.parametrize("role", ["InvestigateRole", "RespondRole"])
def test_a_function_stays_out_of_the_other_roles_of_its_own_account(
    resources: dict[str, Any], role: str
) -> None:
    """Without a condition: a role of one account that trusts another by its ARN needs no more than that."""
    (denied,) = [
        each
        for each in role_statements(resources, role)
        if each["Effect"] == "Deny" and each["Action"] == "sts:AssumeRole"
    ]

    assert denied == {
        "Sid": "StayOutOfOwnAccount",
        "Effect": "Deny",
        "Action": "sts:AssumeRole",
        "Resource": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"},
    }


@pytest.mark.parametrize(
    ("role", "there"), [("InvestigateRole", "${MemberRoleName}-read"), ("RespondRole", "${MemberRoleName}")]
)
def test_other_accounts_are_entered_by_one_role_of_one_organization_and_only_if_asked_for(
    resources: dict[str, Any], role: str, there: str
) -> None:
    (policy,) = resources[role]["Properties"]["Policies"]
    entering = [
        each["Fn::If"]
        for each in policy["PolicyDocument"]["Statement"]
        if "sts:" in str(unconditional(each)["Action"]) and "Fn::If" in each
    ]

    for condition, statement, otherwise in entering:
        assert condition == "EnterAccounts"
        assert otherwise == {"Ref": "AWS::NoValue"}
        assert statement["Resource"] == {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::*:role/{there}"}
    assert entering[0][1]["Condition"] == {
        "StringEquals": {
            "aws:ResourceOrgID": {"Ref": "OrganizationId"},
            "sts:ExternalId": {"Ref": "ExternalId"},
        }
    }


def test_respond_alone_says_who_decided() -> None:
    assert [role for role in ALLOWED if "sts:SetSourceIdentity" in ALLOWED[role]] == ["RespondRole"]


def test_every_service_that_assumes_a_role_is_named(resources: dict[str, Any]) -> None:
    trusted = {
        name: statement["Principal"]
        for name in ALLOWED
        for statement in statements(resources[name]["Properties"]["AssumeRolePolicyDocument"])
    }

    assert trusted == {
        "InvestigateRole": {"Service": "lambda.amazonaws.com"},
        "DeliverRole": {"Service": "lambda.amazonaws.com"},
        "RespondRole": {"Service": "lambda.amazonaws.com"},
        "SubscribeRole": {"Service": "lambda.amazonaws.com"},
        "AuditRole": {"Service": "lambda.amazonaws.com"},
        "HealthRole": {"Service": "lambda.amazonaws.com"},
        "ClockRole": {"Service": "scheduler.amazonaws.com"},
        "TrailRole": {"Service": "cloudtrail.amazonaws.com"},
    }
