"""The trails that deliver to the log group, and the telemetry rules that do."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kms_reprieve_cli.doctor.cloud import Reply
from kms_reprieve_cli.doctor.source.selectors import Selectors
from kms_reprieve_cli.doctor.subject import Subject

TRAILS_NEED: Final = ("cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus")
RULES_NEED: Final = ("observabilityadmin:GetTelemetryRule", "observabilityadmin:ListTelemetryRules")

_CLOUDTRAIL: Final = "AWS::CloudTrail"


@dataclass(frozen=True, slots=True)
class Trail:
    """A trail, and how it does."""

    told: Reply
    status: Reply

    @property
    def name(self) -> str:
        """Its name."""
        name: str = self.told["Name"]
        return name

    @property
    def arn(self) -> str:
        """Its ARN, by which other calls take it."""
        arn: str = self.told["TrailARN"]
        return arn

    @property
    def is_logging(self) -> bool:
        """Whether it records."""
        return bool(self.status.get("IsLogging"))

    def selectors(self, subject: Subject) -> Selectors:
        """Ask which events it records: cloudtrail:GetEventSelectors."""
        told = subject.cloud.ask("cloudtrail", "GetEventSelectors", region=self._home, TrailName=self.arn)
        return Selectors(told.get("EventSelectors") or [], told.get("AdvancedEventSelectors") or [])

    @property
    def _home(self) -> str:
        home: str = self.told["HomeRegion"]
        return home


def delivering(subject: Subject) -> Sequence[Trail]:
    """Return the trails that deliver to the log group; those that are logging, if any of them is."""
    told = subject.cloud.ask("cloudtrail", "DescribeTrails", includeShadowTrails=True)["trailList"]
    wanted = subject.arn("logs", f"log-group:{subject.log_group}")
    here = [each for each in told if each.get("CloudWatchLogsLogGroupArn", "").removesuffix(":*") == wanted]
    trails = [Trail(each, _status(subject, each)) for each in here]
    return [trail for trail in trails if trail.is_logging] or trails


def rules(subject: Subject) -> Iterator[Reply]:
    """Yield the telemetry rules that let CloudTrail write to the log group without a trail."""
    listed = subject.cloud.ask_all("observabilityadmin", "ListTelemetryRules")
    for each in listed.get("TelemetryRuleSummaries", []):
        if each.get("ResourceType") == _CLOUDTRAIL:
            rule = subject.cloud.ask("observabilityadmin", "GetTelemetryRule", RuleIdentifier=each["RuleArn"])
            if _writes_to(rule["TelemetryRule"], subject.log_group):
                yield rule


def selectors_of(rule: Reply) -> Selectors:
    """Return which events a telemetry rule records."""
    told: Any = rule["TelemetryRule"].get("DestinationConfiguration", {}).get("CloudtrailParameters", {})
    return Selectors([], told.get("AdvancedEventSelectors", []))


def _status(subject: Subject, trail: Reply) -> Reply:
    return subject.cloud.ask(
        "cloudtrail", "GetTrailStatus", region=trail["HomeRegion"], Name=trail["TrailARN"]
    )


def _writes_to(rule: Reply, log_group: str) -> bool:
    """Return whether a rule's destination is the log group; `<…>` in a pattern stands for any text."""
    pattern = rule.get("DestinationConfiguration", {}).get("DestinationPattern", "")
    parts = re.split(r"<[^<>]*>", pattern)
    return bool(pattern) and re.fullmatch(".*".join(map(re.escape, parts)), log_group) is not None
