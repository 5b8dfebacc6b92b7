"""Whether a function of the stack can run."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Result, failure, passed, warning
from kms_reprieve_cli.doctor.subject import Subject

NEEDS: Final = ("lambda:GetFunctionConcurrency", "lambda:GetFunctionConfiguration")
_FAILED: Final = "Failed"
_PENDING: Final = "Pending"


def judged(subject: Subject, logical_id: str, name: str) -> Iterator[Result]:
    """Yield what is wrong with a function, or that it can run.

    Args:
        subject: What is looked at.
        logical_id: The function in the template.
        name: What people call it.
    """
    function = subject.stack.required(logical_id)
    told = subject.cloud.ask("lambda", "GetFunctionConfiguration", FunctionName=function)
    limit = subject.cloud.ask("lambda", "GetFunctionConcurrency", FunctionName=function)
    if limit.get("ReservedConcurrentExecutions") == 0:
        yield failure(
            f"the function {name} is switched off",
            cause=f"the reserved concurrency of {function} is 0",
            fix=f"aws lambda delete-function-concurrency --function-name {function}",
        )
    elif _FAILED in {told.get("State"), told.get("LastUpdateStatus")}:
        yield failure(
            f"the function {name} can't run",
            cause=told.get("StateReason") or told.get("LastUpdateStatusReason") or "Lambda does not say why",
            fix="Deploy the stack again.",
        )
    elif told.get("State") == _PENDING:
        yield warning(
            f"the function {name} is being made",
            cause=told.get("StateReason") or "Lambda has not finished creating it",
            fix="Run doctor again in a minute.",
        )
    else:
        yield passed(f"the function {name} can run")
