"""The longest environment that each function can get: Lambda takes 4 KB, measured as JSON."""

import json
import re
from typing import Any

import pytest

from reprieve.cases.visitor import APPROVERS, AuthMethod

ROOM = 4096
FUNCTIONS = ("Investigate", "Deliver", "Respond", "Subscribe", "Audit", "Health")
REGION = "us-isob-east-1"  # of the longest names
ACCOUNT = "1" * 12
PARTITION = "aws-us-gov"


def secret(name: str) -> str:
    return f"arn:{PARTITION}:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-AbCdEf"


# The longest name or ARN that CloudFormation can make: each type by its own API reference.
QUEUE, FUNCTION, TABLE, LOG_GROUP = "q" * 80, "f" * 64, "t" * 255, "/" * 512
MADE = {
    "AWS::CloudWatch::Alarm": "a" * 255,
    "AWS::DynamoDB::Table": TABLE,
    "AWS::Lambda::Function": FUNCTION,
    "AWS::Logs::LogGroup": LOG_GROUP,
    "AWS::SNS::Topic": f"arn:{PARTITION}:sns:{REGION}:{ACCOUNT}:{'n' * 256}",
    "AWS::SQS::Queue": f"https://sqs.{REGION}.amazonaws.com.cn/{ACCOUNT}/{QUEUE}",
}
ATTRIBUTES = {
    "Arn": {
        "AWS::IAM::Role": f"arn:{PARTITION}:iam::{ACCOUNT}:role/{'r' * 64}",
        "AWS::KMS::Key": f"arn:{PARTITION}:kms:{REGION}:{ACCOUNT}:key/mrk-{'0' * 36}",
    },
    "Id": {
        # CloudFormation names a secret after its logical id, with a suffix.
        "AWS::SecretsManager::Secret": secret("s" * 64),
    },
    "ApiEndpoint": {
        "AWS::ApiGatewayV2::Api": f"https://{'i' * 10}.execute-api.{REGION}.amazonaws.com.cn",
    },
    "QueueName": {"AWS::SQS::Queue": QUEUE},
}
PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION}
# What a pattern alone bounds.
BOUNDED_BY_PATTERN = {
    "AlarmName": "a" * 255,
    "ApproverGroupClaim": "g" * 128,
    "ExternalId": "e" * 128,
    "MemberRoleName": "m" * 59,
    "OrganizationId": f"o-{'a' * 32}",
    "OidcClientSecretArn": secret("s" * 300),
    "SlackWebhookSecretArn": secret("s" * 300),
    "ChannelsSecretArn": secret("s" * 100),
}
# As JSON these take six bytes each, as Python writes it; the other lists must be ASCII without quotes.
LETTERS = {"OwnerTags": "é"}
DEPENDS_ON_APPROVERS = {"SignIn": AuthMethod.SIGN_IN, "Network": AuthMethod.NETWORK}


