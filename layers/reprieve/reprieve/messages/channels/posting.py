"""What channels that post to an address have in common: which answers mean that a message was not taken."""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from reprieve.errors import ChannelBusyError, ChannelError, ChannelRefusedError, NoAnswerError
from reprieve.ports import Http, HttpAnswer

JSON: Final = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "kms-reprieve"}
GONE: Final = 410
"""The address is no more, for good. Source: RFC 9110, section 15.5.11; Standard Webhooks, "Specification"."""

_SUCCESS: Final = range(200, 300)
_SHORTEST: Final = 6
"""Characters of an address' part that may be a secret; shorter ones are words such as `v1`."""


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
    final: Collection[int] = (GONE,),
) -> HttpAnswer:
    """Post a message for a channel, and return an answer that says that it was taken: any 2xx, unless told.

    Args:
        http: Addresses outside AWS.
        channel: The channel's name.
        url: Where to.
        body: The message.
        headers: What to say about it.
        is_taken: Which answers say that it was taken.
        public_only: Whether an address in a private network is refused.
        final: The statuses that say that it never will be.

    Raises:
        ChannelBusyError: it asks to be left in peace for a while.
        ChannelRefusedError: it will never take the message.
        ChannelError: it did not take the message.
    """
    try:
        answer = http.post(url, body, headers, public_only=public_only)
    except NoAnswerError as error:
        raise ChannelError(channel, str(error)) from None
    if answer.is_busy:
        raise ChannelBusyError(channel, f"HTTP {answer.status}", answer.wait)
    if (is_taken or is_success)(answer):
        return answer
    refused = ChannelRefusedError if answer.status in final else ChannelError
    raise refused(channel, _said(answer, url))


def _said(answer: HttpAnswer, url: str) -> str:
    """Return what a server answered, without what it repeats of its address, which may be a secret."""
    hidden = frozenset(_pieces(url))
    words = (
        "…" if any(each in word for each in hidden) else word for word in re.split(r"(\s+)", answer.body)
    )
    return replace(answer, body="".join(words)).said


def _pieces(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    for piece in re.split(r"[/?&=]", f"{parts.path}?{parts.query}"):
        if len(piece) >= _SHORTEST:
            yield from (piece, unquote(piece))


def is_success(answer: HttpAnswer) -> bool:
    """Return whether an answer's status is 2xx."""
    return answer.status in _SUCCESS
