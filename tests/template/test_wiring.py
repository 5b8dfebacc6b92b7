"""What the template gives a function against what it reads, and what it names against what it may do.

Nothing here is a list of names: a variable, a secret or a permission that somebody forgets has no line to
update, and fails.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from reprieve.cases.visitor import AuthMethod
from tests.template.test_environment import FUNCTIONS, environment
from tests.template.test_roles import listed, role_statements

APPS = Path(__file__).parents[2] / "functions"
OF_LAMBDA = {"AWS_REGION"}
COMMON = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOG_LEVEL"}
READABLE = {
    "NOTIFICATION_EMAILS": "jane@example.com",
    "OIDC_ISSUER": "https://login.example.com",
    "APPROVER_DOMAINS": "example.com",
    "APPROVER_CIDRS": "192.0.2.0/24",
}
# What tells a function of something that it never calls by that name.
TOLD_ONLY = {
    "ALARM_NAME",
    "FUNCTION_NAMES",
    "HEALTH_TOPIC_ARN",
    "PAGE_URL",
    "QUEUE_NAMES",
    "REDIRECT_URI",
    "RESPOND_ROLE_ARN",
}
# What no role needs a permission for: a boundary is attached, an alarm's topic is subscribed to.
WITHOUT_STATEMENT = {"PermissionsBoundaryArn", "AlarmTopicArn"}
WAYS_OUT = {
    "events:PutEvents",
    "kms:Decrypt",
    "secretsmanager:GetSecretValue",
    "ses:SendEmail",
    "sns:Publish",
}


class Recording(dict[str, str]):
    """An environment that remembers what was read of it."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        super().__init__(variables)
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


def settings_of(name: str) -> list[Any]:
    app = (APPS / name.lower() / "app.py").read_text("utf-8")
    used = set(re.findall(r"(\w+Settings)\.read\(os\.environ\)", app))
    imported = re.findall(r"^from (reprieve[\w.]*) import (.+)$", app, re.MULTILINE)
    return [
        getattr(import_module(module), one)
        for module, names in imported
        for one in names.split(", ")
        if one in used
    ]


def variables_read(template: dict[str, Any], name: str) -> set[str]:
    return {each for approvers in AuthMethod for each in variables_read_with(template, name, approvers)}


def variables_read_with(template: dict[str, Any], name: str, approvers: AuthMethod) -> set[str]:
    given = environment(template, name, AuthMethod.SIGN_IN)
    readable = {each: READABLE[each] for each in READABLE.keys() & given.keys()}
    recording = Recording(given | readable | {"AWS_REGION": "eu-west-1", "APPROVERS": approvers})
    for settings in settings_of(name):
        settings.read(recording)
    return recording.asked - OF_LAMBDA


def variables_given(template: dict[str, Any], name: str) -> dict[str, Any]:
    properties = template["Resources"][f"{name}Function"]["Properties"]
    found: dict[str, Any] = properties.get("Environment", {"Variables": {}})["Variables"]
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_gets_the_variables_that_it_reads_and_no_others(
    template: dict[str, Any], name: str
) -> None:
    assert variables_read(template, name) == set(variables_given(template, name))


def named(expression: object) -> Iterator[str]:
    """Yield each resource and each parameter that an expression can come to, whichever condition holds."""
    match expression:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::If": [_, *branches]}:
            for branch in branches:
                yield from named(branch)
        case {"Fn::Split": [_, inner]}:
            yield from named(inner)
        case {"Fn::Sub": str(text)}:
            yield from (found.partition(".")[0] for found in re.findall(r"\${([\w.:]+)}", text))


def needs_permission(template: dict[str, Any], name: str) -> bool:
    """Tell whether AWS asks for a permission on what has this name: a resource, or what an ARN names."""
    return name in template["Resources"] or bool(re.search(r"Arns?$", name))


def may_use(template: dict[str, Any], function: str) -> set[str]:
    statements = role_statements(template["Resources"], f"{function}Role")
    allowed = [each for each in statements if each["Effect"] == "Allow"]
    return {name for each in allowed for resource in listed(each["Resource"]) for name in named(resource)}


