"""The Slack message: what it says, what Slack takes, and what nobody can smuggle into it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from reprieve.arn import KeyArn
from reprieve.cases.case import Closure, Ending, ScheduledBy
from reprieve.cases.digest import digest
from reprieve.cases.key import Key, LastUse, Rescuable, Unknown
from reprieve.cases.notice import (
    CaseSummary,
    Notice,
    Reason,
    Sender,
    Window,
    no_event_found,
    stack_unhealthy,
)
from reprieve.cases.problem import Kind
from reprieve.cases.sample import sample_notice
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.key_use import KeyUse
from reprieve.cloudtrail.record import READ_PATTERN, read
from reprieve.cloudtrail.resource import Resource
from reprieve.console import key_url, rescue_commands
from reprieve.messages import block_kit
from reprieve.untrusted import one_line
from tests.examples import (
    DELETION,
    HOSTILE,
    JANE,
    KEY,
    NOW,
    at,
    decision,
    key,
    notice,
    problem,
    scheduled,
    use,
    uses,
    visitor,
)
from tests.recorded import record
from tests.rendered import slack_message
from tests.strangers import ADDRESSES, LINKED, written_by_strangers

LINK = "https://abc123.execute-api.eu-west-1.amazonaws.com/keys/v1.W10.AAAA"
COMMANDS = rescue_commands(KEY)
TAGGING = uses(use(event_id="t", caller=JANE, operation="TagResource", is_use=False, resources=()))


def about(of: Key, **changes: Any) -> Notice:
    return notice(**({"case": CaseSummary(id="x", key=of, opened_at=NOW), "command": COMMANDS} | changes))


IN_USE = about(
    key(),
    case=CaseSummary(id="x", key=key(), opened_at=NOW, scheduled_by=scheduled()),
    uses=uses(use(event_id="e1", at=at("14:10")), use(event_id="e2")),
    management_calls=TAGGING,
    unknown=(Unknown(fact="tags of the key", why="kms:ListResourceTags is denied"),),
    link=LINK,
    link_expires_at=DELETION,
)
CANCELLED = about(
    key(state="Enabled", deletion_date=None), reason=Reason.DELETION_CANCELLED, decision=decision()
)
NOTHING_FOUND = no_event_found(
    Window(log_group="aws-cloudtrail-logs-111122223333", start=at("14:39"), end=at("14:55")),
    "eu-west-1",
    READ_PATTERN,
    NOW,
    (Unknown(fact="which key user jane meant with Decrypt", why="record e1 names none"),),
)


def longest(length: int, sign: str = "&") -> str:
    return sign * length


def worst() -> Notice:
    """Every text as long as it can come, and of all of them as many as there can be."""
    arn = KeyArn.parse(f"arn:aws:kms:eu-west-1:111122223333:alias/{longest(256, 'x')}")
    callers = [
        Caller(
            kind="AssumedRole",
            id=f"{number}",
            name=f"role {longest(128)}",
            session=longest(640),
            source_identity=longest(128),
            invoked_by=longest(127, "i"),
        )
        for number in range(25)
    ]
    found = uses(
        *(
            use(
                caller=caller,
                operation=longest(128),
                source_ip=longest(128),
                user_agent=longest(128),
                resources=(Resource(service="S3", name=longest(512)),),
            )
            for caller in callers
            for _ in range(2)
        )
    )
    of = key(
        arn=arn,
        aliases=tuple(longest(128) for _ in range(50)),
        description=longest(128),
        tags={"Owner": longest(128)},
    )
    return notice(
        case=CaseSummary(
            id="x", key=of, opened_at=NOW, scheduled_by=ScheduledBy(caller=callers[0], at=at("14:02"))
        ),
        uses=found,
        management_calls=found,
        unknown=tuple(Unknown(fact=longest(1000), why=longest(1000)) for _ in range(9)),
        command=rescue_commands(arn),
        console_url=key_url(arn),
        decision=decision(
            by=visitor(source_ip=longest(128), user_agent=longest(128), claimed_name=longest(64)),
            why=longest(512),
        ),
        link=f"https://abc123.execute-api.eu-west-1.amazonaws.com/keys/{longest(400, 't')}",
    )


def worst_search() -> Notice:
    window = Window(log_group=longest(512, "g"), start=NOW, end=NOW)
    unknown = tuple(Unknown(fact=longest(1000), why=longest(1000)) for _ in range(9))
    return no_event_found(window, "eu-west-1", READ_PATTERN, NOW, unknown)


def hostile() -> Notice:
    used = read(record("hostile-text-in-every-string"), NOW)
    assert isinstance(used, KeyUse)
    text = one_line(HOSTILE)
    of = key(aliases=(text, text), description=text, tags={"Owner": text})
    return about(
        of,
        case=CaseSummary(
            id="x", key=of, opened_at=NOW, scheduled_by=ScheduledBy(caller=used.caller, at=at("14:02"))
        ),
        uses=uses(used),
        management_calls=uses(used),
        unknown=(Unknown(fact=text, why=text),),
        decision=decision(by=visitor(source_ip=text, user_agent=text)),
        link=LINK,
    )


UNHEALTHY = stack_unhealthy(problem(), NOW)


def worst_problem(kind: Kind, text: str) -> Notice:
    return stack_unhealthy(
        problem(kind=kind, subject=text, advice=text, error=text),
        NOW,
        "https://eu-west-1.console.aws.amazon.com/",
    )


EVERY = {
    "unhealthy": UNHEALTHY,
    "digest": digest([IN_USE, CANCELLED] * 200, NOW, key_url(KEY)),
    **{f"hostile {kind}": worst_problem(kind, HOSTILE) for kind in Kind},
    **{f"worst {kind}": worst_problem(kind, longest(9000)) for kind in Kind},
    "in use": IN_USE,
    "bare": about(Key.bare(KEY)),
    "cancelled": CANCELLED,
    "continued": about(key(deletion_date=None), reason=Reason.CASE_CONTINUED),
    "managed": about(key(), reason=Reason.MANAGEMENT_CALL, management_calls=TAGGING),
    "nothing found": NOTHING_FOUND,
    "hostile": hostile(),
    "worst": worst(),
    "worst search": worst_search(),
}
every_notice = pytest.mark.parametrize("told", EVERY.values(), ids=EVERY)


def objects(value: object) -> Iterator[dict[str, Any]]:
    """Every object inside a JSON value."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


