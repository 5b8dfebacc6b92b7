"""Slack's side of the inbox: what the stack calls, and the button that a person presses."""

import http.client
import json
from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from local.inbox import Inbox
from local.slack_workspace import signed

TIMEOUT: Final = 30.0
_JSON: Final = "application/json; charset=utf-8"
_TEXT: Final = "text/plain; charset=utf-8"
_STYLE: Final = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:30rem;margin:4rem auto;"
    "padding:0 1rem}button{font:inherit;font-weight:600;padding:.45rem .9rem;margin:0 .5rem 0 0}"
)

Answer = tuple[int, str, str]


def answer(inbox: Inbox, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Return the status, the type and the text by which Slack answers."""
    match path.split("/"):
        case ["api", method]:
            status, said = inbox.workspace.call(method, headers, body)
            return status, _JSON, json.dumps(said)
        case ["actions", secret]:
            code, text = inbox.workspace.reply(secret, body)
            return code, _TEXT, text
        case ["press"]:
            return press(inbox, dict(parse_qsl(body.decode())))
        case _:
            return 404, _TEXT, "no such page"


def press(inbox: Inbox, form: Mapping[str, str]) -> Answer:
    """Press a button: send what Slack would send to the stack, and lead back to the messages."""
    try:
        body = inbox.workspace.pressed(form["ts"], form["action"])
    except (KeyError, StopIteration):
        return 410, _TEXT, "that button is gone"
    status = send(inbox, body)
    return (303, _TEXT, "") if status == 200 else (502, _TEXT, f"the stack answered {status}")  # noqa: PLR2004


def send(inbox: Inbox, body: bytes, headers: Mapping[str, str] | None = None) -> int:
    """Send a request to the stack as Slack does, and return the status of the answer."""
    address = urlsplit(f"{inbox.page_url.removesuffix('keys/')}slack")
    said = signed(body) if headers is None else headers
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=TIMEOUT)
    try:
        connection.request("POST", address.path, body, {**said, "Host": address.netloc})
        with connection.getresponse() as found:
            found.read()
            return found.status
    finally:
        connection.close()


def confirm(inbox: Inbox, query: Mapping[str, str]) -> str:
    """Return the page that asks again, as Slack does before it sends a press."""
    elements = [
        element
        for block in inbox.workspace.messages.get(query.get("ts", ""), {}).get("blocks", [])
        for element in block.get("elements", [])
        if element.get("action_id") == query.get("action") and "value" in element
    ]
    if not elements:
        return _page("<h1>That button is gone</h1><p><a href='/'>Back</a></p>")
    asked = elements[0].get("confirm", {})
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(query[name])}">' for name in ("ts", "action")
    )
    words = {
        name: escape(asked.get(name, {}).get("text", name)) for name in ("title", "text", "confirm", "deny")
    }
    return _page(
        f"<h1>{words['title']}</h1><p>{words['text']}</p>"
        f'<form method="post" action="{escape(inbox.workspace_path)}/press">{hidden}'
        f"<button>{words['confirm']}</button> <a href='/'>{words['deny']}</a></form>"
    )


def _page(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Slack asks</title>'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    )
