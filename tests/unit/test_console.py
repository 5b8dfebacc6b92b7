"""The way without the link."""

from datetime import UTC, datetime

import pytest

from reprieve.arn import KeyArn
from reprieve.console import PAGE_LIMIT, iam_page, key_url, log_group_url, log_url, page, rescue_commands
from tests.examples import KEY


def test_a_key_has_its_page_in_the_console_of_its_region() -> None:
    assert key_url(KEY) == (
        "https://eu-west-1.console.aws.amazon.com/kms/home?region=eu-west-1"
        "#/kms/keys/1234abcd-12ab-34cd-56ef-1234567890ab"
    )


def test_each_partition_has_a_console_of_its_own() -> None:
    china = KeyArn.parse("arn:aws-cn:kms:cn-north-1:111122223333:key/1")
    government = KeyArn.parse("arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/1")

    assert key_url(china) == (
        "https://cn-north-1.console.amazonaws.cn/kms/home?region=cn-north-1#/kms/keys/1"
    )
    assert key_url(government) == (
        "https://us-gov-west-1.console.amazonaws-us-gov.com/kms/home?region=us-gov-west-1#/kms/keys/1"
    )


def test_a_window_of_the_log_group_is_escaped_as_the_console_does_it() -> None:
    start, end = datetime(2026, 11, 22, 14, 40, tzinfo=UTC), datetime(2026, 11, 22, 14, 55, tzinfo=UTC)

    url = log_url("/aws/cloudtrail", "eu-west-1", '{ $.a = "b c" }', start, end)

    assert url == (
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1"
        "#logsV2:log-groups/log-group/$252Faws$252Fcloudtrail/log-events"
        "$3FfilterPattern$3D$257B$2520$2524.a$2520$253D$2520$2522b$2520c$2522$2520$257D"
        "$26start$3D1795358400000$26end$3D1795359300000"
    )


def test_the_commands_name_the_region_and_the_key() -> None:
    assert rescue_commands(KEY) == (
        "aws kms cancel-key-deletion --region eu-west-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab",
        "aws kms enable-key --region eu-west-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab",
    )


def test_a_page_has_the_host_of_its_partition_and_escapes_what_it_is_about() -> None:
    assert page("cn-northwest-1", "x?region={region}#{name}", name="a b/c?d#{e}") == (
        "https://cn-northwest-1.console.amazonaws.cn/x?region=cn-northwest-1#a%20b%2Fc%3Fd%23%7Be%7D"
    )


@pytest.mark.parametrize("region", ["", "eu-west-1/", "evil.example#-1", "EU-WEST-1", "eu-west-1.x"])
def test_there_is_no_page_in_a_region_that_can_be_none(region: str) -> None:
    assert page(region, "x") is None
    assert log_group_url("/aws/lambda/orders", region) is None


def test_an_address_that_would_be_too_long_is_none() -> None:
    assert page("eu-west-1", "{name}", name="x" * PAGE_LIMIT) is None
    assert log_group_url("x" * PAGE_LIMIT, "eu-west-1") is None


def test_roles_and_users_have_their_pages_in_iam() -> None:
    assert iam_page("us-gov-west-1", "roles", "web") == (
        "https://us-gov-west-1.console.amazonaws-us-gov.com/iam/home?region=us-gov-west-1#/roles/details/web"
    )
    assert iam_page("eu-west-1", "users", "") is None
