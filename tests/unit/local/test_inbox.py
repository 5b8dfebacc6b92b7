"""The inbox, as programs and people see it."""

import json
from concurrent.futures import ThreadPoolExecutor

from local.inbox import Inbox
from local.inbox_messages import Message, email, slack

PAGE = "http://127.0.0.1:1/keys/"
HOSTILE = "<script>alert(1)</script>"


def message(channel: str, reason: str, notice_id: str = "1") -> Message:
    return Message(
        channel=channel,
        at="2026-11-22T16:00:00.000Z",
        notice_id=notice_id,
        reason=reason,
        key_arn=None,
        link=None,
        payload={},
    )


def test_programs_get_everything_in_the_order_of_arrival() -> None:
    inbox = Inbox()
    inbox.add(message("email", "key-in-use"))
    inbox.add(message("slack", "key-in-use"))

    found = json.loads(inbox.as_json())

    assert [each["channel"] for each in found] == ["email", "slack"]
    assert set(found[0]) == {"channel", "at", "notice_id", "reason", "key_arn", "link", "payload"}


def test_waiting_ends_when_every_channel_has_its_message() -> None:
    inbox = Inbox()
    inbox.add(message("email", "new-caller"))
    inbox.add(message("email", "key-in-use", "first"))
    inbox.add(message("email", "key-in-use", "second"))

    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(inbox.wait_for, ("email", "slack"), ("key-in-use",), 10.0)
        inbox.add(message("slack", "key-in-use", "first"))

    assert {channel: each.notice_id for channel, each in waiting.result().items()} == {
        "email": "first",
        "slack": "first",
    }


def test_waiting_in_vain_returns_what_came() -> None:
    inbox = Inbox()
    inbox.add(message("email", "key-in-use"))

    assert set(inbox.wait_for(("email", "slack"), ("key-in-use",), 0.01)) == {"email"}


def test_a_mail_is_shown_as_text_with_its_link() -> None:
    inbox = Inbox(to="jane@example.com")
    body = f"A key\n  {PAGE}token\n{HOSTILE}"
    inbox.add(email({"Subject": HOSTILE, "Message": body}, PAGE))

    page = inbox.as_page()

    assert f'<a href="{PAGE}token" rel="noreferrer">{PAGE}token</a>' in page
    assert "to jane@example.com" in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2
    assert HOSTILE not in page


def test_a_slack_message_is_shown_block_by_block() -> None:
    text = {"type": "plain_text", "text": HOSTILE}
    inbox = Inbox()
    inbox.add(
        slack(
            "slack",
            {
                "blocks": [
                    {"type": "header", "text": text},
                    {"type": "section", "text": text},
                    {"type": "section", "fields": [text, text]},
                    {"type": "context", "elements": [text]},
                    {"type": "divider"},
                    {
                        "type": "rich_text",
                        "elements": [{"type": "rich_text_preformatted", "elements": [text]}],
                    },
                    {
                        "type": "actions",
                        "elements": [
                            {"type": "button", "url": f"{PAGE}token", "text": text, "style": "primary"},
                            {"type": "button", "url": "javascript:alert(1)", "text": text},
                        ],
                    },
                    {"type": "video"},
                ]
            },
        )
    )

    page = inbox.as_page()

    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 7
    assert HOSTILE not in page
    assert "javascript:" not in page
    assert f'href="{PAGE}token"' in page
    assert "<hr>" in page
    assert "(video)" in page


def test_an_empty_inbox_says_so() -> None:
    assert "Nothing has arrived yet." in Inbox().as_page()


def test_the_page_has_no_script_and_nothing_from_outside() -> None:
    page = Inbox().as_page()

    assert "<script" not in page
    assert "src=" not in page
    assert "<link" not in page
