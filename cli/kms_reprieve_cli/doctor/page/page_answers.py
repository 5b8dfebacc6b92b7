"""Whether the page answers over the network, from here."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, unknown, warning
from kms_reprieve_cli.doctor.cloud import HttpAnswer
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.errors import UnreachableError

ID: Final = "page-answers"
GROUP: Final = Group.PAGE
WHEN: Final = Phase.AFTER
NEEDS: Final = ()

NO_LINK: Final = "doctor"
"""What stands in the place of a link's token: it opens nothing, and the page says so."""

_OURS: Final = "default-src 'none'"
_NOT_FROM_HERE: Final = 403
_BAD_LINK: Final = 404


def look(subject: Subject) -> Iterator[Result]:
    """Ask for a link that opens nothing: the answer has come through the API and the function."""
    address = f"{subject.stack.output('PageUrl')}{NO_LINK}"
    try:
        answer = subject.network.get(address)
    except UnreachableError as error:
        yield unknown(
            "the page could not be reached from here",
            cause=str(error),
            fix=f"Open {address} where your approvers are: it must say that the link is not valid.",
        )
    else:
        yield _judged(address, answer)


def _judged(address: str, answer: HttpAnswer) -> Result:
    is_ours = answer.headers.get("content-security-policy", "").startswith(_OURS)
    if is_ours and answer.status == _BAD_LINK:
        return passed("the page answers over the network")
    if is_ours and answer.status == _NOT_FROM_HERE:
        return warning(
            "the page answers, and refuses your address",
            cause="it is in none of the networks in ApproverCidrs",
            fix="If you should be able to approve, deploy with your network in ApproverCidrs.",
        )
    return failure(
        "the page does not answer as it should",
        cause=f"GET {address} is answered with HTTP"
        f" {answer.status}{'' if is_ours else ', and not by respond'}",
        fix="Read the log of respond. If every request fails, look for SettingsError: it names the wrong"
        " parameter.",
    )
