"""The document of channels, as deliver reads it. Its values are looked at here and shown nowhere."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kms_reprieve_cli.channels.offline import Offline
from kms_reprieve_cli.doctor import stack_secrets as secrets
from kms_reprieve_cli.doctor.people import channels
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.errors import AbsentError
from reprieve.messages.channels.document import Document, read_document

NEEDS: Final = secrets.NEEDS
WHOSE: Final = "the document of channels"
CHECK_FILE: Final = "Correct the document, then run: kms-reprieve channels put FILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """The document, and the good entries by the names of their channels."""

    document: Document
    entries: Mapping[str, Mapping[str, Any]]


def configured(subject: Subject) -> Configured | None:
    """Return the document; None if the stack has none, or if its secret does not exist.

    Raises:
        AwsError: it could not be read.
    """
    arn = channels.document(subject.stack)
    try:
        told = subject.cloud.ask("secretsmanager", "GetSecretValue", SecretId=arn) if arn else None
    except AbsentError:
        return None
    return _read(told.get("SecretString", ""), subject) if told is not None else None


def _read(held: str, subject: Subject) -> Configured:
    document = read_document(held, Offline(), tuple(channels.configured(subject.stack)))
    good = {channel.name for channel, _ in document.channels}
    listed = json.loads(held)["channels"] if good else []
    return Configured(
        document=document, entries={each["name"]: each for each in listed if _is_of(each, good)}
    )


def _is_of(entry: object, good: set[str]) -> bool:
    return isinstance(entry, dict) and entry.get("name") in good


def allowed(subject: Subject) -> frozenset[str]:
    """Return what the stack may send to."""
    return frozenset(filter(None, subject.stack.parameters.get("ChannelArns", "").split(",")))


def identities(sender: str) -> tuple[str, ...]:
    """Return the SES identities that can send for an address: itself, its domain, the domains above.

    Source: SES developer guide, "Creating a domain identity": a domain covers its subdomains.
    """
    domain = sender.rpartition("@")[2].split(".")
    return (sender, *(".".join(domain[number:]) for number in range(len(domain) - 1)))
