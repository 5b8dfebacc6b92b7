"""CloudTrail records → who it was, as a person calls it."""

from typing import Any

import pytest

from reprieve.cloudtrail import callers
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.callers import IDENTITIES
from tests.examples import ADMIN, BILLING, JANE, KEY, ORDERS, SOMEBODY
from tests.recorded import record
from tests.recorded_callers import CALLERS

SESSION = "arn:aws:sts::111122223333:assumed-role/orders-fn/orders-api"

EXPECTED: dict[str, tuple[Caller, str]] = {
    **CALLERS,
    "decrypt-by-assumed-role": (ORDERS, "role orders-fn, session orders-api"),
    "decrypt-by-iam-user": (JANE, "user jane"),
    "decrypt-by-other-account-owner-side": (SOMEBODY, "someone in account 444455556666, from outside"),
    "decrypt-by-other-account-caller-side": (BILLING, "role billing, from account 444455556666"),
    "schedule-key-deletion": (ADMIN, "jane@example.com (permission set Admin)"),
    "wrong-types-in-every-field": (
        Caller(kind="Unknown", id="Unknown", name="Unknown caller"),
        "Unknown caller",
    ),
}


def told(identity: dict[str, Any], **fields: Any) -> Caller:
    return callers.read({"userIdentity": identity, "awsRegion": "eu-west-1", **fields}, KEY)


def session(role: str = "web", name: str = "orders", **fields: Any) -> dict[str, Any]:
    arn = f"arn:aws:sts::111122223333:assumed-role/{role}/{name}"
    return {"type": "AssumedRole", "arn": arn, "accountId": "111122223333", **fields}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_recorded_caller_is_told_by_the_type_and_by_the_session(name: str) -> None:
    caller, label = EXPECTED[name]

    assert callers.read(record(name), KEY) == caller
    assert caller.label == label


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("AssumedRole", "a role without a name"),
        ("IAMUser", "a user without a name"),
        ("Role", "a role without a name"),
        ("AWSAccount", "someone in account unknown"),
        ("SAMLUser", "a SAML user without a name"),
        ("WebIdentityUser", "a web identity without a name"),
        ("Directory", "a directory user without a name"),
        ("FederatedUser", "a federated user without a name"),
        ("IdentityCenterUser", "an Identity Center user without a name"),
        ("Unknown", "Unknown caller"),
        ("TypeToCome", "TypeToCome caller"),
    ],
)
def test_an_identity_that_holds_only_its_type_is_told_by_that(kind: str, name: str) -> None:
    assert told({"type": kind}) == Caller(kind=kind, id=kind, name=name)


