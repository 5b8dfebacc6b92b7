"""Every partition: what is shipped writes none out, and what it makes belongs to the key's own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.loaders import create_loader

from reprieve.arn import KeyArn, partition_of
from reprieve.cases.notice import Window, no_event_found
from reprieve.cases.serialization import to_json
from reprieve.console import iam_page, key_url, log_group_url, log_url
from reprieve.respond.pages.case_page import View, case_page
from reprieve.respond.pages.rendering import FormState
from tests.examples import DELETION, KEY, NOW, case, key, visitor
from tests.rendered import mail_body, slack_message

ROOT = Path(__file__).parents[2]
SHIPPED = ("layers/reprieve/reprieve", "functions", "template.yaml", "organization")
KINDS = {".py", ".html", ".yaml", ".css"}


def files() -> list[Path]:
    places = [ROOT / name for name in SHIPPED]
    inside = [file for place in places for file in ([place] if place.is_file() else place.rglob("*"))]
    return [file for file in inside if file.suffix in KINDS]


def aws_own() -> Iterator[tuple[str, str]]:
    """Every Region that botocore knows, with its partition; `aws-global` and its like are none."""
    for partition in create_loader().load_data("partitions")["partitions"]:
        for region in partition["regions"]:
            if not region.endswith("-global"):
                yield region, partition["id"]


def test_a_region_belongs_to_the_partition_that_aws_says() -> None:
    found = dict(aws_own())

    assert {region: partition_of(region) for region in found} == found


def test_every_partition_has_its_console_or_is_known_to_have_none() -> None:
    with_console = {
        partition
        for region, partition in aws_own()
        if key_url(replace(KEY, partition=partition, region=region))
    }

    without = set(dict(aws_own()).values()) - with_console

    assert with_console == {"aws", "aws-cn", "aws-us-gov", "aws-eusc"}
    assert without == {"aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"}


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
        (
            "arn:aws-eusc:kms:eusc-de-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "https://eusc-de-east-1.console.amazonaws-eusc.eu/kms/home?region=eusc-de-east-1"
            "#/kms/keys/1234abcd-12ab-34cd-56ef-1234567890ab",
        ),
    ],
)
def test_a_key_is_found_in_the_console_of_its_own_partition(arn: str, url: str) -> None:
    assert key_url(KeyArn.parse(arn)) == url


ISOLATED = KeyArn.parse("arn:aws-iso:kms:us-iso-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")


def test_there_is_no_page_where_the_console_has_no_known_address() -> None:
    pages = (
        key_url(ISOLATED),
        log_url("trail", "us-iso-east-1", "x", NOW, NOW),
        log_group_url("trail", "us-iso-east-1"),
        iam_page("us-iso-east-1", "roles", "orders"),
    )

    assert set(pages) == {None}


@pytest.mark.parametrize("medium", ["mail", "message", "page", "data"])
def test_people_are_told_all_the_same_where_there_is_no_page(medium: str) -> None:
    window = Window(log_group="trail", start=NOW, end=NOW)
    told = no_event_found(window, "us-iso-east-1", "x", NOW, ())
    page = View(
        key=key(arn=ISOLATED),
        case=case(),
        history=(),
        now=NOW,
        expires_at=DELETION,
        visitor=visitor(),
        form=FormState("0123", 2),
    )
    texts = {
        "mail": mail_body(told),
        "message": str(slack_message(told)),
        "page": case_page(page).html,
        "data": str(to_json(told)),
    }

    assert told.console_url is None
    assert "console." not in texts[medium]
    assert "None" not in texts[medium]


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("cn-northwest-1", "cn-northwest-1.console.amazonaws.cn"),
        ("us-gov-east-1", "us-gov-east-1.console.amazonaws-us-gov.com"),
        ("eusc-de-east-1", "eusc-de-east-1.console.amazonaws-eusc.eu"),
    ],
)
def test_a_log_group_is_found_in_the_console_of_its_region_s_partition(region: str, host: str) -> None:
    url = log_url("trail", region, "x", NOW, NOW)

    assert url
    assert url.startswith(f"https://{host}/cloudwatch/home?region={region}")


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