def texts(told: Notice) -> list[str]:
    """Every text in a message, in order."""
    blocks = slack_message(told)["blocks"]
    return [found["text"] for found in objects(blocks) if isinstance(found.get("text"), str)]


def test_a_message_tells_the_state_the_way_out_the_evidence_and_what_is_not_known() -> None:
    assert texts(IN_USE) == [
        "Calls refused: alias/orders-db (role orders-fn), deleted in 6 days",
        "Broken now, and deleted for good in 6 days (2026-11-29 14:02 UTC).\n"
        "KMS key alias/orders-db in 111122223333, eu-west-1",
        "Last refused at 14:52 UTC. 1 caller is refused: role orders-fn (2 requests)."
        " No use of this key has worked since 2026-11-22 14:02 UTC."
        " Once it is deleted, what it encrypted can't be read.",
        "Review and decide: opening changes nothing. If unsure, press Rescue:",
        "Review and decide",
        "Open the console",
        "Do not forward: anyone with this link can decide, without a sign-in, until 2026-11-29 14:02 UTC.",
        'Key\nalias/orders-db, "Orders database, prod"',
        "ARN\narn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "Scheduled\n2026-11-22 14:02 UTC by jane@example.com (permission set Admin)",
        "Owner\nteam-orders",
        "Protects\n1 secret",
        "Who is refused: 2 requests since 2026-11-22 14:10 UTC",
        "role orders-fn, session orders-api; Decrypt: secret prod/orders/db; from 198.51.100.7;"
        " 2 requests, last at 14:52 UTC",
        "Management calls refused, which do not use the key: 1 request since 2026-11-22 14:52 UTC",
        "user jane; TagResource; from 198.51.100.7; 1 request, last at 14:52 UTC",
        "To check or decide without the link:",
        "\n".join(COMMANDS),
        "Not known: tags of the key (kms:ListResourceTags is denied)",
    ]


def test_a_message_about_the_stack_tells_what_is_wrong_since_when_and_what_to_do() -> None:
    assert texts(UNHEALTHY) == [
        "kms-reprieve: the channel slack accepts no notices",
        "The channel slack has accepted no notice since 2026-11-22 13:50 UTC.",
        "Since\n2026-11-22 13:50 UTC",
        "Error\nHTTP 500: internal_error",
        "Mend the channel, then start the redrive.",
    ]


