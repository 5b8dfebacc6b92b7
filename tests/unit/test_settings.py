"""What the environment tells each function, and what is said of one that makes no sense."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from reprieve.errors import SettingsError
from reprieve.settings import DeliverSettings, InvestigateSettings, RespondSettings
from tests.examples import KEY
from tests.fakes import RESPONDER

INVESTIGATE = {
    "TABLE_NAME": "cases",
    "QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/111122223333/deliveries",
    "LOG_GROUP_NAME": "trail",
    "ALARM_NAME": "KMSKeyPendingDeletionErrorAlarm",
    "CHANNELS": "email,slack",
    "ACCOUNT_ID": "111122223333",
    "AWS_REGION": "eu-west-1",
    "REPEAT_NOTICE_HOURS": "24",
    "NOTIFY_ON_SCHEDULING": "yes",
    "IGNORED_CALLERS": "*:assumed-role/scanner/*",
    "OWNER_TAGS": "Owner, team",
    "RESPOND_ROLE_ARN": RESPONDER,
    "ORGANIZATION_ID": "o-a1b2c3d4e5",
    "MEMBER_ROLE_NAME": "kms-reprieve-member",
    "EXTERNAL_ID": "kms-reprieve",
}
DELIVER = {
    "TABLE_NAME": "cases",
    "QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/111122223333/deliveries",
    "NOTICE_TOPIC_ARN": "arn:aws:sns:eu-west-1:111122223333:notices",
    "SLACK_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:slack-AbCdEf",
    "SIGNING_KEY_ARN": str(KEY),
    "PAGE_URL": "https://abc123.execute-api.eu-west-1.amazonaws.com/keys/",
    "LINK_HOURS": "72",
    "ACCOUNT_ID": "111122223333",
    "MEMBER_ROLE_NAME": "kms-reprieve-member",
}
RESPOND = {
    "TABLE_NAME": "cases",
    "QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/111122223333/deliveries",
    "SIGNING_KEY_ARN": str(KEY),
    "CHANNELS": "email",
    "ACCOUNT_ID": "111122223333",
    "MEMBER_ROLE_NAME": "kms-reprieve-member",
    "EXTERNAL_ID": "kms-reprieve",
}
MAY_BE_MISSING = {
    "NOTICE_TOPIC_ARN",
    "SLACK_SECRET_ARN",
    "IGNORED_CALLERS",
    "ORGANIZATION_ID",
    "MEMBER_ROLE_NAME",
    "EXTERNAL_ID",
}


def test_investigate_is_told_what_it_needs() -> None:
    assert InvestigateSettings.read(INVESTIGATE) == InvestigateSettings(
        table="cases",
        queue_url="https://sqs.eu-west-1.amazonaws.com/111122223333/deliveries",
        log_group="trail",
        alarm_name="KMSKeyPendingDeletionErrorAlarm",
        channels=("email", "slack"),
        account="111122223333",
        region="eu-west-1",
        repeat_after=timedelta(hours=24),
        tells_of_scheduling=True,
        ignored_callers=("*:assumed-role/scanner/*",),
        owner_tags=("Owner", "team"),
        responder=RESPONDER,
        organization="o-a1b2c3d4e5",
        member_role="kms-reprieve-member",
        external_id="kms-reprieve",
    )


def test_deliver_is_told_what_it_needs() -> None:
    assert DeliverSettings.read(DELIVER) == DeliverSettings(
        table="cases",
        queue_url="https://sqs.eu-west-1.amazonaws.com/111122223333/deliveries",
        notice_topic="arn:aws:sns:eu-west-1:111122223333:notices",
        slack_secret="arn:aws:secretsmanager:eu-west-1:111122223333:secret:slack-AbCdEf",
        signing_key=KEY,
        page_url="https://abc123.execute-api.eu-west-1.amazonaws.com/keys/",
        link_lifetime=timedelta(hours=72),
        account="111122223333",
        member_role="kms-reprieve-member",
    )


def test_respond_is_told_what_it_needs() -> None:
    assert RespondSettings.read(RESPOND) == RespondSettings(
        table="cases",
        queue_url="https://sqs.eu-west-1.amazonaws.com/111122223333/deliveries",
        channels=("email",),
        signing_key=KEY,
        account="111122223333",
        member_role="kms-reprieve-member",
        external_id="kms-reprieve",
    )


def test_a_stack_that_enters_no_other_account_names_no_role() -> None:
    bare = {name: value for name, value in INVESTIGATE.items() if name not in MAY_BE_MISSING}

    settings = InvestigateSettings.read(bare)

    assert (settings.organization, settings.member_role, settings.external_id) == ("", "", "")


def test_a_channel_that_the_stack_does_not_have_is_empty() -> None:
    bare = {
        name: value for name, value in DELIVER.items() if name not in {"NOTICE_TOPIC_ARN", "SLACK_SECRET_ARN"}
    }

    settings = DeliverSettings.read(bare)

    assert (settings.notice_topic, settings.slack_secret) == ("", "")


@pytest.mark.parametrize(
    ("read", "environment", "name"),
    [
        (read, environment, name)
        for read, environment in (
            (InvestigateSettings.read, INVESTIGATE),
            (DeliverSettings.read, DELIVER),
            (RespondSettings.read, RESPOND),
        )
        for name in environment
        if name not in MAY_BE_MISSING
    ],
)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_variable_that_is_missing_is_named(
    read: Callable[[dict[str, str]], object], environment: dict[str, str], name: str, value: str | None
) -> None:
    without = {other: text for other, text in environment.items() if other != name}
    if value is not None:
        without[name] = value

    with pytest.raises(SettingsError, match=f"^environment variable {name} is missing$"):
        read(without)


def test_names_are_read_without_blanks_and_gaps() -> None:
    assert RespondSettings.read(RESPOND | {"CHANNELS": " email, ,slack,"}).channels == ("email", "slack")


def test_a_list_of_nothing_is_refused() -> None:
    with pytest.raises(SettingsError, match="CHANNELS names nothing"):
        RespondSettings.read(RESPOND | {"CHANNELS": " , "})


def test_a_signing_key_that_is_no_arn_is_refused() -> None:
    with pytest.raises(SettingsError, match="SIGNING_KEY_ARN is not the ARN of a KMS key"):
        RespondSettings.read(RESPOND | {"SIGNING_KEY_ARN": "alias/signing"})


@pytest.mark.parametrize("hours", ["0", "-1", "1.5", "soon", "٣", "²", "9" * 6, "9" * 5000])
def test_hours_that_are_no_number_are_refused(hours: str) -> None:
    with pytest.raises(SettingsError, match="LINK_HOURS is not a number of hours"):
        DeliverSettings.read(DELIVER | {"LINK_HOURS": hours})
