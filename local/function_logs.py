"""What the functions logged, for the moment when something did not happen."""

from collections import deque

from local.emulator import Emulator
from local.stack import LOG_GROUP

LINES = 15


def last_lines(emulator: Emulator, lines: int = LINES) -> str:
    """The end of every function's log."""
    logs = emulator.session().client("logs", endpoint_url=emulator.endpoint)
    found = []
    for groups in logs.get_paginator("describe_log_groups").paginate():
        for group in (group["logGroupName"] for group in groups["logGroups"]):
            if group != LOG_GROUP:
                pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
                events = deque((event for page in pages for event in page["events"]), maxlen=lines)
                found += [f"--- {group}", *(event["message"].rstrip() for event in events)]
    return "\n".join(found)
