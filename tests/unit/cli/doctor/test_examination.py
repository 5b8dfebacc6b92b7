"""The whole of it: a healthy stack, ten broken ones, and what stops the rest."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from kms_reprieve_cli.doctor.check import CheckStatus, Result
from kms_reprieve_cli.doctor.checks import CHECKS, GATES
from kms_reprieve_cli.doctor.cloud import HttpAnswer
from kms_reprieve_cli.doctor.examination import examine
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.page.page_answers import NO_LINK
from kms_reprieve_cli.doctor.table import ReadTable
from reprieve.errors import AwsError, UnreachableError
from reprieve.ports.storage import Document
from tests.unit.cli.doctor.clouds import FakeCloud, FakeNetwork, Said
from tests.unit.cli.doctor.healthy import (
    NOTICE_TOPIC,
    OWN_KEY,
    PAGE,
    SIGN_IN,
    SIGNING_IN,
    WITH_MEMBERS,
    answers,
    before,
    by_id,
    either_alarm,
    entrances,
    items,
    key_alarm,
    metadata,
    metric_filter,
    own_alarm,
    selectors,
    stack_reply,
    subject,
    subscribed,
    topic,
    trail_status,
)

EXPIRED = AwsError("sts:GetCallerIdentity", "ExpiredToken", "The security token is expired")
NO_STACK = AwsError("cloudformation:DescribeStacks", "ValidationError", "Stack with id x does not exist")

BROKEN: Mapping[str, tuple[str, dict[str, Said]]] = {
    "somebody stopped the trail": (
        "trail-logging",
        {"cloudtrail:GetTrailStatus": trail_status(IsLogging=False)},
    ),
    "somebody excluded KMS from it": (
        "trail-events",
        {"cloudtrail:GetEventSelectors": selectors(ExcludeManagementEventSources=["kms.amazonaws.com"])},
    ),
    "the trail's role is gone": (
        "delivery",
        {"cloudtrail:GetTrailStatus": trail_status(LatestCloudWatchLogsDeliveryError="AccessDenied")},
    ),
    "somebody changed the filter": (
        "metric-filter",
        {"logs:DescribeMetricFilters": metric_filter(filterPattern="x")},
    ),
    "somebody silenced the alarm": (
        "alarm",
        {"cloudwatch:DescribeAlarms": either_alarm(key_alarm(ActionsEnabled=False), own_alarm())},
    ),
    "the topic's policy was replaced": ("alarm-topic", {"sns:GetTopicAttributes": topic()}),
    "nobody confirmed the mail": (
        "addresses",
        {
            "sns:ListSubscriptionsByTopic": subscribed(
                ("jane@example.com", "PendingConfirmation"), ("ops@example.com", f"{NOTICE_TOPIC}:1")
            )
        },
    ),
    "the webhook was revoked and emptied": (
        "slack-secret",
        {"secretsmanager:GetSecretValue": {"SecretString": "revoked"}},
    ),
    "somebody disabled the signing key": (
        "signing-keys",
        {"kms:DescribeKey": by_id(metadata(), metadata(OWN_KEY, "Disabled"))},
    ),
    "investigate stopped": (
        "bookmark",
        {"dynamodb:GetItem": items(timedelta(hours=2), timedelta(minutes=5))},
    ),
    "a channel's notices are dead letters": (
        "dead-letters",
        {
            "sqs:GetQueueAttributes": lambda asked: {
                "Attributes": {"ApproximateNumberOfMessages": "3" if "Delivery" in asked["QueueUrl"] else "0"}
            }
        },
    ),
}


def examined(said: Mapping[str, Said], *only: Group, **changed: Any) -> list[Result]:
    return list(examine(subject(FakeCloud({**answers(), **said}), **changed), CHECKS, GATES, only))


def test_of_a_healthy_stack_everything_passes() -> None:
    results = examined({})

    assert {result.status for result in results} == {CheckStatus.PASS}
    assert len({result.id for result in results}) >= 30


def test_of_a_healthy_stack_with_everything_everything_passes() -> None:
    cloud = FakeCloud(
        {**answers(), "cloudformation:DescribeStacks": stack_reply(**SIGNING_IN, **WITH_MEMBERS)}, entrances()
    )

    results = list(examine(subject(cloud), CHECKS, GATES))

    assert {result.status for result in results} == {CheckStatus.PASS}
    assert {result.group for result in results} == set(Group)


def test_before_deploying_a_healthy_account_passes_and_nothing_of_a_stack_is_asked() -> None:
    cloud = FakeCloud(answers())

    results = list(examine(before(cloud), CHECKS, GATES))

    assert {result.status for result in results} == {CheckStatus.PASS}
    assert {"source", "detection", "keys"} <= {result.group for result in results}
    assert not any(action.startswith("cloudformation:") for action in cloud.asked)


@pytest.mark.parametrize(("check", "said"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_named_and_nothing_else_is(check: str, said: dict[str, Said]) -> None:
    wrong = [result for result in examined(said) if result.status is not CheckStatus.PASS]

    assert [(result.id, result.status) for result in wrong] == [(check, CheckStatus.FAIL)]


def test_a_page_that_does_not_answer_is_named() -> None:
    page = FakeNetwork(
        {
            f"{PAGE}/keys/{NO_LINK}": HttpAnswer(status=500, headers={}),
            SIGN_IN: HttpAnswer(status=302, headers={}),
        }
    )

    wrong = [result.id for result in examined({}, network=page) if result.status is not CheckStatus.PASS]

    assert wrong == ["page-answers"]


@pytest.mark.parametrize(
    ("said", "last"),
    [
        ({"sts:GetCallerIdentity": EXPIRED}, "credentials"),
        ({"cloudformation:DescribeStacks": NO_STACK}, "stack"),
        (
            {
                "cloudformation:DescribeStacks": UnreachableError(
                    "cloudformation:DescribeStacks", "Timeout", ""
                )
            },
            "stack",
        ),
    ],
)
@pytest.mark.parametrize("only", [(), (Group.HEALTH,)])
def test_without_credentials_or_a_stack_that_is_all_that_is_said(
    said: dict[str, Said], last: str, only: tuple[Group, ...]
) -> None:
    results = examined(said, *only)

    assert results[-1].id == last
    assert results[-1].status in {CheckStatus.FAIL, CheckStatus.UNKNOWN}
    assert {result.group for result in results} == {"account"}


def test_one_group_can_be_asked_for() -> None:
    results = examined({}, Group.PAGE, Group.HEALTH)

    assert list(dict.fromkeys(result.group for result in results)) == ["page", "health"]


def test_what_aws_says_is_one_line_whoever_wrote_it() -> None:
    refused = UnreachableError(
        "logs:DescribeLogGroups", "ParserError", "first\nsecond \x1b[31mred" + "x" * 5000
    )

    results = examined({"logs:DescribeLogGroups": refused}, Group.SOURCE)

    assert results[0].cause.isprintable()
    assert len(results[0].cause) <= 1_000
    assert "first second" in results[0].cause


def test_what_the_table_holds_and_nobody_here_wrote_is_unknown() -> None:
    strange = {
        "pk": {"S": "bookmark"},
        "sk": {"S": "x"},
        "version": {"N": "1"},
        "body": {"S": '{"settled_until": 7}'},
    }

    results = examined({"dynamodb:GetItem": {"Item": strange}}, Group.HEALTH)

    (result,) = (each for each in results if each.id == "bookmark")
    assert result.status is CheckStatus.UNKNOWN
    assert "Bookmark: " in result.cause


def test_the_table_is_only_read() -> None:
    table = ReadTable(subject(FakeCloud(answers())))

    with pytest.raises(NotImplementedError):
        table.put(Document(partition="x", sort="y"))
    with pytest.raises(NotImplementedError):
        table.delete(Document(partition="x", sort="y"))
