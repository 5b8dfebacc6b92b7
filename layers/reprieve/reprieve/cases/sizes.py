"""Sizes as a law: no case is stored, and no notice is sent, with more bytes than it may have.

Every text is bounded where it is read (`fields.one_line`). What is still too much together is
left out here: addresses of the console first, then details, then callers. Numbers and names stay, and it is
said that something is missing.
Source: DynamoDB developer guide, "Quotas": an item has 400 KB; SQS developer guide: a message has 256 KiB.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from reprieve.cases.case import Case, Counts
from reprieve.cases.key import Key
from reprieve.cases.notice import Notice
from reprieve.cases.serialization import to_json
from reprieve.cases.usage import OTHERS_LISTED, CallerUses, Uses, narrowed

CASE_LIMIT: Final = 300_000
NOTICE_LIMIT: Final = 200_000
DIGEST_LIMIT: Final = 150_000  # a mail names each key twice

_Step = Callable[[Uses], Uses]


def size(value: object) -> int:
    """Return how many bytes a value has, as it is stored and sent."""
    return len(json.dumps(to_json(value), ensure_ascii=False, separators=(",", ":")).encode())


def fitting_case(case: Case, limit: int = CASE_LIMIT) -> Case:
    """Return a case that can be stored, and that says so if details were left out."""
    for step in STEPS:
        if size(case) <= limit:
            break
        case = replace(
            case,
            settled=_counts(case.settled, step),
            unanswered=_counts(case.unanswered, step),
            recent=_counts(case.recent, step),
            key=fitting_key(case.key),
            is_trimmed=True,
        )
    return case


def fitting_digest(notice: Notice, limit: int = DIGEST_LIMIT) -> Notice:
    """Return a digest that every queue takes: with fewer names of each entry's callers, never with none."""
    names = OTHERS_LISTED
    while notice.digest and size(notice) > limit and names > 1:
        names //= 2
        entries = tuple(replace(each, callers=each.callers[:names]) for each in notice.digest.entries)
        notice = replace(notice, digest=replace(notice.digest, entries=entries))
    return notice


def fitting_notice(notice: Notice, limit: int = NOTICE_LIMIT) -> Notice:
    """Return a notice that every queue takes."""
    for step in STEPS:
        if size(notice) <= limit:
            break
        about = notice.case and replace(notice.case, key=fitting_key(notice.case.key))
        uses, calls = step(notice.uses), step(notice.management_calls)
        notice = replace(notice, case=about, uses=uses, management_calls=calls)
    return notice


def fitting_key(key: Key) -> Key:
    """Return a key with the first few of everything that there may be many of."""
    return replace(
        key,
        aliases=key.aliases[:10],
        tags=dict(list(key.tags.items())[:20]),
        grantees=key.grantees[:10] if key.grantees else key.grantees,
        relatives=key.relatives[:10] if key.relatives else key.relatives,
    )


def _counts(counts: Counts, step: _Step) -> Counts:
    return replace(counts, uses=step(counts.uses), management_calls=step(counts.management_calls))


def _each(change: Callable[[CallerUses], CallerUses]) -> _Step:
    return lambda uses: replace(uses, by_caller=tuple(map(change, uses.by_caller)))


def _without_addresses(part: CallerUses) -> CallerUses:
    resources = tuple(replace(each, console_url=None) for each in part.resources)
    return replace(part, caller=replace(part.caller, console_url=None), resources=resources)


STEPS: Final[tuple[_Step, ...]] = (
    _each(_without_addresses),
    _each(lambda part: replace(part, user_agents=part.user_agents[:1], event_ids=part.event_ids[:1])),
    _each(lambda part: replace(part, resources=part.resources[:3], sessions=part.sessions[:6])),
    lambda uses: narrowed(uses, callers=10),
    _each(lambda part: replace(part, source_ips=part.source_ips[:1], resources=part.resources[:1])),
    lambda uses: narrowed(uses, callers=5),
    _each(lambda part: replace(part, user_agents=(), resources=(), sessions=part.sessions[:1])),
    lambda uses: narrowed(uses, callers=2, operations=2, others=150),
    lambda uses: narrowed(uses, callers=2, operations=2, others=50),
)
"""What is left out, in this order, until the rest fits; the last of these always does."""
