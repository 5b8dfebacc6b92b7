"""Whether Slack sent a request: its signature over the raw body, with the app's signing secret.

Source: Slack, "Verifying requests from Slack".
"""

import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

TIMESTAMP: Final = "x-slack-request-timestamp"
SIGNATURE: Final = "x-slack-signature"
LEEWAY: Final = timedelta(minutes=5)
_SECONDS: Final = re.compile(r"[0-9]{1,12}")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a request."""
    signed = f"v0:{timestamp}:".encode(errors="replace") + body
    return f"v0={hmac.new(secret.encode(), signed, 'sha256').hexdigest()}"


def is_recent(headers: Mapping[str, str], now: datetime) -> bool:
    """Return whether a request was signed in these minutes; headers go by their names in lower case."""
    said = headers.get(TIMESTAMP, "")
    return bool(_SECONDS.fullmatch(said)) and abs(int(said) - now.timestamp()) <= LEEWAY.total_seconds()


def is_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Return whether the holder of a signing secret signed it, in the same time whatever the answer."""
    expected = sign(secret, headers.get(TIMESTAMP, ""), body)
    return hmac.compare_digest(expected.encode(), headers.get(SIGNATURE, "").encode(errors="replace"))
