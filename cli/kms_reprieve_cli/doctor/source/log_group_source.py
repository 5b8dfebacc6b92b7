"""Whether a trail or a telemetry rule delivers to the log group."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.source import log_groups, trails
from kms_reprieve_cli.doctor.subject import Subject

ID: Final = "log-group-source"
GROUP: Final = Group.SOURCE
WHEN: Final = Phase.BOTH
NEEDS: Final = (*log_groups.NEEDS, "logs:DescribeLogStreams", *trails.TRAILS_NEED, *trails.RULES_NEED)


def look(subject: Subject) -> Iterator[Result]:
    """Ask CloudTrail, then for telemetry rules, then whether events come in another way."""
    for _ in log_groups.found(subject):
        yield _judged(subject)


def _judged(subject: Subject) -> Result:
    if found := trails.delivering(subject):
        return passed(f"{_named('trail', [trail.name for trail in found])} to the log group")
    if named := [rule["RuleName"] for rule in trails.rules(subject)]:
        return passed(f"{_named('telemetry rule', named)} to the log group")
    last = log_groups.last_event(subject)
    if last and subject.now - last < log_groups.RECENT:
        return warning(
            "events come to the log group, but no trail and no telemetry rule of this account sends them",
            cause="they may be centralized from another account; doctor can't see here which KMS events they"
            " include",
            fix="Look at the trail, or at the rule of CloudWatch centralization, in the account that"
            " sends them: management events, read and write, KMS included.",
        )
    return failure(
        f"nothing delivers CloudTrail's records to log group {subject.log_group}",
        cause="no trail and no telemetry rule of this account does",
        fix="Let a trail deliver to it: aws cloudtrail update-trail --name TRAIL"
        f" --cloud-watch-logs-log-group-arn {subject.arn('logs', f'log-group:{subject.log_group}:*')}"
        " --cloud-watch-logs-role-arn ROLE",
    )


def _named(kind: str, names: list[str]) -> str:
    one = len(names) == 1
    return f"{kind}{'' if one else 's'} {', '.join(names)} {'delivers' if one else 'deliver'}"
