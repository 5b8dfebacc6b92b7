"""What can be read from the mails and Slack messages that arrive."""

from typing import Any

import pytest

from local.inbox_messages import email, hook, slack

ARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
PAGE = "http://127.0.0.1:1/keys/"


def attributes(**values: str) -> dict[str, Any]:
    return {name: {"Type": "String", "Value": value} for name, value in values.items()}


def test_a_mail_tells_its_notice_in_attributes_and_its_link_in_the_body() -> None:
    notification = {
        "Type": "Notification",
        "Subject": "Still in use",
        "Message": f"Stop it here:\n  {PAGE}token        (valid until tomorrow)\n{PAGE}other\n",
        "MessageAttributes": attributes(notice_id="7", reason="key-in-use", key_arn=ARN),
    }

    message = email(notification, PAGE)

    assert (message.channel, message.notice_id, message.reason) == ("email", "7", "key-in-use")
    assert (message.key_arn, message.link) == (ARN, f"{PAGE}token")
    assert message.payload == notification


def test_a_mail_of_an_alarm_is_no_notice() -> None:
    message = email({"Message": '{"AlarmName": "x"}'}, PAGE)

    assert (message.notice_id, message.reason, message.key_arn, message.link) == (None, None, None, None)


@pytest.mark.parametrize("body", ["", "https://elsewhere.example/keys/token", f"see {PAGE}token"])
def test_a_mail_without_a_line_that_begins_with_the_pages_address_has_no_link(body: str) -> None:
    assert email({"Message": body}, PAGE).link is None


def test_no_link_is_found_before_the_pages_address_is_known() -> None:
    assert email({"Message": f"{PAGE}token"}, "").link is None


def test_a_slack_message_tells_its_notice_in_its_blocks() -> None:
    payload = {
        "text": "Still in use",
        "blocks": [
            {"type": "header", "block_id": "key-in-use|7", "text": {"type": "plain_text", "text": "x"}},
            {"type": "section", "fields": [{"type": "plain_text", "text": f"ARN\n{ARN}"}]},
            {
                "type": "actions",
                "elements": [
                    {"type": "button", "action_id": "open-console", "url": "https://console"},
                    {"type": "button", "action_id": "open-case", "url": f"{PAGE}token"},
                ],
            },
        ],
    }

    message = slack("slack", payload)

    assert (message.channel, message.notice_id, message.reason) == ("slack", "7", "key-in-use")
    assert (message.key_arn, message.link, message.payload) == (ARN, f"{PAGE}token", payload)


@pytest.mark.parametrize("payload", [{}, {"blocks": []}, {"text": ARN}, {"blocks": [{"type": "divider"}]}])
def test_another_slack_message_is_no_notice(payload: dict[str, Any]) -> None:
    message = slack("slack", payload)

    assert (message.notice_id, message.reason, message.key_arn, message.link) == (None, None, None, None)


NOTICE = "8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11"


def test_another_channels_message_names_its_notice_key_and_link_somewhere() -> None:
    payload = {"data": {"id": NOTICE, "case": [{"key": ARN}]}, "action": {"url": f"{PAGE}token"}, "n": 7}

    message = hook("soar", payload, PAGE)

    assert (message.channel, message.notice_id, message.reason) == ("soar", NOTICE, None)
    assert (message.key_arn, message.link, message.payload) == (ARN, f"{PAGE}token", payload)


def test_a_message_with_blocks_is_slacks_whatever_the_channel_is_called() -> None:
    blocks = [{"type": "header", "block_id": f"key-in-use|{NOTICE}"}]

    message = hook("ops", {"blocks": blocks}, PAGE)

    assert (message.channel, message.notice_id, message.reason) == ("ops", NOTICE, "key-in-use")


def test_a_message_that_names_nothing_is_no_notice() -> None:
    message = hook("soar", {}, "")

    assert (message.notice_id, message.key_arn, message.link) == (None, None, None)
