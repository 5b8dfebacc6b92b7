"""The deployed stack with other parameters, for a while."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from local import stack, up
from local.up import Local

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef

USUAL = {"Approvers": "link", "SigningKeys": "a", "ChannelsSecretArn": "", "ChannelArns": ""}
"""A parameter keeps its value until it is told another: what these two say makes all others mean nothing."""


def update(local: Local, parameters: Mapping[str, str]) -> None:
    """Let CloudFormation update the stack as its console does, with the template that it has."""
    client = local.emulator.session().client("cloudformation", endpoint_url=local.emulator.endpoint)
    told = {**up.parameters(local.inbox), **parameters}
    (before,) = client.describe_stacks(StackName=stack.NAME)["Stacks"]
    kept = {each["ParameterKey"] for each in before["Parameters"]} - told.keys()
    new: list[ParameterTypeDef] = [{"ParameterKey": key, "ParameterValue": told[key]} for key in told]
    old: list[ParameterTypeDef] = [{"ParameterKey": key, "UsePreviousValue": True} for key in kept]
    client.update_stack(
        StackName=stack.NAME,
        UsePreviousTemplate=True,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[*new, *old],
    )
    waiter = client.get_waiter("stack_update_complete")
    waiter.wait(StackName=stack.NAME, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def sam_deploy(local: Local, parameters: Mapping[str, str]) -> None:
    """Deploy the stack as a person does; `sam` takes some seconds to find that there is nothing to upload."""
    stack.deploy(
        local.emulator, local.emulator.folder / "build", {**up.parameters(local.inbox), **parameters}
    )


@contextmanager
def redeployed(local: Local, **parameters: str) -> Iterator[None]:
    """Update the stack to have `parameters`, and at the end to be as it was."""
    update(local, USUAL | parameters)
    try:
        yield
    finally:
        update(local, USUAL)
