"""A Slack workspace of this machine: the Web API as its bot calls it, and people who press buttons.

It takes what Slack's documents and `slack_sdk`'s own models allow, refuses anything else with Slack's own
word, and signs presses as Slack does. A message that is changed keeps its name, `ts`.
"""

import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.signature import SignatureVerifier

TEAM: Final = "T0REPRIEVE"
CHANNEL: Final = "C0KMSKEYS"
BOT: Final = "B0REPRIEVE"
TOKEN: Final = "xoxb-of-this-machine"  # noqa: S105 - of nothing but this machine
SIGNING_SECRET: Final = "0123456789abcdef0123456789abcdef"  # noqa: S105 - as above
JANE: Final = "U0JANE"
_BLOCKS_AT_MOST: Final = 50
_TEXT_AT_MOST: Final = 40_000
_REPLIES_AT_MOST: Final = 5
_JSON: Final = "application/json; charset=utf-8"
_FORM: Final = "application/x-www-form-urlencoded"

Answer = tuple[int, dict[str, Any]]
Fields = Mapping[str, Any]


def member(user: str, name: str, email: str, **flags: object) -> dict[str, Any]:
    """Return what `users.info` says of a person."""
    return {
        "id": user,
        "team_id": TEAM,
        "name": name.split(maxsplit=1)[0].lower(),
        "deleted": False,
        "real_name": name,
        "profile": {"real_name": name, "email": email},
        "is_bot": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_email_confirmed": True,
        **flags,
    }


