"""The report of a drill names nobody, and its policy touches no key but the drill's own."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kms_reprieve_cli.drill.all_steps import STEPS
from kms_reprieve_cli.drill.command import chosen, print_policy, print_steps
from kms_reprieve_cli.drill.finding import Finding, Verdict, expect, note, took
from kms_reprieve_cli.drill.policy import document
from kms_reprieve_cli.drill.redaction import redacted, redacted_record
from kms_reprieve_cli.drill.report import Report, said
from kms_reprieve_cli.drill.run import Done
from kms_reprieve_cli.drill.steps import member_account, refusal
from kms_reprieve_cli.status import Status

RECORD = {
    "userIdentity": {
        "accessKeyId": "ASIA",
        "arn": "arn:aws:sts::999988887777:assumed-role/a/jane@corp.example",
    },
    "sourceIPAddress": "203.0.113.9",
    "list": [{"principalId": "AROA:jane"}],
}
FOUND = (
    Done("refusal", expect(True, "arn:aws:kms:eu-west-1:999988887777:key/1 is PendingDeletion")),
    Done("refusal", took("CloudTrail delivered the record of Decrypt", 154.84)),
    Done("refusal", Finding(verdict=Verdict.NOTE, what="the record of Decrypt", record=RECORD)),
    Done("audit", expect(None, "the notice is in it")),
    Done("audit", note("decided with the link from email")),
    Done("replica", Finding(verdict=Verdict.SKIPPED, what="stopped: you did not allow it")),
)
REPORT = Report(
    version="0.1.0",
    region="eu-west-1",
    at=datetime(2026, 11, 30, 9, 45, tzinfo=UTC),
    parameters={"LogLevel": "INFO"},
    found=FOUND,
)


def test_who_and_where_you_are_is_left_out() -> None:
    text = "999988887777 jane@corp.example 203.0.113.9 https://abc.execute-api.aws/keys/v1a.x"

    assert redacted(text) == "111122223333 someone@example.com 192.0.2.1 https://…"
    assert redacted_record(RECORD) == {
        "userIdentity": {
            "accessKeyId": "…",
            "arn": "arn:aws:sts::111122223333:assumed-role/…",
        },
        "sourceIPAddress": "…",
        "list": [{"principalId": "…"}],
    }


@pytest.mark.parametrize(
    "text",
    [
        "AccessDenied: User: arn:aws:sts::999988887777:assumed-role/Admin/jane.doe is not authorized",
        "arn:aws:iam::999988887777:user/ops/jane.doe",
        "arn:aws:sts::999988887777:federated-user/jane.doe",
    ],
)
def test_no_principal_is_named(text: str) -> None:
    assert "jane" not in redacted(text)
    assert "jane" not in json.dumps(redacted_record({"arn": text, "onBehalfOf": {"userId": "jane"}}))


def test_the_page_has_latencies_findings_and_records() -> None:
    page = REPORT.as_markdown()

    assert "2 not as expected, or not shown." in page
    assert "| refusal | CloudTrail delivered the record of Decrypt | 154.8 |" in page
    assert "- ok: arn:aws:kms:eu-west-1:111122223333:key/1 is PendingDeletion" in page
    assert "- **MISS**: the notice is in it" in page
    assert "- **not shown**: stopped: you did not allow it" in page
    assert "## the record of Decrypt" in page
    assert '"sourceIPAddress": "…"' in page
    assert "999988887777" not in page


def test_a_program_reads_the_same() -> None:
    told = REPORT.as_json()

    assert told["misses"] == 2
    assert told["findings"][1] == {
        "step": "refusal",
        "verdict": "note",
        "what": "CloudTrail delivered the record of Decrypt",
        "seconds": 154.8,
        "record": None,
    }
    assert "999988887777" not in json.dumps(told)


def test_a_report_without_a_miss_says_so() -> None:
    fine = Report(version="1", region="r", at=REPORT.at, parameters={}, found=FOUND[:2])

    assert "Everything is as expected." in fine.as_markdown()


def test_the_terminal_shows_a_line_for_each_finding() -> None:
    assert said(FOUND[1].finding) == "  note    CloudTrail delivered the record of Decrypt: 154.8 s"


def test_the_usual_steps_are_done_unless_others_are_chosen() -> None:
    assert [step.ID for step in chosen(())] == [
        *("doctor", "pattern", "schedule", "refusal", "management-call"),
        *("notice", "rescue", "audit", "throttling"),
    ]
    assert [step.ID for step in chosen({"replica", "refusal"})] == ["refusal", "replica"]


def test_the_policy_lets_use_no_key_without_the_drills_tag() -> None:
    statements = {each["Sid"]: each for each in document(chosen(()), "aws-us-gov", "orders")["Statement"]}

    assert statements["UseThrowawayKey"]["Condition"] == {
        "Null": {"aws:ResourceTag/kms-reprieve:drill": "false"}
    }
    assert "kms:ScheduleKeyDeletion" in statements["UseThrowawayKey"]["Action"]
    assert statements["MakeThrowawayKey"]["Condition"] == {
        "Null": {"aws:RequestTag/kms-reprieve:drill": "false"}
    }
    looks = statements["Look"]["Action"]
    assert [each for each in looks if each.startswith("kms:")] == [
        *("kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListKeys")
    ]
    assert "arn:aws-us-gov:kms:*:*:key/*" in statements["UseThrowawayKey"]["Resource"]


def test_a_key_of_another_account_can_be_used_with_the_drills_encryption_context_only() -> None:
    statements = {each["Sid"]: each for each in document([member_account], "aws", "orders")["Statement"]}

    assert statements["UseKeyOfOtherAccount"]["Action"] == ["kms:Decrypt"]
    assert statements["UseKeyOfOtherAccount"]["Condition"] == {
        "StringEquals": {"kms:EncryptionContext:purpose": "kms-reprieve drill"},
        "StringNotEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"},
    }
    assert "UseKeyOfOtherAccount" not in {
        each["Sid"] for each in document([refusal], "aws", "o")["Statement"]
    }


READS = re.compile(r"\w+:(Describe|Filter|Get|List|Query|Test|GET)")


def test_what_changes_something_is_allowed_on_the_stack_and_on_the_drill_s_keys_alone() -> None:
    statements = document(STEPS, "aws", "orders")["Statement"]

    wide = {action for each in statements if each["Resource"] == "*" for action in each["Action"]}
    assert {each for each in wide if not READS.match(each)} == {"kms:CreateKey", "kms:TagResource"}
    for each in statements:
        assert each["Resource"] != "*" or each["Sid"] == "Look" or "Condition" in each
        for resource in each["Resource"] if isinstance(each["Resource"], list) else ():
            assert re.search(r"orders|KMSKeyPendingDeletionErrorAlarm$|transform/Serverless", resource)


def test_the_policy_allows_what_every_step_needs() -> None:
    allowed = {action for each in document(STEPS, "aws", "orders")["Statement"] for action in each["Action"]}

    assert {action for step in STEPS for action in step.NEEDS} <= allowed
    sizes = [len(json.dumps(document([step], "aws", "orders"), separators=(",", ":"))) for step in STEPS]
    assert max(sizes) < 6_144  # IAM's quota of a managed policy


def test_steps_without_a_key_need_no_right_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_policy({"log-reads"}, "eu-west-1", "orders") is Status.DONE

    (look,) = json.loads(capsys.readouterr().out)["Statement"]
    assert look["Action"] == ["kms:DescribeKey", "logs:FilterLogEvents"]


def test_the_list_of_steps_says_what_each_changes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    assert print_steps() is Status.DONE

    told = capsys.readouterr().out
    assert "refusal\n  KMS refuses a key" in told
    assert "replica (only if you choose it)\n" in told
    assert "  Changes: It creates a KMS key" in told
    assert max(map(len, told.splitlines())) <= 80


def test_every_step_is_in_the_document_with_what_it_changes() -> None:
    page = (Path(__file__).parents[4] / "docs" / "drill.md").read_text("utf-8")

    usual, _, chosen_only = page.partition("Only if you choose them:")
    for step in STEPS:
        assert f"| `{step.ID}` |" in (usual if step.USUAL else chosen_only)
