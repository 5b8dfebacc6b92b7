"""The encryption context → what the key protects."""

from typing import Any

import pytest

from reprieve.arn import KeyArn
from reprieve.cloudtrail import resources
from reprieve.cloudtrail.resource import Resource
from reprieve.cloudtrail.summary import summarised
from tests.examples import KEY, OTHER_KEY, SECRET, VOLUME
from tests.recorded import record
from tests.recorded_resources import RESOURCES

PARAMETER = "arn:aws:ssm:eu-west-1:111122223333:parameter/"
OLD = Resource(service="S3 bucket", name="old", arn="arn:aws:s3:::old")
NEW = Resource(service="S3 bucket", name="new", arn="arn:aws:s3:::new")


def told(**context: str) -> tuple[Resource, ...]:
    return resources.read({"encryptionContext": context}, KEY)


def key_of(name: str) -> KeyArn:
    found = KeyArn.find(record(name)["errorMessage"])
    assert found
    return found


@pytest.mark.parametrize("name", RESOURCES)
def test_a_recorded_request_is_told_with_what_it_was_about_and_where_to_look(name: str) -> None:
    found = resources.read(record(name)["requestParameters"], key_of(name))

    assert found == RESOURCES[name]
    assert [each.console_url for each in found] == [each.console_url for each in RESOURCES[name]]


def test_a_secret_is_told_by_its_name_without_the_characters_that_its_arn_adds() -> None:
    (found,) = resources.read(record("decrypt-by-assumed-role")["requestParameters"], KEY)

    assert (found, found.console_url) == (SECRET, SECRET.console_url)


def test_a_grant_has_its_context_in_its_constraints() -> None:
    parameters = record("create-grant-for-ebs-volume")["requestParameters"]

    (found,) = resources.read(parameters, KEY)

    assert (found, found.console_url) == (VOLUME, VOLUME.console_url)


def test_a_grant_for_one_context_alone_has_it_too() -> None:
    parameters = {"constraints": {"encryptionContextEquals": {"aws:ebs:id": "vol-0ab1"}}}

    assert resources.read(parameters, KEY) == (VOLUME,)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"destinationKeyId": str(KEY)}, (NEW,)),
        ({"destinationKeyId": KEY.key_id}, (NEW,)),
        ({"destinationKeyId": str(OTHER_KEY)}, (OLD,)),
        ({"destinationKeyId": OTHER_KEY.key_id}, (OLD,)),
        ({"destinationKeyId": "alias/orders", "sourceKeyId": str(KEY)}, (OLD,)),
        ({"destinationKeyId": "alias/orders", "sourceKeyId": str(OTHER_KEY)}, ()),
        ({"destinationKeyId": "alias/orders"}, ()),
        ({"destinationKeyId": "alias/orders", "sourceEncryptionContext": {"aws:s3:arn": NEW.arn}}, (NEW,)),
        ({}, ()),
    ],
)
def test_of_a_re_encryption_the_context_of_the_refused_key_is_read(
    parameters: dict[str, Any], expected: tuple[Resource, ...]
) -> None:
    both = {
        "sourceEncryptionContext": {"aws:s3:arn": OLD.arn},
        "destinationEncryptionContext": {"aws:s3:arn": NEW.arn},
    }

    assert resources.read(both | parameters, KEY) == expected


def test_several_services_are_told_in_a_fixed_order() -> None:
    found = told(**{"aws:ebs:id": "vol-0ab1", "aws:s3:arn": "arn:aws:s3:::example"})

    assert [str(each) for each in found] == ["S3 bucket example", "EBS volume vol-0ab1"]


