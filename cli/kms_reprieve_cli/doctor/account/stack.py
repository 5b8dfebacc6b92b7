"""Whether there is such a stack, and whether CloudFormation is done with it."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Stack, Subject
from reprieve.errors import AwsError, DeniedError

ID: Final = "stack"
GROUP: Final = Group.ACCOUNT
WHEN: Final = Phase.AFTER
NEEDS: Final = ("cloudformation:DescribeStacks", "cloudformation:ListStackResources")

OUTPUTS: Final = ("CaseTableName", "CloudTrailLogGroup", "PageUrl")
"""Outputs by which a stack is one of kms-reprieve."""

_ABSENT: Final = "ValidationError"  # CloudFormation's code for a stack that there is not


def look(subject: Subject) -> Iterator[Result]:
    """Ask CloudFormation."""
    try:
        stack = subject.stack
    except DeniedError:
        raise
    except AwsError as error:
        if error.code != _ABSENT:
            raise
        yield failure(
            f"there is no stack {subject.stack_name} in {subject.region}",
            cause=str(error),
            fix="Name the stack with --stack-name and its Region with --region. Before deploying, use"
            " --log-group.",
        )
    else:
        yield _judged(stack)


def _judged(stack: Stack) -> Result:
    if missing := [name for name in OUTPUTS if name not in stack.outputs]:
        return failure(
            f"stack {stack.name} is not a stack of kms-reprieve, or its creation failed",
            cause=f"it is {stack.status} and has no output {', '.join(missing)}",
            fix="Name another stack with --stack-name; or look at the stack's events, delete it and"
            " deploy again.",
        )
    if stack.status.endswith("_IN_PROGRESS"):
        return warning(
            f"stack {stack.name} is being changed: {stack.status}",
            cause="what is found now may be different in a minute",
            fix="Run doctor again when CloudFormation is done.",
        )
    if "ROLLBACK" in stack.status or "FAILED" in stack.status:
        return warning(
            f"the latest deployment of stack {stack.name} failed: {stack.status}",
            cause=stack.reason or "the stack's events say why",
            fix="Look at the stack's events, fix the reason and deploy again. The stack runs as before.",
        )
    return passed(f"stack {stack.name} is {stack.status}")
