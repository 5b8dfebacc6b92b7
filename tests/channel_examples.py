"""An entry of each type of channel, as it stands in the document."""

from collections.abc import Mapping
from typing import Any, Final

EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "slack-webhook": {"url": "https://hooks.slack.example/services/T0/B0/confidential"},
    "sns": {"topic": "arn:aws:sns:eu-west-1:111122223333:notices"},
}

DATA: Final = frozenset[str]()
"""Types that send the notice as it is, for programs to read."""


def entry(kind: str, **changes: Any) -> dict[str, Any]:
    """An entry of a type."""
    return {"name": "example", "type": kind, **EXAMPLES[kind], **changes}
