"""Whether the ARNs of secrets that the parameters name are whole: IAM compares the whole ARN."""

import re
from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "secret-arns"
GROUP: Final = Group.PEOPLE
WHEN: Final = Phase.AFTER
NEEDS: Final = ()

PARAMETERS: Final = ("SlackWebhookSecretArn", "ChannelsSecretArn", "OidcClientSecretArn")
_WHOLE: Final = re.compile(r"arn:[^:\s]+:secretsmanager:[^:\s]+:\d{12}:secret:\S+-[A-Za-z0-9]{6}")


def look(subject: Subject) -> Iterator[Result]:
    """Read the parameters. A stack of an earlier version could be deployed with a part of an ARN."""
    for name in PARAMETERS:
        arn = subject.stack.parameters.get(name, "")
        if arn and _WHOLE.fullmatch(arn):
            yield passed(f"{name} is the whole ARN of a secret")
        elif arn:
            yield failure(
                f"{name} is not the whole ARN of a secret: {arn}",
                cause="without the hyphen and six characters at its end, the functions may not read it",
                fix=f"Deploy with the ARN that aws secretsmanager describe-secret prints: {name}=ARN.",
            )
