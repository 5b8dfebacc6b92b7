"""What the checks are about."""

from enum import StrEnum


class Group(StrEnum):
    """A heading of the report and of docs/doctor.md, and a value of `--only`."""

    ACCOUNT = "account"
    SOURCE = "source"
    DETECTION = "detection"
    PEOPLE = "people"
    PAGE = "page"
    OTHER_ACCOUNTS = "other-accounts"
    KEYS = "keys"
    HEALTH = "health"
