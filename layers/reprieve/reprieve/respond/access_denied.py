"""What AWS says when it denies: which role asked, and what kind of policy said no.

Source: IAM user guide, "Troubleshoot access denied error messages": "User: arn:…:sts::ACCOUNT:
assumed-role/NAME/SESSION is not authorized to perform: kms:EnableKey on resource: … because no resource-based
policy allows the kms:EnableKey action", or "… with an explicit deny in a service control policy".
"""

import re
from typing import Final

from reprieve.arn import KeyArn
from reprieve.dataclass import dataclass
from reprieve.errors import DeniedError

_ENTER: Final = "sts:AssumeRole"
_ROLE: Final = re.compile(
    r"User: arn:(?P<partition>aws[a-z-]{0,20}):sts::(?P<account>[0-9]{12})"
    r":assumed-role/(?P<name>[A-Za-z0-9_+=,.@-]{1,64})/"
)
_POLICY: Final = re.compile(
    r"(?P<deny>explicit deny in an?|because no) "
    r"(?P<policy>(?:identity-based|resource-based|service control|resource control|session|VPC endpoint)"
    r" policy|permissions boundary)"
)
_ABOVE: Final = frozenset({"service control policy", "resource control policy", "permissions boundary"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessDenied:
    """A call that was denied.

    Attributes:
        action: What was denied, such as `kms:EnableKey`.
        role: The ARN of the role that asked, where AWS says; one with a path is told without it.
        policy: The kind of policy that said no, in AWS' words; "" where AWS does not say.
        is_outright: Whether no statement in the key's policy helps: a deny, or a limit above it.
        is_cross_account: Whether the role in the key's account could not be assumed.
    """

    action: str
    role: str | None = None
    policy: str = ""
    is_outright: bool = False
    is_cross_account: bool = False

    @classmethod
    def read(cls, error: DeniedError, key: KeyArn) -> "AccessDenied":
        """Return what an error says; of AWS' own text, only what these patterns match goes further."""
        asked, said = _ROLE.search(error.message), _POLICY.search(error.message)
        policy = said["policy"] if said else ""
        return cls(
            action=error.operation.partition(" ")[0],
            role=f"arn:{asked['partition']}:iam::{asked['account']}:role/{asked['name']}" if asked else None,
            policy=policy,
            is_outright=policy in _ABOVE or bool(said and said["deny"].startswith("explicit")),
            is_cross_account=error.operation.startswith(_ENTER)
            or bool(asked and asked["account"] != key.account),
        )
