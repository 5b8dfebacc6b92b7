"""The deployed stack with other parameters, for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from local import stack, up
from local.up import Local

USUAL = {"Approvers": "link", "SigningKeys": "a"}
"""`sam deploy` keeps what it is not told: what these two say makes all others mean nothing."""


@contextmanager
def redeployed(local: Local, **parameters: str) -> Iterator[None]:
    """Deploy the stack with `parameters`, and at the end as it was."""
    built, others = local.emulator.folder / "build", up.parameters(local.inbox)
    stack.deploy(local.emulator, built, others | USUAL | parameters)
    try:
        yield
    finally:
        stack.deploy(local.emulator, built, others | USUAL)
