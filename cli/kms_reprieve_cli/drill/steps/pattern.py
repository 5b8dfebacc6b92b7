"""Whether CloudWatch Logs takes the filter patterns, and matches the right lines with them."""

import json
from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.detection.metric_filters import PATTERN
from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding, expect
from reprieve.cloudtrail.record import READ_PATTERN

ID: Final = "pattern"
WHAT: Final = (
    "CloudWatch Logs accepts the filter patterns with their wildcards, and they match the right lines."
)
CHANGES: Final = ""
USUAL: Final = True
NEEDS: Final = ("logs:TestMetricFilter",)

_KEY: Final = "arn:aws:kms:eu-west-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_MATCHING: Final = (
    "is pending deletion.",
    "is pending replica deletion.",
    "is pending deletion (or pending replica deletion).",
)
_PASSING: Final = ("is disabled.", "is not pending deletion")


def run(drill: Drill) -> Iterator[Finding]:
    """Ask TestMetricFilter."""
    texts = [f"{_KEY} {words}" for words in (*_MATCHING, *_PASSING)]
    lines = [json.dumps({"eventSource": "kms.amazonaws.com", "errorMessage": text}) for text in texts]
    lines.append(json.dumps({"eventSource": "kms.amazonaws.com", "eventName": "Decrypt"}))
    wanted = list(range(1, len(_MATCHING) + 1))
    for name, pattern in {"the metric filter": PATTERN, "investigate": READ_PATTERN}.items():
        told = drill.cloud.ask("logs", "TestMetricFilter", filterPattern=pattern, logEventMessages=lines)
        matched = sorted(each["eventNumber"] for each in told["matches"])
        yield expect(
            set(wanted) <= set(matched), f"the pattern of {name} matches lines {matched} of {len(lines)}"
        )
