"""The role in the other accounts: who may come, what they may do, and that it agrees with the stack."""

import re
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
SOURCE = (ROOT / "organization" / "member-role.yaml").read_text("utf-8")
RESCUE = ["kms:CancelKeyDeletion", "kms:EnableKey"]


@pytest.fixture(scope="module")
def member() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml_parse(SOURCE)
    return parsed


@pytest.fixture(scope="module")
def role(member: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = member["Resources"]["MemberRole"]["Properties"]
    return found


def actions(statements: list[dict[str, Any]]) -> set[str]:
    each = (statement["Action"] for statement in statements)
    return {action for one in each for action in (one if isinstance(one, list) else [one])}


def of_role(resources: dict[str, Any], name: str) -> set[str]:
    (policy,) = resources[name]["Properties"]["Policies"]
    statements = [each.get("Fn::If", [None, each])[1] for each in policy["PolicyDocument"]["Statement"]]
    return actions(statements)


def test_it_makes_one_role_of_the_name_that_the_stack_knows_and_nothing_else(member: dict[str, Any]) -> None:
    assert list(member["Resources"]) == ["MemberRole"]
    assert member["Resources"]["MemberRole"]["Properties"]["RoleName"] == {"Ref": "MemberRoleName"}


def test_two_roles_of_one_organization_may_come_with_the_external_id(role: dict[str, Any]) -> None:
    coming, _ = role["AssumeRolePolicyDocument"]["Statement"]

    assert coming == {
        "Sid": "FunctionsOfOneStack",
        "Effect": "Allow",
        "Principal": {"AWS": [{"Ref": "InvestigateRoleArn"}, {"Ref": "RespondRoleArn"}]},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {
                "aws:PrincipalOrgID": {"Ref": "OrganizationId"},
                "sts:ExternalId": {"Ref": "ExternalId"},
            }
        },
    }


def test_respond_alone_may_say_who_decided(role: dict[str, Any]) -> None:
    _, saying = role["AssumeRolePolicyDocument"]["Statement"]

    assert saying["Principal"] == {"AWS": {"Ref": "RespondRoleArn"}}
    assert saying["Action"] == "sts:SetSourceIdentity"
    assert saying["Condition"]["StringLike"] == {"sts:SourceIdentity": "reprieve-*"}


def test_cancelling_can_be_switched_off_and_wants_to_know_who_decided(
    member: dict[str, Any], role: dict[str, Any]
) -> None:
    condition, policy, otherwise = role["Policies"][1]["Fn::If"]
    (statement,) = policy["PolicyDocument"]["Statement"]

    assert (condition, otherwise) == ("Rescue", {"Ref": "AWS::NoValue"})
    assert member["Conditions"] == {"Rescue": {"Fn::Equals": [{"Ref": "AllowRescue"}, "yes"]}}
    assert statement["Action"] == RESCUE
    assert statement["Condition"] == {"StringLike": {"aws:SourceIdentity": "reprieve-*"}}
    assert not actions(role["Policies"][0]["PolicyDocument"]["Statement"]) & set(RESCUE)


def test_what_is_looked_up_there_is_what_is_looked_up_here(
    role: dict[str, Any], resources: dict[str, Any]
) -> None:
    looking = actions(role["Policies"][0]["PolicyDocument"]["Statement"])
    here = of_role(resources, "InvestigateRole")

    assert looking == {action for action in here if action.startswith(("kms:", "cloudtrail:"))}
    assert {"kms:DescribeKey", *RESCUE} == of_role(resources, "RespondRole") & (looking | set(RESCUE))


def test_a_bare_star_is_for_actions_without_a_resource_alone(role: dict[str, Any]) -> None:
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    bare = [statement["Action"] for statement in statements if statement["Resource"] == "*"]

    assert bare == ["kms:ListAliases", "cloudtrail:LookupEvents"]


@pytest.mark.parametrize("name", ["ExternalId", "OrganizationId", "MemberRoleName"])
def test_what_both_templates_ask_for_takes_the_same_values(
    member: dict[str, Any], template: dict[str, Any], name: str
) -> None:
    there, here = member["Parameters"][name], template["Parameters"][name]
    good = {
        "ExternalId": "kms-reprieve",
        "OrganizationId": "o-a1b2c3d4e5",
        "MemberRoleName": "kms-reprieve-member",
    }

    assert re.fullmatch(there["AllowedPattern"], good[name])
    assert re.fullmatch(here["AllowedPattern"], good[name])
    assert name != "ExternalId" or there["Default"] == here["Default"]


def test_the_stack_tells_the_roles_that_come(template: dict[str, Any], member: dict[str, Any]) -> None:
    for output in ("InvestigateRoleArn", "RespondRoleArn"):
        assert template["Outputs"][output]["Value"] == {"Fn::GetAtt": [output.removesuffix("Arn"), "Arn"]}
        assert output in member["Parameters"]


def test_every_parameter_is_in_a_group_has_a_label_and_is_described(member: dict[str, Any]) -> None:
    interface = member["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]

    assert sorted(grouped) == sorted(interface["ParameterLabels"]) == sorted(member["Parameters"])
    assert all(parameter["Description"] for parameter in member["Parameters"].values())
