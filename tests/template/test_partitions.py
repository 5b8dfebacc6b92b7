"""The template in each partition of AWS: what the mapping chooses there, and what cfn-lint says of it."""

import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from cfnlint.api import lint  # type: ignore[import-untyped]
from cfnlint.config import ManualArgs  # type: ignore[import-untyped]
from samtranslator.translator.transform import transform  # type: ignore[import-untyped]

from tests.template.conftest import NoManagedPolicies, uploaded

REGIONS = {"aws": "eu-west-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
EVERYWHERE = {
    "LogFormat": "Text",
    "Tracing": "PassThrough",
    "Architecture": "x86_64",
    "IpAddressType": "ipv4",
}
BEST = {"LogFormat": "JSON", "Tracing": "Active", "Architecture": "arm64", "IpAddressType": "dualstack"}
DOCUMENT = Path(__file__).parents[2] / "docs" / "partitions.md"


def translate(template: dict[str, Any], region: str) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", region)
        found: dict[str, Any] = transform(uploaded(template), {}, NoManagedPolicies())
    return found


def test_every_partition_that_the_sdk_knows_is_in_the_mapping(template: dict[str, Any]) -> None:
    known = botocore.session.get_session().get_available_partitions()

    assert sorted(template["Mappings"]["Partitions"]) == sorted(known)


def test_outside_of_the_first_partition_nothing_is_taken_for_granted(template: dict[str, Any]) -> None:
    partitions = dict(template["Mappings"]["Partitions"])

    assert partitions.pop("aws") == BEST
    for chosen in partitions.values():
        assert chosen == EVERYWHERE


@pytest.mark.parametrize("partition", REGIONS)
def test_the_template_is_translated_for_its_partition(template: dict[str, Any], partition: str) -> None:
    resources = translate(template, REGIONS[partition])["Resources"]

    tracing = resources["DeliverFunction"]["Properties"]["TracingConfig"]["Mode"]
    written = {each for each in ("aws", "aws-us-gov", "aws-cn") if f'"arn:{each}:' in json.dumps(resources)}
    assert tracing == {"Fn::FindInMap": ["Partitions", partition, "Tracing"]}
    assert written == set()


@pytest.mark.parametrize("partition", REGIONS)
def test_cfn_lint_finds_nothing_in_the_translated_template(template: dict[str, Any], partition: str) -> None:
    region = REGIONS[partition]
    text = json.dumps(translate(template, region))

    found = lint(text, config=ManualArgs(regions=[region]))

    assert [(each.rule.id, each.message) for each in found if each.rule.severity != "informational"] == []


def test_the_document_has_what_the_mapping_chooses(template: dict[str, Any]) -> None:
    text = DOCUMENT.read_text("utf-8")

    for choices in (BEST, EVERYWHERE):
        for choice in choices.values():
            assert f"`{choice}`" in text
    for partition in template["Mappings"]["Partitions"]:
        assert f"`{partition}`" in text