def test_a_root_user_and_a_service_without_anything_else_are_told_as_such() -> None:
    assert told({"type": "Root"}) == Caller(
        kind="Root", id="Root", name="root user of account unknown", is_root=True
    )
    assert told({"type": "AWSService"}) == Caller(
        kind="AWSService", id="AWSService", name="AWS service without a name", is_service=True
    )


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        ({"invokedBy": "AWS Internal"}, "AWS itself"),
        ({"invokedBy": "logs.eu-west-1.amazonaws.com", "accountId": "1"}, "CloudWatch Logs in account 1"),
        ({"invokedBy": "new-thing.amazonaws.com.cn"}, "new-thing.amazonaws.com.cn"),
        ({"arn": "arn:aws:iam::1:user/x", "invokedBy": "s3.amazonaws.com"}, "Unknown arn:aws:iam::1:user/x"),
        ({}, "Unknown caller"),
    ],
)
def test_an_identity_without_a_type_is_told_by_what_it_holds(identity: dict[str, Any], name: str) -> None:
    assert (told(identity).kind, told(identity).name) == ("Unknown", name)


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ({"type": "AssumedRole", "arn": SESSION}, SESSION),
        ({"type": "AssumedRole", "accountId": "111122223333", "principalId": "A:b"}, "111122223333"),
        ({"type": "AssumedRole", "principalId": "A:b"}, "A:b"),
        ({"type": "IAMUser", "principalId": "AIDA"}, "AIDA"),
        ({"type": "AWSAccount", "principalId": "A:b"}, "A:b"),
        ({"type": "Root", "accountId": "111122223333"}, "111122223333"),
        ({"type": "Unknown", "principalId": "A:b"}, "A:b"),
        ({"type": "Unknown", "invokedBy": "s3.amazonaws.com"}, "s3.amazonaws.com"),
        ({"type": "AWSService", "invokedBy": "s3.amazonaws.com"}, "s3.amazonaws.com"),
        ({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1"}}, "u-1"),
        ({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1", "identityStoreArn": "x"}}, "u-1"),
        ({"accountId": "111122223333", "invokedBy": "AWS Internal"}, "111122223333"),
        ({"accountId": "111122223333", "invokedBy": "ec2.amazonaws.com"}, "ec2.amazonaws.com"),
    ],
)
def test_the_id_is_the_most_precise_name_there_is(identity: dict[str, Any], expected: str) -> None:
    assert told(identity).id == expected


def test_a_role_and_its_session_are_read_from_the_arn_where_the_issuer_is_missing() -> None:
    caller = told({"type": "AssumedRole", "arn": SESSION})

    assert (caller.name, caller.session) == ("role orders-fn", "orders-api")


def test_a_session_is_read_from_the_principal_where_the_arn_is_missing() -> None:
    assert told({"type": "AssumedRole", "principalId": "AROAEXAMPLE1:orders-api"}).session == "orders-api"


def test_a_user_is_named_by_the_end_of_the_arn_where_the_name_is_missing() -> None:
    caller = told({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ops/jane"})

    assert caller.name == "user jane"


def test_a_permission_set_is_told_by_the_role_alone_where_no_path_speaks_against_it() -> None:
    caller = told(session("AWSReservedSSO_Read_Only_0123456789abcdef", "jane@example.com"))

    assert (caller.name, caller.behind) == ("jane@example.com", "permission set Read_Only")


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        (session("AWSReservedSSO_Admin_0123456789abcdef", ""), "role AWSReservedSSO_Admin_0123456789abcdef"),
        (session("AWSReservedSSO_Admin_0123456789ABCDEF"), "role AWSReservedSSO_Admin_0123456789ABCDEF"),
        (session("AWSCloud9SSMAccessRole", "jane"), "role AWSCloud9SSMAccessRole"),
        (session("web", "i-orders"), "role web"),
        (session("web", "0123456789abcdef0123456789abcdef"), "role web"),
        (session("web", "AWSCodeBuild-mine"), "role web"),
        (session("web", "Automation-mine"), "role web"),
        (session("web", "mi-mine"), "role web"),
        (session("web", "eks-mine"), "role web"),
        (session("web", inScopeOf={"issuerType": "AWS::New::Thing"}), "role web"),
        (session("web", inScopeOf={"issuerType": "New", "credentialsIssuedTo": SESSION}), "role web"),
        (session("web", inScopeOf={"issuerType": 7, "credentialsIssuedTo": 7}), "role web"),
        (session("web", sessionContext={"webIdFederationData": {}}), "role web"),
    ],
)
def test_what_only_looks_a_little_like_a_kind_of_session_is_a_role(
    identity: dict[str, Any], name: str
) -> None:
    assert told(identity).name == name


@pytest.mark.parametrize(
    ("context", "name"),
    [
        ("arn:aws:lambda:eu-west-1:111122223333:function:orders", "likely Lambda function orders"),
        ("arn:aws:lambda:eu-west-1:111122223333:function:orders:7", "likely Lambda function orders"),
        ("arn:aws:lambda:eu-west-1:111122223333:function:others", "role web"),
        ("orders", "role web"),
        (7, "role web"),
    ],
)
def test_a_function_is_told_by_the_context_of_its_variables(context: object, name: str) -> None:
    parameters = {"encryptionContext": {"aws:lambda:FunctionArn": context}}

    assert told(session(), requestParameters=parameters).name == name


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Boto3/1.44.5 exec-env/AWS_Lambda_python3.13", "likely Lambda function orders"),
        ("exec-env/AWS_Lambda_nodejs22.x", "likely Lambda function orders"),
        (f"{'x' * 1030} exec-env/AWS_Lambda_python3.13", "role web"),
        ("exec-env/CloudShell", "role web"),
        ("my-exec-env", "role web"),
        (None, "role web"),
    ],
)
def test_what_an_sdk_says_it_runs_in_is_likely(agent: str | None, name: str) -> None:
    assert told(session(), userAgent=agent).name == name


def provider(of: str, **attributes: object) -> dict[str, Any]:
    """A session that began with a token of a web identity provider."""
    data = {
        "federatedProvider": of,
        "attributes": {f"{of}:{key}": value for key, value in attributes.items()},
    }
    return session(sessionContext={"webIdFederationData": data})


GITHUB = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
EKS = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC"


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        (
            provider(GITHUB, sub="repo:example-org/orders:environment:prod"),
            "GitHub Actions of example-org/orders",
        ),
        (provider(GITHUB, sub="repo:<!channel>"), "GitHub Actions"),
        (provider(GITHUB, sub=7, aud="repo:example-org/orders:x"), "GitHub Actions"),
        (provider(EKS, sub="system:serviceaccount:shop:orders"), "EKS service account shop/orders"),
        (provider(EKS, sub="system:serviceaccount:shop"), "a pod of the EKS cluster with OIDC id ABC"),
        (
            provider(f"{GITHUB}.evil.example"),
            "web identity of token.actions.githubusercontent.com.evil.example",
        ),
        (provider("accounts.google.com", sub="117"), "web identity of accounts.google.com"),
    ],
)
def test_a_web_identity_is_told_by_its_provider_and_its_subject(identity: dict[str, Any], name: str) -> None:
    assert told(identity).name == name


