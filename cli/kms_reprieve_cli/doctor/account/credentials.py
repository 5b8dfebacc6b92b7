"""Whether AWS knows the operator's credentials, and in which account and Region."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.errors import AwsError

ID: Final = "credentials"
GROUP: Final = Group.ACCOUNT
WHEN: Final = Phase.BOTH
NEEDS: Final = ("sts:GetCallerIdentity",)


def look(subject: Subject) -> Iterator[Result]:
    """Ask STS, which no policy has to allow."""
    try:
        told = subject.cloud.ask("sts", "GetCallerIdentity")
    except AwsError as error:
        yield failure(
            "AWS does not take your credentials",
            cause=str(error),
            fix="Sign in again, or choose other credentials with --profile or AWS_PROFILE.",
        )
    else:
        yield passed(f"you are {told['Arn']}, account {told['Account']}, Region {subject.region}")
