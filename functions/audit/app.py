"""The table's stream → one line of the audit trail for each event: see `reprieve.audit`."""

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from reprieve.adapters.aws import PROMPT, client
from reprieve.adapters.dynamodb import changes
from reprieve.adapters.logs import CloudWatchTrail
from reprieve.adapters.structured_log import StructuredLog, make_logger
from reprieve.audit import AuditSettings, Recorder
from reprieve.environment import prepare
from reprieve.errors import ReprieveError

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> None:
    """Write what the stream brings. A failure is let out: Lambda brings it again, and nothing after it."""
    _logger().append_keys(function_request_id=context.aws_request_id)
    recorder = _recorder()
    try:
        recorder.record(changes(event))
    except ReprieveError as error:
        _logger().error(
            "Could not write to the audit trail; it will be retried", extra={"problem": str(error)}
        )
        raise


@cache
def _logger() -> "Logger":
    return make_logger()


@cache
def _recorder() -> Recorder:
    settings = AuditSettings.read(os.environ)
    trail = CloudWatchTrail(client("logs", PROMPT), settings.log_group)
    return Recorder(trail=trail, log=StructuredLog(_logger()))


prepare(os.environ, _recorder)
