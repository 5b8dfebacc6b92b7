"""What the environment tells each function, and what is said of one that makes no sense."""

import gc
import os
from collections.abc import Callable
from datetime import timedelta
from importlib import reload
from ipaddress import ip_network

import pytest

import reprieve
from reprieve.audit import AuditSettings
from reprieve.cases.visitor import AuthMethod
from reprieve.deliver.settings import DeliverSettings
from reprieve.environment import prepare
from reprieve.errors import NotUnderstoodError, SettingsError
from reprieve.health.settings import HealthSettings
from reprieve.investigate.settings import InvestigateSettings
from reprieve.messages.channels.configured import ChannelSettings
from reprieve.respond.settings import RespondSettings
from tests.examples import KEY, OTHER_KEY
from tests.fakes import RESPONDER

INVESTIGATE = {
    "TABLE_NAME": "cases",
    "QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/111122223333/deliveries",
    "LOG_GROUP_NAME": "trail",
    "ALARM_NAME": "KMSKeyPendingDeletionErrorAlarm",
    "ACCOUNT_ID": "111122223333",
    "AWS_REGION": "eu-west-1",
    "REPEAT_NOTICE_HOURS": "24",
    "NOTIFY_ON_SCHEDULING": "yes",
    "IGNORED_CALLERS": "*:assumed-role/scanner/*",
    "OWNER_TAGS": "Owner, team",
    "AUDIT_DAYS": "400",
    "RESPOND_ROLE_ARN": RESPONDER,
    "ORGANIZATION_ID": "o-a1b2c3d4e5",
    "MEMBER_ROLE_NAME": "kms-reprieve-member",
    "EXTERNAL_ID": "kms-reprieve",
}
DELIVER = {
    "TABLE_NAME": "cases",
    "QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/111122223333/deliveries",
    "DEAD_LETTER_URL": "https://sqs.eu-west-1.amazonaws.com/111122223333/given-up",
    "NOTICE_TOPIC_ARN": "arn:aws:sns:eu-west-1:111122223333:notices",
    "SLACK_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:slack-AbCdEf",
    "CHANNELS_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:channels-AbCdEf",
    "SIGNING_KEY_ARN": str(KEY),
    "SIGNING_KEY_LETTER": "b",
    "PAGE_URL": "https://abc123.execute-api.eu-west-1.amazonaws.com/keys/",
    "LINK_HOURS": "72",
    "AUDIT_DAYS": "30",
    "APPROVERS": "sign-in",
    "ACCOUNT_ID": "111122223333",
    "MEMBER_ROLE_NAME": "kms-reprieve-member",
}
RESPOND = {
    "TABLE_NAME": "cases",
    "QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/111122223333/deliveries",
    "AUDIT_DAYS": "30",
    "SIGNING_KEY_A": str(KEY),
    "SIGNING_KEY_B": "",
    "APPROVERS": "link",
    "APPROVER_CIDRS": "",
    "ACCOUNT_ID": "111122223333",
    "MEMBER_ROLE_NAME": "kms-reprieve-member",
    "EXTERNAL_ID": "kms-reprieve",
}
HEALTH = {
    "TABLE_NAME": "cases",
    "HEALTH_TOPIC_ARN": "arn:aws:sns:eu-west-1:111122223333:health",
    "NOTICE_TOPIC_ARN": "arn:aws:sns:eu-west-1:111122223333:notices",
    "SLACK_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:slack-AbCdEf",
    "CHANNELS_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:channels-AbCdEf",
    "NOTIFICATION_EMAILS": "jane@example.com, ops@example.com,",
    "LOG_GROUP_NAME": "trail",
    "FUNCTION_NAMES": "investigate=stack-InvestigateFunction-a1,deliver=stack-DeliverFunction-a1",
    "QUEUE_NAMES": "deliver=stack-DeliveryDeadLetterQueue-a1",
}
MAY_BE_MISSING = {
    "NOTIFICATION_EMAILS",
    "NOTICE_TOPIC_ARN",
    "SLACK_SECRET_ARN",
    "CHANNELS_SECRET_ARN",
    "SIGNING_KEY_A",
    "SIGNING_KEY_B",
    "APPROVER_CIDRS",
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
        account="111122223333",
        region="eu-west-1",
        repeat_after=timedelta(hours=24),
        tells_of_scheduling=True,
        ignored_callers=("*:assumed-role/scanner/*",),
        owner_tags=("Owner", "team"),
        retention=timedelta(days=400),
        responder=RESPONDER,
        organization="o-a1b2c3d4e5",
        member_role="kms-reprieve-member",
        external_id="kms-reprieve",
    )


