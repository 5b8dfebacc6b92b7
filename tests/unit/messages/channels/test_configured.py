"""Which channels a stack has."""

import json

from reprieve.messages.channels import delivery
from reprieve.messages.channels.configured import ChannelSettings, configured
from tests.examples import NOW, notice
from tests.fakes import FakeTools

SLACK = "https://hooks.slack.example/T0"
BOTH = ChannelSettings(notice_topic="arn:topic", slack_secret="arn:secret")


def test_each_parameter_stands_for_a_channel() -> None:
    tools = FakeTools(secrets={"arn:secret": json.dumps({"url": SLACK})})

    channels = configured(BOTH, tools)
    for channel in channels.values():
        channel.send(delivery(notice(), channel.name, "", NOW))

    assert list(channels) == ["email", "slack"]
    assert [len(tools.topics["arn:topic"].published), tools.http.posts[0][0]] == [1, SLACK]


def test_a_parameter_that_is_empty_stands_for_none() -> None:
    assert configured(ChannelSettings(notice_topic="", slack_secret=""), FakeTools()) == {}
