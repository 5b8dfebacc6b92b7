"""Whether the secret of the OpenID client can be read and holds one."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor import stack_secrets as secrets
from kms_reprieve_cli.doctor.check import Phase, Result
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.page.sign_in import provider
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "oidc-secret"
GROUP: Final = Group.PAGE
WHEN: Final = Phase.AFTER
NEEDS: Final = secrets.NEEDS


def look(subject: Subject) -> Iterator[Result]:
    """Read the secret, if the client has one."""
    found = provider(subject.stack)
    if found and found.secret:
        wanted = secrets.Wanted(
            arn=found.secret,
            whose="the OpenID client",
            name="client_secret",
            form="a client secret",
            fits=bool,
        )
        yield from secrets.judged(subject, wanted)