class Longest:
    """Says the longest text that an expression of the template can come to."""

    def __init__(self, template: dict[str, Any], approvers: AuthMethod) -> None:
        self.parameters = template["Parameters"]
        self.resources = template["Resources"]
        self.approvers = approvers

    def of(self, expression: object) -> str:
        match expression:
            case {"Ref": str(name)}:
                return self._reference(name)
            case {"Fn::GetAtt": [str(name), str(attribute)]} | {
                "Fn::GetAtt": [str(name), str(attribute), *_]
            }:
                return ATTRIBUTES[attribute][self._type(name)]
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\${([\w.:]+)}", lambda found: self._named(found[1]), text)
            case {"Fn::If": [str(condition), yes, no]}:
                return self._chosen(condition, yes, no)
            case _:
                return str(expression)

    def _chosen(self, condition: str, yes: object, no: object) -> str:
        if condition in DEPENDS_ON_APPROVERS:
            return self.of(yes if DEPENDS_ON_APPROVERS[condition] is self.approvers else no)
        if condition in {"MakeClientSecret", "NameClientSecret"} and self.approvers is not AuthMethod.SIGN_IN:
            return self.of(no)
        return max(self.of(yes), self.of(no), key=len)

    def _named(self, name: str) -> str:
        resource, _, attribute = name.partition(".")
        return self.of({"Fn::GetAtt": [resource, attribute]} if attribute else {"Ref": name})

    def _reference(self, name: str) -> str:
        if name in PSEUDO:
            return PSEUDO[name]
        return self._parameter(name) if name in self.parameters else MADE[self._type(name)]

    def _type(self, name: str) -> str:
        return str(self.resources[name]["Type"]).replace("Serverless", "Lambda")

    def _parameter(self, name: str) -> str:
        parameter = self.parameters[name]
        if "MaxLength" in parameter:
            return LETTERS.get(name, "x") * int(parameter["MaxLength"])
        if "AllowedValues" in parameter:
            return max(map(str, parameter["AllowedValues"]), key=len)
        return str(parameter["MaxValue"]) if "MaxValue" in parameter else BOUNDED_BY_PATTERN[name]


def environment(template: dict[str, Any], name: str, approvers: AuthMethod) -> dict[str, str]:
    longest = Longest(template, approvers)
    common = template["Globals"]["Function"]["Environment"]["Variables"]
    own = template["Resources"][f"{name}Function"]["Properties"].get("Environment", {"Variables": {}})
    return {variable: longest.of(value) for variable, value in (common | own["Variables"]).items()}


@pytest.mark.parametrize("approvers", APPROVERS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_longest_environment_fits(template: dict[str, Any], name: str, approvers: AuthMethod) -> None:
    assert len(json.dumps(environment(template, name, approvers))) <= ROOM


@pytest.mark.parametrize("name", BOUNDED_BY_PATTERN)
def test_what_a_pattern_bounds_is_as_long_as_it_says(template: dict[str, Any], name: str) -> None:
    pattern, longest = template["Parameters"][name]["AllowedPattern"], BOUNDED_BY_PATTERN[name]

    assert re.fullmatch(pattern, longest)
    assert not re.fullmatch(pattern, longest.replace(longest[-9], longest[-9] * 2, 1) + longest[-1] * 60)


@pytest.mark.parametrize(
    "name",
    [
        "IgnoredCallers",
        "ApproverEmails",
        "ApproverGroups",
        "ApproverGroupClaim",
        "NotificationEmails",
        "OidcClientId",
    ],
)
@pytest.mark.parametrize("letter", ['"', "\\", "é", "\x07"])
def test_no_letter_of_a_long_list_takes_more_than_one_byte(
    template: dict[str, Any], name: str, letter: str
) -> None:
    pattern = template["Parameters"][name]["AllowedPattern"]
    good = "jane@example.com" if "Emails" in name else "jane"

    assert re.fullmatch(pattern, good)
    assert not re.fullmatch(pattern, f"{letter}{good}")


@pytest.mark.parametrize(
    ("approvers", "passed_on"),
    [
        (AuthMethod.LINK, set()),
        (AuthMethod.NETWORK, {"APPROVER_CIDRS"}),
        (
            AuthMethod.SIGN_IN,
            {
                "APPROVER_DOMAINS",
                "APPROVER_EMAILS",
                "APPROVER_GROUPS",
                "APPROVER_GROUP_CLAIM",
                "OIDC_CLIENT_ID",
                "OIDC_ISSUER",
                "OIDC_SECRET_ARN",
            },
        ),
    ],
)
def test_respond_gets_only_what_its_approvers_ask_for(
    template: dict[str, Any], approvers: AuthMethod, passed_on: set[str]
) -> None:
    variables = environment(template, "Respond", approvers)

    given = {name for name, value in variables.items() if value and name.startswith(("APPROVER_", "OIDC_"))}

    assert given == passed_on
