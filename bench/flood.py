"""A flood of forged links, and someone with a good one among them: `python -m bench flood`.

It runs against the stack in the local cloud: the real function and role, a check of the code for every forged
link, and none of the API's throttle, which the emulator lacks.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import cycle, islice
from math import ceil
from statistics import median
from typing import Final

from local.up import Local, progress, running
from reprieve.adapters.kms import KmsMinter, Regions
from reprieve.arn import KeyArn
from reprieve.clock import utc_now
from reprieve.links import LinkClaims, SigningKey, mint
from tests.forging import forgeries
from tests.scene import Scene, request

SECONDS: Final = 20
FORGED_A_SECOND: Final = 50
THREADS: Final = 4
WARMING: Final = 10
ALONE: Final = 100  # requests of each kind, one after another
UNANSWERED: Final = 0
OK: Final = 200
NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: when it was sent, whether with a good link, what came of it and after how many seconds."""

    at: float
    is_good: bool
    status: int
    seconds: float


@dataclass(slots=True)
class Asker:
    """Asks, and notes what came of it."""

    made: list[Asked] = field(default_factory=list)

    def ask(self, link: str, *, is_good: bool) -> Asked:
        """Ask for one page."""
        start = time.monotonic()
        try:
            status = request("GET", link).status
        except OSError:
            status = UNANSWERED
        asked = Asked(start, is_good, status, time.monotonic() - start)
        self.made.append(asked)
        return asked

    def times(self, *, is_good: bool) -> list[float]:
        """Return how long the answers took, the shortest first."""
        return sorted(asked.seconds for asked in self.made if asked.is_good is is_good)


def measure() -> dict[str, float]:
    """Return the figures.

    Raises:
        AssertionError: a forged link was not refused.
    """
    with running(progress(sys.stderr)) as local:
        link = Scene.begin(local).link()
        first = Asker().ask(link, is_good=True).seconds
        quiet = _alone(_links(local, link))
        flooded = _flood(link)
    refused = [asked for asked in flooded.made if not asked.is_good]
    good = [asked for asked in flooded.made if asked.is_good]
    if {asked.status for asked in refused} - {NOT_FOUND}:
        raise AssertionError("a forged link was not refused")
    lasted = max(asked.at + asked.seconds for asked in flooded.made) - min(asked.at for asked in flooded.made)
    return {
        "page_first_ms": first * 1000,
        **{name: value for kind, times in quiet.items() for name, value in _spread(f"alone_{kind}", times)},
        "flood_forged": len(refused),
        "flood_forged_a_second": len(refused) / lasted,
        "flood_good": len(good),
        "flood_good_unanswered": sum(asked.status != OK for asked in good),
        **dict(_spread("flood_good", flooded.times(is_good=True))),
        **dict(_spread("flood_refused", flooded.times(is_good=False))),
    }


def _links(local: Local, link: str) -> dict[str, list[str]]:
    """Return a link of each kind, as often as it is asked for."""
    root, _, token = link.rpartition("/")
    made = {
        "good": [token],
        "malformed": [f"v2a{token[3:]}"],
        "forged": list(islice(forgeries("bits of the code", [token]), ALONE)),
        "expired": [_expired(local)],
    }
    return {kind: [f"{root}/{each}" for each in tokens] for kind, tokens in made.items()}


def _expired(local: Local) -> str:
    """Return a link that the stack's own key signed, for a time that is over."""
    key = KeyArn.parse(local.stack.outputs["SigningKeyArn"])
    now = utc_now().replace(microsecond=0)
    claims = LinkClaims(
        key=replace(key, resource="key/1234abcd-12ab-34cd-56ef-1234567890ab"),
        deletion_date=now + timedelta(days=5),
        channel="email",
        notice="8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11",
        expires_at=now - timedelta(days=1),
    )
    kms = local.emulator.session().client("kms", endpoint_url=local.emulator.endpoint)
    return mint(claims, SigningKey("a", KmsMinter(Regions(lambda _: kms), key)))


def _alone(links: Mapping[str, Sequence[str]]) -> dict[str, list[float]]:
    """Ask for links of each kind in turns, while nobody else does; return how long the answers took."""
    askers = {kind: Asker() for kind in links}
    turns = {kind: cycle(each) for kind, each in links.items()}
    for _ in range(ALONE):
        for kind, asker in askers.items():
            asker.ask(next(turns[kind]), is_good=kind == "good")
    return {kind: asker.times(is_good=kind == "good") for kind, asker in askers.items()}


def _flood(link: str) -> Asker:
    """Send forged links for a while, evenly, and a good one every second."""
    asker, early = Asker(), Asker()
    root, _, token = link.rpartition("/")
    tokens = islice(forgeries("bits of the code", [token]), SECONDS * FORGED_A_SECOND)
    with ThreadPoolExecutor(THREADS + 1) as pool:
        # Each that is asked at the same time is a process of its own, and takes seconds to start.
        for _ in range(WARMING * THREADS):
            pool.submit(early.ask, link, is_good=True)
    start = time.monotonic() + 1
    waiting = iter([(start + place / FORGED_A_SECOND, f"{root}/{each}") for place, each in enumerate(tokens)])
    lock = threading.Lock()

    def take() -> tuple[float, str] | None:
        with lock:
            return next(waiting, None)

    with ThreadPoolExecutor(THREADS + 1) as pool:
        for _ in range(THREADS):
            pool.submit(_send, asker, take)
        for second in range(SECONDS):
            _wait_until(start + second + 0.5)
            pool.submit(asker.ask, link, is_good=True)
    return asker


def _send(asker: Asker, take: Callable[[], tuple[float, str] | None]) -> None:
    while due := take():
        _wait_until(due[0])
        asker.ask(due[1], is_good=False)


def _wait_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def _spread(name: str, times: Sequence[float]) -> Iterator[tuple[str, float]]:
    """Yield median, 95th percentile and maximum in milliseconds; `times` are sorted."""
    yield f"{name}_p50_ms", median(times) * 1000
    yield f"{name}_p95_ms", times[ceil(len(times) * 0.95) - 1] * 1000
    yield f"{name}_max_ms", times[-1] * 1000
