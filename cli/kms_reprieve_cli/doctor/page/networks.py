"""The networks that approvers have to come from."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from kms_reprieve_cli.doctor.subject import Stack

NETWORK: Final = "network"


def named(stack: Stack) -> Sequence[IPv4Network | IPv6Network]:
    """Return the networks of ApproverCidrs, where Approvers asks for one.

    The template takes nothing but networks, of which any address may be named.
    """
    if stack.parameters.get("Approvers") != NETWORK:
        return ()
    listed = (each.strip() for each in stack.parameters.get("ApproverCidrs", "").split(","))
    return [ip_network(each, strict=False) for each in listed if each]