@pytest.mark.parametrize(
    ("arn", "name", "page"),
    [
        (f"{PARAMETER}db", "db", "db/description"),
        (f"{PARAMETER}orders/db", "/orders/db", "%252Forders%252Fdb/description"),
    ],
)
def test_a_parameter_has_the_slash_that_its_arn_leaves_out(arn: str, name: str, page: str) -> None:
    (found,) = told(PARAMETER_ARN=arn)

    assert (found.name, found.arn) == (name, arn)
    assert found.console_url == (
        f"https://eu-west-1.console.aws.amazon.com/systems-manager/parameters/{page}?region=eu-west-1"
    )


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"aws:s3:arn": "orders"}, "S3 orders"),
        (
            {"aws:s3:arn": "arn:aws:s3express:eu-west-1:1:bucket/x"},
            "S3 arn:aws:s3express:eu-west-1:1:bucket/x",
        ),
        ({"SecretARN": "db"}, "secret db"),
        ({"PARAMETER_ARN": "orders/db"}, "SSM parameter orders/db"),
        ({"PARAMETER_ARN": "arn:aws:ssm:::x/y"}, "SSM parameter arn:aws:ssm:::x/y"),
        ({"aws:logs:arn": "orders"}, "log group orders"),
        ({"aws:backup:backup-vault": "nightly"}, "backup vault nightly"),
        (
            {"aws:lambda:FunctionArn": "arn:aws:lambda:::function:"},
            "Lambda function arn:aws:lambda:::function:",
        ),
    ],
)
def test_what_is_not_the_arn_that_was_expected_is_shown_as_it_is(
    context: dict[str, str], expected: str
) -> None:
    (found,) = told(**context)

    assert (str(found), found.console_url, found.arn) == (expected, None, None)


def test_a_long_name_is_cut_and_has_neither_an_arn_nor_a_page() -> None:
    (found,) = told(**{"aws:s3:arn": f"arn:aws:s3:::orders/{'ä' * 400}"})

    assert (len(found.name), len(found.name.encode()), found.place) == (199, 399, "bucket orders")
    assert (found.arn, found.console_url) == (None, None)


def test_a_log_group_with_a_long_name_has_no_page() -> None:
    (found,) = told(**{"aws:logs:arn": f"arn:aws:logs:eu-west-1:1:log-group:{'/' * 200}"})

    assert found.console_url is None


def test_pairs_that_no_service_knows_are_shown_together_as_they_are() -> None:
    found = told(tenant="acme", SecretVersionId="b2617553", stage="prod\n")

    assert [str(each) for each in found] == [
        "encryption context tenant = acme, stage = prod\N{REPLACEMENT CHARACTER}",
    ]


def test_at_most_eight_pairs_are_shown_and_none_is_long() -> None:
    context = {f"k{number}{'x' * 5000}": "y" * 5000 for number in range(100)}

    (found,) = told(**context)

    assert len(found.name) == 512
    assert found.name.startswith("k0xxx")


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"encryptionContext": None},
        {"encryptionContext": ["aws:s3:arn"]},
        {"encryptionContext": {"aws:s3:arn": 7, "x": None, "y": {}}},
        {
            "encryptionContext": dict.fromkeys(
                (key for each in resources.SERVICES for key in each.CONTEXT_KEYS), ""
            )
        },
        {"constraints": "x"},
        {"sourceEncryptionContext": 7, "destinationEncryptionContext": 8, "destinationKeyId": 9},
    ],
)
def test_where_nothing_is_told_nothing_is_shown(parameters: dict[str, Any]) -> None:
    assert resources.read(parameters, KEY) == ()


def things(service: str, number: int, place: str | None = None) -> list[Resource]:
    return [Resource(service=service, name=f"{service} {each}", place=place) for each in range(number)]


@pytest.mark.parametrize(
    ("found", "line"),
    [
        ([], ""),
        ([SECRET, SECRET], "1 secret"),
        (
            [*things("EBS volume", 2), SECRET, *things("S3 object", 14, "bucket x")],
            "2 EBS volumes, 1 secret, 14 S3 objects in bucket x",
        ),
        (
            [*things("S3 object", 1, "bucket x"), *things("S3 object", 2, "bucket y")],
            "1 S3 object in bucket x, 2 S3 objects in bucket y",
        ),
        (things("event bus", 2), "2 event buses"),
        ([Resource(service="data of the AWS Encryption SDK", name="")], "data of the AWS Encryption SDK"),
        (
            [each for kind in "abcdefgh" for each in things(kind, 1)],
            "1 a, 1 b, 1 c, 1 d, 1 e, 1 f, other things",
        ),
    ],
)
def test_a_summary_counts_each_kind_in_the_order_it_was_seen(found: list[Resource], line: str) -> None:
    assert summarised(found) == line


def test_a_summary_of_lists_that_are_full_says_so() -> None:
    assert summarised([SECRET], more=True) == "at least 1 secret"
    assert summarised([], more=True) == ""
