"""CloudTrail's files: those that S3 holds (`{"Records": […]}`, plain or gzipped), and one record a line."""

import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Final

LONGEST: Final = 1 << 27
"""Characters that are read at a time: some times what a file of CloudTrail has. A small one may unpack to any
number of them."""

ENDINGS: Final = (".json", ".json.gz", ".jsonl", ".jsonl.gz", ".gz")


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files that the paths name, those of a folder in their order."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                file for file in path.rglob("*") if file.is_file() and file.name.endswith(ENDINGS)
            )
        else:
            yield path


def records(
    file: Path,
    watched: Callable[[IO[bytes]], IO[bytes]] = lambda opened: opened,
    longest: int = LONGEST,
) -> Iterator[object]:
    """Yield the records of a file.

    Args:
        file: The file.
        watched: Returns what is read in place of the opened file, to see how far it is.
        longest: How many characters a line may have, or the whole file where it is not one record a line.

    Raises:
        OSError: it can't be read.
        EOFError: it ends in the middle of gzip.
        zlib.error: its gzip is damaged.
        ValueError: it is not JSON, or too long; the records before the fault have been yielded.
        RecursionError: its JSON is nested too deeply.
    """
    with file.open("rb") as opened, _text(watched(opened), is_gzip=file.suffix == ".gz") as lines:
        first = _bounded(lines.readline, longest)
        try:
            whole = json.loads(first)
        except ValueError:
            whole = json.loads(first + _bounded(lines.read, longest))
        yield from _unpacked(whole)
        while line := _bounded(lines.readline, longest):
            if line.strip():
                yield from _unpacked(json.loads(line))


def _bounded(read: Callable[[int], str], longest: int) -> str:
    text = read(longest + 1)
    if len(text) > longest:
        raise ValueError(f"it has more than {longest:,} characters in a line, or altogether")
    return text


def _text(opened: IO[bytes], *, is_gzip: bool) -> IO[str]:
    if is_gzip:
        return gzip.open(opened, "rt", encoding="utf-8")
    return io.TextIOWrapper(opened, encoding="utf-8")


def _unpacked(value: object) -> Iterator[object]:
    if isinstance(value, dict) and isinstance(value.get("Records"), list):
        yield from value["Records"]
    elif isinstance(value, list):
        yield from value
    else:
        yield value
