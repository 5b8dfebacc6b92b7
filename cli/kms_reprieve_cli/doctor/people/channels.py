"""Which channels the stack has."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Stack, Subject
from reprieve.messages.channels.configured import DOCUMENT, EMAIL, SLACK

ID: Final = "channels"
GROUP: Final = Group.PEOPLE
WHEN: Final = Phase.AFTER
NEEDS: Final = ()


def look(subject: Subject) -> Iterator[Result]:
    """Read the stack's parameters and resources."""
    found = [
        *configured(subject.stack),
        *(["the channels of the document"] if document(subject.stack) else []),
    ]
    if not found:
        yield failure(
            "the stack has no channel",
            cause="NotificationEmails, SlackWebhookUrl, SlackWebhookSecretArn and ChannelsSecretArn are"
            " empty",
            fix="Deploy with NotificationEmails, or with a Slack webhook.",
        )
    elif EMAIL not in found:
        yield warning(
            f"the stack's only channel is {found[0]}"
            if len(found) == 1
            else "the stack has no email address",
            cause="if the function health itself fails, only email addresses are notified",
            fix="Deploy with an address in NotificationEmails as well.",
        )
    else:
        yield passed(f"notices go to {' and '.join(found)}")


def configured(stack: Stack) -> Iterator[str]:
    """Yield the names of the stack's channels."""
    if stack.parameters.get("NotificationEmails"):
        yield EMAIL
    if slack_secret(stack):
        yield SLACK


def document(stack: Stack) -> str:
    """Return the secret that holds the document of channels; "" for none."""
    return stack.parameters.get(DOCUMENT, "")


def slack_secret(stack: Stack) -> str:
    """Return the secret that holds the Slack webhook; "" for none."""
    return stack.named("SlackWebhookSecret") or stack.parameters.get("SlackWebhookSecretArn", "")
