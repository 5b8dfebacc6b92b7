"""What channels that post to an address have in common: which answers mean that a message was not taken."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from reprieve.errors import ChannelBusyError, ChannelError, NoAnswerError
from reprieve.ports import Http, HttpAnswer
from reprieve.untrusted import one_line

JSON: Final = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "kms-reprieve"}
_TOO_MANY: Final = 429
_UNAVAILABLE: Final = 503
_DEFAULT_WAIT: Final = 30
_BODY_SHOWN: Final = 100
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
    if answer.status == _TOO_MANY or (answer.status == _UNAVAILABLE and answer.retry_after is not None):
        wait = _DEFAULT_WAIT if answer.retry_after is None else answer.retry_after
        raise ChannelBusyError(channel, f"HTTP {answer.status}", wait)
    if not (is_taken or is_success)(answer):
        raise ChannelError(channel, f"HTTP {answer.status}: {one_line(answer.body, _BODY_SHOWN)}")
    return answer


def is_success(answer: HttpAnswer) -> bool:
    """Return whether an answer's status is 2xx."""
    return answer.status in _SUCCESS
