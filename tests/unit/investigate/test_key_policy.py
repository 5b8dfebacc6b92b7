"""What a key policy says of the two calls that bring a key back."""

import json
from typing import Any

import pytest

from reprieve.arn import KeyArn
from reprieve.investigate.facts.policy import Judged, Verdict, judge
from tests.examples import KEY

ROLE = "arn:aws:iam::111122223333:role/reprieve/respond"
ROOT = "arn:aws:iam::111122223333:root"
ADMIN = "arn:aws:iam::111122223333:role/KeyAdmin"
CHINA = KeyArn.parse("arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")


def allow(**changes: Any) -> dict[str, Any]:
    usual = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    made = {**usual, **changes}
    return {name: value for name, value in made.items() if value is not None}


def deny(**changes: Any) -> dict[str, Any]:
    return allow(Effect="Deny", **changes)


def verdict(*statements: Any) -> Verdict:
    return judge(json.dumps({"Statement": list(statements)}), KEY, ROLE).verdict


@pytest.mark.parametrize(
    "statement",
    [
        allow(),
        allow(Principal={"AWS": [ADMIN, ROOT]}),
        allow(Principal={"AWS": "111122223333"}),
        allow(Action=["kms:Describe*", "KMS:cancelkeydeletion", "kms:Enable*"]),
        allow(Action=None, NotAction=["kms:Decrypt"]),
        allow(Resource=str(KEY)),
        allow(Resource=None, NotResource="arn:aws:kms:eu-west-1:111122223333:alias/x"),
    ],
)
def test_a_policy_may_leave_it_to_iam(statement: dict[str, Any]) -> None:
    assert verdict(statement) is Verdict.DELEGATED


@pytest.mark.parametrize(
    "statement",
    [
        allow(Principal={"AWS": ROLE}),
        allow(Principal={"AWS": [ROOT, ROLE]}),
        allow(Principal="*"),
        allow(Principal={"AWS": "*"}),
        allow(Principal={"AWS": ROLE}, Action=["kms:CancelKeyDeletion", "kms:EnableKey"]),
    ],
)
def test_a_policy_may_name_the_role(statement: dict[str, Any]) -> None:
    assert verdict(statement) is Verdict.NAMED


@pytest.mark.parametrize(
    "statement",
    [
        allow(Principal={"AWS": ADMIN}),
        allow(Principal={"Service": "logs.amazonaws.com"}),
        allow(Principal=None),
        allow(Principal={"AWS": "arn:aws:iam::444455556666:root"}),
        allow(Principal={"AWS": "AROAEXAMPLE"}),
        allow(Principal={"AWS": 7}),
        allow(Action="kms:Decrypt"),
        allow(Action="kms:CancelKeyDeletion"),
        allow(Action="kms:[CE]*"),
        allow(Action=None),
        allow(Action=None, NotAction="kms:Cancel*"),
        allow(Resource="arn:aws:kms:eu-west-1:111122223333:key/other"),
        allow(Effect="allow"),
    ],
)
def test_a_policy_may_allow_it_to_others_alone(statement: dict[str, Any]) -> None:
    assert verdict(statement) is Verdict.REFUSED


@pytest.mark.parametrize(
    "statements",
    [
        [allow(), deny()],
        [allow(), deny(Principal="*")],
        [allow(Principal={"AWS": ROLE}), deny(Principal={"AWS": ROLE}, Action="kms:EnableKey")],
    ],
)
def test_a_denial_counts_more_than_what_is_allowed(statements: list[dict[str, Any]]) -> None:
    assert verdict(*statements) is Verdict.REFUSED


@pytest.mark.parametrize(
    "statements",
    [
        [allow(), deny(Principal={"AWS": ADMIN})],
        [allow(), deny(Action="kms:Decrypt", Principal="*")],
    ],
)
def test_a_denial_of_others_or_of_something_else_is_none(statements: list[dict[str, Any]]) -> None:
    assert verdict(*statements) is Verdict.DELEGATED


@pytest.mark.parametrize(
    "statements",
    [
        [allow(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})],
        [allow(), deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})],
        [allow(), deny(Principal=None, NotPrincipal={"AWS": ADMIN})],
        [allow(Principal=None, NotPrincipal={"AWS": ADMIN})],
        [allow(Principal={"AWS": "arn:aws:sts::111122223333:assumed-role/respond/respond-function"})],
    ],
)
def test_what_depends_on_more_than_the_policy_can_not_be_told(statements: list[dict[str, Any]]) -> None:
    assert verdict(*statements) is Verdict.UNSURE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "[]",
        "{}",
        '{"Statement": []}',
        '{"Statement": 7}',
        '{"Statement": ["Allow"]}',
        "[" * 100_000,
    ],
)
def test_a_policy_that_makes_no_sense_can_not_be_told(text: str) -> None:
    assert judge(text, KEY, ROLE) == Judged(Verdict.UNSURE, "its key policy can't be read")


def test_a_single_statement_need_not_be_in_a_list() -> None:
    assert judge(json.dumps({"Statement": allow()}), KEY, ROLE).verdict is Verdict.DELEGATED


def test_other_partitions_have_roots_of_their_own() -> None:
    policy = json.dumps({"Statement": allow(Principal={"AWS": "arn:aws-cn:iam::111122223333:root"})})

    assert judge(policy, CHINA, "arn:aws-cn:iam::111122223333:role/respond").verdict is Verdict.DELEGATED
    assert judge(policy, KEY, ROLE).verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        ([allow()], "its key policy lets the IAM policies of account 111122223333 decide"),
        ([allow(Principal={"AWS": ROLE})], "its key policy names the role"),
        ([allow(), deny(Action="kms:EnableKey")], "its key policy denies kms:EnableKey"),
        (
            [allow(Condition={"x": {}})],
            "its key policy lets kms:CancelKeyDeletion depend on a condition that is not known beforehand",
        ),
        (
            [allow(Principal={"AWS": [ADMIN, "b\nc", "d", "e"]}), allow(Principal={"AWS": ADMIN})],
            f"its key policy allows kms:CancelKeyDeletion neither to {ROLE} nor to the IAM policies of"
            f" account 111122223333; ask {ADMIN}, b\N{REPLACEMENT CHARACTER}c, d",
        ),
        (
            [allow(Action="kms:Decrypt")],
            f"its key policy allows kms:CancelKeyDeletion neither to {ROLE} nor to the IAM policies of"
            " account 111122223333",
        ),
    ],
)
def test_the_reason_is_said(statements: list[dict[str, Any]], why: str) -> None:
    assert judge(json.dumps({"Statement": statements}), KEY, ROLE).why == why
