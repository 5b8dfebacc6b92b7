"""What the checks of the groups page, other-accounts, keys and health may find."""

from datetime import timedelta
from typing import Any, Final

from kms_reprieve_cli.doctor.check import Check
from kms_reprieve_cli.doctor.cloud import HttpAnswer
from kms_reprieve_cli.doctor.health import (
    bookmark,
    dead_letters,
    functions,
    health_run,
    schedules,
    stack_alarms,
)
from kms_reprieve_cli.doctor.keys import pending_keys
from kms_reprieve_cli.doctor.other_accounts import member_roles
from kms_reprieve_cli.doctor.page import (
    api,
    approver_networks,
    oidc_provider,
    oidc_redirect,
    oidc_secret,
    page_answers,
    respond_function,
    signing_keys,
)
from kms_reprieve_cli.doctor.page.page_answers import NO_LINK
from kms_reprieve_cli.doctor.subject import Reach
from reprieve.errors import AwsError, ProviderError, UnreachableError
from tests.unit.cli.doctor.case import FAIL, PASS, UNKNOWN, WARN, Case
from tests.unit.cli.doctor.clouds import FakeNetwork, absent, denied
from tests.unit.cli.doctor.healthy import (
    AUDIT_ROLE,
    BY_IAM,
    INVESTIGATE_ROLE,
    KEY,
    MEMBER,
    NOW,
    OIDC_SECRET,
    OURS,
    OWN_KEY,
    PAGE,
    RESPOND_ROLE,
    SIGN_IN,
    SIGNING_IN,
    STACK,
    WITH_MEMBERS,
    accounts,
    by_id,
    either_alarm,
    entrances,
    items,
    key_alarm,
    member,
    metadata,
    own_alarm,
    policy,
    resources,
    role,
    role_policy,
    secret,
    stack_reply,
)

BOTH = {"Approvers": "network", "ApproverCidrs": "192.0.2.0/24, 2001:db8::/32"}
NOBODY_ELSE = {**BY_IAM, "Principal": {"AWS": "arn:aws:iam::111122223333:role/admin"}}
OTHER_KEY = KEY.replace("1234abcd", "5678abcd")
NO_ROLE = AwsError("iam:GetRole", "NoSuchEntity", "The role with name x cannot be found.")
NOBODY = UnreachableError(f"GET {PAGE}/keys/{NO_LINK}", "NewConnectionError", "refused")


def with_parameters(**changed: str) -> dict[str, Any]:
    return {"cloudformation:DescribeStacks": stack_reply(**changed)}


def configuration(**told: str) -> dict[str, Any]:
    return {"lambda:GetFunctionConfiguration": told}


def asked(answer: HttpAnswer | Exception, address: str = f"{PAGE}/keys/{NO_LINK}") -> dict[str, Any]:
    return {"network": FakeNetwork({address: answer})}


def api_told(**told: Any) -> dict[str, Any]:
    return {"apigatewayv2:GetApi": {"ApiId": "a1b2c3", **told}}


def signing(state: str) -> dict[str, Any]:
    return {"kms:DescribeKey": by_id(metadata(OWN_KEY, state))}


def refusing(error: Exception) -> dict[str, Any]:
    return {"network": FakeNetwork({}, provider=error)}


def signing_in() -> dict[str, Any]:
    return {
        **with_parameters(**SIGNING_IN),
        "cloudformation:ListStackResources": resources(
            OidcSecret=("AWS::SecretsManager::Secret", OIDC_SECRET)
        ),
        "secretsmanager:DescribeSecret": secret(ARN=OIDC_SECRET),
        "secretsmanager:GetSecretValue": {"SecretString": '{"client_secret": "x"}'},
    }


def of_members(there: Any = None) -> dict[str, Any]:
    return {"differs": with_parameters(**WITH_MEMBERS), "others": entrances(there)}


def keys(*found: Any) -> dict[str, Any]:
    return {
        "kms:ListKeys": {"Keys": [{"KeyArn": each["Arn"], "KeyId": "x"} for each in found]},
        "kms:DescribeKey": by_id(*found),
    }


def pending(arn: str = KEY, days: int | None = 6) -> Any:
    date = {} if days is None else {"DeletionDate": NOW + timedelta(days=days)}
    return metadata(arn, "PendingDeletion" if days else "PendingReplicaDeletion", **date)


def behind(check: Check, minutes: int | None, **told: Any) -> dict[str, Any]:
    ago = None if minutes is None else timedelta(minutes=minutes)
    well = timedelta(minutes=10)
    both = (ago, well) if check is bookmark else (well, ago)
    return {"dynamodb:GetItem": items(*both), **told}


