"""The ARN of a key: read whole, found in a text, made from what a request named."""

import pytest

from reprieve.arn import KeyArn, partition_of
from reprieve.errors import NotUnderstoodError

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
MRK = "mrk-1234abcd12ab34cd56ef1234567890ab"
ARN = f"arn:aws:kms:eu-west-1:111122223333:key/{KEY_ID}"
ALIAS_ARN = "arn:aws:kms:eu-west-1:111122223333:alias/orders-db"


@pytest.mark.parametrize(
    "text",
    [
        ARN,
        f"arn:aws:kms:eu-west-1:111122223333:key/{MRK}",
        f"arn:aws-cn:kms:cn-north-1:111122223333:key/{KEY_ID}",
        f"arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/{KEY_ID}",
        ALIAS_ARN,
        "arn:aws:kms:eu-west-1:111122223333:alias/team/orders_db",
    ],
)
def test_an_arn_reads_as_it_was_written(text: str) -> None:
    assert str(KeyArn.parse(text)) == text


def test_an_arn_has_its_parts() -> None:
    arn = KeyArn.parse(ARN)

    assert (arn.partition, arn.region, arn.account, arn.key_id) == (
        "aws",
        "eu-west-1",
        "111122223333",
        KEY_ID,
    )
    assert not arn.is_alias


def test_an_alias_is_known_as_one() -> None:
    arn = KeyArn.parse(ALIAS_ARN)

    assert arn.is_alias
    assert arn.key_id == "alias/orders-db"


@pytest.mark.parametrize(
    "text",
    [
        "",
        KEY_ID,
        f"{ARN} ",
        f"{ARN}\n",
        f"x{ARN}",
        f"arn:aws:kms:eu-west-1:11112222333:key/{KEY_ID}",
        f"arn:aws:s3:eu-west-1:111122223333:key/{KEY_ID}",
        f"arn:aws:kms::111122223333:key/{KEY_ID}",
        "arn:aws:kms:eu-west-1:111122223333:key/",
        "arn:aws:kms:eu-west-1:111122223333:key/<script>",
        f"arn:aws:kms:eu-west-1:١١١١٢٢٢٢٣٣٣٣:key/{KEY_ID}",
    ],
)
def test_what_is_no_arn_of_a_key_is_refused(text: str) -> None:
    with pytest.raises(NotUnderstoodError, match="KMS key ARN"):
        KeyArn.parse(text)


def test_an_arn_is_found_in_a_message() -> None:
    assert KeyArn.find(f"{ARN} is pending deletion.") == KeyArn.parse(ARN)


def test_a_message_without_an_arn_has_none() -> None:
    assert KeyArn.find("The key is pending deletion.") is None


@pytest.mark.parametrize(
    ("key_id", "expected"),
    [
        (ARN, ARN),
        (KEY_ID, ARN),
        (MRK, f"arn:aws:kms:eu-west-1:111122223333:key/{MRK}"),
        ("alias/orders-db", ALIAS_ARN),
        (ALIAS_ARN, ALIAS_ARN),
    ],
)
def test_a_key_is_told_from_every_form_that_kms_takes(key_id: str, expected: str) -> None:
    assert str(KeyArn.of_key_id(key_id, "eu-west-1", "111122223333")) == expected


@pytest.mark.parametrize(
    ("key_id", "region", "account"),
    [
        ("orders-db", "eu-west-1", "111122223333"),
        ("alias/orders db", "eu-west-1", "111122223333"),
        (f"see {ARN}", "eu-west-1", "111122223333"),
        (KEY_ID, "", "111122223333"),
        (KEY_ID, "eu-west-1", ""),
        (KEY_ID, f"eu-west-1:111122223333:key/{KEY_ID} ", "111122223333"),
    ],
)
def test_a_key_is_not_guessed(key_id: str, region: str, account: str) -> None:
    assert KeyArn.of_key_id(key_id, region, account) is None


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-1", "aws"),
        ("eusc-de-east-1", "aws-eusc"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
    ],
)
def test_the_partition_follows_from_the_region(region: str, partition: str) -> None:
    assert partition_of(region) == partition
