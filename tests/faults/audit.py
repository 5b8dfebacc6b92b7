"""audit, cell by cell: a change of the table is a line of the audit trail, once the stream has been read."""

import json
from datetime import UTC, datetime
from typing import Any, Final

from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.case import case_id
from reprieve.cases.serialization import to_json
from reprieve.errors import AwsError
from tests.faults.cells import Cell, Row, Seen
from tests.faults.furnished import pending_key, world
from tests.faults.weather import SKY
from tests.faults.world import World

ROWS: Final = (Row("logs:PutLogEvents"), Row("logs:CreateLogStream"))

_TRIES: Final = 2


def run(cell: Cell) -> Seen:
    """Hand over one change of the table, as often as Lambda does."""
    with world() as made:
        event = _event(made)
        if cell.call == "logs:PutLogEvents":
            made.client("logs").create_log_stream(
                logGroupName="audit", logStreamName=f"{datetime.now(UTC):%Y/%m/%d}"
            )
        with SKY.under(cell.weather()) as weather:
            failed = _fails(made, event)
        at_once = _lines(made)
        if failed:
            assert not _fails(made, event)
        return Seen(_word(at_once, _lines(made), failed=failed), weather)


def _fails(made: World, event: dict[str, Any]) -> bool:
    try:
        made.invoke("audit", event)
    except AwsError:
        return True
    return False


def _word(at_once: int, in_the_end: int, *, failed: bool) -> str:
    match at_once, in_the_end, failed:
        case 1, 1, False:
            return "complete"
        case 0, 1, True:
            return "again"
        case _ if at_once and in_the_end > 1:
            return "repeated"
        case _:
            raise AssertionError(f"{at_once} lines at once, {in_the_end} in the end, failed: {failed}")


def _lines(made: World) -> int:
    found = made.client("logs").filter_log_events(logGroupName="audit")["events"]
    return len(found)


def _event(made: World) -> dict[str, Any]:
    key, now = pending_key(made), datetime.now(UTC).replace(microsecond=0)
    entry = Entry(id="e", at=now, case_id=case_id(key, made.deletion_date(key)), event=Event.NOTICE)
    image = {
        "pk": {"S": f"key#{key}"},
        "sk": {"S": f"audit#{now:%Y-%m-%dT%H:%M:%SZ}#e"},
        "version": {"N": "1"},
        "body": {"S": json.dumps(to_json(entry))},
    }
    written = {"ApproximateCreationDateTime": now.timestamp(), "NewImage": image}
    return {"Records": [{"eventName": "INSERT", "dynamodb": written}]}
