"""Whether a resource's policy lets a principal do something: read as far as it can be read from outside.

Source: IAM user guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators".
"""

import json
from collections.abc import Iterator, Mapping
from enum import IntEnum
from fnmatch import fnmatchcase
from typing import Any, Final


class Answer(IntEnum):
    """What a policy says about a call, from the worst to the best."""

    REFUSED = 0
    UNSURE = 1
    ALLOWED = 2


Policy = Mapping[str, Any] | str
Context = Mapping[str, str]
"""What the call will say about itself, by the condition keys in lower case."""

_EXACT: Final = frozenset({"stringequals", "arnequals", "stringlike", "arnlike", "stringequalsifexists"})


def judge(policy: Policy, *, principals: frozenset[str], action: str, context: Context) -> Answer:
    """Return what a policy says about a call.

    Args:
        policy: The policy, as JSON text or as what that means.
        principals: What may stand for the caller: a service's name, a role's ARN, `*`.
        action: The IAM action.
        context: What the call says about itself. A condition on anything else makes it unsure.
    """
    about = [each for each in _statements(policy) if _names(each, principals) and _covers(each, action)]
    denied = {_holds(each, context) for each in about if each.get("Effect") == "Deny"}
    allowed = [_holds(each, context) for each in about if each.get("Effect") == "Allow"]
    if Answer.ALLOWED in denied:
        return Answer.REFUSED
    return min(
        max(allowed, default=Answer.REFUSED), Answer.UNSURE if denied & {Answer.UNSURE} else Answer.ALLOWED
    )


def _statements(policy: Policy) -> Iterator[Mapping[str, Any]]:
    try:
        parsed = json.loads(policy) if isinstance(policy, str) else policy
    except (ValueError, RecursionError):
        return
    found = parsed.get("Statement", []) if isinstance(parsed, dict) else []
    yield from (each for each in _listed(found) if isinstance(each, dict))


def _names(statement: Mapping[str, Any], principals: frozenset[str]) -> bool:
    named = statement.get("Principal")
    values = (
        [each for kind in named.values() for each in _listed(kind)] if isinstance(named, dict) else [named]
    )
    return any(value in principals for value in values)


def _covers(statement: Mapping[str, Any], action: str) -> bool:
    patterns = (str(each).lower() for each in _listed(statement.get("Action", [])))
    return any(fnmatchcase(action.lower(), pattern) for pattern in patterns)


def _holds(statement: Mapping[str, Any], context: Context) -> Answer:
    """Return whether a statement's conditions hold: ALLOWED if they do, REFUSED if they don't."""
    conditions = statement.get("Condition") or {}
    answers = (
        _condition(operator, key, values, context)
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )
    return min(answers, default=Answer.ALLOWED)


def _condition(operator: str, key: str, values: object, context: Context) -> Answer:
    said = context.get(key.lower())
    if said is None or operator.lower() not in _EXACT:
        return Answer.UNSURE
    matches = any(fnmatchcase(said, str(value).replace("[", "[[]")) for value in _listed(values))
    return Answer.ALLOWED if matches else Answer.REFUSED


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - one or many
    return value if isinstance(value, list) else [value]
