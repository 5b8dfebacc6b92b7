"""Where answers go, and what of an outcome they say."""

import json
from dataclasses import replace

import pytest

from local.slack_workspace import check
from reprieve.adapters.slack_api import SlackApi
from reprieve.cases.visitor import SlackOrigin
from reprieve.respond.pages.outcome import Outcome, Refusal
from reprieve.respond.slack import outcomes
from reprieve.respond.slack.press import Press
from reprieve.respond.slack.replies import UNDECIDED, Replies, is_reply_address
from tests.fakes import FakeHttp, FakeLog
from tests.outcomes import EVERY
from tests.slack_world import SLACK, entry, message, words

OURS = {name: value for name, value in vars(outcomes).items() if isinstance(value, Outcome)}
PRESS = Press(
    origin=SlackOrigin(team="T0REPRIEVE", user="U0JANE", channel="C0KMSKEYS", message="1764500000.000100"),
    teams=frozenset({"T0REPRIEVE"}),
    action="cancel_and_enable",
    token="v1a.x.y",
    at="1764500001.1",
    response_url=f"{SLACK}/actions/x",
    text="Still in use",
    blocks=tuple(message("v1a.x.y")["blocks"]),
)
PAGE = "https://abc123.execute-api.eu-west-1.amazonaws.com/keys/v1a.x.y"


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("https://hooks.slack.com/actions/T0/1/x", True),
        ("https://hooks.slack-gov.com/actions/T0/1/x", True),
        (f"{SLACK}/actions/x", True),
        ("http://hooks.slack.com/actions/T0/1/x", False),
        ("https://hooks.slack.com:8443/actions", False),
        ("https://slack.com/api/chat.postMessage", False),
        ("https://slack.test.evil.example/", False),
        ("http://slack.test/actions", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_an_answer_goes_to_slack_or_to_where_an_entry_says_that_it_is(url: str, *, is_good: bool) -> None:
    assert is_reply_address(url, [entry()]) is is_good


@pytest.fixture
def http() -> FakeHttp:
    return FakeHttp()


@pytest.fixture
def replies(http: FakeHttp) -> Replies:
    return Replies(http=http, api=lambda app: SlackApi(http, app.bot_token, app.url), log=FakeLog())


@pytest.mark.parametrize("outcome", {**EVERY, **OURS}.values(), ids={**EVERY, **OURS}.keys())
def test_every_outcome_is_what_slack_shows_in_private_and_in_the_channel(
    outcome: Outcome, replies: Replies, http: FakeHttp
) -> None:
    replies.privately(entry(), PRESS, outcome, PAGE)
    replies.done(entry(), PRESS, outcome, PAGE)
    replies.over(entry(), PRESS, outcome)

    for said in http.payloads:
        check(said)
        assert outcome.title in words(said)
        assert "Enable it here" not in words(said)
    private, done, over = http.payloads
    assert (private["response_type"], private["replace_original"]) == ("ephemeral", False)
    assert done["replace_original"] is over["replace_original"] is True
    assert done["text"] == "Still in use"


@pytest.mark.parametrize("outcome", OURS.values(), ids=OURS.keys())
def test_a_refusal_says_that_nothing_was_changed_and_what_to_do(
    outcome: Outcome, replies: Replies, http: FakeHttp
) -> None:
    replies.privately(entry(), PRESS, outcome, PAGE)

    (said,) = http.payloads
    assert "Nothing was changed." in words(said)
    assert outcome.next in words(said)
    assert ("the button below" in outcome.next) <= (said["blocks"][-1]["type"] == "actions")


def test_a_block_with_nothing_but_buttons_that_decide_leaves_as_a_whole(
    replies: Replies, http: FakeHttp
) -> None:
    header, decide, section = PRESS.blocks
    bare = replace(PRESS, blocks=(header, {**decide, "elements": decide["elements"][:2]}, section))

    replies.begun(entry(), bare)

    (said,) = http.payloads
    assert [block["type"] for block in said["blocks"]] == ["header", "section", "context", "context"]


@pytest.mark.parametrize("outcome", EVERY.values(), ids=EVERY.keys())
def test_however_long_the_message_is_the_answer_fits_and_the_buttons_stay_above_it(
    outcome: Outcome, replies: Replies, http: FakeHttp
) -> None:
    section = {"type": "section", "text": {"type": "plain_text", "text": "x" * 2_900, "emoji": False}}
    long = replace(PRESS, blocks=(*PRESS.blocks, *[section] * 4))

    replies.done(entry(), long, outcome, PAGE)

    (said,) = http.payloads
    check(said)
    assert len(json.dumps(said["blocks"], ensure_ascii=False)) < 13_100
    assert outcome.title in words(said)
    assert said["blocks"][0] == PRESS.blocks[0]
    assert (PRESS.blocks[1] in said["blocks"]) == (outcome.name in UNDECIDED)


def test_an_outcome_that_says_nothing_but_its_title_has_no_empty_block(
    replies: Replies, http: FakeHttp
) -> None:
    replies.privately(entry(), PRESS, Outcome(name=Refusal.BAD_LINK, title="No"), PAGE)

    assert len(http.payloads[0]["blocks"]) == 1
