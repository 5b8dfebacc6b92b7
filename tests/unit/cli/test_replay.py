"""`kms-reprieve replay`: the notices of recorded events, and what it says of its own reading."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from kms_reprieve_cli import command
from kms_reprieve_cli.replay import NO_NOTICE

ROOT = Path(__file__).parents[3]
RECORDS = ROOT / "events" / "records"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def replay(*arguments: object) -> Result:
    return CliRunner().invoke(command.app, ["replay", *map(str, arguments)])


def record(name: str) -> Path:
    return RECORDS / f"{name}.json"


def last_line(result: Result) -> str:
    return result.stderr.splitlines()[-1]


def test_a_refused_request_is_the_mail_that_it_would_have_caused() -> None:
    result = replay(record("decrypt-by-iam-user"), record("schedule-key-deletion"))

    assert result.exit_code == 0
    assert result.stdout.startswith(
        "Subject: Calls refused: 1234abcd-12ab-34cd-56ef-1234567890ab (user jane)"
    )
    assert "replay makes no call to" in result.stdout
    assert last_line(result) == "read 2 records, skipped 0"


def test_a_cancellation_is_told_after_the_use() -> None:
    result = replay(record("decrypt-by-role"), record("schedule-key-deletion"), record("cancel-key-deletion"))

    subjects = [line for line in result.stdout.splitlines() if line.startswith("Subject: ")]
    assert [subject.split(":")[1] for subject in subjects] == [
        " Calls refused",
        " Deletion cancelled, not confirmed by KMS",
    ]


def test_a_cancellation_of_a_key_that_nobody_used_is_no_notice() -> None:
    result = replay(record("cancel-key-deletion"))

    assert (result.exit_code, result.stdout) == (0, f"{NO_NOTICE}\n")


def test_json_is_what_the_schema_says() -> None:
    result = replay("--json", RECORDS)

    schema: Mapping[str, Any] = json.loads((ROOT / "events" / "notice.schema.json").read_text("utf-8"))
    found = json.loads(result.stdout)
    assert found
    for notice in found:
        jsonschema.validate(notice, schema)
    assert {notice["reason"] for notice in found} == {"key-in-use", "deletion-cancelled"}


def test_json_of_nothing_is_an_empty_array() -> None:
    assert json.loads(replay("--json", record("other-service")).stdout) == []


def test_what_was_skipped_is_counted_by_its_reason(tmp_path: Path) -> None:
    use = json.loads(record("decrypt-by-role").read_text("utf-8"))
    forged = use | {"awsRegion": "us-east-1"}
    other = json.loads(record("other-service").read_text("utf-8"))
    worked = json.loads(record("decrypt-that-worked").read_text("utf-8"))
    file = tmp_path / "some.json"
    file.write_text(json.dumps({"Records": [use, *[other] * 1200, worked, "text", forged]}))

    result = replay(file)

    assert result.exit_code == 0
    assert last_line(result) == (
        "read 1,204 records, skipped 1,203: 1,200 of other services, 1 not about a pending deletion, "
        "1 not a CloudTrail record, 1 like a refusal, but not as KMS writes it"
    )


def test_one_record_is_one() -> None:
    assert last_line(replay(record("decrypt-by-role"))) == "read 1 record, skipped 0"


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    result = replay(tmp_path)

    assert (result.exit_code, result.stdout) == (0, f"{NO_NOTICE}\n")
    assert last_line(result) == "read 0 records, skipped 0"


@pytest.mark.parametrize(
    ("name", "content"),
    [("bad.json", b"{"), ("bad.json.gz", b"no gzip"), ("deep.json", b"[" * 100_000), ("bad.json", b"\xff")],
)
def test_a_file_that_cannot_be_read_is_named_and_the_others_count(
    tmp_path: Path, name: str, content: bytes
) -> None:
    bad = tmp_path / name
    bad.write_bytes(content)

    result = replay(bad, record("decrypt-by-role"))

    assert result.exit_code == 1
    assert result.stderr.startswith(f"{bad}: ")
    assert result.stdout.startswith("Subject: Calls refused")
    assert last_line(result) == "read 1 record, skipped 0"


def test_a_symbolic_link_in_a_folder_that_leads_nowhere_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "gone.json").symlink_to(tmp_path / "nowhere")

    result = replay(tmp_path, record("decrypt-by-role"))

    assert (result.exit_code, last_line(result)) == (0, "read 1 record, skipped 0")


def test_a_record_without_a_time_counts(tmp_path: Path) -> None:
    use = json.loads(record("decrypt-by-role").read_text("utf-8"))
    del use["eventTime"]
    file = tmp_path / "some.jsonl"
    file.write_text(json.dumps(use))

    assert "since 1970-01-01 00:00 UTC" in replay(file).stdout


def test_the_name_of_a_file_gives_the_terminal_no_orders(tmp_path: Path) -> None:
    file = tmp_path / "a\x1b]0;title\x07\x1b[2J\u202e.json"
    file.write_text("no JSON", "utf-8")

    result = replay(tmp_path)

    assert result.exit_code == 1
    assert f"{tmp_path}/a\N{REPLACEMENT CHARACTER}]0;title" in result.stderr
    assert not {"\x1b", "\x07", "\u202e"} & set(result.stderr)
