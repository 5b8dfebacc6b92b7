"""Trails that deliver to CloudWatch Logs, which the emulator's don't. Its server runs this.

The emulator forgets a trail's log group. AWS names it with the trail, and the trail's status says
when records were last delivered there; in the emulator, `local.cloudtrail` delivers.
Source: CloudTrail API reference, CreateTrail, DescribeTrails and GetTrailStatus.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from ministack.services import cloudtrail

Request = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[[Request], Answer]
LOG_GROUP = "CloudWatchLogsLogGroupArn"
FIELDS = (LOG_GROUP, "CloudWatchLogsRoleArn")
OK = 200


def with_log_group(create: Handler) -> Handler:
    """What makes a trail, which then has the log group that it was made with."""

    def created(request: Request) -> Answer:
        answer = create(request)
        if answer[0] == OK:
            named = {name: request[name] for name in FIELDS if name in request}
            cloudtrail._trails[request["Name"]].update(named)  # noqa: SLF001 - it has no public name
        return answer

    return created


def with_delivery(status: Handler) -> Handler:
    """What tells how a trail does; one that is logging has just delivered."""

    def told(request: Request) -> Answer:
        code, headers, body = status(request)
        found = json.loads(body)
        if code == OK and found["IsLogging"] and has_log_group(request["Name"]):
            found["LatestCloudWatchLogsDeliveryTime"] = int(time.time())
        return code, headers, json.dumps(found).encode()

    return told


def has_log_group(name: str) -> bool:
    """Whether a trail delivers to CloudWatch Logs."""
    *_, trail = cloudtrail._find_visible_trail(name)  # noqa: SLF001 - as above
    return LOG_GROUP in trail


def add_log_groups() -> None:
    """Put it into the emulator."""
    handlers = cloudtrail._DISPATCH  # noqa: SLF001 - as above
    handlers["CreateTrail"] = with_log_group(handlers["CreateTrail"])
    handlers["GetTrailStatus"] = with_delivery(handlers["GetTrailStatus"])
