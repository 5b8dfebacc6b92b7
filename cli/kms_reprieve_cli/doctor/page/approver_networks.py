"""Whether approvers can come from the networks that are named, by IPv4 and by IPv6."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.page import networks
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "approver-networks"
GROUP: Final = Group.PAGE
WHEN: Final = Phase.AFTER
NEEDS: Final = ()

_VERSIONS: Final = {4: "IPv4", 6: "IPv6"}


def look(subject: Subject) -> Iterator[Result]:
    """Read the parameter. A template's condition can't look into it."""
    if subject.stack.parameters.get("Approvers") != networks.NETWORK:
        return
    found = networks.named(subject.stack)
    versions = {each.version for each in found}
    if not found:
        yield failure(
            "ApproverCidrs names no network",
            cause="with Approvers network, nobody can open a page",
            fix="Deploy with the networks from which your people reach the Internet.",
        )
    elif everyone := [str(each) for each in found if not each.prefixlen]:
        yield warning(
            f"ApproverCidrs names {', '.join(everyone)}",
            cause="that is every address: anyone with the link can open its page",
            fix="Deploy with the networks from which your people reach the Internet.",
        )
    elif len(versions) == 1:
        only = _VERSIONS[versions.pop()]
        other = next(name for name in _VERSIONS.values() if name != only)
        yield warning(
            f"ApproverCidrs names {only} networks only",
            cause=f"the API answers to both: a browser that prefers {other} is refused",
            fix=f"Deploy with your {other} networks as well, if your people have {other}.",
        )
    else:
        yield passed("ApproverCidrs names IPv4 and IPv6 networks")
