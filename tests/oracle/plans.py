"""Random histories, drawn beforehand from a seed: a tuple of steps, each a word and its arguments."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from tests.oracle.kms import Key
from tests.oracle.records import MANAGEMENT, SCRIPTS, USES, Principal
from tests.oracle.strangers import KINDS
from tests.oracle.table import TimeToLive
from tests.oracle.troubles import Call, How
from tests.oracle.world import OURS

SCANNER: Final = Principal("scanner")
PRINCIPALS: Final = (
    Principal("payments-prod"),
    Principal("orders-api"),
    Principal("nightly-report", kind="IAMUser"),
    Principal("ci-runner"),
    SCANNER,
)
KEYS: Final = tuple(
    Key(
        arn=f"arn:aws:kms:eu-west-1:{account}:key/{name * 4}-12ab-34cd-56ef-1234567890ab",
        is_ours=account == OURS,
    )
    for account, name in ((OURS, "a1"), (OURS, "b2"), ("444455556666", "c3"), (OURS, "d4"))
)
_LATEST: Final = 15.0
_NEVER: Final = 1e6
_LOST_RECORDS: Final = 0.1
"""How many cancellations nobody reads of: KMS alone tells of them."""

_LAG: Final = 14.0

SKEW: Final = 290
"""How many seconds a clock may be wrong: AWS refuses most requests whose time is off by five minutes."""

_BURSTS: Final = (*(3,) * 9, *(24,) * 9, 120)
_CONTEXTS: Final = (*("",) * 30, *SCRIPTS)
"""What callers write into their contexts: the largest ones are rare, as they take long to read."""

Step = tuple[Any, ...]
"""A word and its arguments."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole history, before it begins."""

    seed: int
    keys: int
    steps: tuple[Step, ...]

    def without(self, start: int, number: int) -> "Plan":
        """Return the same history without some of its steps."""
        return replace(self, steps=self.steps[:start] + self.steps[start + number :])


def plan(seed: int) -> Plan:
    """Draw the history of a seed."""
    chance = Random(f"reprieve {seed}")  # noqa: S311 - a history, and no secret
    keys = chance.choice((1, 1, 2, 2, 3, 4))
    calm = chance.random() < 0.4
    words = _CALM if calm else _CALM + _ROUGH
    number = chance.choice((3, 5, 8, 8, 12, 20))
    drawn = ("schedule", *(chance.choice(words) for _ in range(number)))
    return Plan(seed, keys, tuple(_DRAW[word](chance, keys) for word in drawn))


def _late(chance: Random) -> float:
    return chance.choice((0.5, 1.0, 3.0, 8.0, chance.uniform(0, _LATEST)))


def _draw_use(chance: Random, keys: int) -> Step:
    copies = [round(chance.uniform(0, _LATEST - 1), 1)] if chance.random() < 0.2 else []
    lag = round(chance.uniform(0, _LAG), 1) if chance.random() < 0.15 else 0.0
    session = chance.choice(
        ("app", f"s{chance.randrange(100)}", "\u9375" * 20, "<!channel> *x* https://evil.example")
    )
    return (
        "use",
        chance.randrange(keys),
        chance.randrange(len(PRINCIPALS)),
        chance.choice(USES),
        round(_late(chance), 1),
        lag,
        copies,
        session,
    )


def _draw_trouble(chance: Random, keys: int) -> Step:
    call = chance.choice(tuple(Call))
    hows = [How.DENIED, How.THROTTLED, How.FAULT]
    if call in {Call.LOOK_UP, Call.HISTORY}:
        hows.append(How.SLOW)
    if call in {Call.TABLE_WRITE, Call.QUEUE}:
        hows.append(How.LOST)
    can_be_of_one = call in {Call.LOOK_UP, Call.TABLE_WRITE}
    scope = chance.randrange(keys) if can_be_of_one and chance.random() < 0.7 else -1
    return ("trouble", str(call), str(chance.choice(hows)), scope, chance.choice((3, 12, 45, 200)))


_DRAW: Final[dict[str, Callable[[Random, int], Step]]] = {
    "schedule": lambda chance, keys: (
        "schedule",
        chance.randrange(keys),
        chance.choice((7, 7, 8, 30)),
        round(_late(chance), 1),
        chance.random() < 0.08,
    ),
    "cancel": lambda chance, keys: (
        "cancel",
        chance.randrange(keys),
        _NEVER if chance.random() < _LOST_RECORDS else round(_late(chance), 1),
    ),
    "enable": lambda chance, keys: ("enable", chance.randrange(keys), round(_late(chance), 1)),
    "disable": lambda chance, keys: ("disable", chance.randrange(keys), round(_late(chance), 1)),
    "replicas gone": lambda chance, keys: ("replicas gone", chance.randrange(keys)),
    "policy": lambda chance, keys: ("policy", chance.randrange(keys), chance.random() < 0.5),
    "use": _draw_use,
    "burst": lambda chance, keys: (
        "burst",
        chance.randrange(keys),
        chance.randrange(len(PRINCIPALS)),
        chance.choice(_BURSTS),
        chance.choice(_CONTEXTS),
    ),
    "manage": lambda chance, keys: (
        "manage",
        chance.randrange(keys),
        chance.randrange(len(PRINCIPALS)),
        chance.choice(MANAGEMENT),
        round(_late(chance), 1),
    ),
    "page": lambda chance, keys: (
        "page",
        chance.randrange(keys),
        chance.choice(("cancel", "keep")),
        chance.random() < 0.5,
    ),
    "wait": lambda chance, _: ("wait", chance.choice((1, 2, 4, 7, 12, 19, 35))),
    "wait long": lambda chance, _: ("wait", chance.choice((90, 240))),
    "days": lambda chance, _: ("days", chance.choice((1, 3, 6, 8))),
    "trouble": _draw_trouble,
    "lose": lambda chance, _: ("lose", chance.randrange(1, 4)),
    "die": lambda chance, _: ("die", chance.randrange(1, 8), chance.random() < 0.6),
    "beside": lambda chance, _: ("beside", chance.randrange(1, 8), chance.random() < 0.6),
    "skew": lambda chance, _: ("skew", chance.choice((-SKEW, -90, -20, 20, 90, SKEW, 0))),
    "scan": lambda chance, _: ("scan", chance.choice((0, 12, 40, 150)), chance.choice((0.1, 1.0))),
    "time to live": lambda chance, _: ("time to live", str(chance.choice(tuple(TimeToLive)))),
    "messages": lambda chance, _: ("messages", chance.choice(("lost", "doubled", "late", "prompt"))),
    "history": lambda chance, _: ("history", chance.choice((0, 10, 30, 60))),
    "forge": lambda chance, keys: (
        "forge",
        chance.choice(KINDS),
        chance.randrange(keys),
        chance.choice((1, 1, 1, 2, 7, 24)),
    ),
}
_CALM: Final = (
    *("use",) * 16,
    *("wait",) * 12,
    *("schedule",) * 6,
    *("cancel",) * 4,
    *(
        "enable",
        "disable",
        "manage",
        "page",
        "page",
        "replicas gone",
        "wait long",
        "burst",
        "messages",
        "history",
        "days",
    ),
)
_ROUGH: Final = (
    *("trouble",) * 8,
    *("forge",) * 8,
    *("die",) * 4,
    *("beside",) * 4,
    *("lose", "lose", "skew", "scan", "scan", "time to live", "policy", "policy", "days", "burst"),
)
