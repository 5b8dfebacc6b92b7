"""The log messages that others look for: `kms-reprieve drill` finds them in the stack's log groups.

All other messages stand where they are logged; docs/operations.md lists every one.
"""

from typing import Final

READ_LOG_GROUP: Final = "Read the log group"
"""investigate has read what CloudTrail delivered."""

NOTICE_ROUTED: Final = "Routed a notice"
"""deliver has put a notice into the queue for each channel that gets it."""

NOTICE_SENT: Final = "Sent a notice"
"""A channel has taken a notice from deliver."""

NOT_FROM_AN_ALARM: Final = "Ignored a message that is not from an alarm"
"""A function was started with a message that CloudWatch did not send; a warning."""
