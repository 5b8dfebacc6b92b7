"""Which channels have a notice about a key: what deliver's log says, and which the stack must have."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kms_reprieve_cli.doctor.people.channels import configured
from kms_reprieve_cli.drill.drill import Drill, message_of, moment_of
from reprieve.cases.audit_entry import Entry
from reprieve.cases.notice import Reason
from reprieve.cases.readable import readable
from reprieve.cases.store import AUDIT, KEY
from reprieve.ports.log_messages import NOTICE_ROUTED, NOTICE_SENT

IN_USE: Final = frozenset({Reason.KEY_IN_USE, Reason.NEW_CALLER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """Where the notices went that a key is in use.

    Attributes:
        wanted: The channels of the stack's parameters, and those to which deliver routed a notice.
        at: When each channel had its first, in seconds since 1970.
    """

    wanted: frozenset[str]
    at: Mapping[str, float]

    @property
    def missing(self) -> tuple[str, ...]:
        """The channels that do not have it."""
        return tuple(sorted(self.wanted - self.at.keys()))


def deliveries(drill: Drill, key: str) -> Deliveries:
    """Read deliver's log; a document of channels counts as deliver itself read and routed it."""
    ids = _notices(drill, key)
    lines = [line for line in _lines(drill) if line[0].get("notice_id") in ids]
    routed = {
        name for said, _ in lines if said["message"] == NOTICE_ROUTED for name in said.get("channels", ())
    }
    sent = [(str(said.get("channel")), at) for said, at in lines if said["message"] == NOTICE_SENT]
    first: dict[str, float] = {}
    for channel, at in sent:
        first[channel] = min(at, first.get(channel, at))
    return Deliveries(wanted=frozenset({*configured(drill.stack), *routed}), at=first)


def _notices(drill: Drill, key: str) -> Collection[str]:
    """Return the ids of the notices that a key is in use, by the audit trail in the table."""
    found = (readable(Entry, document) for document in drill.documents(f"{KEY}{key}", AUDIT))
    return {entry.id for entry in found if entry and entry.reason in IN_USE}


def _lines(drill: Drill) -> Iterator[tuple[Mapping[str, Any], float]]:
    for line in drill.lines(drill.stack.required("DeliverLogs")):
        said = message_of(line)
        if said.get("message") in {NOTICE_ROUTED, NOTICE_SENT}:
            yield said, moment_of(line)
