"""The document of channels of this machine: every entry is good, and arrives in the inbox."""

import json

import pytest

from local import channels
from local.inbox import Inbox
from local.inbox_server import running_inbox
from reprieve.adapters.tools import AwsTools
from reprieve.messages.channels import delivery
from reprieve.messages.channels.document import read_document
from tests.examples import NOW
from tests.fakes import FakeTools
from tests.unit.messages.test_block_kit import IN_USE


def test_every_entry_is_good() -> None:
    inbox = Inbox()
    inbox.open("http://127.0.0.1:1")
    entries = channels.entries(inbox)

    document = read_document(json.dumps({"channels": entries}), FakeTools())

    assert document.faults == ()
    assert channels.names(Inbox()) == ("email", "slack", *(channel.name for channel, _ in document.channels))


@pytest.mark.usefixtures("socket_enabled")
def test_what_each_channel_sends_arrives_and_names_its_notice_and_key() -> None:
    with running_inbox(lambda *_: None) as inbox:
        document = read_document(json.dumps({"channels": channels.entries(inbox)}), AwsTools())
        for channel, _ in document.channels:
            channel.send(delivery(IN_USE, channel.name, "", NOW))

        arrived = list(inbox.messages)

    assert [each.channel for each in arrived] == [channel.name for channel, _ in document.channels]
    assert {each.notice_id for each in arrived} == {IN_USE.id}
    assert {each.key_arn for each in arrived} == {str(IN_USE.key and IN_USE.key.arn)}
