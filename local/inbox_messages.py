"""What arrives in the inbox, and what can be read from it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

KEY_ARN = re.compile(r"arn:aws[\w-]*:kms:[\w-]+:\d{12}:key/[\w-]+")
NOTICE = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b")
LINK_ACTION = "open-case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message that arrived; `payload` is what was sent, as it was sent."""

    channel: str
    at: str
    notice_id: str | None
    reason: str | None
    key_arn: str | None
    link: str | None
    payload: dict[str, Any]


def email(notification: dict[str, Any], page_url: str) -> Message:
    """A mail, from what the topic delivers to its subscribers."""
    attributes = notification.get("MessageAttributes", {})
    return Message(
        channel="email",
        at=now(),
        notice_id=attribute(attributes, "notice_id"),
        reason=attribute(attributes, "reason"),
        key_arn=attribute(attributes, "key_arn"),
        link=link_in_text(notification.get("Message", ""), page_url),
        payload=notification,
    )


def hook(channel: str, payload: dict[str, Any], page_url: str) -> Message:
    """A message, from what is posted to a channel's webhook."""
    return slack(channel, payload) if "blocks" in payload else other(channel, payload, page_url)


def other(channel: str, payload: dict[str, Any], page_url: str) -> Message:
    """A message of which nothing is known but its texts: they name the notice, the key and the link."""
    words = "\n".join(strings(payload))
    notice, arn = NOTICE.search(words), KEY_ARN.search(words)
    return Message(
        channel=channel,
        at=now(),
        notice_id=notice[0] if notice else None,
        reason=None,
        key_arn=arn[0] if arn else None,
        link=next((text for text in strings(payload) if page_url and text.startswith(page_url)), None),
        payload=payload,
    )


def slack(channel: str, payload: dict[str, Any]) -> Message:
    """A Slack message, from what is posted to its webhook."""
    blocks = payload.get("blocks", [])
    reason, _, notice_id = next((block.get("block_id", "") for block in blocks), "").partition("|")
    arn = KEY_ARN.search("\n".join(texts(blocks)))
    return Message(
        channel=channel,
        at=now(),
        notice_id=notice_id or None,
        reason=reason or None,
        key_arn=arn[0] if arn else None,
        link=next(links(blocks), None),
        payload=payload,
    )


def attribute(attributes: dict[str, Any], name: str) -> str | None:
    """The value of a message attribute."""
    value = attributes.get(name, {}).get("Value")
    return value if isinstance(value, str) else None


def link_in_text(text: str, page_url: str) -> str | None:
    """The address on the first line that begins with the pages' address."""
    lines = [line.strip() for line in text.splitlines()]
    return next((line.split()[0] for line in lines if page_url and line.startswith(page_url)), None)


def links(value: object) -> Iterator[str]:
    """The addresses of the buttons that open a case."""
    match value:
        case {"action_id": action, "url": str(url)} if action == LINK_ACTION:
            yield url
        case dict():
            for child in value.values():
                yield from links(child)
        case list():
            for child in value:
                yield from links(child)


def texts(value: object) -> Iterator[str]:
    """Every text in a message."""
    match value:
        case {"type": "plain_text" | "mrkdwn", "text": str(text)}:
            yield text
        case dict():
            for child in value.values():
                yield from texts(child)
        case list():
            for child in value:
                yield from texts(child)


def strings(value: object) -> Iterator[str]:
    """Every string in a message."""
    match value:
        case str():
            yield value
        case dict():
            for child in value.values():
                yield from strings(child)
        case list():
            for child in value:
                yield from strings(child)


def now() -> str:
    """This moment, as the messages tell it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
