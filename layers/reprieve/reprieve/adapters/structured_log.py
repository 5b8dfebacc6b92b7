"""JSON logs, by Powertools.

Lambda reads `timestamp` and `level` of each line, and drops what is below the function's level.
A line whose timestamp is not in RFC 3339, or whose level Lambda does not know, counts as INFO there. With
`WARN` or `ERROR`, every line in Powertools' usual form would be dropped: its timestamp is of another form,
and Python's word is WARNING where Lambda's is WARN.
Source: Lambda developer guide, "Log-level filtering", and Powertools' Logger, "RFC3339".
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from aws_lambda_powertools import Logger

from reprieve.dataclass import dataclass

_LAMBDA_LEVELS: Final = {"WARNING": "WARN", "CRITICAL": "FATAL"}


def make_logger() -> Logger:
    """Return a function's logger, of the service and level that its environment names."""
    return Logger(use_rfc3339=True, utc=True, json_serializer=_line)


def _line(keys: Mapping[str, Any]) -> str:
    level = _LAMBDA_LEVELS.get(keys["level"], keys["level"])
    return json.dumps({**keys, "level": level}, default=str, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class StructuredLog:
    """The `Log` of Powertools: the message stays constant, what varies is a key."""

    logger: Logger

    def info(self, msg: object, **keys: object) -> None:
        """Log at INFO."""
        self.logger.info(msg, extra=keys)

    def warning(self, msg: object, **keys: object) -> None:
        """Log at WARNING."""
        self.logger.warning(msg, extra=keys)

    def error(self, msg: object, **keys: object) -> None:
        """Log at ERROR."""
        self.logger.error(msg, extra=keys)
