"""Whether the stack may send to what the document of channels names in AWS."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.people import channel_document
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "channel-arns"
GROUP: Final = Group.PEOPLE
WHEN: Final = Phase.AFTER
NEEDS: Final = ("secretsmanager:GetSecretValue",)


def look(subject: Subject) -> Iterator[Result]:
    """Compare ChannelArns with the good entries."""
    found = channel_document.configured(subject)
    if found is None:
        return
    allowed = channel_document.allowed(subject)
    named = {name: _named(entry, subject) for name, entry in found.entries.items()}
    missing = [(name, arns[0]) for name, arns in named.items() if arns and allowed.isdisjoint(arns)]
    spare = sorted(allowed.difference(*named.values()))
    for name, arn in missing:
        yield failure(
            f"ChannelArns does not name what {name} sends to: {arn}",
            cause="deliver and health may send only to what ChannelArns names",
            fix=f"Deploy with it: ChannelArns={','.join(sorted({*allowed, arn}))}",
        )
    for arn in (each for each in spare if ":configuration-set/" not in each):
        yield warning(
            f"ChannelArns names {arn}, and no channel sends to it",
            cause="deliver and health may still send to it",
            fix="Deploy without it, or add the channel to the document.",
        )
    if any(named.values()) and not missing:
        yield passed("ChannelArns names what the channels send to")


def _named(entry: Mapping[str, Any], subject: Subject) -> tuple[str, ...]:
    """Return the ARNs of which the stack needs one."""
    if entry["type"] == "email":
        identities = channel_document.identities(entry["from"])
        return tuple(subject.arn("ses", f"identity/{each}") for each in identities)
    return tuple(value for value in entry.values() if isinstance(value, str) and value.startswith("arn:"))
