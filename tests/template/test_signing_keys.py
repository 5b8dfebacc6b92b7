"""Who may use a signing key: its policy, read by an evaluator of its own.

The rules: a statement that denies outranks all that allow; of an assumed role, `aws:PrincipalArn` is the
role's ARN; a key that a request lacks satisfies a negated operator; `Principal` `*` is everyone; naming the
account's root leaves it to IAM.
Source: IAM user guide, "Policy evaluation logic", "AWS global condition context keys", "IAM JSON policy
elements: Condition operators"; KMS developer guide, "Key policies in AWS KMS".
"""

from fnmatch import fnmatchcase
from typing import Any

import pytest

KEYS = ["SigningKeyA", "SigningKeyB"]
ACCOUNT = "arn:aws:iam::111122223333"
DELIVER = f"{ACCOUNT}:role/reprieve-DeliverRole-Ab1"
RESPOND = f"{ACCOUNT}:role/reprieve-RespondRole-Ab1"
ARNS = {"DeliverRole": DELIVER, "RespondRole": RESPOND}
STRANGERS = {
    "an administrator": f"{ACCOUNT}:role/Admin",
    "an administrator with a path": f"{ACCOUNT}:role/reprieve-DeliverRole-Ab1/Admin",
    "a role with a longer name": f"{DELIVER}2",
    "a role with a shorter name": DELIVER[:-1],
    "a role that is called alike": f"{ACCOUNT}:role/REPRIEVE-DELIVERROLE-AB1",
    "a role of another account": DELIVER.replace("111122223333", "444455556666"),
    "a user of that name": f"{ACCOUNT}:user/reprieve-DeliverRole-Ab1",
    "the root": f"{ACCOUNT}:root",
    "a service": None,
}
MACS = ["kms:GenerateMac", "kms:VerifyMac"]


def decision(policy: dict[str, Any], action: str, principal: str | None) -> str:
    """Return what a key policy says: Deny, IAM (which is asked), or nothing."""
    effects = {each["Effect"] for each in policy["Statement"] if applies(each, action, principal)}
    if "Deny" in effects:
        return "Deny"
    return "IAM" if "Allow" in effects else "nothing"


def applies(statement: dict[str, Any], action: str, principal: str | None) -> bool:
    assert set(statement) <= {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
    assert statement["Resource"] == "*"
    if not fnmatchcase(action.lower(), statement["Action"].lower()):
        return False
    if statement["Principal"] != "*":
        assert statement["Principal"] == {
            "AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
        }
        return principal is not None and principal.startswith(ACCOUNT)
    conditions = statement.get("Condition", {})
    return all(holds(operator, names, principal) for operator, names in conditions.items())


def holds(operator: str, names: dict[str, Any], principal: str | None) -> bool:
    assert (operator, set(names)) == ("ArnNotEquals", {"aws:PrincipalArn"})
    resource, attribute = names["aws:PrincipalArn"]["Fn::GetAtt"]
    assert attribute == "Arn"
    return principal is None or not fnmatchcase(principal, ARNS[resource])


@pytest.fixture(params=KEYS)
def policy(request: pytest.FixtureRequest, resources: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = resources[request.param]["Properties"]["KeyPolicy"]
    return found


@pytest.mark.parametrize("action", [*MACS, "KMS:generatemac", "kms:VERIFYMAC"])
@pytest.mark.parametrize("principal", STRANGERS.values(), ids=STRANGERS)
def test_nobody_else_mints_or_verifies_whatever_iam_allows_them(
    policy: dict[str, Any], action: str, principal: str | None
) -> None:
    assert decision(policy, action, principal) == "Deny"


def test_deliver_mints_and_does_not_verify(policy: dict[str, Any]) -> None:
    assert [decision(policy, action, DELIVER) for action in MACS] == ["IAM", "Deny"]


def test_respond_verifies_and_does_not_mint(policy: dict[str, Any]) -> None:
    assert [decision(policy, action, RESPOND) for action in MACS] == ["Deny", "IAM"]


@pytest.mark.parametrize(
    "action",
    [
        "kms:DescribeKey",
        "kms:DisableKey",
        "kms:EnableKey",
        "kms:GetKeyPolicy",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:CancelKeyDeletion",
        "kms:TagResource",
    ],
)
@pytest.mark.parametrize("who", ["an administrator", "the root"])
def test_the_account_can_still_administer_the_key(policy: dict[str, Any], action: str, who: str) -> None:
    assert decision(policy, action, STRANGERS[who]) == "IAM"


def test_both_keys_have_the_same_policy(resources: dict[str, Any]) -> None:
    first, second = (resources[key]["Properties"]["KeyPolicy"] for key in KEYS)

    assert first == second


@pytest.mark.parametrize(
    ("function", "policy"), [("DeliverFunction", "MintPolicy"), ("RespondFunction", "VerifyPolicy")]
)
def test_a_function_waits_for_its_permission(resources: dict[str, Any], function: str, policy: str) -> None:
    assert resources[function]["DependsOn"] == policy
