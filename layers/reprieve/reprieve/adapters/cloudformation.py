"""The answer that CloudFormation waits for, at the address it gave."""

import json
from collections.abc import Mapping
from urllib.request import Request, urlopen

_TIMEOUT_SECONDS = 10


def put_answer(url: str, body: Mapping[str, str]) -> None:
    """Put the answer of a custom resource; `url` is signed, and as good as a secret.

    Raises:
        OSError: it was not taken. Lambda starts the function again, and nothing is done twice.
    """
    data = json.dumps(body, ensure_ascii=False).encode()
    # The signature covers an empty content type, where urllib would put one of its own.
    request = Request(url, data=data, method="PUT", headers={"Content-Type": ""})  # noqa: S310  # CloudFormation's
    with urlopen(request, timeout=_TIMEOUT_SECONDS):  # noqa: S310  # as above
        return
