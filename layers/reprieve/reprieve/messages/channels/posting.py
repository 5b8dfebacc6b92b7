"""What channels that post to an address have in common: which answers mean that a message was not taken."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from reprieve.errors import ChannelBusyError, ChannelError, NoAnswerError
from reprieve.ports import Http, HttpAnswer

JSON: Final = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "kms-reprieve"}
_SUCCESS: Final = range(200, 300)


def as_json(payload: Mapping[str, Any]) -> bytes:
    """Return a payload as the bytes that are sent."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def post(  # noqa: PLR0913 - each of them is another thing that is said
    http: Http,
    channel: str,
    url: str,
    body: bytes,
    headers: Mapping[str, str] = JSON,
    *,
    is_taken: Callable[[HttpAnswer], bool] | None = None,
    public_only: bool = False,
) -> HttpAnswer:
    """Post a message for a channel, and return an answer that says that it was taken: any 2xx, unless told.

    Raises:
        ChannelBusyError: it asks to be left in peace for a while.
        ChannelError: it did not take the message.
    """
    try:
        answer = http.post(url, body, headers, public_only=public_only)
    except NoAnswerError as error:
        raise ChannelError(channel, str(error)) from None
    if answer.is_busy:
        raise ChannelBusyError(channel, f"HTTP {answer.status}", answer.wait)
    if not (is_taken or is_success)(answer):
        raise ChannelError(channel, answer.said)
    return answer


def is_success(answer: HttpAnswer) -> bool:
    """Return whether an answer's status is 2xx."""
    return answer.status in _SUCCESS