def test_deliver_is_told_what_it_needs() -> None:
    assert DeliverSettings.read(DELIVER) == DeliverSettings(
        table="cases",
        queue_url="https://sqs.eu-west-1.amazonaws.com/111122223333/deliveries",
        dead_letter_url="https://sqs.eu-west-1.amazonaws.com/111122223333/given-up",
        channels=ChannelSettings(
            notice_topic="arn:aws:sns:eu-west-1:111122223333:notices",
            slack_secret="arn:aws:secretsmanager:eu-west-1:111122223333:secret:slack-AbCdEf",
            document="arn:aws:secretsmanager:eu-west-1:111122223333:secret:channels-AbCdEf",
        ),
        signing_key=KEY,
        signing_letter="b",
        page_url="https://abc123.execute-api.eu-west-1.amazonaws.com/keys/",
        link_lifetime=timedelta(hours=72),
        retention=timedelta(days=30),
        approvers=AuthMethod.SIGN_IN,
        account="111122223333",
        member_role="kms-reprieve-member",
    )


def test_respond_is_told_what_it_needs() -> None:
    assert RespondSettings.read(RESPOND) == RespondSettings(
        table="cases",
        queue_url="https://sqs.eu-west-1.amazonaws.com/111122223333/deliveries",
        retention=timedelta(days=30),
        signing_keys={"a": KEY},
        auth_method=AuthMethod.LINK,
        networks=(),
        account="111122223333",
        member_role="kms-reprieve-member",
        external_id="kms-reprieve",
        channels="",
    )


def test_respond_is_told_where_the_slack_apps_are() -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:channels-AbCdEf"

    assert RespondSettings.read(RESPOND | {"CHANNELS_SECRET_ARN": arn}).channels == arn


@pytest.mark.parametrize("approvers", ["", "slack", "everybody"])
def test_nobody_can_be_asked_for_what_only_slack_shows(approvers: str) -> None:
    with pytest.raises(SettingsError, match="APPROVERS"):
        RespondSettings.read(RESPOND | {"APPROVERS": approvers})


def test_a_stack_that_enters_no_other_account_names_no_role() -> None:
    bare = {name: value for name, value in INVESTIGATE.items() if name not in MAY_BE_MISSING}

    settings = InvestigateSettings.read(bare)

    assert (settings.organization, settings.member_role, settings.external_id) == ("", "", "")
    assert settings.read_role == ""


def test_the_role_that_only_reads_is_named_after_the_one_that_acts() -> None:
    assert InvestigateSettings.read(INVESTIGATE).read_role == "kms-reprieve-member-read"


def test_a_channel_that_the_stack_does_not_have_is_empty() -> None:
    bare = {
        name: value for name, value in DELIVER.items() if name not in {"NOTICE_TOPIC_ARN", "SLACK_SECRET_ARN"}
    }

    settings = DeliverSettings.read(bare)

    assert (settings.channels.notice_topic, settings.channels.slack_secret) == ("", "")