@pytest.mark.parametrize(
    ("fields", "service", "invoked_by"),
    [
        ({"sourceIPAddress": "athena.amazonaws.com"}, "Athena", "athena.amazonaws.com"),
        ({"sourceIPAddress": "AWS Internal"}, "an AWS service", "AWS Internal"),
        ({"userAgent": "s3.amazonaws.com"}, "S3", "s3.amazonaws.com"),
        ({"userAgent": "s3.amazonaws.com", "sourceIPAddress": "198.51.100.7"}, None, None),
        ({"userAgent": "aws-cli/2", "sourceIPAddress": "198.51.100.7"}, None, None),
        ({"sourceIPAddress": "s3.amazonaws.com.evil.example"}, None, None),
        ({"sourceIPAddress": "new.amazonaws.com"}, "new.amazonaws.com", "new.amazonaws.com"),
    ],
)
def test_a_service_between_is_known_by_its_host_name(
    fields: dict[str, Any], service: str | None, invoked_by: str | None
) -> None:
    caller = told(session(), **fields)

    assert (caller.service, caller.invoked_by) == (service, invoked_by)


@pytest.mark.parametrize(
    ("kind", "said", "mfa"),
    [
        ("IAMUser", "true", True),
        ("IAMUser", "false", False),
        ("IAMUser", True, True),
        ("IAMUser", False, False),
        ("IAMUser", None, None),
        ("IAMUser", "perhaps", None),
        ("Root", "false", False),
        ("AssumedRole", "true", True),
        ("AssumedRole", "false", None),
        ("FederatedUser", "false", None),
    ],
)
def test_that_there_was_no_mfa_is_said_of_those_alone_of_whom_it_is_known(
    kind: str, said: object, mfa: object
) -> None:
    identity = {"type": kind, "sessionContext": {"attributes": {"mfaAuthenticated": said}}}

    assert told(identity).mfa is mfa


@pytest.mark.parametrize(
    ("account", "is_outside"), [("444455556666", True), ("111122223333", False), ("", False), ("x", False)]
)
def test_a_caller_of_another_account_than_the_key_is_outside(account: str, *, is_outside: bool) -> None:
    assert told({"type": "AWSAccount", "accountId": account}).is_outside is is_outside
    assert not callers.read({"userIdentity": {"type": "AWSAccount", "accountId": account}}).is_outside


@pytest.mark.parametrize("region", ["", "eu-west-1.evil.example/", "x" * 500, "eu_west_1", None])
def test_a_region_that_can_be_none_has_no_console(region: object) -> None:
    assert told(session(), awsRegion=region).console_url is None


def test_a_name_from_a_stranger_is_escaped_in_an_address() -> None:
    caller = told(session("a/../b?c#d", "x", sessionContext={"sessionIssuer": {"userName": "a/../b?c#d"}}))

    assert caller.console_url == (
        "https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/roles/details/a%2F..%2Fb%3Fc%23d"
    )


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({}, "role orders-fn"),
        ({"session": "orders-api"}, "role orders-fn, session orders-api"),
        ({"session": "orders-fn"}, "role orders-fn"),
        ({"behind": "role x"}, "role orders-fn (role x)"),
        ({"source_identity": "jane"}, "role orders-fn (for jane)"),
        ({"source_identity": "jane", "on_behalf_of": "u-1"}, "role orders-fn (for jane) (for u-1)"),
        ({"invoked_by": "s3.amazonaws.com", "service": "S3"}, "S3 on behalf of role orders-fn"),
        ({"service": "S3", "is_service": True}, "role orders-fn"),
        ({"mfa": False, "is_root": True}, "role orders-fn, without MFA"),
        ({"mfa": True}, "role orders-fn"),
        (
            {"account": "444455556666", "is_outside": True, "from_console": True},
            "role orders-fn, in the AWS console, from account 444455556666",
        ),
        (
            {"session": "x", "source_identity": "jane", "service": "an AWS service"},
            "an AWS service on behalf of role orders-fn, session x (for jane)",
        ),
    ],
)
def test_a_label_holds_all_that_helps_to_find_the_caller(changes: dict[str, Any], label: str) -> None:
    assert Caller(kind="AssumedRole", id="x", name="role orders-fn", **changes).label == label


def test_no_two_modules_read_the_same_type() -> None:
    types = [module.TYPE for module in IDENTITIES]

    assert sorted(set(types)) == sorted(types)


def test_every_type_that_cloudtrail_documents_has_a_module() -> None:
    documented = {
        *("Root", "IAMUser", "AssumedRole", "Role", "FederatedUser", "Directory", "AWSAccount"),
        *("AWSService", "SAMLUser", "WebIdentityUser", "IdentityCenterUser", "Unknown"),
    }

    assert {module.TYPE for module in IDENTITIES} == {*documented, ""}
