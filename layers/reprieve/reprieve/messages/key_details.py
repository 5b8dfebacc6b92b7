"""What is said about a key beside its name, date and owner, in words; the usual values are left out."""

from collections.abc import Iterator
from typing import Final

from reprieve.cases.key import Key, KeyState, Relative
from reprieve.clock import for_people
from reprieve.messages.defang import defanged

GRANTEES_SHOWN: Final = 3
_USUAL_SPEC: Final = "SYMMETRIC_DEFAULT"
_IMPORTED: Final = "EXTERNAL"
_ROLES: Final = ("PRIMARY", "REPLICA")
_ACCOUNT_FIELD: Final = 4
_ARN_FIELDS: Final = 6


def particulars(key: Key) -> tuple[tuple[str, str], ...]:
    """Return labels of eleven characters at the most, each with what is to be said.

    The account is named with the key, in its place.
    """
    said = (
        ("Kind", kind(key)),
        ("Regions", regions(key)),
        ("Last worked", last_used(key)),
        ("Grants", grants(key)),
        ("Runbook", runbook(key)),
    )
    return tuple((label, words) for label, words in said if words)


def kind(key: Key) -> str:
    """Return what is not as with most keys: asymmetric and HMAC keys, imported material, a key store."""
    parts = (
        f"{key.spec} for {key.usage}" if key.spec and key.spec != _USUAL_SPEC else "",
        "imported key material" if key.origin == _IMPORTED else "",
        f"in custom key store {key.key_store}" if key.key_store else "",
    )
    return ", ".join(filter(None, parts))


def regions(key: Key) -> str:
    """Return what a multi-Region key has to do with its relatives.

    Source: KMS developer guide, "Deleting multi-Region keys": each is deleted, and rescued, by itself,
    and a primary's waiting period begins when its last replica is gone.
    """
    return "; ".join(_regions(key)) if key.multi_region else ""


def _regions(key: Key) -> Iterator[str]:
    relatives = key.relatives or ()
    yield _place_in_family(key)
    pending = [relative for relative in relatives if relative.state in Key.PENDING]
    for relative in pending:
        yield f"cancelling here leaves the {relative.role.lower()} in {relative.arn.region} pending"
    unread = [relative for relative in relatives if relative.state is None]
    if unread:
        yield f"state not known{_where(unread)}"
    if not pending and not unread:
        yield f"this concerns only the key in {key.region}"


def _place_in_family(key: Key) -> str:
    """Return what the key is among its relatives; of those that were not asked for, not how many."""
    of_role = {role: [each for each in key.relatives or () if each.role == role] for role in _ROLES}
    primary, replicas = of_role["PRIMARY"], of_role["REPLICA"]
    counted = f"{_counted(len(replicas))}{_where(replicas)}" if key.relatives is not None else ""
    if key.state == KeyState.PENDING_REPLICA_DELETION:
        return f"primary, deleting waits for {counted or 'its replicas'}"
    if key.multi_region == "PRIMARY":
        return f"primary of {counted}" if counted else "primary"
    return f"replica of a primary{_where(primary)}"


def _counted(replicas: int) -> str:
    return "1 replica" if replicas == 1 else f"{replicas} replicas"


def _where(relatives: list[Relative]) -> str:
    return f" in {', '.join(relative.arn.region for relative in relatives)}" if relatives else ""


def last_used(key: Key) -> str:
    """Return when the key last served a request."""
    last = key.last_used
    if last is None:
        return ""
    if last.at:
        return f"{for_people(last.at)}, {last.operation or 'an unnamed operation'}"
    return f"not since {for_people(last.tracked_since)}" if last.tracked_since else "not as far as KMS knows"


def grants(key: Key) -> str:
    """Return whom the key's grants promise it to: the first few, and how many more are known."""
    names = [_grantee(name, key.account) for name in key.grantees or ()]
    more = len(names) - GRANTEES_SHOWN
    return ", ".join((*names[:GRANTEES_SHOWN], *([f"{more} more"] if more > 0 else [])))


def runbook(key: Key) -> str:
    """Return the address that the key's tag names, never as a link: anyone who may tag the key wrote it."""
    return f"{defanged(key.runbook)} (according to the key's tag)" if key.runbook else ""


def _grantee(name: str, account: str) -> str:
    """Return `role/orders-fn` for a principal of the key's own account; others keep their account."""
    fields = name.split(":", _ARN_FIELDS - 1)
    if len(fields) < _ARN_FIELDS:
        return name
    owner = fields[_ACCOUNT_FIELD]
    return fields[-1] if owner == account else f"{fields[-1]} of {owner}"
