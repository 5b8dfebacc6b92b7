"""What each function is told by its environment: the only module that reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from reprieve.arn import KeyArn
from reprieve.errors import NotUnderstoodError, SettingsError

Environment = Mapping[str, str]

_HOURS_DIGITS: Final = 5


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
            organization=environment.get("ORGANIZATION_ID", ""),
            member_role=environment.get("MEMBER_ROLE_NAME", ""),
            external_id=environment.get("EXTERNAL_ID", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverSettings:
    """The environment of the deliver function; "" for a channel that the stack does not have."""

    table: str
    queue_url: str
    notice_topic: str
    slack_secret: str
    signing_key: KeyArn
    page_url: str
    link_lifetime: timedelta
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
            page_url=_text(environment, "PAGE_URL"),
            link_lifetime=_hours(environment, "LINK_HOURS"),
            account=_text(environment, "ACCOUNT_ID"),
            member_role=environment.get("MEMBER_ROLE_NAME", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RespondSettings:
    """The environment of the respond function; "" as above."""

    table: str
    queue_url: str
    channels: tuple[str, ...]
    signing_key: KeyArn
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
            signing_key=_key(environment, "SIGNING_KEY_ARN"),
            account=_text(environment, "ACCOUNT_ID"),
            member_role=environment.get("MEMBER_ROLE_NAME", ""),
            external_id=environment.get("EXTERNAL_ID", ""),
        )


def _text(environment: Environment, name: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise SettingsError(name, "is missing")
    return value


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


def _hours(environment: Environment, name: str, least: int = 1) -> timedelta:
    value = _text(environment, name)
    if not (value.isascii() and value.isdecimal() and len(value) <= _HOURS_DIGITS and int(value) >= least):
        raise SettingsError(name, "is not a number of hours")
    return timedelta(hours=int(value))
