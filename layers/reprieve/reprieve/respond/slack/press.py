"""The press of a button, as Slack tells it.

Source: Slack, "block_actions payload": a form with one field, `payload`, which is JSON.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import field
from hashlib import sha256
from typing import Any, Final
from urllib.parse import parse_qsl

from reprieve.cases.decision import Choice
from reprieve.cases.visitor import SlackOrigin
from reprieve.dataclass import dataclass
from reprieve.errors import NotUnderstoodError
from reprieve.links import LONGEST
from reprieve.messages.slack_buttons import CANCEL_AND_ENABLE, CANCEL_ONLY, DECIDE
from reprieve.untrusted import look, mapping, objects, text

DECIDING: Final[Mapping[str, str]] = {
    CANCEL_AND_ENABLE: "cancel the deletion and enable the key",
    CANCEL_ONLY: "cancel the deletion only",
}
"""The buttons that decide, and what they say."""

BODY_LIMIT: Final = 160_000  # bytes: with it, what is handed over fits into what Lambda takes
_ID: Final = re.compile(r"[A-Z][A-Z0-9]{1,30}")
_MOMENT: Final = re.compile(r"[0-9]{1,12}\.[0-9]{1,10}")
_URL_LIMIT: Final = 500
_FIELDS_AT_MOST: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """The press of one button.

    Attributes:
        origin: Where it was pressed, and by whom, in Slack's own ids.
        teams: Every workspace that the payload names for the person and the app.
        action: The button's `action_id`.
        token: What it vouches for, by its value.
        at: When, as Slack writes it: it tells presses of the same button apart.
        response_url: Where an answer to this press goes.
        text: The message's text, for notifications.
        blocks: The message as it was shown.
    """

    origin: SlackOrigin
    teams: frozenset[str]
    action: str
    token: str = field(repr=False)
    at: str
    response_url: str = field(repr=False)
    text: str = field(default="", repr=False)
    blocks: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    @classmethod
    def read(cls, body: bytes) -> "Press":
        """Read a request whose signature is good.

        Raises:
            NotUnderstoodError: it is not a button press in a message.
        """
        payload = _payload(body)
        action = next(iter(objects(payload, "actions")), {})
        origin = SlackOrigin(
            team=_id(payload, "team", "id") or _id(payload, "user", "team_id"),
            user=_id(payload, "user", "id"),
            channel=_id(payload, "channel", "id") or _id(payload, "container", "channel_id"),
            message=_moment(payload, "message", "ts") or _moment(payload, "container", "message_ts"),
        )
        if look(payload, "type") != "block_actions" or not all((origin.team, origin.user, origin.channel)):
            raise NotUnderstoodError("Slack's request", "it is not a button press in a message")
        return cls(
            origin=origin,
            teams=frozenset(filter(None, (origin.team, _id(payload, "user", "team_id")))),
            action=text(action, "action_id"),
            token=text(action, "value", limit=LONGEST + 1),
            at=_moment(action, "action_ts"),
            response_url=text(payload, "response_url", limit=_URL_LIMIT),
            text=_whole_text(payload),
            blocks=objects(payload, "message", "blocks"),
        )

    @property
    def id(self) -> str:
        """The same for the same press, however often Slack sends it."""
        of = self.origin
        parts = (of.team, of.user, of.channel, of.message, self.action, self.at, self.token)
        return sha256("\n".join(parts).encode()).hexdigest()

    @property
    def decides(self) -> bool:
        """Whether it is a button that decides."""
        return self.action in DECIDING

    @property
    def is_link(self) -> bool:
        """Whether the button opens an address: Slack reports it too, and the browser has its answer."""
        return not self.decides and not self.token

    @property
    def choice(self) -> tuple[Choice, bool]:
        """What a button that decides chooses, and whether the key is to be enabled."""
        return Choice.CANCEL, self.action == CANCEL_AND_ENABLE

    @property
    def has_buttons(self) -> bool:
        """Whether the message had buttons that decide when this one was pressed."""
        return any(block.get("block_id") == DECIDE for block in self.blocks)


def _payload(body: bytes) -> Mapping[str, Any]:
    try:
        fields = parse_qsl(body.decode("ascii"), strict_parsing=True, max_num_fields=_FIELDS_AT_MOST)
        (payload,) = (value for name, value in fields if name == "payload")
        return mapping(json.loads(payload))
    except (ValueError, RecursionError):
        raise NotUnderstoodError("Slack's request", "it is not a form with one JSON payload") from None


def _whole_text(payload: Mapping[str, Any]) -> str:
    found = look(payload, "message", "text")
    return found if isinstance(found, str) else ""


def _id(payload: Mapping[str, Any], *path: str) -> str:
    found = text(payload, *path)
    return found if _ID.fullmatch(found) else ""


def _moment(payload: Mapping[str, Any], *path: str) -> str:
    found = text(payload, *path)
    return found if _MOMENT.fullmatch(found) else ""
