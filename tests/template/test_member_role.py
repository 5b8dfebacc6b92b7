"""The roles in the other accounts: who may come, what they may do, and that it agrees with the stack."""

import re
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

from reprieve.investigate.settings import READ

ROOT = Path(__file__).parents[2]
SOURCE = (ROOT / "organization" / "member-role.yaml").read_text("utf-8")
RESCUE = ["kms:CancelKeyDeletion", "kms:EnableKey"]
READING = ("Describe", "Get", "List", "Lookup")
ROLE_NAME = 64  # characters, by the IAM API reference, CreateRole


@pytest.fixture(scope="module")
def member() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml_parse(SOURCE)
    return parsed


@pytest.fixture(scope="module")
def acts(member: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = member["Resources"]["MemberRole"]["Properties"]
    return found


@pytest.fixture(scope="module")
def reads(member: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = member["Resources"]["ReadRole"]["Properties"]
    return found


def actions(statements: list[dict[str, Any]]) -> set[str]:
    each = (statement["Action"] for statement in statements)
    return {action for one in each for action in (one if isinstance(one, list) else [one])}


def allowed(role: dict[str, Any]) -> set[str]:
    policies = (each.get("Fn::If", [None, each])[1] for each in role["Policies"])
    return {action for policy in policies for action in actions(policy["PolicyDocument"]["Statement"])}


def of_role(resources: dict[str, Any], name: str) -> set[str]:
    (policy,) = resources[name]["Properties"]["Policies"]
    statements = [each.get("Fn::If", [None, each])[1] for each in policy["PolicyDocument"]["Statement"]]
    return actions(statements)


def trusting(sid: str, parameter: str) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": {"Ref": parameter}},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {
                "aws:PrincipalOrgID": {"Ref": "OrganizationId"},
                "sts:ExternalId": {"Ref": "ExternalId"},
            }
        },
    }


def test_it_makes_two_roles_named_as_the_stack_knows_and_nothing_else(member: dict[str, Any]) -> None:
    names = {name: each["Properties"]["RoleName"] for name, each in member["Resources"].items()}

    assert names == {
        "ReadRole": {"Fn::Sub": f"${{MemberRoleName}}{READ}"},
        "MemberRole": {"Ref": "MemberRoleName"},
    }


def test_respond_alone_may_have_the_role_that_acts_and_say_who_decided(acts: dict[str, Any]) -> None:
    coming, saying = acts["AssumeRolePolicyDocument"]["Statement"]

    assert coming == trusting("Respond", "RespondRoleArn")
    assert saying["Principal"] == {"AWS": {"Ref": "RespondRoleArn"}}
    assert saying["Action"] == "sts:SetSourceIdentity"
    assert saying["Condition"]["StringLike"] == {"sts:SourceIdentity": "reprieve-*"}


def test_investigate_alone_may_have_the_role_that_reads(reads: dict[str, Any]) -> None:
    assert reads["AssumeRolePolicyDocument"]["Statement"] == [trusting("Investigate", "InvestigateRoleArn")]


def test_cancelling_can_be_switched_off_and_wants_to_know_who_decided(
    member: dict[str, Any], acts: dict[str, Any]
) -> None:
    condition, policy, otherwise = acts["Policies"][1]["Fn::If"]
    (statement,) = policy["PolicyDocument"]["Statement"]

    assert (condition, otherwise) == ("Rescue", {"Ref": "AWS::NoValue"})
    assert member["Conditions"]["Rescue"] == {"Fn::Equals": [{"Ref": "AllowRescue"}, "yes"]}
    assert statement["Action"] == RESCUE
    assert statement["Condition"] == {"StringLike": {"aws:SourceIdentity": "reprieve-*"}}


def test_both_roles_have_the_boundary_if_there_is_one(reads: dict[str, Any], acts: dict[str, Any]) -> None:
    boundary = {"Fn::If": ["HasBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]}

    assert [reads["PermissionsBoundary"], acts["PermissionsBoundary"]] == [boundary, boundary]


def test_the_role_that_acts_reads_the_state_of_a_key_and_nothing_else(
    acts: dict[str, Any], resources: dict[str, Any]
) -> None:
    assert allowed(acts) == {"kms:DescribeKey", *RESCUE}
    assert allowed(acts) == {each for each in of_role(resources, "RespondRole") if each.startswith("kms:")}


def test_the_role_that_reads_looks_up_there_what_is_looked_up_here_and_changes_nothing(
    reads: dict[str, Any], resources: dict[str, Any]
) -> None:
    here = of_role(resources, "InvestigateRole")

    assert allowed(reads) == {action for action in here if action.startswith(("kms:", "cloudtrail:"))}
    assert all(action.partition(":")[2].startswith(READING) for action in allowed(reads))


def test_a_bare_star_is_for_actions_without_a_resource_alone(
    reads: dict[str, Any], acts: dict[str, Any]
) -> None:
    policies = [*reads["Policies"], acts["Policies"][0], acts["Policies"][1]["Fn::If"][1]]
    statements = [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]

    assert [each["Action"] for each in statements if each["Resource"] == "*"] == [
        "kms:ListAliases",
        "cloudtrail:LookupEvents",
    ]


def test_the_longest_name_that_both_templates_take_is_one_for_both_roles(
    member: dict[str, Any], template: dict[str, Any]
) -> None:
    longest = "r" * (ROLE_NAME - len(READ))

    for parameters in (member["Parameters"], template["Parameters"]):
        pattern = parameters["MemberRoleName"]["AllowedPattern"]
        assert re.fullmatch(pattern, longest)
        assert not re.fullmatch(pattern, f"{longest}r")


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
