"""The encryption context → what the key protects."""

from typing import Any

import pytest

from reprieve import resources
from reprieve.resources import Resource
from tests.examples import SECRET, VOLUME
from tests.recorded import record

PARAMETER = "arn:aws:ssm:eu-west-1:111122223333:parameter/orders/db"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:orders"


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        (
            {"aws:s3:arn": "arn:aws:s3:::example/a.csv"},
            Resource(service="S3", name="arn:aws:s3:::example/a.csv"),
        ),
        ({"aws:ebs:id": "vol-0ab1"}, VOLUME),
        ({"SecretARN": SECRET.name, "SecretVersionId": "b2617553"}, SECRET),
        ({"PARAMETER_ARN": PARAMETER}, Resource(service="SSM parameter", name=PARAMETER)),
        ({"aws:lambda:FunctionArn": FUNCTION}, Resource(service="Lambda", name=FUNCTION)),
    ],
)
def test_each_service_is_known_by_its_own_pair(context: dict[str, str], expected: Resource) -> None:
    assert resources.read({"encryptionContext": context}) == (expected,)


def test_a_grant_has_its_context_in_its_constraints() -> None:
    parameters = record("create-grant-for-ebs-volume")["requestParameters"]

    assert resources.read(parameters) == (VOLUME,)


def test_a_grant_for_one_context_alone_has_it_too() -> None:
    parameters = {"constraints": {"encryptionContextEquals": {"aws:ebs:id": "vol-0ab1"}}}

    assert resources.read(parameters) == (VOLUME,)


def test_the_two_contexts_of_a_re_encryption_are_taken_for_nothing() -> None:
    assert resources.read(record("re-encrypt-names-two-keys")["requestParameters"]) == ()


def test_several_services_are_told_in_a_fixed_order() -> None:
    context = {"aws:ebs:id": "vol-0ab1", "aws:s3:arn": "arn:aws:s3:::example"}

    assert [str(found) for found in resources.read({"encryptionContext": context})] == [
        "S3 arn:aws:s3:::example",
        "EBS vol-0ab1",
    ]


def test_pairs_that_no_service_knows_are_shown_together_as_they_are() -> None:
    context = {"tenant": "acme", "SecretVersionId": "b2617553", "stage": "prod\n"}

    assert [str(found) for found in resources.read({"encryptionContext": context})] == [
        "encryption context tenant = acme, stage = prod\N{REPLACEMENT CHARACTER}",
    ]


def test_at_most_eight_pairs_are_shown_and_none_is_long() -> None:
    context = {f"k{number}{'x' * 5000}": "y" * 5000 for number in range(100)}

    (found,) = resources.read({"encryptionContext": context})

    assert len(found.name) == 512
    assert found.name.startswith("k0xxx")


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"encryptionContext": None},
        {"encryptionContext": ["aws:s3:arn"]},
        {"encryptionContext": {"aws:s3:arn": 7, "x": None, "y": {}}},
        {"encryptionContext": {"aws:s3:arn": "", "SecretARN": "", "aws:ebs:id": ""}},
        {"encryptionContext": {"PARAMETER_ARN": "", "aws:lambda:FunctionArn": ""}},
        {"constraints": "x"},
    ],
)
def test_where_nothing_is_told_nothing_is_shown(parameters: dict[str, Any]) -> None:
    assert resources.read(parameters) == ()