def test_a_message_about_a_key_of_which_nothing_is_known_says_little() -> None:
    assert texts(about(Key.bare(KEY))) == [
        "Calls refused: 1234abcd-12ab-34cd-56ef-1234567890ab, state not known",
        "Scheduled for deletion. KMS could not be asked for its state now. The deletion date is not known.\n"
        "KMS key 1234abcd-12ab-34cd-56ef-1234567890ab in 111122223333, eu-west-1",
        "No refused use is on record.",
        "There is no link. Run in account 111122223333, or ask its administrator:",
        "\n".join(COMMANDS),
        "Open the console",
        "Key\n1234abcd-12ab-34cd-56ef-1234567890ab",
        "ARN\narn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ]


def test_a_cancellation_tells_who_decided_it_and_offers_nothing_to_stop() -> None:
    assert texts(CANCELLED) == [
        "Deletion cancelled: alias/orders-db, key is Enabled",
        "The deletion is cancelled. KMS says that the key is Enabled.\n"
        "KMS key alias/orders-db in 111122223333, eu-west-1",
        "Someone with the link from email decided at 2026-11-22 15:10 UTC to cancel the deletion and to"
        " enable the key. From 203.0.113.40, Mozilla/5.0.",
        "Open the console",
        'Key\nalias/orders-db, "Orders database, prod"',
        "ARN\narn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "Owner\nteam-orders",
    ]


def test_an_alarm_that_nothing_explains_is_told_with_where_to_look() -> None:
    assert texts(NOTHING_FOUND) == [
        "Alarm: a KMS key that is pending deletion may be in use, no record names it",
        "An alarm says that a KMS key that is pending deletion may be in use.",
        "No CloudTrail record found so far names the key.",
        "Open the console",
        "Searched log group aws-cloudtrail-logs-111122223333,"
        " from 2026-11-22 14:39 UTC to 2026-11-22 14:55 UTC.",
        "Not known: which key user jane meant with Decrypt (record e1 names none)",
    ]


@pytest.mark.parametrize("of", [key(), key(rescuable=Rescuable(allowed=False, why="of its key policy"))])
def test_the_button_stands_before_the_callers(of: Key) -> None:
    blocks = slack_message(about(of, uses=IN_USE.uses, link=LINK))["blocks"]

    kinds = [block["type"] for block in blocks]
    callers = next(
        place for place, block in enumerate(blocks) if "role orders-fn, session" in json.dumps(block)
    )
    assert kinds.index("actions") < callers
    assert kinds[kinds.index("actions") + 1] == "context"


def test_callers_beyond_five_are_told_by_their_names_and_the_numbers_of_their_requests() -> None:
    callers = [Caller(kind="IAMUser", id=f"u{number}", name=f"user {number}") for number in range(23)]

    said = texts(about(key(), uses=uses(*(use(caller=caller) for caller in callers))))

    (listed,) = (text for text in said if text.startswith("user 0; "))
    assert listed.count("\n") == 4
    assert f"also {', '.join(f'user {number} (1)' for number in range(5, 23))}" in said


def test_a_message_is_told_by_its_reason_and_id_and_its_button_by_a_name() -> None:
    blocks = slack_message(IN_USE)["blocks"]
    buttons = [found for found in objects(blocks) if found.get("type") == "button"]

    assert blocks[0]["block_id"] == "key-in-use|8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11"
    assert [(button["action_id"], button["url"]) for button in buttons] == [
        ("open-case", LINK),
        ("open-console", IN_USE.console_url),
    ]


@every_notice
def test_slacks_own_sdk_finds_no_fault_with_a_message(told: Notice) -> None:
    blocks = slack_message(told)["blocks"]

    parsed = Block.parse_all(blocks)
    for block in parsed:
        block.validate_json()

    assert len(parsed) == len(blocks) <= 50


@every_notice
def test_a_message_stays_within_slacks_limits(told: Notice) -> None:
    payload = slack_message(told)

    for block in payload["blocks"]:
        match block["type"]:
            case "header":
                assert len(block["text"]["text"]) <= 150
            case "section" if "text" in block:
                assert len(block["text"]["text"]) <= 3000
            case "section":
                assert len(block["fields"]) <= 10
                assert max(len(field["text"]) for field in block["fields"]) <= 2000
            case "context":
                assert len(block["elements"]) <= 10
            case "actions":
                assert all(len(button["url"]) <= 3000 for button in block["elements"])
            case kind:
                assert kind == "rich_text"
    assert len(json.dumps(payload, ensure_ascii=False)) < 13_100


@every_notice
def test_every_word_is_plain_text(told: Notice) -> None:
    payload = slack_message(told)
    plain = [found for found in objects(payload["blocks"]) if found.get("type") in {"plain_text", "mrkdwn"}]

    assert plain
    assert all(found["type"] == "plain_text" and found["emoji"] is False for found in plain)
    assert (payload["mrkdwn"], payload["unfurl_links"], payload["unfurl_media"]) == (False, False, False)


@every_notice
def test_nobody_can_be_mentioned_and_nothing_linked_in_what_a_notification_shows(told: Notice) -> None:
    text = slack_message(told)["text"]

    assert not {"<", ">"} & set(text)


@every_notice
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_is_a_link_in_a_message_but_our_own(told: Notice, address: str) -> None:
    """Every text of the notice is one that a stranger wrote; buttons and commands are ours."""
    payload = slack_message(written_by_strangers(told, address))
    shown = [payload["text"], *(each["text"] for each in objects(payload["blocks"]) if is_plain(each))]

    assert [text for text in shown if LINKED.search(text)] == []
    assert {each["url"] for each in objects(payload["blocks"]) if "url" in each} <= {
        told.link,
        told.console_url,
    }


def is_plain(found: dict[str, Any]) -> bool:
    return found.get("type") == "plain_text"


def test_what_slack_gives_a_meaning_to_is_escaped_in_a_notification() -> None:
    told = about(key(aliases=("alias/<!channel> & <https://evil.example|x>",)))

    assert slack_message(told)["text"] == (
        "Calls refused: alias/&lt;!channel&gt; &amp; &lt;hxxps://evil[.]example|x&gt;, deleted in 6 days"
    )


FULL = key(
    account_name=HOSTILE,
    spec="RSA_4096",
    multi_region="REPLICA",
    last_used=LastUse(operation="Decrypt", at=at("14:01")),
    grantees=("rds.amazonaws.com",),
    rescuable=Rescuable(allowed=False, why="its key policy denies kms:EnableKey"),
)


def test_what_was_looked_up_beside_the_name_has_a_block_of_its_own() -> None:
    blocks = slack_message(about(FULL, link=LINK))["blocks"]

    fields = [block["fields"] for block in blocks if "fields" in block]
    assert len(fields) == 2
    assert all(len(each) <= 10 for each in fields)
    assert [field["text"].partition("\n")[0] for field in fields[1]] == [
        "Kind",
        "Regions",
        "Last worked",
        "Grants",
    ]
    assert all(field["type"] == "plain_text" for each in fields for field in each)


def test_where_the_page_can_not_help_the_commands_stand_before_the_button() -> None:
    blocks = slack_message(about(FULL, link=LINK))["blocks"]
    place = next(number for number, block in enumerate(blocks) if block["type"] == "actions")

    assert blocks[place - 1]["text"]["text"] == "Why: its key policy denies kms:EnableKey."
    assert blocks[place - 2]["type"] == "rich_text"
    assert blocks[place - 3]["text"]["text"] == (
        "The page can't rescue this key. Ask an administrator of account 111122223333 to run:"
    )
    (try_it, _) = blocks[place]["elements"]
    assert (try_it["text"]["text"], try_it["url"], "style" in try_it) == ("Try it anyway", LINK, False)
    assert json.dumps(blocks).count(COMMANDS[0]) == 1
    assert "can't rescue" not in json.dumps(slack_message(about(FULL, reason=Reason.DELETION_CANCELLED)))


def test_number_and_time_stand_at_the_end_of_a_callers_row_however_long_it_is() -> None:
    long = Caller(kind="IAMUser", id="u", name="n" * 999)

    (row,) = (text for text in texts(about(key(), uses=uses(use(caller=long)))) if text.startswith("nnn"))

    assert row.endswith("\N{HORIZONTAL ELLIPSIS}; 1 request, last at 14:52 UTC")
    assert len(row) <= block_kit.CALLER_LIMIT


def test_a_key_that_was_scheduled_again_has_a_button_and_no_commands() -> None:
    closure = Closure(how=Ending.CANCELLED, at=NOW, by=JANE, scheduled_again=DELETION)

    said = texts(about(key(), reason=Reason.DELETION_CANCELLED, closure=closure, link=LINK))

    assert said[0] == "Pending deletion again: alias/orders-db, deleted in 6 days"
    assert "Review and decide" in said
    assert "To check or decide without the link:" not in said


@pytest.mark.parametrize("again", [DELETION, None], ids=["with a date", "after its replicas"])
def test_a_key_that_was_scheduled_again_and_has_no_link_has_the_commands(again: datetime | None) -> None:
    closure = Closure(how=Ending.CANCELLED, at=NOW, by=JANE, scheduled_again=again)
    pending = key() if again else key(state="PendingReplicaDeletion", deletion_date=None)

    said = texts(
        about(pending, reason=Reason.DELETION_CANCELLED, closure=closure, command=rescue_commands(KEY))
    )

    assert said[0].startswith("Pending deletion again: alias/orders-db, deleted ")
    assert any("aws kms cancel-key-deletion" in each for each in said)


def test_a_test_notice_has_one_button_which_opens_its_page() -> None:
    sent = sample_notice("8c8f1b4e", Sender(account="111122223333", region="eu-west-1"), NOW)

    told = slack_message(replace(sent, link=LINK))

    buttons = [each for block in told["blocks"] if block["type"] == "actions" for each in block["elements"]]
    assert [each["text"]["text"] for each in buttons] == ["Open the test page"]
    assert told["text"].startswith("Test of kms-reprieve in 111122223333, eu-west-1: nothing is broken")
    assert "aws kms" not in str(told)
