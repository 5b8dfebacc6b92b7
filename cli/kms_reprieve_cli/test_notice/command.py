"""`kms-reprieve test-notice`: send, wait, report."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from kms_reprieve_cli.status import Status
from kms_reprieve_cli.terminal import messages, output, waiting
from kms_reprieve_cli.test_notice.outcome import ChannelOutcome, outcomes, subscriptions
from kms_reprieve_cli.test_notice.policy import document
from kms_reprieve_cli.test_notice.report import as_json, recipients, sent, told
from kms_reprieve_cli.test_notice.stack import NotifyingStack, Started
from kms_reprieve_cli.test_notice.until import Until
from reprieve.arn import partition_of

EVERY: Final = 2.0
"""Seconds between two looks."""

_Outcomes = tuple[ChannelOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How long to wait in seconds, for what, and how to print the result."""

    until: Until
    timeout: float
    is_json: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """The time that passes here, which only bounds the wait: what is told is the stack's own."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def send_test_notice(stack: NotifyingStack, wanted: Wanted, passing: Time | None = None) -> Status:
    """Send a test notice and wait; WRONG if a channel did not get as far as wanted.

    Raises:
        AwsError: it could not be sent, or its record not be read.
        NotUnderstoodError: the stack has no test notices.
    """
    started = stack.start(str(uuid4()))
    messages().print(sent(started))
    found = _waited(stack, started, wanted, passing or Time())
    addresses = subscriptions(stack, found)
    if wanted.is_json:
        print(json.dumps(as_json(started, found, addresses), indent=2, ensure_ascii=False))
    else:
        for line in (*(line for each in found for line in told(each, started)), *recipients(addresses)):
            output().print(line)
    return Status.DONE if _is_done(found, wanted) else Status.WRONG


def print_policy(stack_name: str, region: str) -> Status:
    """Print the least policy that the command needs."""
    print(json.dumps(document(stack_name, partition_of(region)), indent=2))
    return Status.DONE


def _waited(stack: NotifyingStack, started: Started, wanted: Wanted, passing: Time) -> _Outcomes:
    """Look again and again until all is done or the time is up; tell people what is new meanwhile."""
    end, known = passing.clock() + wanted.timeout, set[str]()
    while True:
        with waiting(f"waiting until every channel has {wanted.until} it"):
            found = outcomes(stack, started)
            if not (is_last := _is_done(found, wanted) or passing.clock() >= end):
                passing.sleep(EVERY)
        new = [
            line for each in found for line in told(each, started) if line not in {*known, *_waiting(each)}
        ]
        known.update(new)
        if is_last:
            return found
        for line in new:
            messages().print(line, style="dim")


def _is_done(found: _Outcomes, wanted: Wanted) -> bool:
    return bool(found) and all(each.has(wanted.until) for each in found)


def _waiting(outcome: ChannelOutcome) -> tuple[str, ...]:
    """Return the lines that only say that something is still waited for."""
    return (f"{outcome.channel}: not accepted yet", f"{outcome.channel}: not opened yet")
