"""`kms-reprieve replay`: the notices that CloudTrail files would have caused. It makes no call to AWS."""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from rich.progress import Progress, TaskID
from rich.text import Text

from kms_reprieve_cli.cloudtrail_files import files, records
from kms_reprieve_cli.status import Status
from kms_reprieve_cli.terminal import complain, messages, output, reading
from reprieve.arn import KeyArn
from reprieve.cases.case import Case, open_case
from reprieve.cases.due import NoticeRules
from reprieve.cases.key import Key, KmsAnswer, Unknown
from reprieve.cases.notice import Notice
from reprieve.cases.serialization import to_json
from reprieve.cases.transitions import count, note_answer, note_changes, note_schedulings
from reprieve.clock import MINUTE, parse, to_minute
from reprieve.cloudtrail.key_use import Scheduling, Skipped
from reprieve.cloudtrail.record import read
from reprieve.investigate.case_change import tell_all
from reprieve.investigate.log_window import LogWindow
from reprieve.messages.plain_mail import body, subject
from reprieve.messages.story import tell
from reprieve.untrusted import text

NOT_ASKED: Final = KmsAnswer(can_be_asked=False)
NO_LOOK_UP: Final = Unknown(fact="state, aliases and tags of the key", why="replay makes no call to AWS")
NO_NOTICE: Final = "No request was refused because its key is pending deletion."

_WHY: Final[Mapping[Skipped, str]] = {
    Skipped.NOT_JSON: "not JSON",
    Skipped.NOT_A_RECORD: "not a CloudTrail record",
    Skipped.NOT_KMS: "of other services",
    Skipped.OTHER_EVENT: "not about a pending deletion",
    Skipped.TOO_MANY_KEYS: "about more keys than are kept",
}
_UNPROVEN: Final = "like a refusal, but not as KMS writes it"
_TASK: Final = TaskID(0)


@dataclass(slots=True)
class Archive:
    """What was read so far, and how many files could not be."""

    window: LogWindow = field(default_factory=LogWindow)
    records: int = 0
    failed: int = 0

    def read(self, file: Path, progress: Progress) -> None:
        """Read one file; what is before a fault in it counts."""
        progress.update(_TASK, description=file.name)
        try:
            for record in records(file, partial(progress.wrap_file, task_id=_TASK)):
                self.records += 1
                self.window.take(read(record, _delivered(record)))
        except (OSError, EOFError, ValueError, zlib.error, RecursionError) as error:
            complain(f"{file}: {error}")
            self.failed += 1

    @property
    def summary(self) -> str:
        """How many records were read, how many were skipped, and why."""
        skipped = {_WHY[why]: number for why, number in self.window.skipped.items()}
        skipped |= {_UNPROVEN: self.window.unproven_lines} if self.window.unproven_lines else {}
        why = ", ".join(f"{number:,} {reason}" for reason, number in skipped.items())
        read = f"read {self.records:,} record{'' if self.records == 1 else 's'}"
        return f"{read}, skipped {sum(skipped.values()):,}{': ' if why else ''}{why}"


def replay(paths: Iterable[Path], *, as_json: bool) -> Status:
    """Print the notices of the files that are named; WRONG if one could not be read."""
    found = list(files(paths))
    archive = Archive()
    with reading(sum(map(_size, found))) as progress:
        for file in found:
            archive.read(file, progress)
    _print(list(notices(archive.window)), as_json=as_json)
    messages().print(archive.summary)
    return Status.WRONG if archive.failed else Status.DONE


def notices(window: LogWindow) -> Iterator[Notice]:
    """Yield the notices that a reading comes to, key by key: of its use, and then of its end."""
    for key in window.keys:
        minutes, schedulings = window.of(key), window.schedulings.get(key, ())
        moments = [*minutes, *(scheduling.at for scheduling in schedulings)]
        if not moments:
            continue
        now = max(moments) + MINUTE
        case = note_schedulings(_opened_case(key, schedulings, min(moments), now), schedulings)
        case, found = tell_all(count(case, minutes, now, now), now, NoticeRules())
        yield from found
        case = note_answer(note_changes(case, window.changes.get(key, ()), now), NOT_ASKED, now)
        yield from tell_all(case, now, NoticeRules())[1]


def _opened_case(arn: KeyArn, schedulings: Sequence[Scheduling], start: datetime, now: datetime) -> Case:
    """Return a case of which nothing is known but what the files tell, the deletion date at the best."""
    date = schedulings[-1].deletion_date if schedulings else None
    case = open_case(replace(Key.bare(arn), deletion_date=date), now, to_minute(start))
    return replace(case, unknown=(NO_LOOK_UP,))


def _print(found: list[Notice], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([to_json(notice) for notice in found], indent=2, ensure_ascii=False))
        return
    console = output()
    for notice in found:
        story = tell(notice)
        console.print(Text(f"Subject: {subject(story)}", style="bold"))
        console.print(f"\n{body(story)}")
    if not found:
        console.print(NO_NOTICE)


def _size(file: Path) -> int:
    """Return how many bytes a file has; one that is gone is told when it is opened."""
    return file.stat().st_size if file.exists() else 0


def _delivered(record: object) -> datetime:
    """Return when a record happened: a file does not tell when CloudTrail delivered it."""
    try:
        return to_minute(parse(text(record, "eventTime")))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
