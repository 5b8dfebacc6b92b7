"""The audit trail, line by line: what is written into the table is written into a log group too.

The table's stream brings each change at least once, and each item's own in their order:
a line has the entry's `id` and its `version`, by which one that comes again is known.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

from reprieve.arn import KeyArn
from reprieve.cases.audit_entry import Entry
from reprieve.cases.decision import Decision
from reprieve.cases.store import recorded
from reprieve.cases.visitor import Person, SlackOrigin, Visitor
from reprieve.clock import rfc3339
from reprieve.dataclass import dataclass
from reprieve.environment import Environment, Variables
from reprieve.errors import NotUnderstoodError
from reprieve.ports import Document, Log, LogLine, LogWriter, StreamRecord
from reprieve.untrusted import ARN_LIMIT, one_line

Facts = Mapping[str, Any]

UNREADABLE: Final = "unreadable"
"""The event of an entry that nobody here wrote: it is told, and holds up no other."""

_REQUESTS_AT_MOST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """The environment of the audit function."""

    log_group: str

    @classmethod
    def read(cls, variables: Variables) -> Self:
        """Read the environment.

        Raises:
            SettingsError: a variable is missing.
        """
        environment = Environment(variables)
        return cls(log_group=environment.text("AUDIT_LOG_GROUP"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """The use case, with all that it needs."""

    trail: LogWriter
    log: Log

    def record(self, changes: Sequence[StreamRecord]) -> None:
        """Write a line for each change, under the time at which the table had it.

        Raises:
            AwsError: not all could be written; they all come again.
        """
        found = [(change.at, facts(change.document)) for change in changes]
        self.trail.write([LogLine(at, line(said)) for at, said in found])
        self.log.info("Wrote to the audit trail", lines=len(found))
        for said in (said for _, said in found if said["event"] == UNREADABLE):
            self.log.error("Found an audit entry that this stack did not write", **said)


def line(said: Facts) -> str:
    """Return an entry as one line of ASCII: nothing in it can end the line, or reverse its direction."""
    return json.dumps(said, separators=(",", ":"))


def facts(document: Document) -> Facts:
    """Return what an entry of the trail tells, as `events/audit.schema.json` has it; no text is long."""
    try:
        key, entry = recorded(document)
    except NotUnderstoodError as error:
        said = _unreadable(document, error)
    else:
        said = {**_event(key, entry), **_who(entry), **_decided(entry.decision), **_outcome(entry)}
    named = {"id": said["id"], "version": document.version, **said}
    return {name: _bounded(value) for name, value in named.items() if value not in (None, "", ())}


def _event(key: KeyArn | None, entry: Entry) -> Facts:
    return {
        "id": entry.id,
        "at": rfc3339(entry.at),
        "event": entry.event.value,
        "key": str(key) if key else None,
        "account": key.account if key else None,
        "region": key.region if key else None,
        "case_id": entry.case_id,
        "reason": entry.reason,
        "state_before": entry.state_before,
    }


def _who(entry: Entry) -> Facts:
    visitor = entry.decision.by if entry.decision else entry.visitor
    return _visitor(visitor) if visitor else {}


def _visitor(visitor: Visitor) -> Facts:
    return {
        "auth_method": visitor.auth_method.value,
        "channel": visitor.channel,
        "notice_id": visitor.notice,
        "source_ip": visitor.source_ip,
        "user_agent": visitor.user_agent,
        "claimed_name": visitor.claimed_name,
        "link_sent_to": visitor.sent_to,
        **(_person(visitor.person) if visitor.person else {}),
        **(_slack(visitor.slack) if visitor.slack else {}),
    }


def _person(person: Person) -> Facts:
    return {
        "issuer": person.issuer,
        "subject": person.subject,
        "email": person.email,
        "name": person.name,
    }


def _slack(origin: SlackOrigin) -> Facts:
    return {
        "slack_team": origin.team,
        "slack_user": origin.user,
        "slack_channel": origin.channel,
        "slack_message": origin.message,
    }


def _decided(decision: Decision | None) -> Facts:
    if decision is None:
        return {}
    return {
        "choice": decision.choice.value,
        "enable": decision.enable,
        "why": decision.why,
        "state_after": decision.state,
        "refused_calls": decision.refused,
    }


def _outcome(entry: Entry) -> Facts:
    return {"outcome": entry.outcome, "request_ids": entry.request_ids[:_REQUESTS_AT_MOST]}


def _unreadable(document: Document, error: NotUnderstoodError) -> Facts:
    return {
        "id": document.sort,
        "event": UNREADABLE,
        "partition": document.partition,
        "problem": str(error),
    }


def _bounded(value: object) -> object:
    """Return a text, or the texts in a tuple, on one line and not too long; anything else as it is."""
    if isinstance(value, tuple):
        return [one_line(text, ARN_LIMIT) for text in value]
    return one_line(value, ARN_LIMIT) if isinstance(value, str) else value
