"""What doctor looks at: a stack, or the account, Region and log group that one is to be deployed to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from kms_reprieve_cli.doctor.cloud import Cloud, Network
from reprieve.arn import partition_of
from reprieve.errors import NotUnderstoodError

LAMBDA_FUNCTION: Final = "AWS::Lambda::Function"
ALARM: Final = "AWS::CloudWatch::Alarm"
SCHEDULE: Final = "AWS::Scheduler::Schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource of the stack: its name in the template, its type, and what AWS calls it."""

    logical_id: str
    type: str
    physical_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A deployed stack."""

    name: str
    status: str
    reason: str
    created: datetime
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    resources: Mapping[str, Resource]

    def named(self, logical_id: str) -> str:
        """Return what AWS calls a resource; "" where the stack has none by that name."""
        found = self.resources.get(logical_id)
        return found.physical_id if found else ""

    def required(self, logical_id: str) -> str:
        """Return what AWS calls a resource.

        Raises:
            NotUnderstoodError: the stack has none by that name.
        """
        found = self.named(logical_id)
        if not found:
            raise NotUnderstoodError(f"stack {self.name}", f"it has no resource {logical_id}")
        return found

    def output(self, name: str) -> str:
        """Return an output.

        Raises:
            NotUnderstoodError: the stack has none by that name.
        """
        if name not in self.outputs:
            raise NotUnderstoodError(f"stack {self.name}", f"it has no output {name}")
        return self.outputs[name]

    def of_type(self, wanted: str) -> Iterator[Resource]:
        """Yield the resources of a type."""
        yield from (each for each in self.resources.values() if each.type == wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far doctor looks beyond the stack's account and Region.

    Attributes:
        role: The name of a role in other accounts that the operator may assume and that may read IAM there.
        is_all: Whether every account is looked at and not a sample, and the keys of every Region.
    """

    role: str = ""
    is_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is looked at. What it tells is read when it is asked for, and once.

    Attributes:
        cloud: AWS.
        network: Everything else.
        region: The Region.
        stack_name: The stack; "" before deploying.
        log_group_name: The log group to deploy on; after deploying, the stack says which one it is.
        now: The present.
        reach: How far to look.
        sam_settings: The text of samconfig.toml in the current folder; "" if there is none.
    """

    cloud: Cloud
    network: Network
    region: str
    now: datetime
    stack_name: str = ""
    log_group_name: str = ""
    reach: Reach = field(default_factory=Reach)
    sam_settings: str = ""

    @property
    def is_deployed(self) -> bool:
        """Whether there is a stack."""
        return bool(self.stack_name)

    @property
    def partition(self) -> str:
        """The partition of the Region."""
        return partition_of(self.region)

    @property
    def account(self) -> str:
        """The account of the operator's credentials."""
        account: str = self.cloud.ask("sts", "GetCallerIdentity")["Account"]
        return account

    @property
    def stack(self) -> Stack:
        """The stack as CloudFormation has it."""
        (told,) = self.cloud.ask("cloudformation", "DescribeStacks", StackName=self.stack_name)["Stacks"]
        listed = self.cloud.ask_all("cloudformation", "ListStackResources", StackName=self.stack_name)
        resources = map(_resource, listed["StackResourceSummaries"])
        return Stack(
            name=self.stack_name,
            status=told["StackStatus"],
            reason=told.get("StackStatusReason", ""),
            created=told["CreationTime"],
            parameters={each["ParameterKey"]: each["ParameterValue"] for each in told.get("Parameters", [])},
            outputs={each["OutputKey"]: each["OutputValue"] for each in told.get("Outputs", [])},
            resources={each.logical_id: each for each in resources},
        )

    @property
    def log_group(self) -> str:
        """The name of the log group that CloudTrail delivers to."""
        return self.stack.output("CloudTrailLogGroup") if self.is_deployed else self.log_group_name

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of something in this account and Region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


def _resource(told: Mapping[str, Any]) -> Resource:
    return Resource(
        logical_id=told["LogicalResourceId"],
        type=told["ResourceType"],
        physical_id=told.get("PhysicalResourceId", ""),
    )
