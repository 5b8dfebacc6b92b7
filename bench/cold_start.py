"""One start, in a process of its own, which knows nothing but a function, its layer and the runtime.

Standard input is JSON: `clients` that bare boto3 makes, or the first `event` of a function.
The last line of standard output is JSON: the processor time up to the first event, and that of the event.
"""

import json
import sys
import time
from typing import Any


class Context:
    """Lambda's context of an invocation."""

    function_name = "function"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:function"
    aws_request_id = "00000000-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Return what a fresh invocation has."""
        return 60_000


def bare(clients: list[str]) -> dict[str, object]:
    """Make clients by boto3, and do nothing else."""
    import boto3  # noqa: PLC0415 - what it takes is measured

    make: Any = boto3.client
    for service in clients:
        make(service)
    return {"init": time.process_time()}


def function(event: dict[str, object]) -> dict[str, object]:
    """Start the function, and let it handle an event."""
    import app  # type: ignore[import-not-found]  # noqa: PLC0415 - as above

    init = time.process_time()
    clients = _clients()
    begun = time.process_time()
    app.handler(event, Context())
    return {"init": init, "first": time.process_time() - begun, "clients": clients}


def _clients() -> list[str]:
    import gc  # noqa: PLC0415 - it is not part of the start

    from botocore.client import BaseClient  # noqa: PLC0415 - as above

    gc.unfreeze()
    made = [each for each in gc.get_objects() if isinstance(each, BaseClient)]
    return sorted(each.meta.service_model.service_name for each in made)


if __name__ == "__main__":
    told = json.load(sys.stdin)
    print(json.dumps(bare(told["clients"]) if "clients" in told else function(told["event"])))
