"""AWS with the operator's own credentials."""

import os
from collections.abc import Mapping

import boto3

from reprieve.adapters.aws import call


def open_session(profile: str | None, region: str | None) -> boto3.Session:
    """Open a session; `AWS_REGION` counts, as it does for the AWS CLI, and not for boto3.

    Raises:
        AwsError: there is no such profile.
    """
    with call("the AWS settings of this machine"):
        return boto3.Session(profile_name=profile, region_name=region or os.environ.get("AWS_REGION"))


def outputs(session: boto3.Session, stack_name: str) -> Mapping[str, str]:
    """Return the outputs of a stack.

    Raises:
        AwsError: there is no such stack, no credentials, no permission.
    """
    with call("cloudformation:DescribeStacks"):
        (stack,) = session.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
