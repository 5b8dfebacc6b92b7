"""The emulated organization: the account of the stack, and one beside it that lets the stack in."""

from dataclasses import replace
from typing import Final

from local.emulator import ROOT, Emulator
from local.organization_accounts import MEMBER, ORGANIZATION
from local.stack import Stack

ROLE: Final = "kms-reprieve-member"
TEMPLATE: Final = ROOT / "organization" / "member-role.yaml"
PARAMETERS: Final = {"MemberRoleName": ROLE, "OrganizationId": ORGANIZATION}
ELSEWHERE: Final = "us-east-1"


def member_account(emulator: Emulator) -> Emulator:
    """The same emulator, as the other account sees it, in a Region where the stack is not."""
    return replace(emulator, account=MEMBER, region=ELSEWHERE)


def let_in(emulator: Emulator, stack: Stack) -> None:
    """Make the member role in the other account, as a StackSet does; IAM has no Regions."""
    there = member_account(emulator)
    client = there.session().client("cloudformation", endpoint_url=there.endpoint)
    roles = {name: stack.outputs[name] for name in ("InvestigateRoleArn", "RespondRoleArn")}
    client.create_stack(
        StackName=ROLE,
        TemplateBody=TEMPLATE.read_text(encoding="utf-8"),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in (PARAMETERS | roles).items()
        ],
    )
    client.get_waiter("stack_create_complete").wait(StackName=ROLE, WaiterConfig={"Delay": 1})
