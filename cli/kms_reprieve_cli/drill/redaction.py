"""What a report leaves out, so that it can be attached to an issue: who and where you are."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

ACCOUNT: Final = "111122223333"
_ACCOUNTS: Final = re.compile(r"(?<!\d)\d{12}(?!\d)")
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IPV4: Final = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
_PAGE: Final = re.compile(r"https?://\S+")
_PRINCIPAL: Final = re.compile(r"\b(assumed-role|federated-user|role|user)/[\w+=,.@/-]+")
_HIDDEN: Final = frozenset(
    (
        "accessKeyId",
        "principalId",
        "sourceIPAddress",
        "userName",
        "credentialId",
        "userId",
        "identityStoreArn",
    )
)


def redacted(text: str) -> str:
    """Return a text without account numbers, names of principals, email and IP addresses, and URLs."""
    for pattern, instead in (
        (_PAGE, "https://…"),
        (_PRINCIPAL, r"\1/…"),
        (_ADDRESS, "someone@example.com"),
        (_IPV4, "192.0.2.1"),
        (_ACCOUNTS, ACCOUNT),
    ):
        text = pattern.sub(instead, text)
    return text


def redacted_record(record: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Return a CloudTrail record with the same fields, and without the values that name you."""
    return json.loads(redacted(json.dumps(_hidden(record))))


def _hidden(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {name: "…" if name in _HIDDEN else _hidden(each) for name, each in value.items()}
    return [_hidden(each) for each in value] if isinstance(value, list) else value
