"""Whether EventBridge Scheduler starts investigate, and nothing lies in a dead-letter queue."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.health.dead_letters import QUEUES
from kms_reprieve_cli.drill.drill import LOGS_EVERYTHING, Drill, message_of
from kms_reprieve_cli.drill.finding import Finding, expect, not_shown
from reprieve.ports.log_messages import READ_LOG_GROUP

ID: Final = "schedule"
WHAT: Final = "EventBridge Scheduler can assume its role, and starts investigate every five minutes."
CHANGES: Final = ""
USUAL: Final = True
NEEDS: Final = ("logs:FilterLogEvents", "sqs:GetQueueAttributes")

_SECONDS: Final = 16 * 60
_NUMBER: Final = "ApproximateNumberOfMessages"


def run(drill: Drill) -> Iterator[Finding]:
    """Count investigate's runs, and what it gave up on."""
    yield _runs(drill)
    for output in QUEUES:
        told = drill.cloud.ask(
            "sqs", "GetQueueAttributes", QueueUrl=drill.stack.output(output), AttributeNames=[_NUMBER]
        )
        number = int(told["Attributes"][_NUMBER])
        yield expect(number == 0, f"{output}: {number} messages")


def _runs(drill: Drill) -> Finding:
    if drill.log_level != LOGS_EVERYTHING:
        return not_shown(f"investigate's log does not name its runs: LogLevel is {drill.log_level}")
    since = drill.passing.clock() - _SECONDS
    lines = drill.lines(drill.stack.required("InvestigateLogs"), since=since)
    runs = sum(message_of(line).get("message") == READ_LOG_GROUP for line in lines)
    return expect(runs > 1, f"investigate read the log group {runs} times in 16 minutes")
