"""What the environment tells deliver."""

from datetime import timedelta
from typing import Self

from reprieve.arn import KeyArn
from reprieve.cases.visitor import AuthMethod
from reprieve.dataclass import dataclass
from reprieve.environment import Environment, Variables
from reprieve.messages.channels.configured import ChannelSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverSettings:
    """The environment of the deliver function."""

    table: str
    queue_url: str
    dead_letter_url: str
    channels: ChannelSettings
    signing_key: KeyArn
    signing_letter: str
    page_url: str
    link_lifetime: timedelta
    retention: timedelta
    approvers: AuthMethod
    account: str
    member_role: str

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
            dead_letter_url=environment.text("DEAD_LETTER_URL"),
            channels=ChannelSettings(
                notice_topic=environment.optional("NOTICE_TOPIC_ARN"),
                slack_secret=environment.optional("SLACK_SECRET_ARN"),
                document=environment.optional("CHANNELS_SECRET_ARN"),
            ),
            signing_key=environment.key("SIGNING_KEY_ARN"),
            signing_letter=environment.text("SIGNING_KEY_LETTER"),
            page_url=environment.text("PAGE_URL"),
            link_lifetime=environment.hours("LINK_HOURS"),
            retention=environment.days("AUDIT_DAYS"),
            approvers=environment.approvers(),
            account=environment.text("ACCOUNT_ID"),
            member_role=environment.optional("MEMBER_ROLE_NAME"),
        )
