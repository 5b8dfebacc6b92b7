"""An address wherever strangers can write, and what mail and chat programs make links of."""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from reprieve.arn import KeyArn
from reprieve.cases.notice import Notice

ADDRESSES = (
    "https://evil.example/login?x=y.example",
    "http://198.51.100.7/",
    "www.evil.example",
    "evil.example",
    "www.evil.example@ now",
    "ftp://evil.example",
    "mailto:jane@evil.example",
    r"\\evil.example\share",
    "x https://evil.example y",
)

LINKED = re.compile(
    r"(?:https?|ftp|sftp|ldap|smb|file|ws|slack)://"
    r"|https?:|\b(?:mailto|tel|file|javascript):\S"
    r"|(?<![\w/-])(?<![^\s.]\.)(?<![\w.+-]@)(?:[a-z0-9][a-z0-9-]*\.)+(?:com|net|org|example|io|zip|dev|рф)\b"
    r"(?![\w.+-]*@[\w-]+\.\w)"
    r"|\\\\\w",
    re.IGNORECASE,
)
"""Written apart from the code that leaves nothing of it."""


def written_by_strangers(notice: Notice, text: str) -> Notice:
    """Return a notice with a text in the place of every text in it, but for what we write ourselves."""
    ours = {name: getattr(notice, name) for name in ("id", "link", "console_url", "command", "runbook")}
    made: Notice = _written(notice, text)
    return replace(made, **ours)


def _written(value: Any, text: str) -> Any:
    if isinstance(value, Enum | KeyArn):
        return value
    if isinstance(value, str):
        return text
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{each.name: _written(getattr(value, each.name), text) for each in fields(value)}
        )
    if isinstance(value, tuple):
        return tuple(_written(each, text) for each in value)
    if isinstance(value, Mapping):
        return {_written(name, text): _written(each, text) for name, each in value.items()}
    return value
