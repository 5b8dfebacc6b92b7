"""What the environment tells health."""

from collections.abc import Mapping
from typing import Self

from reprieve.dataclass import dataclass
from reprieve.environment import Environment, Variables, read_addresses
from reprieve.messages.channels.configured import ChannelSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSettings:
    """The environment of the health function.

    `names` says what a person calls a function, by AWS' names of it and of its dead-letter queue.
    """

    table: str
    health_topic: str
    channels: ChannelSettings
    emails: tuple[str, ...]
    log_group: str
    names: Mapping[str, str]

    @classmethod
    def read(cls, variables: Variables) -> Self:
        """Read the environment.

        Raises:
            SettingsError: a variable is missing, or makes no sense.
            NotUnderstoodError: an email address is none.
        """
        environment = Environment(variables)
        return cls(
            table=environment.text("TABLE_NAME"),
            health_topic=environment.text("HEALTH_TOPIC_ARN"),
            channels=ChannelSettings(
                notice_topic=environment.optional("NOTICE_TOPIC_ARN"),
                slack_secret=environment.optional("SLACK_SECRET_ARN"),
                document=environment.optional("CHANNELS_SECRET_ARN"),
            ),
            emails=read_addresses(environment.listed("NOTIFICATION_EMAILS")),
            log_group=environment.text("LOG_GROUP_NAME"),
            names=environment.named("FUNCTION_NAMES") | environment.named("QUEUE_NAMES"),
        )
