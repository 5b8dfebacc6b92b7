"""What a key policy says of two calls by one role, read conservatively.

What depends on a condition is not told.

Source: KMS developer guide, "Key policies in AWS KMS"; IAM user guide, "Policy evaluation logic".
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from fnmatch import fnmatchcase
from typing import Any, Final

from reprieve.arn import KeyArn
from reprieve.dataclass import dataclass
from reprieve.untrusted import one_line

CALLS: Final = ("kms:CancelKeyDeletion", "kms:EnableKey")
_ASKED: Final = 3
_ARN_SHOWN: Final = 200


class Verdict(IntEnum):
    """What a policy says, from the worst for the role to the best."""

    REFUSED = 0
    UNSURE = 1
    DELEGATED = 2
    NAMED = 3


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and why."""

    verdict: Verdict
    why: str


def judge(policy: str, key: KeyArn, role: str) -> Judged:
    """Return what a key policy says of both calls by a role: the worse of the two.

    Args:
        policy: The policy, as JSON text.
        key: The key whose policy it is.
        role: The ARN of a role in the key's account.
    """
    statements = _statements(policy)
    if statements is None:
        return Judged(Verdict.UNSURE, "its key policy can't be read")
    judged = (_judge_call(statements, call, key, role) for call in CALLS)
    return min(judged, key=lambda each: each.verdict)


def _judge_call(statements: Sequence[Mapping[str, Any]], call: str, key: KeyArn, role: str) -> Judged:
    about = [statement for statement in statements if _covers(statement, call, key)]
    denied = {_holds_for(each, key, role) for each in about if each.get("Effect") == "Deny"}
    allowed = {_holds_for(each, key, role) for each in about if each.get("Effect") == "Allow"}
    perhaps = Judged(
        Verdict.UNSURE, f"its key policy lets {call} depend on a condition that is not known beforehand"
    )
    if denied & {Verdict.NAMED, Verdict.DELEGATED}:
        return Judged(Verdict.REFUSED, f"its key policy denies {call}")
    if Verdict.UNSURE in denied:
        return perhaps
    match max(allowed, default=Verdict.REFUSED):
        case Verdict.NAMED:
            return Judged(Verdict.NAMED, "its key policy names the role")
        case Verdict.DELEGATED:
            return Judged(
                Verdict.DELEGATED, f"its key policy lets the IAM policies of account {key.account} decide"
            )
        case Verdict.UNSURE:
            return perhaps
        case _:
            return Judged(Verdict.REFUSED, f"its key policy allows {call} neither to {role} nor to"
                          f" the IAM policies of account {key.account}{_others(about)}")  # fmt: skip


def _statements(policy: str) -> Sequence[Mapping[str, Any]] | None:
    try:
        found = json.loads(policy)["Statement"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    listed = _listed(found)
    return listed if listed and all(isinstance(each, dict) for each in listed) else None


def _covers(statement: Mapping[str, Any], call: str, key: KeyArn) -> bool:
    """Return whether a statement is about the call and the key. Actions know no case."""
    return _within(statement, "Action", call.lower(), str.lower) and _within(
        statement, "Resource", str(key), str
    )


def _within(statement: Mapping[str, Any], element: str, name: str, fold: Any) -> bool:  # noqa: ANN401 - str or str.lower
    if f"Not{element}" in statement:
        return not any(_matches(fold(each), name) for each in _texts(statement[f"Not{element}"]))
    return any(_matches(fold(each), name) for each in _texts(statement.get(element)))


def _matches(pattern: str, name: str) -> bool:
    """Match as IAM does, which knows only `*` and `?`."""
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def _holds_for(statement: Mapping[str, Any], key: KeyArn, role: str) -> Verdict:
    """Return whether a statement holds for the role: by its name, with its account, perhaps, or not."""
    named = _names(statement, key, role)
    return min(named, Verdict.UNSURE) if statement.get("Condition") else named


def _names(statement: Mapping[str, Any], key: KeyArn, role: str) -> Verdict:
    if "NotPrincipal" in statement:
        return Verdict.UNSURE
    principals = set(_principals(statement))
    if principals & {"*", role}:
        return Verdict.NAMED
    if principals & {key.account, f"arn:{key.partition}:iam::{key.account}:root"}:
        return Verdict.DELEGATED
    session = f"arn:{key.partition}:sts::{key.account}:assumed-role/{role.rpartition('/')[2]}/"
    return Verdict.UNSURE if any(each.startswith(session) for each in principals) else Verdict.REFUSED


def _principals(statement: Mapping[str, Any]) -> Iterator[str]:
    principal = statement.get("Principal")
    yield from _texts(principal.get("AWS") if isinstance(principal, dict) else principal)


def _others(about: Sequence[Mapping[str, Any]]) -> str:
    """Return whom the policy allows the call: they can be asked."""
    allowed = (each for each in about if each.get("Effect") == "Allow")
    names = dict.fromkeys(name for each in allowed for name in _principals(each))
    shown = ", ".join(one_line(name, _ARN_SHOWN) for name in list(names)[:_ASKED])
    return f"; ask {shown}" if shown else ""


def _texts(value: object) -> Iterator[str]:
    yield from (each for each in _listed(value) if isinstance(each, str))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
