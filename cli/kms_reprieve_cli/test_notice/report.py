"""What became of a test notice, in words for people and as data for programs."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from kms_reprieve_cli.test_notice.outcome import ChannelOutcome, Opening
from kms_reprieve_cli.test_notice.stack import Started
from reprieve.clock import rfc3339
from reprieve.ports import Subscription
from reprieve.untrusted import one_line

EMAIL: Final = "email"
DELIVERED: Final = {
    EMAIL: "not known (SNS does not say)",
    "slack": "yes (Slack answers after it has posted)",
}
_NOT_KNOWN: Final = "not known"


def sent(started: Started) -> str:
    """Return that it was sent, and what to do now."""
    return (
        f"Sent test notice {started.notice} to {', '.join(started.channels) or 'every channel'}."
        ' Open its link in each channel and press "I have seen this".'
    )


def told(outcome: ChannelOutcome, started: Started) -> Iterator[str]:
    """Yield how far it got in a channel, a line each."""
    if outcome.accepted_at:
        yield f"{outcome.channel}: accepted after {_after(outcome.accepted_at, started)}"
        yield f"{outcome.channel}: delivered: {DELIVERED.get(outcome.channel, _NOT_KNOWN)}"
    elif outcome.error:
        yield f"{outcome.channel}: not accepted: {one_line(outcome.error)}"
    else:
        yield f"{outcome.channel}: not accepted yet"
    for opening in outcome.openings:
        yield f"{outcome.channel}: {_opened(opening, started)}"
    if not outcome.has_link:
        yield f"{outcome.channel}: the message has no link to open"
    elif not outcome.openings and outcome.accepted_at:
        yield f"{outcome.channel}: not opened yet"


def recipients(subscriptions: Sequence[Subscription]) -> Iterator[str]:
    """Yield who gets the mail, and who does not."""
    confirmed = [each.address for each in subscriptions if each.arn]
    if confirmed:
        yield f"{EMAIL}: to {', '.join(confirmed)}"
    for each in subscriptions:
        if not each.arn:
            yield f"{EMAIL}: {each.address} has not confirmed the email from AWS, and gets nothing"


def as_json(
    started: Started, outcomes: Sequence[ChannelOutcome], subscriptions: Sequence[Subscription]
) -> dict[str, Any]:
    """Return what `--json` prints."""
    return {
        "notice": started.notice,
        "at": rfc3339(started.at),
        "channels": [_channel(each, subscriptions) for each in outcomes],
    }


def _channel(outcome: ChannelOutcome, subscriptions: Sequence[Subscription]) -> dict[str, Any]:
    accepted = outcome.accepted_at
    return {
        "channel": outcome.channel,
        "accepted_at": rfc3339(accepted) if accepted else None,
        "delivered": DELIVERED.get(outcome.channel, _NOT_KNOWN) if accepted else "no",
        "has_link": outcome.has_link,
        "error": outcome.error or None,
        "recipients": [
            {"address": each.address, "confirmed": each.arn is not None}
            for each in (subscriptions if outcome.channel == EMAIL else ())
        ],
        "opened": list(map(_opening, outcome.openings)),
    }


def _opening(opening: Opening) -> dict[str, Any]:
    return {
        "by": opening.by,
        "source_ip": opening.source_ip,
        "at": rfc3339(opening.at),
        "pressed": opening.pressed,
    }


def _opened(opening: Opening, started: Started) -> str:
    did = "seen" if opening.pressed else "opened"
    return f"{did} after {_after(opening.at, started)}: {one_line(opening.by)}, from {opening.source_ip}"


def _after(then: datetime, started: Started) -> str:
    seconds = max(0, round((then - started.at).total_seconds()))
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
