"""`kms-reprieve channels slack-manifest`: what a Slack app of this stack is, for Slack to make it.

Source: Slack, "App manifests". The scopes are the least: to post and update, and to know who pressed.
"""

import json
from collections.abc import Callable
from typing import Any, Final

import boto3

from kms_reprieve_cli.status import Status
from kms_reprieve_cli.terminal import complain
from reprieve.adapters.aws import call
from reprieve.untrusted import is_over_tls

SCOPES: Final = ("chat:write", "users:read", "users:read.email")
_PAGES: Final = "keys/"


def slack_manifest(session: Callable[[], boto3.Session], stack_name: str, url: str | None) -> Status:
    """Print the manifest, with the address of a stack or one that is given."""
    address = url or _address(session(), stack_name)
    if not address.startswith("https://") or not is_over_tls(address):
        complain(f"{address or 'the stack'} has no https URL for Slack: give one with --url")
        return Status.WRONG
    print(json.dumps(manifest(address), indent=2))
    return Status.DONE


def _address(session: boto3.Session, stack_name: str) -> str:
    with call("cloudformation:DescribeStacks"):
        (stack,) = session.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
    found = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    return found.get("PageUrl", "")


def manifest(address: str) -> dict[str, Any]:
    """Return the manifest of an app whose presses go to the API that has the pages at `address`."""
    return {
        "display_information": {
            "name": "kms-reprieve",
            "description": "Who uses a KMS key that is pending deletion, and a way to stop the deletion.",
            "background_color": "#1d2129",
        },
        "features": {"bot_user": {"display_name": "kms-reprieve", "always_online": True}},
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "interactivity": {"is_enabled": True, "request_url": _request_url(address)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def _request_url(address: str) -> str:
    return f"{address.removesuffix(_PAGES).removesuffix('/slack').rstrip('/')}/slack"
