"""Which boto3 the functions run with, as CloudTrail's records of their calls say."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.drill.drill import Drill, message_of
from kms_reprieve_cli.drill.finding import Finding, expect, note

ID: Final = "runtime"
WHAT: Final = "Which version of boto3 Lambda's runtime has, by the user agent of investigate's own calls."
CHANGES: Final = ""
USUAL: Final = False
NEEDS: Final = ("logs:FilterLogEvents",)

_SECONDS: Final = 60 * 60


def run(drill: Drill) -> Iterator[Finding]:
    """Find a record of a call that investigate made: DescribeKey of the drill's key is one."""
    role = drill.stack.output("InvestigateRoleArn")
    pattern = f'{{ $.userIdentity.sessionContext.sessionIssuer.arn = "{role}" }}'
    since = drill.passing.clock() - _SECONDS
    lines = drill.lines(drill.stack.output("CloudTrailLogGroup"), pattern, since)
    records = [record for record in map(message_of, lines) if _issuer(record) == role]
    agents = sorted({str(record.get("userAgent")) for record in records})
    yield expect(agents, "CloudTrail recorded calls of investigate in the last hour")
    yield from (note(agent) for agent in agents)


def _issuer(record: object) -> object:
    for name in ("userIdentity", "sessionContext", "sessionIssuer", "arn"):
        record = record.get(name) if isinstance(record, dict) else None
    return record
