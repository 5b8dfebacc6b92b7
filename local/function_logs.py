"""What the functions logged, for the moment when something did not happen."""

from local.emulator import Emulator
from local.stack import LOG_GROUP

LINES = 15


def last_lines(emulator: Emulator) -> str:
    """The end of every function's log."""
    logs = emulator.session().client("logs", endpoint_url=emulator.endpoint)
    found = []
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in (group["logGroupName"] for group in page["logGroups"]):
            if group != LOG_GROUP:
                events = logs.filter_log_events(logGroupName=group)["events"][-LINES:]
                found += [f"--- {group}", *(event["message"].rstrip() for event in events)]
    return "\n".join(found)
