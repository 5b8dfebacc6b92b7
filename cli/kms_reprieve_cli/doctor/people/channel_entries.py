"""Whether the document of channels can be read, and each of its entries is understood."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor import stack_secrets as secrets
from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.people import channel_document, channels
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.messages.channels.document import Document

ID: Final = "channel-entries"
GROUP: Final = Group.PEOPLE
WHEN: Final = Phase.AFTER
NEEDS: Final = channel_document.NEEDS


def look(subject: Subject) -> Iterator[Result]:
    """Read the document, if the stack has one."""
    arn = channels.document(subject.stack)
    if not arn:
        return
    if problem := secrets.unreadable(subject, arn, channel_document.WHOSE):
        yield problem
    elif found := channel_document.configured(subject):
        yield from _judged(found.document)


def _judged(document: Document) -> Iterator[Result]:
    for fault in document.faults:
        yield failure(
            f"an entry of the document of channels is not understood: {fault}",
            cause="this channel gets nothing; every other channel is notified of it",
            fix=channel_document.CHECK_FILE,
        )
    if not document.channels:
        yield warning(
            "no channel of the document is valid",
            cause="notices only go to NotificationEmails and to the Slack webhook of the parameters, if set",
            fix=channel_document.CHECK_FILE,
        )
    elif not document.faults:
        named = ", ".join(channel.name for channel, _ in document.channels)
        yield passed(f"the document of channels is understood: {named}")
