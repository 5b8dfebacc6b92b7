"""Slack's incoming webhooks, by Slack's own SDK. The address is the secret: no error and no log holds it."""

import logging
from collections.abc import Mapping
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final

from slack_sdk.webhook import WebhookClient

from reprieve.adapters.secrets import read_secret
from reprieve.dataclass import dataclass
from reprieve.errors import ChannelBusyError, ChannelError
from reprieve.untrusted import one_line

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_CHANNEL: Final = "slack"
_TIMEOUT: Final = 10
_OK: Final = 200
_TAKEN: Final = ("ok", '{"ok":true}')  # a webhook's answer, and a workflow's; a page in between says others
_TOO_MANY: Final = 429
_DEFAULT_WAIT: Final = 30
_LONGEST_WAIT: Final = 3600


@dataclass(frozen=True, slots=True)
class SlackWebhook:
    """The `Webhook` of Slack; its address is read from Secrets Manager whenever it is used."""

    client: "SecretsManagerClient"
    secret: str
    timeout: int = _TIMEOUT

    def post(self, payload: Mapping[str, Any]) -> None:
        """Post once; whoever calls sees to retries."""
        try:
            answer = self._webhook().send_dict(dict(payload))
        except (OSError, HTTPException, ValueError) as error:
            raise ChannelError(_CHANNEL, f"no answer: {type(error).__name__}") from None
        if answer.status_code == _TOO_MANY:
            raise ChannelBusyError(_CHANNEL, "HTTP 429", _wait(answer.headers))
        if answer.status_code != _OK or answer.body.strip() not in _TAKEN:
            raise ChannelError(_CHANNEL, f"HTTP {answer.status_code}: {one_line(answer.body, 100)}")

    def _webhook(self) -> WebhookClient:
        silent = logging.getLogger(__name__)
        silent.setLevel(logging.CRITICAL)  # beneath it the SDK logs the address
        return WebhookClient(self._url(), timeout=self.timeout, retry_handlers=[], logger=silent)

    def _url(self) -> str:
        """Return the secret, or its `url` where it is JSON."""
        try:
            url = read_secret(self.client, self.secret, "url")
        except (ValueError, KeyError) as error:
            raise ChannelError(_CHANNEL, "the secret is neither an address nor JSON with a `url`") from error
        if not str(url).startswith(("https://", "http://127.0.0.1:")):
            raise ChannelError(_CHANNEL, "the secret does not hold an https address")
        return str(url)


def _wait(headers: Mapping[str, Any]) -> int:
    """Return Slack's `Retry-After`, in seconds, where it makes sense."""
    value = str(next((value for name, value in headers.items() if name.lower() == "retry-after"), ""))
    return min(int(value[:9]), _LONGEST_WAIT) if value.isdecimal() and value.isascii() else _DEFAULT_WAIT
