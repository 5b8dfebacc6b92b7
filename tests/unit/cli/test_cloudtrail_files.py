"""CloudTrail's files, in each form that S3 and people keep them in."""

import gzip
import io
import json
from pathlib import Path
from typing import IO

import pytest

from kms_reprieve_cli.cloudtrail_files import files, records

ONE, TWO = {"eventID": "1"}, {"eventID": "2"}


def write(file: Path, content: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix == ".gz":
        file.write_bytes(gzip.compress(content.encode()))
    else:
        file.write_text(content)
    return file


@pytest.mark.parametrize("name", ["one.json", "one.json.gz"])
@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"Records": [ONE, TWO]}),
        json.dumps({"Records": [ONE, TWO]}, indent=2),
        json.dumps([ONE, TWO]),
        f"{json.dumps(ONE)}\n\n{json.dumps(TWO)}\n",
        f"{json.dumps({'Records': [ONE]})}\n{json.dumps([TWO])}",
    ],
)
def test_every_form_is_read(tmp_path: Path, name: str, content: str) -> None:
    assert list(records(write(tmp_path / name, content))) == [ONE, TWO]


@pytest.mark.parametrize("content", ["", "{", '{"eventID": "1"}\n{', "[" * 100_000])
def test_what_is_not_json_is_an_error_after_what_is_before_it(tmp_path: Path, content: str) -> None:
    found: list[object] = []

    with pytest.raises((ValueError, RecursionError)):
        found.extend(records(write(tmp_path / "bad.json", content)))


def test_the_records_before_a_fault_have_been_yielded(tmp_path: Path) -> None:
    found = records(write(tmp_path / "bad.jsonl", f"{json.dumps(ONE)}\nnothing"))

    assert next(found) == ONE
    with pytest.raises(ValueError, match="Expecting value"):
        next(found)


def test_damaged_gzip_is_an_error(tmp_path: Path) -> None:
    file = write(tmp_path / "cut.json.gz", json.dumps({"Records": [ONE] * 1000}))
    file.write_bytes(file.read_bytes()[:-12])

    with pytest.raises(EOFError):
        list(records(file))


@pytest.mark.parametrize("content", [" " * 10**7, "{" + "\n" * 10**7, f"{json.dumps(ONE)}\n{' ' * 10**7}"])
def test_a_small_file_that_unpacks_to_no_end_is_an_error(tmp_path: Path, content: str) -> None:
    file = write(tmp_path / "bomb.json.gz", content)

    with pytest.raises(ValueError, match="more than 1,000 characters"):
        list(records(file, longest=1000))


def test_reading_can_be_watched(tmp_path: Path) -> None:
    file = write(tmp_path / "one.json.gz", json.dumps([ONE]))
    watched = []

    def watch(opened: IO[bytes]) -> IO[bytes]:
        watched.append(opened)
        return io.BytesIO(gzip.compress(json.dumps([TWO]).encode()))

    assert list(records(file, watch)) == [TWO]
    assert [each.closed for each in watched] == [True]


def test_a_folder_stands_for_its_files_in_their_order_and_a_file_for_itself(tmp_path: Path) -> None:
    for name in ("b/2.json", "a/1.json.gz", "a/3.jsonl", "a/notes.txt"):
        write(tmp_path / "folder" / name, "[]")
    alone = write(tmp_path / "odd.txt", "[]")

    found = [str(file.relative_to(tmp_path)) for file in files([alone, tmp_path / "folder"])]

    assert found == ["odd.txt", "folder/a/1.json.gz", "folder/a/3.jsonl", "folder/b/2.json"]
