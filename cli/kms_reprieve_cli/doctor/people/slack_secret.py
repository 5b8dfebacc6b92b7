"""Whether the secret with the Slack webhook can be read and holds one."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor import stack_secrets as secrets
from kms_reprieve_cli.doctor.check import Phase, Result
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.people import channels
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "slack-secret"
GROUP: Final = Group.PEOPLE
WHEN: Final = Phase.AFTER
NEEDS: Final = secrets.NEEDS


def look(subject: Subject) -> Iterator[Result]:
    """Read the secret, if the stack has one."""
    if arn := channels.slack_secret(subject.stack):
        wanted = secrets.Wanted(
            arn=arn,
            whose="the Slack webhook",
            name="url",
            form="an https address",
            fits=lambda value: value.startswith(("https://", "http://127.0.0.1:")),
        )
        yield from secrets.judged(subject, wanted)
