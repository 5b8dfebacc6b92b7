"""What people read of a notice."""

from collections.abc import Mapping
from typing import Any

from reprieve.cases.notice import Notice
from reprieve.messages import block_kit, plain_mail
from reprieve.messages.story import tell


def mail_subject(notice: Notice) -> str:
    """The subject of its plain mail."""
    return plain_mail.subject(tell(notice))


def mail_body(notice: Notice) -> str:
    """The text of its plain mail."""
    return plain_mail.body(tell(notice))


def slack_message(notice: Notice) -> Mapping[str, Any]:
    """What Slack's webhook gets."""
    return block_kit.message(tell(notice))
