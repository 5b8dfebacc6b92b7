"""JSON logs, by Powertools.

Lambda reads `timestamp` and `level` of each line, and drops what is below the function's level.
A line whose timestamp is not in RFC 3339 counts as INFO there, whatever its own level says, so with
`WARN` or `ERROR` every line in Powertools' usual form would be dropped.
Source: Lambda developer guide, "Log-level filtering", and Powertools' Logger, "RFC3339".
"""

from dataclasses import dataclass

from aws_lambda_powertools import Logger


def make_logger() -> Logger:
    """Return a function's logger, of the service and level that its environment names."""
    return Logger(use_rfc3339=True, utc=True)


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
