"""Which channels a stack has, and which of them a notice goes to."""

import json
from typing import Any

from reprieve.cases.notice import ENDS_THREADS
from reprieve.errors import DeniedError
from reprieve.messages.channels import delivery
from reprieve.messages.channels.configured import Channels, ChannelSettings, configured
from reprieve.messages.channels.route import Route
from tests.channel_examples import entry
from tests.examples import NOW, notice
from tests.fakes import FakeTools

SLACK = "https://hooks.slack.example/T0"
NEW = {"name": "ops", "type": "slack-webhook", "url": "https://hooks.slack.example/ops"}


def settings(**changes: str) -> ChannelSettings:
    return ChannelSettings(**{"notice_topic": "", "slack_secret": "", "document": "", **changes})


def tools(*entries: dict[str, Any]) -> FakeTools:
    document = json.dumps({"channels": list(entries)})
    return FakeTools(secrets={"slack": json.dumps({"url": SLACK}), "document": document})


def test_each_parameter_stands_for_a_channel() -> None:
    made = tools()

    channels = configured(settings(notice_topic="arn:topic", slack_secret="slack"), made)
    for channel in channels.by_name.values():
        channel.send(delivery(notice(), channel.name, "", NOW))

    assert list(channels.by_name) == ["email", "slack"]
    assert [len(made.topics["arn:topic"].published), made.http.posts[0][0]] == [1, SLACK]
    assert channels.faults == ()


def test_a_parameter_that_is_empty_stands_for_none() -> None:
    assert configured(settings(), FakeTools()) == Channels(by_name={})


def test_the_document_has_the_others_with_their_routes() -> None:
    only = {"only": {"accounts": ["111122223333"]}}

    channels = configured(settings(slack_secret="slack", document="document"), tools(NEW | only))

    assert list(channels.by_name) == ["slack", "ops"]
    assert channels.routes == {"ops": Route(accounts=frozenset({"111122223333"}))}


def test_the_document_can_not_take_the_name_of_a_parameters_channel() -> None:
    channels = configured(
        settings(slack_secret="slack", document="document"), tools(NEW | {"name": "slack"}, NEW)
    )

    assert list(channels.by_name) == ["slack", "ops"]
    assert [str(fault) for fault in channels.faults] == [
        "channels[0] (slack): name is already used by another channel"
    ]


def test_a_document_that_can_not_be_read_leaves_the_parameters_channels() -> None:
    error = DeniedError("secretsmanager:GetSecretValue", "AccessDeniedException", "not you")
    made = FakeTools(secrets={"document": error})

    channels = configured(settings(notice_topic="arn:topic", document="document"), made)

    assert list(channels.by_name) == ["email"]
    assert channels.unread is error
    assert [str(fault) for fault in channels.faults] == [
        "ChannelsSecretArn: secretsmanager:GetSecretValue: AccessDeniedException"
    ]
    assert channels.is_broken("ops")


def test_a_channel_is_broken_if_its_entry_is_not_understood() -> None:
    channels = configured(settings(document="document"), tools({"name": "ops", "type": "fax"}))

    assert (channels.is_broken("ops"), channels.is_broken("gone")) == (True, False)


def test_that_a_key_is_deleted_goes_to_channels_that_keep_something_open_whatever_their_route() -> None:
    only = {"only": {"reasons": ["key-in-use"], "owners": ["team-billing"]}}
    kinds = ("email", "pagerduty", "slack-app", "webhook")
    channels = configured(
        settings(slack_secret="slack", document="document"),
        tools(*(entry(kind, name=kind, **only) for kind in kinds)),
    )

    for reason in ENDS_THREADS:
        names = [channel.name for channel in channels.of(notice(reason=reason))]

        assert names == ["pagerduty", "slack-app"]