def new_stack(minutes: int) -> dict[str, Any]:
    told = stack_reply()
    (one,) = told["Stacks"]
    return {
        "cloudformation:DescribeStacks": {
            "Stacks": [{**one, "CreationTime": NOW - timedelta(minutes=minutes)}]
        }
    }


CASES: Final = (
    Case(check=api, status=PASS, says="API a1b2c3 answers at its default endpoint"),
    Case(
        check=api,
        status=FAIL,
        says="--no-disable-execute-api-endpoint",
        differs=api_told(DisableExecuteApiEndpoint=True),
    ),
    Case(
        check=api,
        status=WARN,
        says="--ip-address-type dualstack",
        differs={**api_told(IpAddressType="ipv4"), **with_parameters(**BOTH)},
    ),
    Case(check=api, status=PASS, differs=api_told(IpAddressType="ipv4")),
    Case(
        check=api,
        status=FAIL,
        says="removed without CloudFormation",
        differs={"apigatewayv2:GetApi": absent("apigatewayv2", "GetApi")},
    ),
    Case(check=respond_function, status=PASS, says="the function respond can run"),
    Case(
        check=respond_function,
        status=FAIL,
        says="switched off",
        differs={"lambda:GetFunctionConcurrency": {"ReservedConcurrentExecutions": 0}},
    ),
    Case(
        check=respond_function,
        status=FAIL,
        says="no layer",
        differs=configuration(State="Failed", StateReason="no layer"),
    ),
    Case(
        check=respond_function,
        status=FAIL,
        says="too large",
        differs=configuration(State="Active", LastUpdateStatus="Failed", LastUpdateStatusReason="too large"),
    ),
    Case(
        check=respond_function,
        status=FAIL,
        says="Lambda does not say why",
        differs=configuration(State="Failed"),
    ),
    Case(check=respond_function, status=WARN, says="is being made", differs=configuration(State="Pending")),
    Case(check=page_answers, status=PASS, says="answers over the network"),
    Case(
        check=page_answers,
        status=WARN,
        says="refuses your address",
        subject=asked(HttpAnswer(status=403, headers=OURS)),
    ),
    Case(
        check=page_answers,
        status=FAIL,
        says="HTTP 500, and not by respond",
        subject=asked(HttpAnswer(status=500, headers={})),
    ),
    Case(
        check=page_answers,
        status=FAIL,
        says="is answered with HTTP 503 ",
        subject=asked(HttpAnswer(status=503, headers=OURS)),
    ),
    Case(check=page_answers, status=UNKNOWN, says="refused Open https://", subject=asked(NOBODY)),
    Case(check=signing_keys, status=PASS, says="signing key a is Enabled"),
    Case(check=signing_keys, status=FAIL, says="aws kms enable-key --key-id", differs=signing("Disabled")),
    Case(
        check=signing_keys,
        status=FAIL,
        says="intended: aws kms cancel-key-deletion --key-id",
        differs=signing("PendingDeletion"),
    ),
    Case(check=approver_networks, status=()),
    Case(check=approver_networks, status=PASS, says="IPv4 and IPv6", differs=with_parameters(**BOTH)),
    Case(
        check=approver_networks,
        status=WARN,
        says="a browser that prefers IPv6 is refused",
        differs=with_parameters(Approvers="network", ApproverCidrs="192.0.2.1/24"),
    ),
    Case(
        check=approver_networks,
        status=WARN,
        says="names IPv6 networks only",
        differs=with_parameters(Approvers="network", ApproverCidrs="2001:db8::/32"),
    ),
    Case(
        check=approver_networks,
        status=WARN,
        says="0.0.0.0/0 that is every address",
        differs=with_parameters(Approvers="network", ApproverCidrs="0.0.0.0/0"),
    ),
    Case(
        check=approver_networks,
        status=FAIL,
        says="nobody can open a page",
        differs=with_parameters(Approvers="network"),
    ),
    Case(check=oidc_provider, status=()),
    Case(check=oidc_provider, status=PASS, says="says that it is the issuer", differs=signing_in()),
    Case(
        check=oidc_provider,
        status=FAIL,
        says="discovery: it names another issuer",
        differs=signing_in(),
        subject=refusing(ProviderError("discovery: it names another issuer")),
    ),
    Case(
        check=oidc_provider,
        status=UNKNOWN,
        says="could not be reached from here",
        differs=signing_in(),
        subject=refusing(NOBODY),
    ),
    Case(check=oidc_redirect, status=()),
    Case(check=oidc_redirect, status=(), differs=signing_in(), subject=refusing(NOBODY)),
    Case(check=oidc_redirect, status=PASS, says=f"redirect URI {PAGE}/signed-in", differs=signing_in()),
    Case(
        check=oidc_redirect,
        status=FAIL,
        says=f"Register {PAGE}/signed-in as a redirect URI of client reprieve",
        differs=signing_in(),
        subject=asked(HttpAnswer(status=400, headers={}), SIGN_IN),
    ),
    Case(
        check=oidc_redirect,
        status=UNKNOWN,
        says="GET https://login.example.com/authorize: ReadTimeoutError",
        differs=signing_in(),
        subject=asked(UnreachableError(f"GET {SIGN_IN}", "ReadTimeoutError", "late"), SIGN_IN),
    ),
    Case(
        check=oidc_redirect,
        status=(),
        differs=signing_in(),
        subject=refusing(ProviderError("discovery: HTTP 500")),
    ),
    Case(check=oidc_secret, status=()),
    Case(check=oidc_secret, status=PASS, says="holds a client secret", differs=signing_in()),
    Case(check=oidc_secret, status=(), differs=with_parameters(**SIGNING_IN)),
    Case(
        check=oidc_secret,
        status=FAIL,
        says="does not hold a client secret",
        differs=signing_in() | {"secretsmanager:GetSecretValue": {"SecretString": ""}},
    ),
    Case(check=member_roles, status=()),
    Case(check=member_roles, status=PASS, says=f"account {MEMBER} lets the stack in", **of_members()),
    Case(
        check=member_roles,
        status=UNKNOWN,
        says="--member-audit-role",
        subject={"reach": Reach()},
        **of_members(),
    ),
    Case(
        check=member_roles,
        status=FAIL,
        says="has no role kms-reprieve-member-read",
        **of_members(member(iam_GetRole=NO_ROLE)),
    ),
    Case(
        check=member_roles,
        status=UNKNOWN,
        says="allow it iam:GetRole",
        **of_members(member(iam_GetRole=denied("iam:GetRole"))),
    ),
    Case(
        check=member_roles,
        status=FAIL,
        says=f"does not trust {RESPOND_ROLE}",
        **of_members(member(iam_GetRole=role(INVESTIGATE_ROLE))),
    ),
    Case(
        check=member_roles,
        status=FAIL,
        says=f"does not trust {INVESTIGATE_ROLE}",
        **of_members(member(iam_GetRole=role(INVESTIGATE_ROLE, "another"))),
    ),
    Case(
        check=member_roles,
        status=WARN,
        says="AllowRescue is no",
        **of_members(member(iam_GetRolePolicy=role_policy("kms:DescribeKey"))),
    ),
    Case(
        check=member_roles,
        status=UNKNOWN,
        says=f"Let the role {AUDIT_ROLE} there trust you",
        **of_members(denied("sts:AssumeRole")),
    ),
    Case(
        check=member_roles,
        status=(PASS,) * 6,
        says="5 of 6 other accounts were checked",
        differs=with_parameters(**WITH_MEMBERS)
        | {"organizations:ListAccounts": accounts(*(f"{number:012}" for number in range(6)))},
        others={f"arn:aws:iam::{number:012}:role/{AUDIT_ROLE}": member() for number in range(6)},
    ),
    Case(
        check=member_roles,
        status=(PASS,) * 6,
        says="account 000000000000 lets",
        differs=with_parameters(**WITH_MEMBERS)
        | {"organizations:ListAccounts": accounts(*(f"{number:012}" for number in range(6)))},
        others={f"arn:aws:iam::{number:012}:role/{AUDIT_ROLE}": member() for number in range(6)},
        subject={"reach": Reach(role=AUDIT_ROLE, is_all=True)},
    ),
    Case(check=pending_keys, status=PASS, says="0 of 1 keys in eu-west-1 are pending deletion"),
    Case(
        check=pending_keys,
        status=PASS,
        says=f"2 of 3 keys in eu-west-1 are pending deletion, the next on 2026-11-28: {OTHER_KEY}",
        differs=keys(pending(), pending(OTHER_KEY, 4), metadata(OWN_KEY)),
    ),
    Case(
        check=pending_keys,
        status=PASS,
        says="1 of 1 keys in eu-west-1 is pending deletion",
        differs=keys(pending(days=None)),
    ),
    Case(
        check=pending_keys,
        status=(PASS, WARN),
        says=f"the page can't cancel the deletion of {KEY}",
        differs=keys(pending()) | {"kms:GetKeyPolicy": {"Policy": policy(NOBODY_ELSE)}},
    ),
    Case(
        check=pending_keys,
        status=(PASS, WARN),
        says="the page may not be able to cancel",
        differs=keys(pending())
        | {"kms:GetKeyPolicy": {"Policy": policy({**BY_IAM, "Condition": {"Bool": {"aws:x": "true"}}})}},
    ),
    Case(
        check=pending_keys,
        status=(PASS, UNKNOWN),
        says="1 of 1 keys in eu-west-1 could not be checked",
        differs={"kms:DescribeKey": denied("kms:DescribeKey")},
    ),
    Case(
        check=pending_keys,
        status=(PASS, UNKNOWN),
        says="whether the page can cancel",
        differs=keys(pending()) | {"kms:GetKeyPolicy": denied("kms:GetKeyPolicy")},
    ),
    Case(
        check=pending_keys,
        status=UNKNOWN,
        says="the keys in eu-west-1 could not be checked",
        differs={"kms:ListKeys": denied("kms:ListKeys")},
    ),
    Case(
        check=pending_keys,
        status=PASS,
        differs=keys(pending()) | {"kms:GetKeyPolicy": {"Policy": policy()}},
        is_before=True,
    ),
    Case(
        check=pending_keys,
        status=(PASS, PASS),
        says="keys in us-east-1",
        subject={"reach": Reach(is_all=True)},
    ),
    Case(check=functions, status=(PASS,) * 5, says="the function investigate can run"),
    Case(
        check=functions,
        status=(FAIL,) * 5,
        says="the function investigate is switched off",
        differs={"lambda:GetFunctionConcurrency": {"ReservedConcurrentExecutions": 0}},
    ),
    Case(check=functions, status=(WARN,) * 5, says="is being made", differs=configuration(State="Pending")),
    Case(check=schedules, status=PASS, says=f"{STACK}-InvestigateFunctionClock is on: rate(5 minutes)"),
    Case(
        check=schedules,
        status=FAIL,
        says="is off",
        differs={"scheduler:GetSchedule": {"State": "DISABLED", "ScheduleExpression": "rate(5 minutes)"}},
    ),
    Case(
        check=schedules,
        status=FAIL,
        says="removed without CloudFormation",
        differs={"scheduler:GetSchedule": absent("scheduler", "GetSchedule")},
    ),
    Case(check=stack_alarms, status=PASS, says="none of the stack's own 1 alarms is in ALARM"),
    Case(
        check=stack_alarms,
        status=FAIL,
        says="Threshold Crossed: 1 datapoint was greater than the threshold (1.0). The function investigate",
        differs={"cloudwatch:DescribeAlarms": either_alarm(key_alarm(), own_alarm(StateValue="ALARM"))},
    ),
    Case(
        check=stack_alarms,
        status=WARN,
        says="enable-alarm-actions",
        differs={"cloudwatch:DescribeAlarms": either_alarm(key_alarm(), own_alarm(ActionsEnabled=False))},
    ),
    Case(
        check=stack_alarms,
        status=FAIL,
        says=f"{STACK}-InvestigateErrorAlarm: deleted",
        differs={"cloudwatch:DescribeAlarms": either_alarm(key_alarm(), None)},
    ),
    Case(check=dead_letters, status=PASS, says="are empty"),
    Case(
        check=dead_letters,
        status=(FAIL,) * 4,
        says="1 message in the queue InvestigateDeadLetterQueueUrl",
        differs={"sqs:GetQueueAttributes": {"Attributes": {"ApproximateNumberOfMessages": "1"}}},
    ),
    Case(
        check=dead_letters,
        status=FAIL,
        says="does not exist",
        differs={"sqs:GetQueueAttributes": absent("sqs", "GetQueueAttributes")},
    ),
    *(
        case
        for check in (bookmark, health_run)
        for case in (
            Case(check=check, status=PASS, says="up to 2026-11-24 21:45 UTC", differs=behind(check, 15)),
            Case(check=check, status=WARN, says="30 minutes behind", differs=behind(check, 30)),
            Case(check=check, status=FAIL, says="46 minutes behind", differs=behind(check, 46)),
            Case(check=check, status=FAIL, says="dead-letter queues", differs=behind(check, None)),
            Case(
                check=check,
                status=WARN,
                says="in 15 minutes",
                differs=behind(check, None, **new_stack(9)),
            ),
        )
    ),
)
