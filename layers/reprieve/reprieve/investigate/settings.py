"""What the environment tells investigate."""

from datetime import timedelta
from typing import Final, Self

from reprieve.dataclass import dataclass
from reprieve.environment import Environment, Variables

READ: Final = "-read"
"""What the name of the role that only reads ends with: `organization/member-role.yaml`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigateSettings:
    """The environment of the investigate function; "" for a role in other accounts that there is not."""

    table: str
    queue_url: str
    log_group: str
    alarm_name: str
    account: str
    region: str
    repeat_after: timedelta | None
    tells_of_scheduling: bool
    ignored_callers: tuple[str, ...]
    owner_tags: tuple[str, ...]
    responder: str
    retention: timedelta
    organization: str
    member_role: str
    external_id: str

    @classmethod
    def read(cls, variables: Variables) -> Self:
        """Read the environment.

        Raises:
            SettingsError: a variable is missing.
        """
        environment = Environment(variables)
        return cls(
            table=environment.text("TABLE_NAME"),
            queue_url=environment.text("QUEUE_URL"),
            log_group=environment.text("LOG_GROUP_NAME"),
            alarm_name=environment.text("ALARM_NAME"),
            account=environment.text("ACCOUNT_ID"),
            region=environment.text("AWS_REGION"),
            repeat_after=environment.hours("REPEAT_NOTICE_HOURS", least=0) or None,
            tells_of_scheduling=environment.text("NOTIFY_ON_SCHEDULING") == "yes",
            ignored_callers=environment.listed("IGNORED_CALLERS"),
            owner_tags=environment.names("OWNER_TAGS"),
            responder=environment.text("RESPOND_ROLE_ARN"),
            retention=environment.days("AUDIT_DAYS"),
            organization=environment.optional("ORGANIZATION_ID"),
            member_role=environment.optional("MEMBER_ROLE_NAME"),
            external_id=environment.optional("EXTERNAL_ID"),
        )

    @property
    def read_role(self) -> str:
        """The role in other accounts that only reads; `member_role` is the one that acts."""
        return self.member_role and self.member_role + READ
