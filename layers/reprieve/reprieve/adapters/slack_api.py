"""Slack's Web API, over HTTPS, as the bot of an app.

Every method answers 200 with `{"ok": true, …}`, or with `{"ok": false, "error": CODE}`; 429 says when to come
again. Methods that write take JSON, those that read take only a form.
Source: Slack, "Using the Slack Web API", "Rate limits".
"""

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final
from urllib.parse import urlencode

from reprieve.adapters.http import HttpClient
from reprieve.dataclass import dataclass
from reprieve.errors import NoAnswerError, SlackBusyError, SlackError
from reprieve.ports import Http, HttpAnswer
from reprieve.untrusted import mapping, text

ANSWER_LIMIT: Final = 262_144
"""Bytes of an answer that are read: it repeats the message that was sent."""

_JSON: Final = "application/json; charset=utf-8"
_FORM: Final = "application/x-www-form-urlencoded"
_OK: Final = 200
_RATE_LIMITED: Final = frozenset({"ratelimited", "rate_limited"})


@dataclass(frozen=True, slots=True)
class SlackApi:
    """The `Slack` of the network, with one bot's token; `base` is where its methods are."""

    http: Http = field(repr=False)
    token: str = field(repr=False)
    base: str = field(repr=False)

    def call(self, method: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call a method that writes."""
        body = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
        return self._answer(method, body, _JSON)

    def ask(self, method: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
        """Call a method that reads."""
        return self._answer(method, urlencode(fields).encode(), _FORM)

    def _answer(self, method: str, body: bytes, kind: str) -> Mapping[str, Any]:
        headers = {
            "Content-Type": kind,
            "Authorization": f"Bearer {self.token}",
            "User-Agent": "kms-reprieve",
        }
        try:
            answer = self.http.post(f"{self.base}/{method}", body, headers)
        except NoAnswerError as error:
            raise SlackError(str(error)) from None
        return _checked(answer)


def slack_api(token: str, base: str) -> SlackApi:
    """Return the Web API as a bot calls it."""
    return SlackApi(HttpClient(body_limit=ANSWER_LIMIT), token, base)


def _checked(answer: HttpAnswer) -> Mapping[str, Any]:
    """Return what Slack answered, where it says that all went well."""
    if answer.is_busy:
        raise _busy(f"HTTP {answer.status}", answer)
    said = _object(answer.body) if answer.status == _OK else {}
    if said.get("ok") is True:
        return said
    code = text(said, "error")
    if code in _RATE_LIMITED:
        raise _busy(code, answer)
    if code:
        raise SlackError(f"Slack says {code}", code)
    raise SlackError(answer.said)


def _busy(problem: str, answer: HttpAnswer) -> SlackBusyError:
    return SlackBusyError(problem, "ratelimited", answer.wait)


def _object(body: str) -> Mapping[str, Any]:
    try:
        return mapping(json.loads(body))
    except (ValueError, RecursionError):
        return {}
