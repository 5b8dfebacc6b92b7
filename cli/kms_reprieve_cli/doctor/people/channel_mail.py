"""Whether SES sends the emails of the channels of type `email`."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.cloud import Reply
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.people import channel_document
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.errors import AbsentError

ID: Final = "channel-mail"
GROUP: Final = Group.PEOPLE
WHEN: Final = Phase.AFTER
NEEDS: Final = ("secretsmanager:GetSecretValue", "ses:GetAccount", "ses:GetEmailIdentity")

_LINK: Final = "https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html"


def look(subject: Subject) -> Iterator[Result]:
    """Read the identity of each sender, and how SES treats the account."""
    found = channel_document.configured(subject)
    senders = sorted(
        {entry["from"] for entry in (found.entries.values() if found else ()) if entry["type"] == "email"}
    )
    for sender in senders:
        yield _of_sender(subject, sender)
    if senders:
        yield _of_account(subject.cloud.ask("sesv2", "GetAccount"))


def _of_sender(subject: Subject, sender: str) -> Result:
    for identity in channel_document.identities(sender):
        try:
            told = subject.cloud.ask("sesv2", "GetEmailIdentity", EmailIdentity=identity)
        except AbsentError:
            continue
        return _of_identity(subject, identity, told)
    return failure(
        f"SES has no identity for {sender} in {subject.region}",
        cause="it refuses emails from a sender that is not verified",
        fix="Create and verify an identity for its domain in SES, in this Region.",
    )


def _of_identity(subject: Subject, identity: str, told: Reply) -> Result:
    if not told.get("VerifiedForSendingStatus"):
        return failure(
            f"the SES identity {identity} is not verified",
            cause="SES refuses emails from it",
            fix="Publish the DNS records that SES shows for it, or follow the link in the email from SES.",
        )
    chosen = told.get("ConfigurationSetName")
    arn = subject.arn("ses", f"configuration-set/{chosen}")
    if chosen and arn not in channel_document.allowed(subject):
        return failure(
            f"ChannelArns does not name the default configuration set of the SES identity {identity}",
            cause="SES asks for permission to send with the configuration set as well",
            fix=f"Deploy with {arn} in ChannelArns, and turn click tracking off in it.",
        )
    return passed(f"the SES identity {identity} is verified")


def _of_account(told: Reply) -> Result:
    if not told.get("SendingEnabled") or told.get("EnforcementStatus") == "SHUTDOWN":
        return failure(
            "SES sends no email for this account",
            cause="sending is paused, by AWS or by someone in the account",
            fix="Read the account dashboard of SES, and answer AWS there.",
        )
    if not told.get("ProductionAccessEnabled"):
        return warning(
            "SES has this account in its sandbox",
            cause="only addresses that are verified in SES get emails",
            fix="Request production access, or verify each address of the document.",
            link=_LINK,
        )
    return passed("SES sends emails for this account to anyone")
