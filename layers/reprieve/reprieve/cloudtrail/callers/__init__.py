"""Who made the request: one module for each `userIdentity.type` that CloudTrail writes.

A module has `TYPE`, CloudTrail's word, and `read(evidence)`, which never refuses:
what a record lacks is left out of the caller.
To add a type, write its module and name it in `IDENTITIES`.
What a role session says beyond its role is read in `sessions/`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from reprieve.arn import KeyArn
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.callers import (
    assumed_role,
    aws_account,
    aws_service,
    directory,
    federated_user,
    iam_user,
    identity_center_user,
    role,
    root,
    saml_user,
    service_between,
    unknown,
    untyped,
    web_identity_user,
)
from reprieve.cloudtrail.callers.evidence import Evidence, says_yes

IDENTITIES: Final = (
    assumed_role,
    iam_user,
    root,
    federated_user,
    aws_account,
    aws_service,
    role,
    saml_user,
    web_identity_user,
    directory,
    unknown,
    identity_center_user,
    untyped,
)
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_READERS: Final[Mapping[str, Callable[[Evidence], Caller]]] = {
    module.TYPE: module.read for module in IDENTITIES
}


def read(record: Mapping[str, Any], key: KeyArn | None = None) -> Caller:
    """Return the caller that a record names, whatever the type of its identity.

    Args:
        record: The CloudTrail record.
        key: The key that was asked for, where it is known: it tells who is from outside.

    Source: CloudTrail user guide, "CloudTrail userIdentity element".
    """
    evidence = Evidence.of(record)
    caller = _READERS.get(evidence.text("type"), unknown.read)(evidence)
    return replace(
        caller,
        on_behalf_of=identity_center_user.person(evidence) or None,
        invoked_by=service_between.host(evidence) or None,
        service=None if caller.is_service else service_between.name(evidence) or None,
        is_root=caller.is_root or says_yes(evidence.session("assumedRoot")),
        is_outside=bool(key and _ACCOUNT.fullmatch(evidence.account) and evidence.account != key.account),
        from_console=evidence.from_console,
        mfa=_mfa(caller, evidence),
    )


def _mfa(caller: Caller, evidence: Evidence) -> bool | None:
    """Return whether there was MFA, where `mfaAuthenticated` can tell.

    Of a role session it is false as well where a person proved themselves to an identity provider,
    or where there is no person: there, only true says something.
    Source: CloudTrail user guide, "CloudTrail userIdentity element", attributes and assumedRoot.
    """
    said = evidence.session("attributes", "mfaAuthenticated")
    if says_yes(said):
        return True
    is_person = caller.kind in {iam_user.TYPE, root.TYPE} and not says_yes(evidence.session("assumedRoot"))
    return False if said in ("false", False) and is_person else None


__all__ = ["IDENTITIES", "read"]
