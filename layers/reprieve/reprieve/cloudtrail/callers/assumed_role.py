"""A role session: what most workloads are, and most people too.

Whose session it is, is read in `sessions/`; a role that nobody there recognises is called by its name.
Role chaining leaves no trace but `sourceIdentity`, which outlives every change of role.
Source: CloudTrail user guide, "CloudTrail userIdentity element"; IAM user guide, "Monitor and control
actions taken with assumed roles".
"""

from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.callers import sessions
from reprieve.cloudtrail.callers.evidence import Evidence
from reprieve.cloudtrail.callers.sessions.session import RoleSession
from reprieve.console import iam_page

TYPE = "AssumedRole"


def read(evidence: Evidence) -> Caller:
    """Name who has the session, and the role and the session apart from it."""
    session = RoleSession.of(evidence)
    role = f"role {session.role}" if session.role else "a role without a name"
    who = sessions.recognise(session)
    return evidence.caller(
        TYPE,
        who.name if who else role,
        id=who.id if who else None,
        behind=(who.behind or role) if who else None,
        principal=session.principal or None,
        session=None if who and who.id else session.name or None,
        source_identity=evidence.text("sessionContext", "sourceIdentity") or None,
        console_url=(who and who.console_url) or iam_page(evidence.region, "roles", session.role),
        is_service=bool(who and who.is_service),
    )
