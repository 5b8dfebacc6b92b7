"""Every partition: what is shipped writes none out, and what it makes belongs to the key's own."""

from pathlib import Path

import pytest

from reprieve.arn import KeyArn
from reprieve.console import key_url, log_url
from tests.examples import NOW

ROOT = Path(__file__).parents[2]
SHIPPED = ("layers/reprieve/reprieve", "functions", "template.yaml", "organization")
KINDS = {".py", ".html", ".yaml", ".css"}


def files() -> list[Path]:
    places = [ROOT / name for name in SHIPPED]
    inside = [file for place in places for file in ([place] if place.is_file() else place.rglob("*"))]
    return [file for file in inside if file.suffix in KINDS]


def test_no_partition_is_written_out_in_what_is_shipped() -> None:
    found = [file.name for file in files() if "arn:aws:" in file.read_text("utf-8")]

    assert len(files()) > 50
    assert found == []


@pytest.mark.parametrize(
    ("arn", "url"),
    [
        (
            "arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "https://cn-north-1.console.amazonaws.cn/kms/home?region=cn-north-1"
            "#/kms/keys/1234abcd-12ab-34cd-56ef-1234567890ab",
        ),
        (
            "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "https://us-gov-west-1.console.amazonaws-us-gov.com/kms/home?region=us-gov-west-1"
            "#/kms/keys/1234abcd-12ab-34cd-56ef-1234567890ab",
        ),
    ],
)
def test_a_key_is_found_in_the_console_of_its_own_partition(arn: str, url: str) -> None:
    assert key_url(KeyArn.parse(arn)) == url


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("cn-northwest-1", "cn-northwest-1.console.amazonaws.cn"),
        ("us-gov-east-1", "us-gov-east-1.console.amazonaws-us-gov.com"),
    ],
)
def test_a_log_group_is_found_in_the_console_of_its_region_s_partition(region: str, host: str) -> None:
    assert log_url("trail", region, "x", NOW, NOW).startswith(
        f"https://{host}/cloudwatch/home?region={region}"
    )


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_a_bare_key_id_is_of_its_region_s_partition(region: str, partition: str) -> None:
    found = KeyArn.of_key_id("1234abcd-12ab-34cd-56ef-1234567890ab", region, "111122223333")

    assert found
    assert found.partition == partition


def test_a_multi_region_key_is_told_by_its_id() -> None:
    mrk = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab")
    usual = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")
    alias = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:alias/mrk-x")

    assert (mrk.is_multi_region, usual.is_multi_region, alias.is_multi_region) == (True, False, False)
