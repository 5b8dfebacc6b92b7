"""What it takes to refuse a link, by how far it gets, in our code only: the check itself takes no time here.

Anyone who measures answers learns no more from them than they could read in the link: whether it has the form
of one, and names a letter of the stack's. What comes after that is one check for all.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from statistics import median
from typing import Any, Final

from reprieve.links import mint
from reprieve.respond.access import Access
from reprieve.respond.responder import Request, Responder
from tests.examples import NOW
from tests.fakes import FakeClock, FakeLog, FakeSigner
from tests.forging import CLAIMS, forgeries, links

ROUNDS: Final = 300
OVER: Final = replace(CLAIMS, expires_at=NOW - timedelta(days=1))
CHECKED: Final = ("forged", "forged_and_expired", "edited", "expired")
"""The kinds that cost one check each."""


def measure() -> dict[str, float]:
    """Return the median of each kind in microseconds, and how far those apart are that cost a check."""
    stack = FakeSigner()
    nobody: Any = None
    responder = Responder(
        checkers=stack.keys,
        access=Access(),
        reader=nobody,
        rescuer=nobody,
        store=nobody,
        samples=nobody,
        recipients=nobody,
        clock=FakeClock(NOW),
        log=FakeLog(),
    )
    taken: dict[str, list[float]] = {kind: [] for kind in tokens(stack)}
    for _ in range(ROUNDS):
        for kind, token in tokens(stack).items():
            taken[kind].append(_seconds(responder, token))
    medians = {kind: median(seconds) for kind, seconds in taken.items()}
    checked = [medians[kind] for kind in CHECKED]
    return {
        **{f"refusal_{kind}_us": seconds * 1e6 for kind, seconds in medians.items()},
        "refusal_ratio": max(checked) / min(checked),
    }


def tokens(stack: FakeSigner) -> Mapping[str, str]:
    """Return a link of each kind that is refused."""
    good = links(stack, 1)
    (token,) = good
    return {
        "malformed": f"v9a{token[3:]}",
        "malformed_claims": next(forgeries("claims rewritten", good)),
        "unknown_letter": f"v2z{token[3:]}",
        "forged": next(forgeries("bits of the code", good)),
        "forged_and_expired": mint(OVER, FakeSigner(b"another stack's").key),
        "edited": next(forgeries("claims edited", good)),
        "expired": mint(OVER, stack.key),
    }


def _seconds(responder: Responder, token: str) -> float:
    request = Request(route="GET /keys/{token}", token=token)
    start = time.perf_counter()
    responder.respond(request)
    return time.perf_counter() - start
