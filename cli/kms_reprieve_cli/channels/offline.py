"""Stands in for everything that channels send with: nothing is sent, and what would be is kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reprieve.ports import BusEvent, HttpAnswer, Mail

OK = "ok"


@dataclass(slots=True)
class Offline:
    """All of it at once; `kept` is what would have been sent, as text."""

    kept: list[str] = field(default_factory=list)

    @property
    def http(self) -> "Offline":
        """Return itself."""
        return self

    @property
    def mailer(self) -> "Offline":
        """Return itself."""
        return self

    def slack(self, _: str, __: str) -> "Offline":
        """Return itself."""
        return self

    def topic(self, _: str) -> "Offline":
        """Return itself."""
        return self

    def bus(self, _: str) -> "Offline":
        """Return itself."""
        return self

    def document(self, _: str) -> str:
        """Return nothing: no secret is read."""
        return ""

    def secret(self, _: str, __: str) -> str:
        """Return nothing: no secret is read."""
        return ""

    def post(self, _: str, body: bytes, __: Mapping[str, str], *, public_only: bool = False) -> HttpAnswer:  # noqa: ARG002 - as `Http`
        """Keep a body."""
        self.kept.append(body.decode(errors="replace"))
        return HttpAnswer(status=200, body=OK)

    def call(self, _: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Keep what Slack would be told."""
        self.kept.append(json.dumps(fields, ensure_ascii=False))
        return {"ok": True, "channel": "C0", "ts": "0.0"}

    def ask(self, _: str, __: Mapping[str, str]) -> Mapping[str, Any]:
        """Return nothing: nothing is asked."""
        return {}

    def publish(self, subject: str, message: str, _: Mapping[str, str]) -> None:
        """Keep a message with its subject."""
        self.kept.append(f"{subject}\n\n{message}" if subject else message)

    def put(self, event: BusEvent) -> None:
        """Keep an event."""
        self.kept.append(event.detail)

    def send(self, mail: Mail) -> None:
        """Keep the HTML of an email."""
        self.kept.append(mail.html)
