"""What a person is asked for, and what is refused before anything is made."""

import re
from typing import Any

import pytest

from reprieve.respond.settings import RespondSettings
from reprieve.untrusted import is_over_tls
from tests.unit.test_settings import RESPOND

SLACK = "https://hooks.slack.com/services/T0/B0/x"
SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:slack-AbCdEf"  # noqa: S105  # an ARN
TOPIC = "arn:aws-us-gov:sns:us-gov-west-1:111122223333:alarms"


def test_every_parameter_is_in_one_group_and_has_a_label(template: dict[str, Any]) -> None:
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]

    assert sorted(grouped) == sorted(template["Parameters"])
    assert sorted(interface["ParameterLabels"]) == sorted(template["Parameters"])
    assert all(group["Label"]["default"] for group in interface["ParameterGroups"])


def test_every_parameter_is_described_and_can_be_left_at_its_default(template: dict[str, Any]) -> None:
    for parameter in template["Parameters"].values():
        assert parameter["Description"]
        assert "Default" in parameter


def test_a_parameter_that_may_be_empty_says_what_empty_means(template: dict[str, Any]) -> None:
    for parameter in template["Parameters"].values():
        assert (parameter["Default"] == "") == ("If empty:" in parameter["Description"])


def test_every_parameter_is_used(source: str, template: dict[str, Any]) -> None:
    _, _, used = source.partition("\nConditions:\n")

    for name in template["Parameters"]:
        assert re.search(rf"!Ref {name}\b|\${{{name}}}", used)


def test_every_default_satisfies_its_own_constraint(template: dict[str, Any]) -> None:
    for parameter in template["Parameters"].values():
        assert re.fullmatch(parameter.get("AllowedPattern", ".*"), str(parameter["Default"]))
        assert parameter["Default"] in parameter.get("AllowedValues", [parameter["Default"]])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NotificationEmails", "jane@example.com"),
        ("NotificationEmails", "jane@example.com,ops+kms@example.com"),
        ("NotificationEmails", " jane@example.com , ops@example.com "),
        ("SlackWebhookUrl", SLACK),
        ("SlackWebhookUrl", "http://127.0.0.1:4566/slack"),
        ("SlackWebhookSecretArn", SECRET),
        ("CloudTrailLogGroupName", "aws-controltower/CloudTrailLogs"),
        ("AlarmTopicArn", TOPIC),
        ("OwnerTags", "Owner"),
        ("OwnerTags", "cost:owner,Team Name"),
        ("MemberRoleName", "kms-reprieve-member"),
        ("OrganizationId", "o-a1b2c3d4e5"),
        ("ExternalId", "kms-reprieve/prod"),
        ("OidcClientId", "kms-reprieve"),
        ("ApproverGroups", "Key Approvers, admins"),
    ],
)
def test_good_values_are_taken(template: dict[str, Any], name: str, value: str) -> None:
    assert re.fullmatch(template["Parameters"][name]["AllowedPattern"], value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NotificationEmails", "jane"),
        ("NotificationEmails", "jane@example.com,"),
        ("NotificationEmails", "jane@example.com;ops@example.com"),
        ("NotificationEmails", "jane doe@example.com"),
        ("NotificationEmails", " "),
        ("SlackWebhookUrl", "http://hooks.slack.com/services/T0/B0/x"),
        ("SlackWebhookUrl", "http://127.0.0.1.example.com/slack"),
        ("SlackWebhookUrl", "hooks.slack.com"),
        ("SlackWebhookSecretArn", "slack"),
        ("CloudTrailLogGroupName", "arn:aws:logs:eu-west-1:111122223333:log-group:trail"),
        ("AlarmTopicArn", "alarms"),
        ("AlarmTopicArn", f"{TOPIC}.fifo"),
        ("OwnerTags", ""),
        ("OwnerTags", "Owner,"),
        ("MemberRoleName", "arn:aws-cn:iam::111122223333:role/kms-reprieve-member"),
        ("OrganizationId", "111122223333"),
        ("ExternalId", "x"),
        ("OidcClientId", " "),
        ("ApproverGroups", " , "),
    ],
)
def test_bad_values_are_refused(template: dict[str, Any], name: str, value: str) -> None:
    assert not re.fullmatch(template["Parameters"][name]["AllowedPattern"], value)


