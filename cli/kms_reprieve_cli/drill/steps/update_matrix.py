"""What CloudFormation would replace if you changed a parameter, one at a time. Nothing is executed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding, expect, note
from reprieve.errors import AwsError

ID: Final = "update-matrix"
WHAT: Final = "No change of a parameter replaces the table, the audit log group or the trail."
CHANGES: Final = (
    "It creates a change set for each of several parameters, reads it, and deletes it. It executes none."
)
USUAL: Final = False
NEEDS: Final = (
    *("cloudformation:CreateChangeSet", "cloudformation:DeleteChangeSet"),
    "cloudformation:DescribeChangeSet",
)

CHANGED: Final = {
    "LogRetentionDays": "30",
    "AuditDays": "365",
    "LinkHours": "24",
    "SigningKeys": "ab",
    "RepeatNoticeHours": "12",
    "NotifyOnScheduling": "no",
    "AlarmPeriodSeconds": "300",
    "LogLevel": "WARN",
}
LASTING: Final = frozenset({"CaseTable", "AuditTrail", "Trail", "TrailBucket", "TrailLogGroup"})
_PATIENCE: Final = 120
_DONE: Final = frozenset({"CREATE_COMPLETE", "FAILED"})


def run(drill: Drill) -> Iterator[Finding]:
    """Ask CloudFormation what it would do."""
    for parameter, value in CHANGED.items():
        if drill.stack.parameters.get(parameter) == value:
            continue
        try:
            replaced, changed = _changes(drill, parameter, value)
        except AwsError as error:
            yield note(f"{parameter}={value}: {error}")
            continue
        yield expect(
            not LASTING & set(replaced),
            f"{parameter}={value} changes {changed} resources, and replaces {', '.join(replaced) or 'none'}",
        )


def _changes(drill: Drill, parameter: str, value: str) -> tuple[Sequence[str], int]:
    name = f"kms-reprieve-drill-{drill.id}-{parameter}"
    stack = drill.stack.name
    drill.cloud.ask(
        "cloudformation",
        "CreateChangeSet",
        StackName=stack,
        ChangeSetName=name,
        UsePreviousTemplate=True,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[_given(each, parameter, value) for each in drill.stack.parameters],
    )
    try:
        told = drill.wait(f"the change set for {parameter}", lambda: _made(drill, stack, name), _PATIENCE)
    finally:
        drill.cloud.ask("cloudformation", "DeleteChangeSet", StackName=stack, ChangeSetName=name)
    changes = [each["ResourceChange"] for each in told]
    return [each["LogicalResourceId"] for each in changes if each.get("Replacement") == "True"], len(changes)


def _given(name: str, changed: str, value: str) -> Mapping[str, object]:
    if name == changed:
        return {"ParameterKey": name, "ParameterValue": value}
    return {"ParameterKey": name, "UsePreviousValue": True}


def _made(drill: Drill, stack: str, name: str) -> Sequence[Mapping[str, Mapping[str, str]]]:
    told = drill.cloud.ask("cloudformation", "DescribeChangeSet", StackName=stack, ChangeSetName=name)
    found: Sequence[Mapping[str, Mapping[str, str]]] = told.get("Changes", [])
    return found if told["Status"] in _DONE else ()
