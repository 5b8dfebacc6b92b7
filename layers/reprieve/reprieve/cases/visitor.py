"""Who opens a case's page and decides there, as far as that is known."""

from enum import StrEnum
from typing import Final

from reprieve.dataclass import dataclass


class AuthMethod(StrEnum):
    """What a person has to show before they can decide."""

    LINK = "link"
    NETWORK = "network"
    SIGN_IN = "sign-in"
    SLACK = "slack"
    """A button in Slack, which says who pressed it."""


APPROVERS: Final = (AuthMethod.LINK, AuthMethod.NETWORK, AuthMethod.SIGN_IN)
"""What a stack can ask of people who open a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person for whom an OpenID provider vouches.

    Attributes:
        issuer: The provider.
        subject: What it calls them, for good: the claim `sub`.
        name: What people call them.
        email: Their address, where the provider has verified it.
    """

    issuer: str
    subject: str
    name: str | None = None
    email: str | None = None

    @property
    def label(self) -> str:
        """What people are shown: `Jane Doe (jane@example.com)`."""
        named = self.name or self.email or self.subject
        return f"{named} ({self.email})" if self.email and self.email != named else named

    def is_same(self, other: "Person") -> bool:
        """Return whether it is the same person, by whatever name."""
        return (self.issuer, self.subject) == (other.issuer, other.subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackOrigin:
    """Where in Slack a button was pressed, and by whom, in Slack's own ids.

    Attributes:
        team: The workspace.
        user: The person.
        channel: The channel.
        message: The message, by its time as Slack writes it; "" where it does not say.
    """

    team: str
    user: str
    channel: str
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A person who came with a link.

    Attributes:
        auth_method: What they had to show.
        channel: The channel that the link was sent to.
        notice: The id of the notice that it was in.
        source_ip: The address that they came from, as API Gateway saw it.
        user_agent: The browser, as it calls itself.
        person: Who they are, where they had to sign in.
        claimed_name: What they say their name is, where nobody checked it.
        sent_to: The address that their link was sent to: evidence of who they are, and no proof.
        slack: The button that they pressed, where they came from Slack.
    """

    auth_method: AuthMethod
    channel: str
    notice: str = ""
    source_ip: str = ""
    user_agent: str = ""
    person: Person | None = None
    claimed_name: str | None = None
    sent_to: str | None = None
    slack: SlackOrigin | None = None

    @property
    def origin(self) -> str:
        """Where they came from: an address, or Slack."""
        return "Slack" if self.slack else self.source_ip or "an unknown address"

    @property
    def label(self) -> str:
        """What people are shown: a name, or whose link it was. A name that nobody checked is marked."""
        if self.person:
            return self.person.label
        network = " in the approvers' network" if self.auth_method is AuthMethod.NETWORK else ""
        source = f"that was sent to {self.sent_to}" if self.sent_to else f"from {self.channel}"
        link = f"with the link {source}{network}"
        return (
            f'Someone {link}, who says they are "{self.claimed_name}"'
            if self.claimed_name
            else f"Someone {link}"
        )

    @property
    def acting(self) -> str:
        """Who acts, in a word: CloudTrail in another account has it as the session's name."""
        return (self.person.email or self.person.subject) if self.person else self.channel
