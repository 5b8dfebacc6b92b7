"""GetKeyLastUsage, which the emulator lacks. The emulator's server runs this.

KMS keeps the last operation that it served with a key, and not those that it refused (KMS API reference,
"GetKeyLastUsage"). It may lag by an hour there; here it is exact.
"""

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import kms

Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[..., Awaitable[Answer]]
USES = frozenset({
    *("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "GenerateMac"),
    *("GetPublicKey", "Sign", "Verify", "VerifyMac"),
})  # fmt: skip
STARTED = time.time()


def with_last_usage(handle: Handler) -> Handler:
    """What answers a request to KMS, with a memory for the last operation that it served with a key."""

    async def answered(method: str, path: str, headers: dict[str, str], body: bytes, query: object) -> Answer:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        if operation == "GetKeyLastUsage":
            return last_usage(json.loads(body)["KeyId"])
        answer = await handle(method, path, headers, body, query)
        if operation in USES and answer[0] == 200:  # noqa: PLR2004 - HTTP's own number
            remember(json.loads(answer[2]).get("KeyId", ""), operation)
        return answer

    return answered


def remember(key_id: str, operation: str) -> None:
    """Keep what was just served with a key."""
    if key := kms._resolve_key(key_id):  # noqa: SLF001 - it has no public name
        key["last_usage"] = {"Operation": operation, "Timestamp": int(time.time())}


def last_usage(key_id: str) -> Answer:
    """What KMS says of a key's last use."""
    key: dict[str, Any] | None = kms._resolve_key(key_id)  # noqa: SLF001 - as above
    if key is None:
        refusal: Answer = error_response_json("NotFoundException", f"Key '{key_id}' does not exist")
        return refusal
    found: Answer = json_response(
        {"KeyId": key["Arn"], "KeyLastUsage": key.get("last_usage", {}), "TrackingStartDate": int(STARTED)}
    )
    return found


def add_last_usage() -> None:
    """Put it into the emulator."""
    kms.handle_request = with_last_usage(kms.handle_request)
