"""What each function is told by its environment: the only module that reads it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from typing import Final, Self

from reprieve.arn import KeyArn
from reprieve.cases.visitor import KnownBy
from reprieve.errors import NotUnderstoodError, SettingsError
from reprieve.respond.access import Network
from reprieve.respond.id_tokens import Rule, is_over_tls
from reprieve.subscribe import read_addresses

Environment = Mapping[str, str]

SIGNING_LETTERS: Final = ("a", "b")
READ: Final = "-read"
"""What the name of the role that only reads ends with: `organization/member-role.yaml`."""
_DIGITS: Final = 5
_DOMAIN: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigateSettings:
    """The environment of the investigate function; "" for a role in other accounts that there is not."""

    table: str
    queue_url: str
    log_group: str
    alarm_name: str
    channels: tuple[str, ...]
    account: str
    region: str
    repeat_after: timedelta | None
    tells_of_scheduling: bool
    ignored_callers: tuple[str, ...]
    owner_tags: tuple[str, ...]
    responder: str
    kept: timedelta
    organization: str
    member_role: str
    external_id: str

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """Read the environment.

        Raises:
            SettingsError: a variable is missing.
        """
        return cls(
            table=_text(environment, "TABLE_NAME"),
            queue_url=_text(environment, "QUEUE_URL"),
            log_group=_text(environment, "LOG_GROUP_NAME"),
            alarm_name=_text(environment, "ALARM_NAME"),
            channels=_names(environment, "CHANNELS"),
            account=_text(environment, "ACCOUNT_ID"),
            region=_text(environment, "AWS_REGION"),
            repeat_after=_hours(environment, "REPEAT_NOTICE_HOURS", least=0) or None,
            tells_of_scheduling=_text(environment, "NOTIFY_ON_SCHEDULING") == "yes",
            ignored_callers=_listed(environment.get("IGNORED_CALLERS", "")),
            owner_tags=_names(environment, "OWNER_TAGS"),
            responder=_text(environment, "RESPOND_ROLE_ARN"),
            kept=_days(environment, "AUDIT_DAYS"),
            organization=environment.get("ORGANIZATION_ID", ""),
            member_role=environment.get("MEMBER_ROLE_NAME", ""),
            external_id=environment.get("EXTERNAL_ID", ""),
        )

    @property
    def read_role(self) -> str:
        """The role in other accounts that only reads; `member_role` is the one that acts."""
        return self.member_role and self.member_role + READ


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverSettings:
    """The environment of the deliver function; "" for a channel that the stack does not have."""

    table: str
    queue_url: str
    notice_topic: str
    slack_secret: str
    signing_key: KeyArn
    signing_letter: str
    page_url: str
    link_lifetime: timedelta
    approvers: KnownBy
    account: str
    member_role: str

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """Read the environment.

        Raises:
            SettingsError: a variable is missing, or makes no sense.
        """
        return cls(
            table=_text(environment, "TABLE_NAME"),
            queue_url=_text(environment, "QUEUE_URL"),
            notice_topic=environment.get("NOTICE_TOPIC_ARN", ""),
            slack_secret=environment.get("SLACK_SECRET_ARN", ""),
            signing_key=_key(environment, "SIGNING_KEY_ARN"),
            signing_letter=_text(environment, "SIGNING_KEY_LETTER"),
            page_url=_text(environment, "PAGE_URL"),
            link_lifetime=_hours(environment, "LINK_HOURS"),
            approvers=_known_by(environment),
            account=_text(environment, "ACCOUNT_ID"),
            member_role=environment.get("MEMBER_ROLE_NAME", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondSettings:
    """The environment of the respond function; "" as above. `signing_keys` go by their letters."""

    table: str
    queue_url: str
    channels: tuple[str, ...]
    signing_keys: Mapping[str, KeyArn]
    known_by: KnownBy
    networks: tuple[Network, ...]
    kept: timedelta
    account: str
    member_role: str
    external_id: str

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """Read the environment.

        Raises:
            SettingsError: a variable is missing, or makes no sense.
        """
        return cls(
            table=_text(environment, "TABLE_NAME"),
            queue_url=_text(environment, "QUEUE_URL"),
            channels=_names(environment, "CHANNELS"),
            signing_keys=_signing_keys(environment),
            known_by=_known_by(environment),
            networks=_networks(environment),
            kept=_days(environment, "AUDIT_DAYS"),
            account=_text(environment, "ACCOUNT_ID"),
            member_role=environment.get("MEMBER_ROLE_NAME", ""),
            external_id=environment.get("EXTERNAL_ID", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """The environment of the audit function."""

    log_group: str

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """Read the environment.

        Raises:
            SettingsError: a variable is missing.
        """
        return cls(log_group=_text(environment, "AUDIT_LOG_GROUP"))


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSettings:
    """The environment of the health function; "" for a channel that the stack does not have.

    `names` says what a person calls a function, by AWS' names of it and of its dead-letter queue.
    """

    table: str
    health_topic: str
    notice_topic: str
    slack_secret: str
    emails: tuple[str, ...]
    log_group: str
    names: Mapping[str, str]

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """Read the environment.

        Raises:
            SettingsError: a variable is missing, or makes no sense.
            NotUnderstoodError: an e-mail address is none.
        """
        return cls(
            table=_text(environment, "TABLE_NAME"),
            health_topic=_text(environment, "HEALTH_TOPIC_ARN"),
            notice_topic=environment.get("NOTICE_TOPIC_ARN", ""),
            slack_secret=environment.get("SLACK_SECRET_ARN", ""),
            emails=read_addresses(environment.get("NOTIFICATION_EMAILS", "").split(",")),
            log_group=_text(environment, "LOG_GROUP_NAME"),
            names=_named(environment, "FUNCTION_NAMES") | _named(environment, "QUEUE_NAMES"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSettings:
    """What the respond function is told where people have to sign in; "" for a secret that there is not."""

    issuer: str
    client_id: str
    secret: str
    redirect_uri: str
    rule: Rule

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """Read the environment.

        Raises:
            SettingsError: a variable is missing, or makes no sense.
        """
        return cls(
            issuer=_address(environment, "OIDC_ISSUER"),
            client_id=_text(environment, "OIDC_CLIENT_ID"),
            secret=environment.get("OIDC_SECRET_ARN", ""),
            redirect_uri=_address(environment, "REDIRECT_URI"),
            rule=_rule(environment),
        )


def _rule(environment: Environment) -> Rule:
    rule = Rule(
        domains=frozenset(domain.removeprefix("@") for domain in _lower(environment, "APPROVER_DOMAINS")),
        emails=frozenset(_lower(environment, "APPROVER_EMAILS")),
        groups=frozenset(_listed(environment.get("APPROVER_GROUPS", ""))),
        group_claim=environment.get("APPROVER_GROUP_CLAIM", "").strip() or Rule().group_claim,
    )
    if not all(map(_DOMAIN.fullmatch, rule.domains)):
        raise SettingsError("APPROVER_DOMAINS", "is not a list of domains")
    if not (rule.domains or rule.emails or rule.groups):
        raise SettingsError(
            "APPROVER_DOMAINS", "is empty, as are APPROVER_EMAILS and APPROVER_GROUPS: nobody could decide"
        )
    return rule


def _lower(environment: Environment, name: str) -> tuple[str, ...]:
    return _listed(environment.get(name, "").lower())


def _address(environment: Environment, name: str) -> str:
    value = _text(environment, name)
    if not is_over_tls(value):
        raise SettingsError(name, "is no https address")
    return value


def _text(environment: Environment, name: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise SettingsError(name, "is missing")
    return value


def _named(environment: Environment, name: str) -> dict[str, str]:
    """Read `deliver=NAME,investigate=NAME`: what a person calls each name that AWS gave."""
    pairs = [entry.partition("=") for entry in _names(environment, name)]
    if not all(called and equals and named for called, equals, named in pairs):
        raise SettingsError(name, "is not a list of names")
    return {named: called for called, _, named in pairs}


def _names(environment: Environment, name: str) -> tuple[str, ...]:
    names = _listed(_text(environment, name))
    if not names:
        raise SettingsError(name, "names nothing")
    return names


def _listed(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _key(environment: Environment, name: str) -> KeyArn:
    try:
        return KeyArn.parse(_text(environment, name))
    except NotUnderstoodError as error:
        raise SettingsError(name, "is not the ARN of a KMS key") from error


def _signing_keys(environment: Environment) -> Mapping[str, KeyArn]:
    """Read the signing keys whose links are good: at least one of the two."""
    named = {letter: f"SIGNING_KEY_{letter.upper()}" for letter in SIGNING_LETTERS}
    keys = {
        letter: _key(environment, name) for letter, name in named.items() if environment.get(name, "").strip()
    }
    if not keys:
        raise SettingsError(" or ".join(named.values()), "is missing")
    return keys


def _known_by(environment: Environment) -> KnownBy:
    try:
        return KnownBy(_text(environment, "APPROVERS"))
    except ValueError as error:
        raise SettingsError("APPROVERS", "is none of " + ", ".join(KnownBy)) from error


def _networks(environment: Environment) -> tuple[Network, ...]:
    """Read where visitors have to come from; empty if they need not come from anywhere in particular.

    A network that is asked for and not named would let everybody in.
    Any address in a network may name it, as people write `192.0.2.1/24`.
    """
    if _known_by(environment) is not KnownBy.NETWORK:
        return ()
    try:
        return tuple(ip_network(name, strict=False) for name in _names(environment, "APPROVER_CIDRS"))
    except ValueError as error:
        raise SettingsError("APPROVER_CIDRS", f"holds what is no network: {error}") from error


def _hours(environment: Environment, name: str, least: int = 1) -> timedelta:
    return timedelta(hours=_number(environment, name, "hours", least))


def _days(environment: Environment, name: str) -> timedelta:
    return timedelta(days=_number(environment, name, "days", 1))


def _number(environment: Environment, name: str, of: str, least: int) -> int:
    value = _text(environment, name)
    if not (value.isascii() and value.isdecimal() and len(value) <= _DIGITS and int(value) >= least):
        raise SettingsError(name, f"is not a number of {of}")
    return int(value)
