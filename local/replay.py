"""`python -m local replay`: the notices that CloudTrail files would have caused. No call of AWS is made.

Reads what S3 holds (`{"Records": […]}`, plain or gzipped) and files of one record a line.
"""

import argparse
import gzip
import json
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from reprieve.arn import KeyArn
from reprieve.cases.case import Case, open_case
from reprieve.cases.due import NoticeRules
from reprieve.cases.key import Key, KmsAnswer, Unknown
from reprieve.cases.notice import Notice
from reprieve.cases.transitions import count, note_answer, note_changes, note_schedulings
from reprieve.clock import MINUTE, parse, to_minute
from reprieve.cloudtrail.record import Scheduling, read
from reprieve.investigate.case_change import tell_all
from reprieve.investigate.log_window import LogWindow
from reprieve.messages.channels import email
from reprieve.serialization import to_json
from reprieve.untrusted import text

ENDINGS: Final = (".json", ".json.gz", ".jsonl", ".jsonl.gz", ".gz")
NOT_ASKED: Final = KmsAnswer(can_be_asked=False)
NO_LOOK_UP: Final = Unknown(fact="state, aliases and tags of the key", why="a replay asks AWS nothing")


def main(arguments: list[str]) -> int:
    """Print the notices of the files that are named; 1 if one could not be read."""
    options = _options(arguments)
    progress = _Progress()
    reading, done, failed = LogWindow(), 0, 0
    for file in files(options.paths):
        progress.show(file)
        try:
            for record in records(file):
                reading.take(read(record, _delivered(record)))
        except (OSError, EOFError, ValueError, zlib.error, RecursionError) as error:
            progress.clear()
            print(f"{file}: {error}", file=sys.stderr)
            failed += 1
        else:
            done += 1
    progress.clear()
    _print(list(notices(reading)), done, as_json=options.json)
    return 1 if failed else 0


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files that the paths name, those of a folder in their order."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                file for file in path.rglob("*") if file.is_file() and file.name.endswith(ENDINGS)
            )
        else:
            yield path


def records(file: Path) -> Iterator[object]:
    """Yield the records of a file.

    Raises:
        OSError: it can't be read.
        ValueError: it is not JSON; the records before the fault have been yielded.
    """
    with _opened(file) as lines:
        first = lines.readline()
        try:
            whole = json.loads(first)
        except ValueError:
            whole = json.loads(first + lines.read())
        yield from _unpacked(whole)
        for line in lines:
            if line.strip():
                yield from _unpacked(json.loads(line))


def notices(reading: LogWindow) -> Iterator[Notice]:
    """Yield the notices that a reading comes to, key by key: of its use, and then of its end."""
    for key in reading.keys:
        minutes, schedulings = reading.of(key), reading.schedulings.get(key, ())
        moments = [*minutes, *(scheduling.at for scheduling in schedulings)]
        if not moments:
            continue
        now = max(moments) + MINUTE
        case = note_schedulings(_opened_case(key, schedulings, min(moments), now), schedulings)
        case, found = tell_all(count(case, minutes, now, now), now, NoticeRules())
        yield from found
        case = note_answer(note_changes(case, reading.changes.get(key, ()), now), NOT_ASKED, now)
        yield from tell_all(case, now, NoticeRules())[1]


def _opened_case(arn: KeyArn, schedulings: Sequence[Scheduling], start: datetime, now: datetime) -> Case:
    """Return a case of which nothing is known but what the files tell, the deletion date at the best."""
    date = schedulings[-1].deletion_date if schedulings else None
    case = open_case(replace(Key.bare(arn), deletion_date=date), now, to_minute(start))
    return replace(case, unknown=(NO_LOOK_UP,))


def _print(found: list[Notice], files_read: int, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([to_json(notice) for notice in found], indent=2, ensure_ascii=False))
        return
    for notice in found:
        print(f"Subject: {email.subject(notice)}\n\n{email.body(notice)}")
    if not found:
        said = "no request was refused because its key was pending deletion"
        print(f"In {files_read} files {said}." if files_read else "No file was read.")


def _opened(file: Path) -> IO[str]:
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding="utf-8")
    return file.open(encoding="utf-8")


def _unpacked(value: object) -> Iterator[object]:
    if isinstance(value, dict) and isinstance(value.get("Records"), list):
        yield from value["Records"]
    elif isinstance(value, list):
        yield from value
    else:
        yield value


def _delivered(record: object) -> datetime:
    """Return when a record happened: a file does not tell when CloudTrail delivered it."""
    try:
        return to_minute(parse(text(record, "eventTime")))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local replay", description=__doc__)
    parser.add_argument(
        "--json", action="store_true", help="print an array of notices, as events/notice.schema.json"
    )
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a CloudTrail file, or a folder of them"
    )
    return parser.parse_args(arguments)


class _Progress:
    """Which file is being read, on a terminal alone."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._number = 0

    def show(self, file: Path) -> None:
        self._number += 1
        if self._shown:
            print(f"\r\033[K{self._number}: {file.name}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
