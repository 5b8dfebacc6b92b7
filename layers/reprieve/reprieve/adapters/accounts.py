"""AWS' clients in the account and Region of a key.

In our own account they use the function's role, and never another; in others, a role that those accounts
have for us.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from botocore.config import Config

from reprieve.adapters.aws import PROMPT, call, client, sdk_session
from reprieve.arn import KeyArn
from reprieve.clock import Clock, utc_now
from reprieve.dataclass import dataclass
from reprieve.errors import UnreachableError

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_sts import STSClient

NOBODY: Final = ""
BEFORE_EXPIRY: Final = timedelta(minutes=5)
LONGEST: Final = 3600  # seconds; a role that another role assumes can have no longer session
_SESSION: Final = "reprieve"
_NAME_LIMIT: Final = (
    64  # STS API reference, AssumeRole: RoleSessionName and SourceIdentity, as their characters
)
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9_=,.@-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRole:
    """A role that every other account has for us, by the same name: `organization/member-role.yaml`.

    There are two: investigate assumes the one that reads, respond the one that acts.
    """

    name: str
    external_id: str

    def in_account_of(self, key: KeyArn) -> str:
        """Return its ARN in the account of a key."""
        return f"arn:{key.partition}:iam::{key.account}:role/{self.name}"


@dataclass(frozen=True, slots=True)
class _Session:
    """The credentials of a member role's session."""

    access_key: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    expires_at: datetime

    @property
    def for_client(self) -> Mapping[str, str]:
        """The credentials, as `create_client` takes them."""
        return {
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret,
            "aws_session_token": self.token,
        }


_Holder = tuple[str, str]
"""An account, and who decided what is done there."""

_LOCKS: Final = 64
"""How many sessions may begin side by side: anyone who writes into the log group can name any account."""

_PARTITIONS: Final = 16  # AWS has eight


def _new_locks() -> tuple[Lock, ...]:
    return tuple(Lock() for _ in range(_LOCKS))


@dataclass(frozen=True, slots=True)
class MemberSessions:
    """Sessions of the member role, each kept until shortly before it expires, by whichever thread."""

    role: MemberRole
    make_sts: "Callable[[], STSClient]"
    clock: Clock = utc_now
    _sts: "list[STSClient]" = field(default_factory=list)
    _held: dict[_Holder, _Session] = field(default_factory=dict)
    _locks: tuple[Lock, ...] = field(default_factory=_new_locks)
    _lock: Lock = field(default_factory=Lock)

    def of(self, key: KeyArn, by: str) -> _Session:
        """Return a session in the key's account.

        Raises:
            DeniedError: the account has no such role, or it does not trust us.
        """
        holder = (key.account, by)
        with self._locks[hash(holder) % _LOCKS]:
            held = self._held.get(holder)
            if held is None or held.expires_at - BEFORE_EXPIRY <= self.clock():
                held = self._held[holder] = self._assume(key, by)
            return held

    def _assume(self, key: KeyArn, by: str) -> _Session:
        """Call sts:AssumeRole. CloudTrail there records the source identity: who decided."""
        role, name = self.role.in_account_of(key), session_name(by)
        identity: Any = {"SourceIdentity": name} if by else {}
        with call(f"sts:AssumeRole of {role}"):
            made = self._client().assume_role(
                RoleArn=role,
                RoleSessionName=name,
                ExternalId=self.role.external_id,
                DurationSeconds=LONGEST,
                **identity,
            )["Credentials"]
        return _Session(
            made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"], made["Expiration"]
        )

    def _client(self) -> "STSClient":
        with self._lock:
            if not self._sts:
                self._sts.append(self.make_sts())
            return self._sts[0]


def member_sessions(role: str, external_id: str, config: Config = PROMPT) -> MemberSessions | None:
    """Return how other accounts are entered; None if there is no `role` for it."""
    if not role:
        return None
    return MemberSessions(MemberRole(name=role, external_id=external_id), lambda: client("sts", config))


def session_name(by: str) -> str:
    """Return how a session is called: `reprieve`, or `reprieve-email` where the link of `email` decided."""
    return "-".join(filter(None, (_SESSION, _NOT_IN_NAMES.sub("-", by))))[:_NAME_LIMIT]


NEW_REGIONS: Final = 8
"""How many Regions may be asked that are newer than the SDK."""


@lru_cache(_PARTITIONS)
def known_regions(partition: str) -> frozenset[str]:
    """Return the Regions of a partition that have KMS, as far as the SDK knows.

    The session that makes the clients has read that already; a new one would take a fifth of a second.
    """
    return frozenset(sdk_session().get_available_regions("kms", partition_name=partition))


_Name = tuple[str, str, str, str, str]
"""A service, an account, a Region, who decided, and the session's access key."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Clients by service, account and Region, made when they are first asked for, by whichever thread.

    Attributes:
        own: The account that this runs in.
        members: How the other accounts are entered; None where they are not.
            Then they are asked with our own role, which KMS refuses.
        config: How patient the clients are.
    """

    own: str
    members: MemberSessions | None = None
    config: Config = PROMPT
    _clients: dict[_Name, tuple[Any, datetime | None]] = field(default_factory=dict)
    _new_regions: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def of(self, key: KeyArn, by: str = NOBODY) -> "KMSClient":
        """Return the KMS client for the key's account and Region."""
        made: KMSClient = self.client("kms", key, by)
        return made

    def client(self, service: str, key: KeyArn, by: str = NOBODY) -> Any:  # noqa: ANN401 - whichever it is
        """Return the client of a service for the key's account and Region.

        Raises:
            UnreachableError: the SDK does not know the Region, and there were `NEW_REGIONS` such ones
                before: anyone who may write to the log group can invent any number of them.
            DeniedError: the account can't be entered.
        """
        self._check(key)
        session = None if self.members is None or key.account == self.own else self.members.of(key, by)
        name = (
            service,
            key.account if session else self.own,
            key.region,
            by if session else NOBODY,
            session.access_key if session else "",
        )
        return self._client(name, session)

    def prepare(self, *services: str, region: str) -> None:
        """Make clients of our own account before they are first asked for."""
        for service in services:
            self._client((service, self.own, region, NOBODY, ""), None)

    def _client(self, name: _Name, session: _Session | None) -> Any:  # noqa: ANN401 - as `client`
        with self._lock:
            if name not in self._clients:
                self._drop_expired()
                service, _, region, *_ = name
                credentials = session.for_client if session else {}
                made = client(service, self.config, region_name=region, **credentials)
                self._clients[name] = (made, session.expires_at if session else None)
            return self._clients[name][0]

    def _check(self, key: KeyArn) -> None:
        if key.region in known_regions(key.partition):
            return
        with self._lock:
            if key.region not in self._new_regions and len(self._new_regions) >= NEW_REGIONS:
                raise UnreachableError("kms", "UnknownRegion", f"the AWS SDK does not know {key.region}")
            self._new_regions.add(key.region)

    def _drop_expired(self) -> None:
        now = self.members.clock() if self.members else utc_now()
        for name, (_, expires_at) in list(self._clients.items()):
            if expires_at and expires_at <= now:
                del self._clients[name]
