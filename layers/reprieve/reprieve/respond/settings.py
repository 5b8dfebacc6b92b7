"""What the environment tells respond."""

import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_network
from typing import Final, Self

from reprieve.arn import KeyArn
from reprieve.cases.visitor import AuthMethod
from reprieve.dataclass import dataclass
from reprieve.environment import Environment, Variables
from reprieve.errors import SettingsError
from reprieve.respond.access import Network
from reprieve.respond.id_tokens import ApproverRules

SIGNING_LETTERS: Final = ("a", "b")
_DOMAIN: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondSettings:
    """The environment of the respond function; "" for what the stack does not have.

    `signing_keys` go by their letters; `channels` is the secret with the document of channels.
    """

    table: str
    queue_url: str
    signing_keys: Mapping[str, KeyArn]
    auth_method: AuthMethod
    networks: tuple[Network, ...]
    retention: timedelta
    account: str
    member_role: str
    external_id: str
    channels: str

    @classmethod
    def read(cls, variables: Variables) -> Self:
        """Read the environment.

        Raises:
            SettingsError: a variable is missing, or makes no sense.
        """
        environment = Environment(variables)
        return cls(
            table=environment.text("TABLE_NAME"),
            queue_url=environment.text("QUEUE_URL"),
            signing_keys=_signing_keys(environment),
            auth_method=environment.approvers(),
            networks=_networks(environment),
            retention=environment.days("AUDIT_DAYS"),
            account=environment.text("ACCOUNT_ID"),
            member_role=environment.optional("MEMBER_ROLE_NAME"),
            external_id=environment.optional("EXTERNAL_ID"),
            channels=environment.optional("CHANNELS_SECRET_ARN"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSettings:
    """What the respond function is told where people have to sign in; "" for a secret that there is not."""

    issuer: str
    client_id: str
    secret: str
    redirect_uri: str
    rule: ApproverRules

    @classmethod
    def read(cls, variables: Variables) -> Self:
        """Read the environment.

        Raises:
            SettingsError: a variable is missing, or makes no sense.
        """
        environment = Environment(variables)
        return cls(
            issuer=environment.address("OIDC_ISSUER"),
            client_id=environment.text("OIDC_CLIENT_ID"),
            secret=environment.optional("OIDC_SECRET_ARN"),
            redirect_uri=environment.address("REDIRECT_URI"),
            rule=_rule(environment),
        )


def _rule(environment: Environment) -> ApproverRules:
    rule = ApproverRules(
        domains=frozenset(domain.removeprefix("@") for domain in environment.lower("APPROVER_DOMAINS")),
        emails=frozenset(environment.lower("APPROVER_EMAILS")),
        groups=frozenset(environment.listed("APPROVER_GROUPS")),
        group_claim=environment.optional("APPROVER_GROUP_CLAIM") or ApproverRules().group_claim,
    )
    if not all(map(_DOMAIN.fullmatch, rule.domains)):
        raise SettingsError("APPROVER_DOMAINS", "is not a list of domains")
    if not (rule.domains or rule.emails or rule.groups):
        raise SettingsError(
            "APPROVER_DOMAINS", "is empty, as are APPROVER_EMAILS and APPROVER_GROUPS: nobody could decide"
        )
    return rule


def _signing_keys(environment: Environment) -> Mapping[str, KeyArn]:
    """Read the signing keys whose links are good: at least one of the two."""
    named = {letter: f"SIGNING_KEY_{letter.upper()}" for letter in SIGNING_LETTERS}
    keys = {letter: environment.key(name) for letter, name in named.items() if environment.optional(name)}
    if not keys:
        raise SettingsError(" or ".join(named.values()), "is missing")
    return keys


def _networks(environment: Environment) -> tuple[Network, ...]:
    """Read the networks that visitors must come from; empty if they may come from anywhere.

    If a network were required and none named, everyone could come in.
    Host bits are ignored, because people write `192.0.2.1/24`.
    """
    if environment.approvers() is not AuthMethod.NETWORK:
        return ()
    try:
        return tuple(ip_network(name, strict=False) for name in environment.names("APPROVER_CIDRS"))
    except ValueError as error:
        raise SettingsError("APPROVER_CIDRS", f"has an invalid network: {error}") from error
