"""Email subscriptions, the sign-in, and the alarms that people hear of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Protocol

from reprieve.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a code was redeemed for.

    Attributes:
        claims: What the id token says.
        access_token: What opens the UserInfo endpoint.
    """

    claims: Mapping[str, object]
    access_token: str = field(repr=False)


class IdentityProvider(Protocol):
    """An OpenID provider, at which we are a registered client."""

    @property
    def issuer(self) -> str:
        """Its name: an address, as it stands in its id tokens."""
        ...

    @property
    def client_id(self) -> str:
        """Our name there."""
        ...

    def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Return where a browser signs in; `verifier` is PKCE's, and only its hash is sent.

        Raises:
            ProviderError: it can't be found out.
        """
        ...

    def redeem(self, code: str, verifier: str) -> Tokens:
        """Return what a code is good for; the claims came over verified TLS, and are not checked yet.

        Raises:
            RefusedSignInError: the code is used up, expired or another's.
            ProviderError: no answer, or none that a provider gives.
            IdTokenError: the answer is not a token.
        """
        ...

    def user_info(self, access_token: str) -> Mapping[str, object]:
        """Return what else it says about someone, unchecked too; nothing, if it has no such endpoint.

        Raises:
            ProviderError: no answer, or none that a provider gives.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RingingAlarm:
    """An alarm of CloudWatch that is in ALARM since `since`; `dimensions` are those of its metric."""

    name: str
    region: str
    description: str
    since: datetime
    dimensions: Mapping[str, str] = field(default_factory=dict)


class Alarms(Protocol):
    """The alarms that notify one topic."""

    def ringing(self) -> Sequence[RingingAlarm]:
        """Return those that are in ALARM now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """An email subscription of a topic; it has an ARN as soon as the person has confirmed it."""

    address: str
    arn: str | None


class Subscriptions(Protocol):
    """The email subscriptions of topics, as SNS keeps them. Each call may raise an `AwsError`."""

    def of(self, topic_arn: str) -> Iterator[Subscription]:
        """Yield those of a topic, pending ones included."""
        ...

    def add(self, topic_arn: str, address: str) -> None:
        """Subscribe an address; SNS asks it by mail to confirm."""
        ...

    def remove(self, arn: str) -> None:
        """Delete a confirmed subscription."""
        ...
