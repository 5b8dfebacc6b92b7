"""The audit trail: what of the table's stream becomes a line, where it is kept, and who may write there."""

import json
from typing import Any

import pytest

from local.emulator import ROOT
from reprieve.cases.store import AUDIT

DEAD_LETTERS = {"Fn::GetAtt": ["AuditDeadLetterQueue", "Arn"]}
STREAM = {"Fn::GetAtt": ["CaseTable", "StreamArn"]}


@pytest.fixture
def mapping(translated: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = translated["AuditFunctionEntries"]["Properties"]
    return found


def test_the_stream_tells_what_is_written(resources: dict[str, Any], mapping: dict[str, Any]) -> None:
    assert resources["CaseTable"]["Properties"]["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    assert mapping["EventSourceArn"] == STREAM
    assert mapping["StartingPosition"] == "TRIM_HORIZON"


def test_nothing_but_entries_of_the_audit_trail_starts_the_function(mapping: dict[str, Any]) -> None:
    (pattern,) = (json.loads(each["Pattern"]) for each in mapping["FilterCriteria"]["Filters"])

    assert pattern == {
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {"Keys": {"sk": {"S": [{"prefix": AUDIT}]}}},
    }


def test_what_fails_is_tried_again_in_order_and_somebody_hears_of_it_before_the_stream_forgets(
    mapping: dict[str, Any],
) -> None:
    assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": DEAD_LETTERS}}
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRecordAgeInSeconds"] < 24 * 3600
    assert "MaximumRetryAttempts" not in mapping
    assert "ParallelizationFactor" not in mapping


def test_the_trail_has_a_group_of_its_own_that_stays_and_forgets(resources: dict[str, Any]) -> None:
    assert resources["AuditTrail"] == {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "RetainExceptOnCreate",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"RetentionInDays": {"Ref": "AuditDays"}},
    }


def test_the_days_are_such_that_cloudwatch_takes_them(template: dict[str, Any]) -> None:
    days = template["Parameters"]["AuditDays"]["AllowedValues"]
    all_days = template["Parameters"]["LogRetentionDays"]["AllowedValues"]

    assert days == [each for each in all_days if each >= 30]


def test_audit_reads_the_stream_and_writes_into_its_two_groups_and_nothing_else(
    resources: dict[str, Any],
) -> None:
    (policy,) = resources["AuditRole"]["Properties"]["Policies"]
    reach = {each["Sid"]: each["Resource"] for each in policy["PolicyDocument"]["Statement"]}

    assert reach == {
        "WriteOwnLog": {"Fn::GetAtt": ["AuditLogs", "Arn"]},
        "Trace": "*",
        "WriteTrail": {"Fn::GetAtt": ["AuditTrail", "Arn"]},
        "ReadChanges": STREAM,
        "FindStream": "*",
        "KeepWhatFailed": DEAD_LETTERS,
    }


def test_nobody_else_may_write_the_trail_and_nobody_may_delete_from_it(resources: dict[str, Any]) -> None:
    writing = {
        name: statement["Sid"]
        for name, role in resources.items()
        if role["Type"] == "AWS::IAM::Role"
        for policy in role["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if "AuditTrail" in json.dumps(statement)
    }

    assert writing == {"AuditRole": "WriteTrail"}
    assert "logs:Delete" not in (ROOT / "template.yaml").read_text("utf-8")