def forgotten(template: dict[str, Any]) -> set[tuple[str, str]]:
    """Return each function with what its variables name and its role has no statement for."""
    return {
        (function, name)
        for function in FUNCTIONS
        for variable, expression in told(template, function)
        for name in named(expression)
        if variable not in TOLD_ONLY and needs_permission(template, name)
        if name not in may_use(template, function) | reached_by_condition(template)
    }


def told(template: dict[str, Any], function: str) -> Iterator[tuple[str, Any]]:
    """Yield what a function's variables name, and what custom resources tell it."""
    yield from variables_given(template, function).items()
    for each in template["Resources"].values():
        properties = each.get("Properties", {})
        if properties.get("ServiceToken") == {"Fn::GetAtt": [f"{function}Function", "Arn"]}:
            yield from ((name, value) for name, value in properties.items() if name != "ServiceToken")


def reached_by_condition(template: dict[str, Any]) -> set[str]:
    """Return what is used without naming its ARN: log groups by the patterns of their names."""
    return {name for name, each in template["Resources"].items() if each["Type"] == "AWS::Logs::LogGroup"}


def test_what_a_variable_names_the_function_s_role_may_use(template: dict[str, Any]) -> None:
    assert forgotten(template) == set()


def ways_out(template: dict[str, Any], function: str) -> list[Any]:
    statements = role_statements(template["Resources"], f"{function}Role")
    return [
        each for each in statements if each["Effect"] == "Allow" and WAYS_OUT & set(listed(each["Action"]))
    ]


def differing(template: dict[str, Any]) -> bool:
    return ways_out(template, "Health") != ways_out(template, "Deliver")


def test_health_may_send_wherever_deliver_may(template: dict[str, Any]) -> None:
    assert not differing(template)


def test_a_way_out_that_is_forgotten_is_noticed(template: dict[str, Any]) -> None:
    for function in FUNCTIONS:
        for sid in [each["Sid"] for each in ways_out(template, function)]:
            without = deepcopy(template)
            for policy in without["Resources"][f"{function}Role"]["Properties"]["Policies"]:
                policy["PolicyDocument"]["Statement"] = [
                    each for each in policy["PolicyDocument"]["Statement"] if sid not in str(each)
                ]
            assert forgotten(without) or differing(without), (function, sid)


def test_a_secret_is_named_by_a_statement_of_its_own_under_its_own_condition(
    template: dict[str, Any],
) -> None:
    for function in FUNCTIONS:
        role = template["Resources"][f"{function}Role"]["Properties"]
        reading = [
            each["Fn::If"]
            for policy in role["Policies"]
            for each in policy["PolicyDocument"]["Statement"]
            if "secretsmanager:GetSecretValue" in str(each)
        ]
        for condition, statement, _ in reading:
            (name,) = named(statement["Resource"])
            made = template["Resources"].get(name)
            assert condition == (made["Condition"] if made else condition)
            assert name in str(template["Conditions"][condition]) or made
        assert len({str(statement["Resource"]) for _, statement, _ in reading}) == len(reading)


def test_every_arn_that_a_user_names_is_a_resource_of_some_statement(template: dict[str, Any]) -> None:
    arns = {name for name in template["Parameters"] if re.search(r"Arns?$", name)} - WITHOUT_STATEMENT

    used = {name for function in FUNCTIONS for name in may_use(template, function)}

    assert arns <= used


def test_health_is_told_of_the_same_channels_as_deliver(template: dict[str, Any]) -> None:
    deliver, health = (variables_given(template, name) for name in ("Deliver", "Health"))
    secrets_and_topics = {name for name in deliver if re.search(r"(SECRET|TOPIC)_ARN$", name)}

    assert secrets_and_topics
    assert {name: health.get(name) for name in secrets_and_topics} == {
        name: deliver[name] for name in secrets_and_topics
    }
