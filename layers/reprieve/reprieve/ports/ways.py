"""What channels send with."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Final, Protocol

from reprieve.dataclass import dataclass
from reprieve.untrusted import one_line

_TOO_MANY: Final = 429
_UNAVAILABLE: Final = 503
_DEFAULT_WAIT: Final = 30
_BODY_SHOWN: Final = 100


class Topic(Protocol):
    """An SNS topic."""

    def publish(self, subject: str, message: str, attributes: Mapping[str, str]) -> None:
        """Publish a message; `attributes` are for subscriptions' filter policies. A subject may be ""."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BusEvent:
    """An event for an EventBridge bus: `detail` is JSON, `resources` are ARNs."""

    kind: str
    at: datetime
    detail: str
    resources: tuple[str, ...] = ()


class Bus(Protocol):
    """An EventBridge event bus."""

    def put(self, event: BusEvent) -> None:
        """Put one event.

        Raises:
            AwsError: it was not taken.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail for one recipient, in two forms that say the same; `headers` are by their names."""

    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Mailer(Protocol):
    """What sends mails."""

    def send(self, mail: Mail) -> None:
        """Send one mail. That it is accepted does not say that it arrives.

        Raises:
            AwsError: it was not accepted.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What a server said: the beginning of its body, and the seconds of its `Retry-After` if it has one."""

    status: int
    body: str = ""
    retry_after: int | None = None

    @property
    def is_busy(self) -> bool:
        """Whether the server asks to wait for a while."""
        return self.status == _TOO_MANY or (self.status == _UNAVAILABLE and self.retry_after is not None)

    @property
    def wait(self) -> int:
        """For how many seconds: as it says, else some."""
        return _DEFAULT_WAIT if self.retry_after is None else self.retry_after

    @property
    def said(self) -> str:
        """What it answered, for a log or a person: its status, and how its body begins."""
        return f"HTTP {self.status}: {one_line(self.body, _BODY_SHOWN)}"


class Http(Protocol):
    """Addresses outside AWS, over HTTPS."""

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, public_only: bool = False
    ) -> HttpAnswer:
        """Post once, follow no redirect, and return what the server said, whatever its status.

        Args:
            url: Where to; its query is sent as it is.
            body: What to send.
            headers: What to say about it.
            public_only: Whether an address in a private network is refused.

        Raises:
            NoAnswerError: it said nothing in time, or nothing that HTTP knows.
        """
        ...


class Slack(Protocol):
    """Slack's Web API, as the bot of an app calls it."""

    def call(self, method: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call a method that writes, such as `chat.postMessage`, and return its answer.

        Raises:
            SlackBusyError: it says when to come again.
            SlackError: it did not do it, and says why; or it gave no answer.
        """
        ...

    def ask(self, method: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
        """Call a method that reads, such as `users.info`; else as `call`."""
        ...


class Tools(Protocol):
    """What channels are made with; nothing of it is made before it is used."""

    @property
    def http(self) -> Http:
        """Return what speaks to addresses outside AWS."""
        ...

    @property
    def mailer(self) -> Mailer:
        """Return what sends mails."""
        ...

    def slack(self, token: str, base: str) -> Slack:
        """Return Slack's Web API at `base`, for the bot that has `token`."""
        ...

    def topic(self, arn: str) -> Topic:
        """Return an SNS topic."""
        ...

    def bus(self, arn: str) -> Bus:
        """Return an EventBridge event bus."""
        ...

    def document(self, arn: str) -> str:
        """Return the whole of a secret.

        Raises:
            AwsError: it could not be read.
        """
        ...

    def secret(self, arn: str, name: str) -> str:
        """Return a secret as the text that it is, or its value `name` where it is a JSON object.

        Raises:
            NotUnderstoodError: it is JSON without a text of that name.
            AwsError: it could not be read.
        """
        ...
