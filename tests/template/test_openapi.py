"""The description of the HTTP API is one, and it describes the API of the template and its answers."""

import re
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

from reprieve import links
from reprieve.cases.decision import Choice
from reprieve.respond import forms
from reprieve.respond.pages.rendering import security_headers
from reprieve.respond.sign_in import SESSION_COOKIE

ROOT = Path(__file__).parents[2]
METHODS = {"get", "head", "post", "put", "patch", "delete", "options", "trace"}
ANY = "x-amazon-apigateway-any-method"


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml_parse((ROOT / "docs" / "openapi.yaml").read_text("utf-8"))
    return parsed


def operations(description: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What can be asked for, by the route key of API Gateway."""
    found = {}
    for path, item in description["paths"].items():
        for method, operation in item.items():
            if method == ANY:
                found[path.removeprefix("/")] = operation
            elif method in METHODS:
                found[f"{method.upper()} {path}"] = operation
    return found


def test_it_is_a_description(description: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(description).validate()


def test_it_has_the_routes_of_the_template(description: dict[str, Any], resources: dict[str, Any]) -> None:
    routes = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::ApiGatewayV2::Route"]

    assert operations(description).keys() == {route["RouteKey"] for route in routes}


def test_every_answer_has_the_headers_that_every_answer_has(description: dict[str, Any]) -> None:
    told = description["components"]["headers"]
    always = {name: value for name, value in security_headers().items() if name != "Content-Type"}
    for operation in operations(description).values():
        for answer in operation["responses"].values():
            named = {name: told[each["$ref"].rpartition("/")[2]] for name, each in answer["headers"].items()}
            assert named.keys() - always.keys() <= {"Retry-After", "Location", "Set-Cookie"}
            assert all(named[name]["required"] for name in always)
            assert [name for name, value in always.items() if not allows(named[name]["schema"], value)] == []


def allows(schema: dict[str, str], value: str) -> bool:
    return bool(re.fullmatch(schema["pattern"], value)) if "pattern" in schema else schema["const"] == value


def test_it_says_what_the_code_says(description: dict[str, Any]) -> None:
    told = description["components"]
    token = told["parameters"]["Token"]["schema"]
    decision = told["schemas"]["Decision"]["properties"]

    assert token["maxLength"] == links.LONGEST
    assert token["pattern"].startswith(f"^({links.VERSION}|{links.FORMER}|{links.SAMPLE_VERSION})[a-z]")
    assert told["schemas"]["Seen"]["properties"]["decision"]["const"] == forms.SEEN
    assert told["parameters"]["FormCookie"]["name"] == forms.COOKIE
    assert told["parameters"]["SessionCookie"]["name"] == SESSION_COOKIE
    assert decision["decision"]["enum"] == list(Choice)
    answers = operations(description)["POST /keys/{token}"]["responses"]
    assert answers["413"]["description"] == f"More than {forms.FORM_LIMIT} bytes."
