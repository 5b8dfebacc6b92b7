"""The template as its author wrote it, as text and as data, and as CloudFormation gets it from SAM."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.transform import transform  # type: ignore[import-untyped]
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]


class NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture(scope="session")
def source() -> str:
    return (ROOT / "template.yaml").read_text("utf-8")


@pytest.fixture(scope="session")
def template(source: str) -> dict[str, Any]:
    parsed: dict[str, Any] = yaml_parse(source)
    return parsed


@pytest.fixture(scope="session")
def resources(template: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"]
    return found


@pytest.fixture(scope="session")
def translated(template: dict[str, Any]) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        found: dict[str, Any] = transform(uploaded(template), {}, NoManagedPolicies())["Resources"]
    return found


def uploaded(template: dict[str, Any]) -> dict[str, Any]:
    copy = deepcopy(template)
    for resource in copy["Resources"].values():
        for place in {"CodeUri", "ContentUri"} & resource.get("Properties", {}).keys():
            resource["Properties"][place] = "s3://bucket/key"
    return copy
