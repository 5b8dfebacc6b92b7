"""Amazon Q: what no chat program makes a link, a mention or formatting of."""

import json
from typing import Any

import pytest

from reprieve.cases.notice import CaseSummary
from reprieve.messages.channels import delivery
from reprieve.messages.channels.amazon_q import AmazonQ
from tests.examples import KEY, NOW, key, notice
from tests.fakes import FakeTopic
from tests.unit.messages.test_block_kit import EVERY, IN_USE, LINK, worst

CUT = "The rest of this message does not fit."


def message(told: Any = IN_USE) -> dict[str, Any]:
    topic = FakeTopic()
    AmazonQ("q", topic).send(delivery(told, "q", "", NOW))
    ((subject, body, attributes),) = topic.published
    assert (subject, attributes) == ("", {})
    made: dict[str, Any] = json.loads(body)
    return made


def test_a_message_has_the_form_of_a_custom_notification() -> None:
    made = message()

    assert (made["version"], made["source"], made["content"]["textType"]) == (
        "1.0",
        "custom",
        "client-markdown",
    )
    assert made["id"] == f"{IN_USE.id}/q"
    assert made["metadata"]["threadId"] == "x"
    assert made["metadata"]["relatedResources"] == [str(KEY)]
    assert f"Review and decide: {LINK}" in made["content"]["description"].split("\n")


@pytest.mark.parametrize("told", EVERY.values(), ids=EVERY)
def test_a_description_ends_with_a_whole_part_within_its_limit(told: Any) -> None:
    made = message(told)["content"]

    assert len(made["description"]) <= 4000
    assert made["description"].count("```") % 2 == 0
    assert len(made["title"]) <= 250


def test_the_worst_is_cut_and_says_so_and_still_has_its_link() -> None:
    *_, last = message(worst())["content"]["description"].split("\n")

    assert str(worst().link) in message(worst())["content"]["description"]
    assert last == CUT
    assert CUT not in message()["content"]["description"]


def test_a_digest_that_is_cut_says_so() -> None:
    description = message(EVERY["digest"])["content"]["description"]

    assert description.endswith(CUT)
    assert description.count("\N{BULLET}") > 10


@pytest.mark.parametrize(
    "text",
    [
        "<!channel>",
        "<@U0123>",
        "@here",
        "[click](hxxps)",
        "[click][1]",
        "*bold*",
        "_slanted_",
        "~struck~",
        "`code`",
        "<https://evil.example|click>",
    ],
)
def test_nothing_that_strangers_write_means_anything(text: str) -> None:
    told = notice(case=CaseSummary(id="x", key=key(aliases=(f"alias/ {text} ",)), opened_at=NOW))

    shown = message(told)["content"]["description"]
    ours = {"*" + line.strip("*") + "*" for line in shown.split("\n") if line.startswith("*")}
    strange = "\n".join(line for line in shown.split("\n") if line not in ours and "```" not in line)

    assert text not in shown
    assert not {"<", ">", "~", "`"} & set(strange)


def test_names_stay_as_they_are() -> None:
    told = notice(case=CaseSummary(id="x", key=key(aliases=("alias/orders_db-2",)), opened_at=NOW))

    assert "alias/orders_db-2" in message(told)["content"]["description"]
