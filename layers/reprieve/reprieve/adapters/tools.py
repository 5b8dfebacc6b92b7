"""What channels are made with, from AWS and the network; each part when it is first used."""

from functools import cached_property
from typing import Any

from reprieve.adapters.aws import PROMPT, client
from reprieve.adapters.event_bus import EventBus
from reprieve.adapters.http import HttpClient
from reprieve.adapters.secrets import read_secret, read_whole_secret
from reprieve.adapters.ses import SesMailer
from reprieve.adapters.slack_api import SlackApi, slack_api
from reprieve.adapters.sns import SnsTopic
from reprieve.dataclass import dataclass
from reprieve.errors import NotUnderstoodError


@dataclass
class AwsTools:
    """The `Tools` of AWS."""

    @cached_property
    def http(self) -> HttpClient:
        """Return what speaks to addresses outside AWS."""
        return HttpClient()

    @cached_property
    def mailer(self) -> SesMailer:
        """Return what sends mails."""
        return SesMailer(client("sesv2", PROMPT))

    def bus(self, arn: str) -> EventBus:
        """Return an EventBridge event bus."""
        return EventBus(self._events, arn)

    def slack(self, token: str, base: str) -> SlackApi:
        """Return Slack's Web API."""
        return slack_api(token, base)

    def topic(self, arn: str) -> SnsTopic:
        """Return an SNS topic."""
        return SnsTopic(self._sns, arn)

    def document(self, arn: str) -> str:
        """Call secretsmanager:GetSecretValue."""
        return read_whole_secret(self._secrets, arn)

    def secret(self, arn: str, name: str) -> str:
        """Call secretsmanager:GetSecretValue."""
        try:
            found = read_secret(self._secrets, arn, name)
        except (ValueError, KeyError) as error:
            raise NotUnderstoodError("secret", f"it is neither text nor JSON with a `{name}`") from error
        if not isinstance(found, str):
            raise NotUnderstoodError("secret", f"its `{name}` is not a string")
        return found

    def prepare_secrets(self) -> None:
        """Make the client that reads secrets before one is read."""
        _ = self._secrets

    @cached_property
    def _sns(self) -> Any:  # noqa: ANN401 - only the type checker knows the client's type
        return client("sns", PROMPT)

    @cached_property
    def _events(self) -> Any:  # noqa: ANN401 - as above
        return client("events", PROMPT)

    @cached_property
    def _secrets(self) -> Any:  # noqa: ANN401 - as above
        return client("secretsmanager", PROMPT)
