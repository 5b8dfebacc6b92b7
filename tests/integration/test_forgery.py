"""A hundred thousand altered links: one and the same answer, and nothing asked but one check of the code."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import cycle
from typing import Any, NoReturn

import pytest

from reprieve.links import SigningKey, mint
from reprieve.respond.access import Access
from reprieve.respond.pages.rendering import Page
from reprieve.respond.responder import DECIDE, PAGE, SIGN_IN, Request, Responder
from tests.examples import NOW
from tests.fakes import FakeClock, FakeLog, FakeSigner
from tests.forging import CLAIMS, KINDS, forgeries, links

FORM = b"decision=cancel&enable=yes&decisions=0&token=" + b"0" * 64
ROUTES = (*sorted(PAGE), DECIDE, SIGN_IN)

# What is well made and says something else, or is signed by somebody else, costs one check: all others none.
CHECKED = {"bits of the code", "claims edited", "another stack's key", "another use of the key"}
NEVER_CHECKED = {"claims rewritten", "another version", "look-alikes", "percent-encoded", "10 kB", "padded"}


class OpenedError(AssertionError):
    """Somebody has come further than the check."""


class Nobody:
    """A port that nobody may use."""

    def __getattr__(self, name: str) -> NoReturn:
        raise OpenedError(name)


@dataclass
class Gate:
    """The responder of a stack with two signing keys, behind which there is nothing."""

    signers: dict[str, FakeSigner] = field(default_factory=lambda: {"a": FakeSigner(), "b": FakeSigner(b"b")})
    log: FakeLog = field(default_factory=FakeLog)

    def __post_init__(self) -> None:
        nobody: Any = Nobody()
        self.responder = Responder(
            checkers=self.signers,
            access=Access(),
            reader=nobody,
            rescuer=nobody,
            store=nobody,
            samples=nobody,
            recipients=nobody,
            clock=FakeClock(NOW),
            log=self.log,
        )

    @property
    def checks(self) -> int:
        return sum(signer.checks for signer in self.signers.values())

    def ask(self, token: str, route: str = "GET /keys/{token}") -> Page:
        return self.responder.respond(Request(route=route, token=token, body=FORM, source_ip="203.0.113.40"))


@pytest.fixture(scope="module")
def good() -> list[str]:
    return links(FakeSigner())


@pytest.fixture
def gate() -> Gate:
    return Gate()


def test_there_are_a_hundred_thousand() -> None:
    assert sum(number for number, _ in KINDS.values()) == 100_000


@pytest.mark.parametrize("kind", KINDS)
def test_an_altered_link_is_refused_like_any_other_and_costs_one_check_at_most(
    gate: Gate, good: list[str], kind: str
) -> None:
    refusal = gate.ask("malformed")
    checks: Counter[int] = Counter()
    accepted = []

    for token, route in zip(forgeries(kind, good), cycle(ROUTES), strict=False):
        before = gate.checks
        if gate.ask(token, route) != refusal:
            accepted.append(token)
        checks[gate.checks - before] += 1

    assert accepted == []
    assert (refusal.status, dict(refusal.headers), refusal.cookies) == (404, {}, ())
    assert checks.total() == KINDS[kind][0]
    assert checks.keys() <= {0, 1}
    assert (kind not in CHECKED) or checks.keys() == {1}
    assert (kind not in NEVER_CHECKED) or checks.keys() == {0}
    assert {(said, *keys) for _, said, keys in gate.log.lines} == {("Refused a link", "why")}
    assert {keys["why"] for *_, keys in gate.log.lines} <= {"MalformedLinkError", "ForgedLinkError"}


@pytest.mark.parametrize("route", ROUTES)
def test_a_link_that_has_expired_is_refused_like_one_that_is_forged(gate: Gate, route: str) -> None:
    over = mint(replace(CLAIMS, expires_at=NOW - timedelta(days=1)), gate.signers["a"].key)

    answer = gate.ask(over, route)

    assert (answer, gate.checks) == (gate.ask("malformed"), 1)


def test_each_letter_has_its_own_key(gate: Gate) -> None:
    as_b = mint(CLAIMS, SigningKey("b", gate.signers["a"]))

    answer = gate.ask(as_b)

    assert answer == gate.ask("malformed")
    assert (gate.signers["a"].checks, gate.signers["b"].checks) == (0, 1)


def test_the_links_that_are_altered_are_good_ones(gate: Gate, good: list[str]) -> None:
    for token in good:
        with pytest.raises(OpenedError):
            gate.ask(token)