def spoken(text: str, people: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a text as people read it, with the names of those whom it mentions."""
    for user, known in people.items():
        text = text.replace(f"<@{user}>", f"@{known['real_name']}")
    return text


class RefusedError(Exception):
    """What Slack calls a request that it does not take."""


@dataclass(slots=True)
class Workspace:
    """A workspace with one channel and one app.

    Attributes:
        url: What the addresses for answers begin with; the Web API is at `/api` below it.
        people: Its members, and strangers of whom it knows, by their ids.
        messages: The messages of the channel by their `ts`.
        private: What single people were told: who, and what.
        refused: What was not taken, and why.
        scopes: What the app may do.
        posted: Called with each message that arrives in the channel.
        whispered: Called with each that arrives for one person only, and with their id.
    """

    url: str = ""
    people: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {JANE: member(JANE, "Jane Doe", "jane@example.com")}
    )
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    private: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    scopes: frozenset[str] = frozenset({"chat:write", "users:read", "users:read.email"})
    posted: Callable[[dict[str, Any]], None] = lambda _: None
    whispered: Callable[[str, dict[str, Any]], None] = lambda *_: None
    _replies: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    _count: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def api(self) -> str:
        """Where the Web API is."""
        return f"{self.url}/api"

    def now(self) -> dict[str, dict[str, Any]]:
        """Return the messages as they are at this moment: the threads of requests change them."""
        with self._lock:
            return deepcopy(self.messages)

    def call(self, method: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer a call of the Web API."""
        with self._lock:
            self.calls.append(method)
            try:
                return 200, {"ok": True, **self._called(method, headers, body)}
            except RefusedError as error:
                self.refused.append(f"{method}: {error}")
                return 200, {"ok": False, "error": str(error)}

    def _called(self, method: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        if headers.get("authorization") != f"Bearer {TOKEN}":
            raise RefusedError("invalid_auth")
        match method:
            case "auth.test":
                return {"team_id": TEAM, "user_id": BOT, "url": self.url}
            case "users.info":
                return {"user": self._person(_form(headers, body).get("user", ""))}
            case "chat.postMessage":
                return self._post(self._writing(headers, body))
            case "chat.update":
                return self._update(self._writing(headers, body))
            case "chat.postEphemeral":
                return self._whisper(self._writing(headers, body))
            case _:
                raise RefusedError("unknown_method")

    def _person(self, user: str) -> dict[str, Any]:
        if "users:read" not in self.scopes:
            raise RefusedError("missing_scope")
        if user not in self.people:
            raise RefusedError("user_not_found")
        known = self.people[user]
        if "users:read.email" in self.scopes:
            return known
        return known | {"profile": {k: v for k, v in known["profile"].items() if k != "email"}}

    def _writing(self, headers: Mapping[str, str], body: bytes) -> Fields:
        if "chat:write" not in self.scopes:
            raise RefusedError("missing_scope")
        if headers.get("content-type") != _JSON:
            raise RefusedError("invalid_post_type")
        fields: dict[str, Any] = json.loads(body)
        if fields.get("channel") != CHANNEL:
            raise RefusedError("channel_not_found")
        check(fields)
        return fields

    def _post(self, fields: Fields) -> dict[str, Any]:
        thread = fields.get("thread_ts")
        if thread and thread not in self.messages:
            raise RefusedError("thread_not_found")
        self._count += 1
        ts = f"{int(time.time())}.{self._count:06}"
        self.messages[ts] = {**fields, "ts": ts}
        self.posted(self.messages[ts])
        return {"channel": CHANNEL, "ts": ts, "message": self.messages[ts]}

    def _update(self, fields: Fields) -> dict[str, Any]:
        ts = fields.get("ts", "")
        if ts not in self.messages:
            raise RefusedError("message_not_found")
        self.messages[ts] |= {**fields, "edited": True}
        return {"channel": CHANNEL, "ts": ts, "text": fields.get("text", "")}

    def _whisper(self, fields: Fields) -> dict[str, Any]:
        self._tell(fields["user"], dict(fields))
        return {"message_ts": f"{time.time():.6f}"}

    def _tell(self, user: str, said: dict[str, Any]) -> None:
        self.private.append((user, said))
        self.whispered(user, said)

    def reply(self, secret: str, body: bytes) -> tuple[int, str]:
        """Answer what is posted to the address for answers to a press."""
        with self._lock:
            if secret not in self._replies:
                return 404, "expired_url"
            user, ts, left = self._replies[secret]
            if not left:
                return 404, "used_url"
            self._replies[secret] = (user, ts, left - 1)
            try:
                self._replied(user, ts, json.loads(body))
            except RefusedError as error:
                self.refused.append(f"response_url: {error}")
                return 400, str(error)
            return 200, "ok"

    def _replied(self, user: str, ts: str, said: dict[str, Any]) -> None:
        check(said)
        if said.get("replace_original"):
            self.messages[ts] |= {"text": said["text"], "blocks": said["blocks"], "edited": True}
        elif said.get("response_type") == "ephemeral":
            self._tell(user, said)
        else:
            raise RefusedError("invalid_response_type")

    def pressed(self, ts: str, action: str, by: str = JANE, **changes: Any) -> bytes:  # noqa: ANN401 - of the payload
        """Return the body by which Slack tells of a press."""
        with self._lock:
            message = json.loads(json.dumps(self.messages[ts]))
            element = button(message, action)
            secret = secrets.token_urlsafe(12)
            self._replies[secret] = (by, ts, _REPLIES_AT_MOST)
        payload: dict[str, Any] = {
            "type": "block_actions",
            "user": {"id": by, "username": by.lower(), "team_id": self.people[by]["team_id"]},
            "api_app_id": "A0REPRIEVE",
            "container": {"type": "message", "message_ts": ts, "channel_id": CHANNEL, "is_ephemeral": False},
            "trigger_id": f"1.2.{secrets.token_hex(8)}",
            "team": {"id": self.people[by]["team_id"], "domain": "local"},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": CHANNEL, "name": "kms-keys"},
            "message": {"type": "message", "bot_id": BOT, **message},
            "state": {"values": {}},
            "response_url": f"{self.url}/actions/{secret}",
            "actions": [{**element, "action_ts": f"{time.time():.6f}"}],
        }
        return urlencode({"payload": json.dumps({**payload, **changes})}).encode()


def signed(body: bytes, secret: str = SIGNING_SECRET, at: float | None = None) -> dict[str, str]:
    """Return the headers by which Slack says that it sent a body."""
    timestamp = str(int(time.time() if at is None else at))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    return {
        "content-type": _FORM,
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": signature or "",
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    }


def button(message: Mapping[str, Any], action: str) -> dict[str, Any]:
    """Return a button of a message, as a press tells of it: without the address that it opens."""
    found = next(
        {**element, "block_id": block.get("block_id", "")}
        for block in message.get("blocks", [])
        if block["type"] == "actions"
        for element in block["elements"]
        if element["action_id"] == action
    )
    return {name: value for name, value in found.items() if name not in {"url", "confirm", "style"}}


def check(fields: Fields) -> None:
    """Refuse what Slack would not show."""
    text, blocks = fields.get("text"), fields.get("blocks", [])
    if not text and not blocks:
        raise RefusedError("no_text")
    if not isinstance(text or "", str) or len(text or "") > _TEXT_AT_MOST:
        raise RefusedError("msg_too_long")
    if len(blocks) > _BLOCKS_AT_MOST:
        raise RefusedError("invalid_blocks")
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        raise RefusedError("invalid_blocks")
    try:
        found: list[Any] = list(Block.parse_all(blocks))
        parsed = [each for each in found if each is not None]
        for each in parsed:
            each.validate_json()
    except SlackObjectFormationError as error:
        raise RefusedError("invalid_blocks") from error
    if len(parsed) != len(blocks):
        raise RefusedError("invalid_blocks")


def _form(headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    if headers.get("content-type") != _FORM:
        raise RefusedError("invalid_post_type")
    return dict(parse_qsl(body.decode()))
