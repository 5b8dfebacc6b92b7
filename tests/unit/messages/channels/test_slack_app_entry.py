"""The entry of a Slack app, read strictly."""

from typing import Any

import pytest

from reprieve.errors import EntryError
from reprieve.messages.channels.entry import Entry
from reprieve.messages.channels.mention import NOBODY, Mentions
from reprieve.messages.channels.slack_app_entry import SlackAppEntry, read_app

FIELDS = {"bot_token": "xoxb-1-confidential", "signing_secret": "5ec2e7" * 5 + "00", "channel": "C0123ABC"}


def read(**changes: Any) -> SlackAppEntry:
    entry = Entry(FIELDS | changes)
    found = read_app("security", entry)
    entry.finish()
    return found


def test_an_entry_says_where_and_with_what() -> None:
    found = read(mention={"team-orders": "S0456"}, url="https://slack-gov.com/api")

    assert (found.name, found.channel, found.url) == ("security", "C0123ABC", "https://slack-gov.com/api")
    assert (found.bot_token, found.signing_secret) == (FIELDS["bot_token"], FIELDS["signing_secret"])
    assert found.mentions == Mentions({"team-orders": "S0456"})


def test_the_rest_is_usual() -> None:
    assert (read().url, read().mentions) == ("https://slack.com/api", NOBODY)


def test_its_secrets_are_shown_to_nobody() -> None:
    assert "confidential" not in repr(read())
    assert "5ec2e7" not in repr(read())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bot_token": "xoxp-1-confidential"}, "bot_token does not have the right form"),
        ({"signing_secret": "x" * 32}, "signing_secret does not have the right form"),
        ({"channel": "#security"}, "channel does not have the right form"),
        ({"url": "http://slack.com/api"}, "url is not an https URL"),
        ({"mention": []}, "mention is not an object"),
        ({"mention": {}}, "mention does not have 1 to 100 owners"),
        (
            {"mention": {"team-orders": "@here"}},
            "mention.team-orders does not have the right form",
        ),
        ({"more": 1}, "more is not known"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(EntryError) as caught:
        read(**changes)

    assert str(caught.value) == said
