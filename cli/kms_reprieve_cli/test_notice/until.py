"""How far a test notice has to get in every channel before the command ends."""

from enum import StrEnum


class Until(StrEnum):
    """What a channel has to have done before the command ends."""

    ACCEPTED = "accepted"
    OPENED = "opened"