@pytest.mark.parametrize(
    "networks",
    [
        "192.0.2.0/24",
        "192.0.2.1/24",
        "0.0.0.0/0",
        "255.255.255.255/32",
        " 10.0.0.0/8 , 2001:db8::/32 ",
        "2001:db8::1/64,::/0",
        "1:2:3:4:5:6:7:8/128",
        "1:2:3:4:5:6:7::/112",
    ],
)
def test_networks_that_the_template_takes_are_networks_to_the_function(
    template: dict[str, Any], networks: str
) -> None:
    assert re.fullmatch(template["Parameters"]["ApproverCidrs"]["AllowedPattern"], networks)
    assert RespondSettings.read(RESPOND | {"APPROVERS": "network", "APPROVER_CIDRS": networks}).networks


@pytest.mark.parametrize(
    "networks",
    [
        " ",
        ",",
        "192.0.2.0",
        "192.0.2.0/33",
        "192.0.2.0/024",
        "192.0.2/24",
        "1.2.3/99",
        "1.2.3.4.5/8",
        "256.0.0.0/8",
        "01.2.3.4/8",
        "192.0.2.0/24,",
        "192.0.2.0/24, ",
        "192.0.2.0/24;198.51.100.0/24",
        "2001:db8::/129",
        "2001:db8/32",
        "20011:db8::/32",
        "1:2:3:4:5:6:7:8:9:a/64",
        "2001:db8::g/64",
        "vpn",
    ],
)
def test_what_is_no_network_is_refused_before_it_fails_every_request(
    template: dict[str, Any], networks: str
) -> None:
    assert not re.fullmatch(template["Parameters"]["ApproverCidrs"]["AllowedPattern"], networks)


@pytest.mark.parametrize(
    ("issuer", "good"),
    [
        ("https://id.example", True),
        ("https://id.example:8443/realms/a/?b", True),
        ("http://127.0.0.1:8080/realms/a", True),
        ("http://localhost", True),
        ("http://id.example", False),
        ("http://127.0.0.1.example.com", False),
        ("http://localhost:655350", False),
        ("https://", False),
        ("https://id.example@evil.example", False),
        ("https://evil.example\\@id.example", False),
        ("http://127.0.0.1:80/@", False),
        ("https://id.example/a b", False),
        ("https://id.exämple", False),
    ],
)
def test_the_template_takes_the_issuers_that_the_function_takes(
    template: dict[str, Any], issuer: str, *, good: bool
) -> None:
    taken = bool(re.fullmatch(template["Parameters"]["OidcIssuer"]["AllowedPattern"], issuer))

    assert (taken, is_over_tls(issuer)) == (good, good)


def test_no_library_may_log_what_it_sends_and_gets(template: dict[str, Any]) -> None:
    # With JSON logs Lambda gives the level to the root logger: at DEBUG botocore logs links and secrets.
    assert template["Parameters"]["LogLevel"]["AllowedValues"] == ["INFO", "WARN", "ERROR"]


@pytest.mark.parametrize(
    ("values", "refused_by"),
    [
        ({}, {"AtLeastOneChannel"}),
        ({"NotificationEmails": "jane@example.com"}, set()),
        ({"SlackWebhookUrl": SLACK}, set()),
        ({"SlackWebhookSecretArn": SECRET}, set()),
        ({"ChannelsSecretArn": SECRET}, set()),
        ({"NotificationEmails": "jane@example.com", "SlackWebhookUrl": SLACK}, set()),
        ({"SlackWebhookUrl": SLACK, "SlackWebhookSecretArn": SECRET}, {"OneSlackWebhook"}),
        (
            {"SlackWebhookUrl": SLACK, "MemberRoleName": "kms-reprieve-member"},
            {"OtherAccountsAreOfOneOrganization"},
        ),
        (
            {"SlackWebhookUrl": SLACK, "MemberRoleName": "member", "OrganizationId": "o-a1b2c3d4e5"},
            set(),
        ),
    ],
)
def test_a_stack_that_makes_no_sense_is_refused(
    template: dict[str, Any], values: dict[str, str], refused_by: set[str]
) -> None:
    given = {name: parameter["Default"] for name, parameter in template["Parameters"].items()} | values

    broken = {name for name, rule in template["Rules"].items() if not holds(rule, given)}

    assert broken == refused_by


def holds(rule: dict[str, Any], given: dict[str, str]) -> bool:
    applies = evaluate(rule.get("RuleCondition", True), given)
    return not applies or all(evaluate(each["Assert"], given) for each in rule["Assertions"])


def evaluate(expression: object, given: dict[str, str]) -> object:
    match expression:
        case {"Ref": name}:
            return given[name]
        case {"Fn::Equals": [left, right]}:
            return evaluate(left, given) == evaluate(right, given)
        case {"Fn::Not": [one]}:
            return not evaluate(one, given)
        case {"Fn::Or": several}:
            return any(evaluate(each, given) for each in several)
        case _:
            return expression
