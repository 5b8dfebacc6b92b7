"""A role session as a record shows it, and who it turns out to be."""

import re
from typing import Final

from reprieve.arn import Arn
from reprieve.cloudtrail.callers.evidence import Evidence
from reprieve.dataclass import dataclass
from reprieve.untrusted import ARN_LIMIT, one_line

INSTANCE_ID: Final = re.compile(r"i-[0-9a-f]{8,17}")
UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ENVIRONMENT = re.compile(r"\bexec-env/(\S{1,64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whose session it is.

    Attributes:
        name: What a person calls it; `likely …` where the record suggests it and does not prove it.
        behind: Whose permissions it has, if that is not a plain role.
        console_url: Where to look for it; None is the page of the role.
        is_service: Whether it is AWS itself.
        id: What tells it from others, where its sessions have names that nobody chose; None is the session.
    """

    name: str
    behind: str | None = None
    console_url: str | None = None
    is_service: bool = False
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSession:
    """A role session: `role` and `name` are "" where the record lacks them.

    `path` is the role's path, `/` if it has none; None where the record does not show it.
    `issuer` is the role's own ARN, or "".
    """

    evidence: Evidence
    role: str
    name: str
    path: str | None = None
    issuer: str = ""

    @classmethod
    def of(cls, evidence: Evidence) -> "RoleSession":
        """Read the identity: `arn:…:sts::ACCOUNT:assumed-role/ROLE/SESSION`, and the issuer, the role."""
        _, _, role_and_session = evidence.arn.partition(":assumed-role/")
        role, _, name = role_and_session.partition("/")
        issuer = evidence.text("sessionContext", "sessionIssuer", "arn", limit=ARN_LIMIT)
        arn, path = Arn.parse(issuer), None
        if arn and arn.resource.startswith("role/"):
            path = arn.resource.removeprefix("role").rpartition("/")[0] + "/"
        role = evidence.text("sessionContext", "sessionIssuer", "userName") or role
        return cls(
            evidence=evidence,
            role=role,
            name=name or evidence.principal.partition(":")[2],
            path=path,
            issuer=issuer,
        )

    @property
    def principal(self) -> str:
        """The ARN of the role, or of all its sessions where the record lacks that; "" if it names no role."""
        return self.issuer or self.evidence.arn.rpartition("/")[0]

    def issued_to(self, kind: str) -> Arn | None:
        """Return the workload of a kind, such as `AWS::EC2::Instance`, that AWS gave the credentials to.

        Source: CloudTrail user guide, "CloudTrail userIdentity element", inScopeOf; real records of 2025.
        """
        scope = self.evidence.text("inScopeOf", "issuerType")
        issued_to = self.evidence.text("inScopeOf", "credentialsIssuedTo", limit=ARN_LIMIT)
        return Arn.parse(issued_to) if scope == kind else None

    @property
    def environment(self) -> str:
        """What the SDK says it runs in, such as `AWS_Lambda_python3.13`; "" if it says nothing.

        The SDKs copy the variable AWS_EXECUTION_ENV, which the platform sets and the program may change.
        Source: botocore, `useragent.py`; Lambda developer guide, "Defined runtime environment variables".
        """
        found = _ENVIRONMENT.search(self.evidence.user_agent)
        return one_line(found[1]) if found else ""

    @property
    def provider(self) -> str:
        """Who vouched for a web identity: a host name and a path, or ""."""
        path = ("sessionContext", "webIdFederationData", "federatedProvider")
        provider = self.evidence.text(*path, limit=ARN_LIMIT)
        return provider.partition(":oidc-provider/")[2] or provider
