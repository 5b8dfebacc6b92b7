"""JSON logs, by Powertools."""

from dataclasses import dataclass

from aws_lambda_powertools import Logger


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