@pytest.mark.parametrize(
    ("read", "environment", "name"),
    [
        (read, environment, name)
        for read, environment in (
            (InvestigateSettings.read, INVESTIGATE),
            (DeliverSettings.read, DELIVER),
            (RespondSettings.read, RESPOND),
            (HealthSettings.read, HEALTH),
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
    assert InvestigateSettings.read(INVESTIGATE | {"OWNER_TAGS": " Owner, ,team,"}).owner_tags == (
        "Owner",
        "team",
    )


def test_a_list_of_nothing_is_refused() -> None:
    with pytest.raises(SettingsError, match="OWNER_TAGS names nothing"):
        InvestigateSettings.read(INVESTIGATE | {"OWNER_TAGS": " , "})


def test_a_signing_key_that_is_no_arn_is_refused() -> None:
    with pytest.raises(SettingsError, match="SIGNING_KEY_B is not the ARN of a KMS key"):
        RespondSettings.read(RESPOND | {"SIGNING_KEY_B": "alias/signing"})


def test_while_a_signing_key_gives_way_to_another_both_are_good() -> None:
    settings = RespondSettings.read(RESPOND | {"SIGNING_KEY_B": str(OTHER_KEY)})

    assert settings.signing_keys == {"a": KEY, "b": OTHER_KEY}


def test_without_any_signing_key_nothing_starts() -> None:
    with pytest.raises(SettingsError, match="SIGNING_KEY_A or SIGNING_KEY_B is missing"):
        RespondSettings.read(RESPOND | {"SIGNING_KEY_A": " "})


def test_approvers_may_have_to_come_from_networks() -> None:
    settings = RespondSettings.read(
        RESPOND | {"APPROVERS": "network", "APPROVER_CIDRS": "192.0.2.0/24, 2001:db8::/32"}
    )

    assert settings.auth_method is AuthMethod.NETWORK
    assert settings.networks == (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32"))


def test_a_network_may_be_named_by_any_address_in_it() -> None:
    settings = RespondSettings.read(
        RESPOND | {"APPROVERS": "network", "APPROVER_CIDRS": "192.0.2.1/24, 2001:db8::1/32"}
    )

    assert settings.networks == (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32"))


def test_networks_count_only_where_they_are_asked_for() -> None:
    assert RespondSettings.read(RESPOND | {"APPROVER_CIDRS": "192.0.2.0/24"}).networks == ()


@pytest.mark.parametrize("cidrs", ["", " , "])
def test_a_network_that_is_asked_for_and_not_named_lets_nobody_in(cidrs: str) -> None:
    with pytest.raises(SettingsError, match="APPROVER_CIDRS"):
        RespondSettings.read(RESPOND | {"APPROVERS": "network", "APPROVER_CIDRS": cidrs})


@pytest.mark.parametrize("cidrs", ["192.0.2.0/33", "1.2.3/99", "vpn", "2001:db8::/129"])
def test_what_is_no_network_is_refused(cidrs: str) -> None:
    with pytest.raises(SettingsError, match="APPROVER_CIDRS has an invalid network"):
        RespondSettings.read(RESPOND | {"APPROVERS": "network", "APPROVER_CIDRS": cidrs})


def test_approvers_of_another_kind_are_refused() -> None:
    with pytest.raises(SettingsError, match="APPROVERS is not one of link, network, sign-in"):
        RespondSettings.read(RESPOND | {"APPROVERS": "anybody"})


@pytest.mark.parametrize("hours", ["0", "-1", "1.5", "soon", "٣", "²", "9" * 6, "9" * 5000])
def test_hours_that_are_no_number_are_refused(hours: str) -> None:
    with pytest.raises(SettingsError, match="LINK_HOURS is not a number of hours"):
        DeliverSettings.read(DELIVER | {"LINK_HOURS": hours})


@pytest.mark.parametrize("days", ["0", "-1", "thirty"])
def test_days_that_are_no_number_are_refused(days: str) -> None:
    with pytest.raises(SettingsError, match="AUDIT_DAYS is not a number of days"):
        RespondSettings.read(RESPOND | {"AUDIT_DAYS": days})


def test_audit_is_told_where_to_write() -> None:
    assert AuditSettings.read({"AUDIT_LOG_GROUP": "trail"}) == AuditSettings(log_group="trail")

    with pytest.raises(SettingsError, match="AUDIT_LOG_GROUP is missing"):
        AuditSettings.read({})


def test_health_is_told_what_it_needs() -> None:
    assert HealthSettings.read(HEALTH) == HealthSettings(
        table="cases",
        health_topic="arn:aws:sns:eu-west-1:111122223333:health",
        channels=ChannelSettings(
            notice_topic="arn:aws:sns:eu-west-1:111122223333:notices",
            slack_secret="arn:aws:secretsmanager:eu-west-1:111122223333:secret:slack-AbCdEf",
            document="arn:aws:secretsmanager:eu-west-1:111122223333:secret:channels-AbCdEf",
        ),
        emails=("jane@example.com", "ops@example.com"),
        log_group="trail",
        names={
            "stack-InvestigateFunction-a1": "investigate",
            "stack-DeliverFunction-a1": "deliver",
            "stack-DeliveryDeadLetterQueue-a1": "deliver",
        },
    )


def test_a_stack_with_slack_alone_has_no_addresses() -> None:
    bare = HEALTH | {"NOTIFICATION_EMAILS": "", "NOTICE_TOPIC_ARN": ""}

    assert (HealthSettings.read(bare).emails, HealthSettings.read(bare).channels.notice_topic) == ((), "")


def test_an_address_that_is_none_is_named() -> None:
    with pytest.raises(NotUnderstoodError, match=r"'ops at example\.com' is not an email address"):
        HealthSettings.read(HEALTH | {"NOTIFICATION_EMAILS": "jane@example.com,ops at example.com"})


@pytest.mark.parametrize("names", ["deliver", "deliver=", "=name", "deliver=a,b"])
def test_functions_and_queues_are_named_in_pairs(names: str) -> None:
    with pytest.raises(SettingsError, match="QUEUE_NAMES is not a list of names"):
        HealthSettings.read(HEALTH | {"QUEUE_NAMES": names})


@pytest.mark.parametrize(
    ("variables", "makes"),
    [({}, []), ({"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"}, ["first", "second"])],
)
def test_only_lambda_makes_what_a_function_needs_while_it_is_loaded(
    variables: dict[str, str], makes: list[str]
) -> None:
    made: list[str] = []

    prepare(variables, lambda: made.append("first"), lambda: made.append("second"))

    assert made == makes


def test_all_is_imported_and_made_without_a_search_for_garbage_and_events_are_handled_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched: list[bool] = []
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")

    reload(reprieve)
    prepare(os.environ, lambda: searched.append(gc.isenabled()))

    assert searched == [False]
    assert gc.isenabled()


def test_where_nobody_is_in_a_hurry_garbage_is_searched_for_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_LAMBDA_INITIALIZATION_TYPE", raising=False)

    reload(reprieve)

    assert gc.isenabled()
