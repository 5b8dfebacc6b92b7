"""An entry of each type of channel, as it stands in the document."""

from collections.abc import Mapping
from typing import Any, Final

EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "amazon-q": {"topic": "arn:aws:sns:eu-west-1:111122223333:amazon-q"},
    "email": {
        "from": "kms@example.com",
        "to": {"team-orders": ["jane@example.com"], "*": ["ops@example.com"]},
    },
    "eventbridge": {"bus": "arn:aws:events:eu-west-1:111122223333:event-bus/security"},
    "google-chat": {"url": "https://chat.example/v1/spaces/S/messages?key=k&token=confidential"},
    "pagerduty": {"routing_key": "c0nf1dent1al" + "0" * 20},
    "slack-app": {
        "bot_token": "xoxb-1-confidential",
        "signing_secret": "0123456789abcdef" * 2,
        "channel": "C0123ABC",
        "mention": {"team-orders": "S0456"},
    },
    "slack-webhook": {"url": "https://hooks.slack.example/services/T0/B0/confidential"},
    "sns": {"topic": "arn:aws:sns:eu-west-1:111122223333:notices"},
    "teams": {"url": "https://flow.example:443/workflows/w/paths/invoke?sp=%2Frun&sig=confidential"},
    "webhook": {
        "url": "https://soar.example/confidential",
        "signing_secret": "whsec_Y29uZmlkZW50aWFsY29uZmlkZW50aWFs",
    },
}

DATA: Final = frozenset({"eventbridge", "webhook"})
"""Types that send the notice as it is, for programs to read."""


def entry(kind: str, **changes: Any) -> dict[str, Any]:
    """An entry of a type."""
    return {"name": "example", "type": kind, **EXAMPLES[kind], **changes}
