"""What people hear: the queue's bodies, each notice once for each channel, as `deliver` sends it."""

import json
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from time import strptime
from typing import Any, Final, NamedTuple

IN_USE: Final = frozenset({"key-in-use", "new-caller", "still-in-use", "deletion-soon", "correction"})
"""The reasons by which people learn that a key is used."""

EVERYBODY: Final = "everybody"
"""Who hears it: which channel gets which notice is not what is looked at here."""

_OVER: Final = frozenset({"deleted", "absent", "unknown", "continued"})


class By(NamedTuple):
    """What a notice tells of one caller; one that is only listed by name has no resources."""

    name: str
    times: int
    resources: frozenset[str] = frozenset()


class Claim(StrEnum):
    """What a notice says of the deletion that it is about."""

    PENDING = "pending"
    CANCELLED = "cancelled"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One notice, as one channel had it.

    Attributes:
        at: When it was sent, by the world's clock.
        decided_at: When it was decided, as it says itself.
        id: Its name; a second one of the same name is not delivered.
        reason: Why people are told.
        key: The key's ARN; "" for a notice of no key.
        case: The id of its case.
        date: The deletion date that the case has; None for a case without one.
        shown: The deletion date that it shows of the key, where it says that the key is pending deletion.
        claim: What it says of the deletion.
        uses: How many uses it tells of.
        last_use_at: When the last of them was.
        users: Who made them.
        managers: Who made the management calls that it tells of.
        scheduled_by: Who scheduled the deletion, as it says.
        scheduled_at: When.
        ended_by: Who cancelled it, as it says.
        ended_at: When.
        is_decision: Whether somebody's decision on the page caused it.
        scheduled_again: For when it says that the key was scheduled for deletion again.
        is_unconfirmed: Whether it says that KMS could not be asked.
        size: Its bytes.
        text: All of it.
        parts: What a digest folds, each as if it had been heard by itself.
    """

    at: float
    decided_at: float
    id: str
    reason: str
    key: str
    case: str
    date: float | None
    claim: Claim
    uses: int
    last_use_at: float
    is_decision: bool
    is_unconfirmed: bool
    scheduled_again: float | None
    size: int
    text: str
    parts: tuple["Heard", ...] = ()
    users: tuple[By, ...] = ()
    managers: tuple[By, ...] = ()
    scheduled_by: str = ""
    scheduled_at: float = 0.0
    ended_by: str = ""
    ended_at: float = 0.0
    shown: float | None = None

    @property
    def is_folded(self) -> bool:
        """Whether it is an entry of a digest, which may have been decided a while before."""
        return not self.size

    @property
    def tells_of_use(self) -> bool:
        """Whether people learn from it that the key is in use, and still pending deletion."""
        return self.claim is Claim.PENDING and self.uses > 0 and self.reason in IN_USE

    @property
    def wakes(self) -> bool:
        """Whether it counts for the limits: not what a person decided, nor what only ends a thread."""
        return not self.is_decision and self.reason not in {"key-deleted", "case-continued"}

    def __str__(self) -> str:
        about = f" of {self.case}" if self.case else ""
        return f"{self.reason}{about} ({self.claim}, {self.uses} uses)"


def hear(body: str, at: float) -> tuple[str, Heard]:
    """Return who hears of a queue's message, and what they learn from it."""
    message = json.loads(body)
    notice: Mapping[str, Any] = message["notice"]
    case = notice.get("case") or {}
    uses = notice.get("uses") or {}
    closure = notice.get("closure") or {}
    text = json.dumps(notice, ensure_ascii=False)
    return EVERYBODY, Heard(
        at=at,
        decided_at=seconds(notice["at"]),
        id=notice["id"],
        reason=notice["reason"],
        key=(case.get("key") or {}).get("arn", ""),
        case=case.get("id", ""),
        date=_date(case.get("id", "")),
        shown=_shown(case.get("key") or {}),
        claim=_claim(notice["reason"], closure),
        uses=uses.get("count", 0),
        last_use_at=seconds(uses["last_at"]) if uses.get("last_at") else 0.0,
        is_decision="decision" in notice and notice["reason"] in {"deletion-kept", "deletion-cancelled"},
        is_unconfirmed=closure.get("confirmed") is False,
        scheduled_again=seconds(closure["scheduled_again"]) if "scheduled_again" in closure else None,
        size=len(body.encode()),
        text=text,
        users=_by(uses),
        managers=_by(notice.get("management_calls") or {}),
        scheduled_by=_name(case.get("scheduled_by") or {}, "caller"),
        scheduled_at=seconds(case["scheduled_by"]["at"]) if case.get("scheduled_by") else 0.0,
        ended_by=_name(closure, "by"),
        ended_at=seconds(closure["at"]) if closure else 0.0,
        parts=tuple(_part(notice, entry, at) for entry in (notice.get("digest") or {}).get("entries", ())),
    )


def _part(notice: Mapping[str, Any], entry: Mapping[str, Any], at: float) -> Heard:
    """Return one entry of a digest: it names the key, its deadline and the first caller."""
    closure = entry.get("closure") or {}
    return Heard(
        at=at,
        decided_at=seconds(notice["at"]),
        id=notice["id"],
        reason=entry["reason"],
        key=entry["key"],
        case=entry["case"],
        date=_date(entry["case"]),
        claim=_claim(entry["reason"], closure),
        uses=int(entry["reason"] in IN_USE),
        last_use_at=at,
        is_decision=False,
        is_unconfirmed=closure.get("confirmed") is False,
        scheduled_again=seconds(closure["scheduled_again"]) if "scheduled_again" in closure else None,
        size=0,
        text=json.dumps(entry),
        ended_at=seconds(closure["at"]) if closure else 0.0,
    )


def _shown(key: Mapping[str, Any]) -> float | None:
    is_pending = str(key.get("state", "")).startswith("Pending")
    return seconds(key["deletion_date"]) if is_pending and "deletion_date" in key else None


def _by(uses: Mapping[str, Any]) -> tuple[By, ...]:
    return (
        *(
            By(_name(each, "caller"), each["count"], frozenset(map(str, each.get("resources", ()))))
            for each in uses.get("by_caller", ())
        ),
        *(By(each["name"], each["count"]) for each in uses.get("others", ())),
    )


def _name(said: Mapping[str, Any], who: str) -> str:
    return str((said.get(who) or {}).get("name", ""))


def seconds(text: str) -> float:
    """Return an RFC 3339 time in UTC as seconds since 1970."""
    return float(timegm(strptime(text, "%Y-%m-%dT%H:%M:%SZ")))


def _claim(reason: str, closure: Mapping[str, Any]) -> Claim:
    if reason == "case-continued":
        return Claim.PENDING
    if reason == "deletion-cancelled" or closure.get("how") == "cancelled":
        return Claim.CANCELLED
    return Claim.OVER if closure.get("how") in _OVER else Claim.PENDING


def _date(case_id: str) -> float | None:
    """Return the date in a case's id, which is the key's ARN, an @, and the date if there is one."""
    _, _, name = case_id.rpartition("@")
    try:
        return seconds(name)
    except ValueError:
        return None
