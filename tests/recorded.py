"""The payloads in `events/`, as they were recorded or written."""

import json
from functools import cache
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).parent.parent / "events"


def event(name: str) -> dict[str, Any]:
    """A Lambda event, such as `alarms/alarm`."""
    loaded: dict[str, Any] = json.loads(_text(name))
    return loaded


@cache
def _text(name: str) -> str:
    return (EVENTS / f"{name}.json").read_text(encoding="utf-8")


def record(name: str) -> dict[str, Any]:
    """A CloudTrail record, such as `decrypt-by-iam-user`."""
    return event(f"records/{name}")


def line(name: str) -> str:
    """The same as a line of the log group."""
    return json.dumps(record(name))


def names(folder: str) -> list[str]:
    """The names of what a folder holds."""
    return sorted(file.stem for file in (EVENTS / folder).glob("*.json"))
