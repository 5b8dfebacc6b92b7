"""The policy that doctor needs: it allows what the checks call, and nothing that changes anything."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

from kms_reprieve_cli.doctor.checks import CHECKS
from kms_reprieve_cli.doctor.detection import metric_filters
from kms_reprieve_cli.doctor.policy import ALWAYS_ALLOWED, NARROW, document
from tests.unit.cli.doctor.test_checks import CASES

ROOT = Path(__file__).parents[4]
READS = re.compile(r"[a-z0-9]+:(Describe|Filter|Get|List|Query|GET$)")


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    return parsed


def allowed(role: str) -> Iterator[str]:
    for statement in document("kms-reprieve", "aws", role)["Statement"]:
        assert statement["Effect"] == "Allow"
        yield from statement["Action"]


def test_it_allows_what_the_checks_ask_and_nothing_else() -> None:
    asked = set[str]()
    for case in CASES:
        cloud = case.cloud()
        case.results(cloud)
        asked |= cloud.asked

    assert set(allowed("Audit")) == asked - ALWAYS_ALLOWED
    assert set(allowed("Audit")) == {action for check in CHECKS for action in check.NEEDS} - ALWAYS_ALLOWED


def test_everything_that_it_allows_reads() -> None:
    assert [action for action in allowed("Audit") if not READS.match(action)] == ["sts:AssumeRole"]


def test_nothing_is_allowed_twice() -> None:
    assert len(list(allowed("Audit"))) == len(set(allowed("Audit")))


def test_without_a_role_in_other_accounts_none_may_be_assumed() -> None:
    assert {"sts:AssumeRole", "organizations:ListAccounts"}.isdisjoint(allowed(""))


def test_what_can_be_narrowed_names_the_stack() -> None:
    printed = document("orders", "aws-cn", "Audit")["Statement"]

    for statement in printed[1:]:
        for resource in statement["Resource"]:
            assert resource.startswith("arn:aws-cn:")
            assert not re.search(r"[{}]", resource)
            assert re.search(r"orders-|SlackWebhookSecret-|OidcSecret-|role/Audit$", resource)
    assert {each.sid for each in NARROW} == {statement["Sid"] for statement in printed[1:]}


def test_iam_takes_it() -> None:
    printed = document("kms-reprieve", "aws", "Audit")

    assert printed["Version"] == "2012-10-17"
    assert all(re.fullmatch(r"[A-Za-z0-9]+", statement["Sid"]) for statement in printed["Statement"])
    assert len(json.dumps(printed, separators=(",", ":"))) < 6_144  # IAM's quota of a managed policy


def test_the_names_in_it_are_those_of_the_template(template: dict[str, Any]) -> None:
    resources = template["Resources"]

    assert resources["CaseTable"]["Type"] == "AWS::DynamoDB::Table"
    for name in ("SlackWebhookSecret", "OidcSecret"):
        assert resources[name]["Type"] == "AWS::SecretsManager::Secret"
        assert "Name" not in resources[name]["Properties"]


def test_the_filter_and_the_metric_are_those_of_the_template(template: dict[str, Any]) -> None:
    properties = template["Resources"]["MetricFilter"]["Properties"]
    parameters = template["Parameters"]

    assert " ".join(properties["FilterPattern"].split()) == metric_filters.PATTERN
    assert parameters["MetricNamespace"]["Default"] == metric_filters.NAMESPACE
    assert parameters["MetricName"]["Default"] == metric_filters.METRIC


def test_what_is_read_of_the_stack_is_in_the_template(template: dict[str, Any]) -> None:
    code = "\n".join(file.read_text("utf-8") for file in (ROOT / "cli").rglob("doctor/**/*.py"))
    of_resources = set(re.findall(r'(?:named|required)\("(\w+)"\)', code))
    of_outputs = set(re.findall(r'\.output\("(\w+)"\)|"(\w+QueueUrl|\w+TopicArn)"', code))
    of_parameters = set(re.findall(r'parameters(?:\.get\(|\[)"(\w+)"', code))

    assert of_resources
    assert of_resources <= template["Resources"].keys()
    assert {name for pair in of_outputs for name in pair if name} <= template["Outputs"].keys()
    assert of_parameters
    assert of_parameters <= template["Parameters"].keys()
