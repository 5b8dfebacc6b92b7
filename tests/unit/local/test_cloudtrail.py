"""Records of calls that were really made."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local.application import Role
from local.cloudtrail import Record, behind, refused, succeeded
from local.emulator import Emulator
from local.plans import ORDERS_API, ORDERS_MAIL, REPORTS

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
IDENTITY = {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/orders-api/orders-api"}


@pytest.fixture
def role(tmp_path: Path) -> Role:
    emulator = Emulator(endpoint="http://127.0.0.1:1", folder=tmp_path)
    return Role(emulator=emulator, session=emulator.session(), identity=IDENTITY)


@pytest.fixture
def refusal(role: Role) -> Record:
    error = ClientError(
        {
            "Error": {"Code": "KMSInvalidStateException", "Message": f"{KEY} is pending deletion."},
            "ResponseMetadata": {
                "RequestId": "7ba1b722",
                "HTTPStatusCode": 400,
                "HTTPHeaders": {},
                "RetryAttempts": 0,
                "HostId": "",
            },
        },
        "Decrypt",
    )
    return refused(error, by=role, key_arn=KEY, parameters={"encryptionContext": {"table": "customers"}})


def test_a_refusal_is_copied_letter_by_letter(refusal: Record) -> None:
    assert refusal["eventName"] == "Decrypt"
    assert refusal["errorCode"] == "KMSInvalidStateException"
    assert refusal["errorMessage"] == f"{KEY} is pending deletion."
    assert refusal["requestID"] == "7ba1b722"
    assert refusal["responseElements"] is None


def test_a_record_says_who_called_with_which_key(refusal: Record) -> None:
    assert refusal["eventVersion"] == "1.11"
    assert refusal["userIdentity"] == IDENTITY
    assert refusal["eventSource"] == "kms.amazonaws.com"
    assert (refusal["awsRegion"], refusal["recipientAccountId"]) == ("eu-west-1", "111122223333")
    assert refusal["resources"] == [{"accountId": "111122223333", "type": "AWS::KMS::Key", "ARN": KEY}]
    assert refusal["requestParameters"] == {"encryptionContext": {"table": "customers"}}
    assert refusal["readOnly"] is True
    assert "sharedEventID" not in refusal


def test_a_record_names_the_service_that_asks_for_its_caller(refusal: Record) -> None:
    record = behind(refusal, ORDERS_API)

    service = "secretsmanager.amazonaws.com"
    assert record["userIdentity"] == {**IDENTITY, "invokedBy": service}
    assert (record["sourceIPAddress"], record["userAgent"]) == (service, service)


def test_a_record_names_the_workload_that_has_the_credentials(refusal: Record) -> None:
    assert behind(refusal, ORDERS_MAIL)["userIdentity"]["inScopeOf"] == {
        "issuerType": "AWS::Lambda::Function",
        "credentialsIssuedTo": "arn:aws:lambda:eu-west-1:111122223333:function:orders-mail",
    }


def test_a_record_of_somebody_who_asks_for_themselves_stays_as_it_is(refusal: Record) -> None:
    assert behind(refusal, REPORTS.applications[0]) == refusal


def test_a_success_has_the_answer_in_cloudtrails_spelling(role: Role) -> None:
    answer = {
        "KeyId": KEY,
        "DeletionDate": datetime(2026, 11, 29, 16, 44, 21, tzinfo=UTC),
        "KeyState": "PendingDeletion",
        "ResponseMetadata": {"RequestId": "e27f61f2"},
    }

    record = succeeded("ScheduleKeyDeletion", answer, by=role, key_arn=KEY, parameters={"keyId": KEY})

    assert record["responseElements"] == {
        "keyId": KEY,
        "deletionDate": "Nov 29, 2026, 04:44:21 PM",
        "keyState": "PendingDeletion",
    }
    assert record["requestID"] == "e27f61f2"
    assert record["readOnly"] is False
    assert "errorCode" not in record
