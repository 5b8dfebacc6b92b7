"""CloudTrail records → what they mean here: every recorded file, with its meaning spelled out."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reprieve.arn import KeyArn
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.key_use import KeyChange, KeyEvent, KeyUse, Scheduling, Skipped, Unproven
from reprieve.cloudtrail.record import MANAGEMENT_CALLS, READ_PATTERN, ParsedRecord, read, read_line
from reprieve.cloudtrail.resource import Resource
from tests.examples import ADMIN, BILLING, INSTANCE, JANE, KEY, ORDERS, SECRET, SOMEBODY, VOLUME, at, use
from tests.recorded import line, names, record
from tests.recorded_callers import CALLERS
from tests.recorded_resources import RESOURCES

DELIVERED = at("14:54:40")

MRK = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab")
US_KEY = KeyArn.parse("arn:aws:kms:us-east-1:111122223333:key/5678abcd-12ab-34cd-56ef-1234567890ab")
FOREIGN_KEY = KeyArn.parse("arn:aws:kms:eu-west-1:777788889999:key/5678abcd-12ab-34cd-56ef-1234567890ab")

FOREIGN_MESSAGE = "its message is not the one that KMS writes for a refused key"

NOT_LEGIBLE = (
    "<!channel> *bold* <https://evil.example|click> \N{REPLACEMENT CHARACTER}esrever\N{REPLACEMENT CHARACTER}"
    "Subject: forged\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}</style>"
    "<script>alert(1)</script>{{7*7}} :boom: @here"
)


def event_id(number: int) -> str:
    return f"{number:08d}-1111-4111-8111-111111111111"


EXPECTED: dict[str, ParsedRecord] = {
    "decrypt-by-assumed-role": use(event_id=event_id(1)),
    "decrypt-by-iam-user": use(event_id=event_id(2), caller=JANE),
    "decrypt-by-root": use(
        event_id=event_id(3),
        caller=Caller(
            kind="Root",
            id="arn:aws:iam::111122223333:root",
            name="root user of account example-prod",
            arn="arn:aws:iam::111122223333:root",
            account="111122223333",
            is_root=True,
        ),
    ),
    "decrypt-by-other-account-owner-side": use(
        event_id=event_id(4),
        request="99999999-9999-4999-8999-999999999999",
        caller=SOMEBODY,
        source_ip="203.0.113.9",
    ),
    "decrypt-by-other-account-caller-side": use(
        event_id=event_id(5),
        request="99999999-9999-4999-8999-999999999999",
        caller=BILLING,
        source_ip="203.0.113.9",
    ),
    "generate-data-key-by-aws-service": use(
        event_id=event_id(6),
        operation="GenerateDataKey",
        caller=Caller(
            kind="AWSService",
            id="s3.amazonaws.com",
            name="AWS service S3",
            invoked_by="s3.amazonaws.com",
            is_service=True,
        ),
        source_ip="s3.amazonaws.com",
        user_agent="s3.amazonaws.com",
        resources=(Resource(service="S3 bucket", name="example-bucket", arn="arn:aws:s3:::example-bucket"),),
    ),
    "decrypt-through-secrets-manager": use(
        event_id=event_id(8),
        caller=replace(ORDERS, invoked_by="secretsmanager.amazonaws.com", service="Secrets Manager"),
        source_ip="secretsmanager.amazonaws.com",
        user_agent="secretsmanager.amazonaws.com",
    ),
    "decrypt-with-disabled-exception-code": use(event_id=event_id(9)),
    "decrypt-with-replica-wording": use(event_id=event_id(10), key=MRK),
    "create-grant-for-ebs-volume": use(
        event_id=event_id(11),
        at=at("14:31:02"),
        operation="CreateGrant",
        caller=INSTANCE,
        source_ip="AWS Internal",
        user_agent="AWS Internal",
        resources=(VOLUME,),
    ),
    "tag-resource-is-no-use": use(
        event_id=event_id(12), operation="TagResource", is_use=False, caller=JANE, resources=()
    ),
    "request-parameters-null": use(event_id=event_id(13), resources=()),
    "no-resources": use(event_id=event_id(14), resources=()),
    "alias-as-key-id-and-nothing-else": Unproven(
        event_id=event_id(15), operation="Encrypt", caller=ORDERS, why=FOREIGN_MESSAGE
    ),
    "re-encrypt-names-two-keys": use(
        event_id=event_id(16),
        operation="ReEncrypt",
        resources=(Resource(service="S3 bucket", name="old", arn="arn:aws:s3:::old"),),
    ),
    "two-keys-and-none-in-the-message": Unproven(
        event_id=event_id(17), operation="ReEncrypt", caller=ORDERS, why=FOREIGN_MESSAGE
    ),
    "hostile-text-in-every-string": use(
        event_id=NOT_LEGIBLE,
        operation=NOT_LEGIBLE,
        caller=Caller(
            kind="AssumedRole",
            id=f"arn:aws:sts::111122223333:assumed-role/{NOT_LEGIBLE}/{NOT_LEGIBLE}",
            name=f"role {NOT_LEGIBLE}",
            arn=f"arn:aws:sts::111122223333:assumed-role/{NOT_LEGIBLE}/{NOT_LEGIBLE}",
            account=NOT_LEGIBLE,
            session=f"{NOT_LEGIBLE}/{NOT_LEGIBLE}".partition("/")[2],
            principal=f"arn:aws:sts::111122223333:assumed-role/{NOT_LEGIBLE}/{NOT_LEGIBLE}".rpartition("/")[
                0
            ],
            source_identity=NOT_LEGIBLE,
            invoked_by=NOT_LEGIBLE,
            service=NOT_LEGIBLE,
            console_url="https://eu-west-1.console.aws.amazon.com/iam/home?region=eu-west-1#/roles/details/"
            "%3C%21channel%3E%20%2Abold%2A%20%3Chttps%3A%2F%2Fevil.example%7Cclick%3E%20%EF%BF%BDesrever%EF%BF%BD"
            "Subject%3A%20forged%EF%BF%BD%EF%BF%BD%EF%BF%BD%3C%2Fstyle%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E"
            "%7B%7B7%2A7%7D%7D%20%3Aboom%3A%20%40here",
        ),
        source_ip=NOT_LEGIBLE,
        user_agent=f"{NOT_LEGIBLE}…",
        resources=(
            Resource(service="S3", name=NOT_LEGIBLE),
            Resource(service="encryption context", name=f"{NOT_LEGIBLE} = {NOT_LEGIBLE}"),
        ),
    ),
    "wrong-types-in-every-field": use(
        event_id="",
        at=DELIVERED,
        operation="an unnamed operation",
        caller=Caller(kind="Unknown", id="Unknown", name="Unknown caller"),
        source_ip="",
        user_agent="",
        resources=(),
    ),
    "decrypt-in-other-region": use(
        event_id=event_id(20),
        key=US_KEY,
        caller=replace(ORDERS, console_url=str(ORDERS.console_url).replace("eu-west-1", "us-east-1")),
    ),
    "decrypt-of-key-in-other-account": use(
        event_id=event_id(21), key=FOREIGN_KEY, caller=replace(ORDERS, is_outside=True)
    ),
    "schedule-key-deletion": Scheduling(
        key=KEY, caller=ADMIN, at=at("14:02:10"), waiting_period=timedelta(days=7)
    ),
    "schedule-key-deletion-with-default-period": Scheduling(
        key=KEY, caller=ADMIN, at=at("14:02:10"), waiting_period=timedelta(days=30)
    ),
    "schedule-key-deletion-again-is-no-use": use(
        event_id=event_id(24), operation="ScheduleKeyDeletion", is_use=False, caller=ADMIN, resources=()
    ),
    "cancel-key-deletion": KeyChange(key=KEY, change=KeyEvent.CANCELLED, caller=ADMIN, at=at("15:10")),
    "enable-key": KeyChange(key=KEY, change=KeyEvent.ENABLED, caller=ADMIN, at=at("15:10:20")),
    "delete-key-by-kms": KeyChange(
        key=KEY,
        change=KeyEvent.DELETED,
        caller=CALLERS["decrypt-without-a-type"][0],
        at=datetime.fromisoformat("2026-11-29T20:00:00+00:00"),
    ),
    "decrypt-that-worked": Skipped.OTHER_EVENT,
    "decrypt-of-disabled-key": Skipped.OTHER_EVENT,
    "cancel-of-key-that-does-not-wait": Skipped.OTHER_EVENT,
    "other-service": Skipped.NOT_KMS,
}


DELIVERIES = {
    "cancel-key-deletion": at("15:12"),
    "enable-key": at("15:12"),
    "delete-key-by-kms": at("15:12") + timedelta(days=8),
}


def test_every_recorded_file_is_here() -> None:
    assert sorted({*EXPECTED, *CALLERS, *RESOURCES}) == names("records")


@pytest.mark.parametrize("name", sorted({*CALLERS, *RESOURCES}))
def test_a_recorded_request_is_told_with_its_caller_and_what_it_was_about(name: str) -> None:
    meant = read_line(line(name), DELIVERED)

    assert isinstance(meant, KeyUse)
    assert meant.caller == (CALLERS[name][0] if name in CALLERS else ORDERS)
    assert meant.resources == RESOURCES.get(name, (SECRET,))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_recorded_line_means_what_it_should(name: str) -> None:
    assert read_line(line(name), DELIVERIES.get(name, DELIVERED)) == EXPECTED[name]


@pytest.mark.parametrize("text", ["", "{", "not a record", "nul", "1" * 5000, "[" * 100_000, '{"a": }'])
def test_a_line_that_is_no_json_is_passed_over(text: str) -> None:
    assert read_line(text, DELIVERED) is Skipped.NOT_JSON


@pytest.mark.parametrize("value", [None, 7, "x", [], [{"eventSource": "kms.amazonaws.com"}], {}, {"a": 1}])
def test_json_that_is_no_record_is_passed_over(value: object) -> None:
    assert read(value, DELIVERED) is Skipped.NOT_A_RECORD


@pytest.mark.parametrize("source", [None, 7, ["kms.amazonaws.com"], "kms.amazonaws.com.evil.example", ""])
def test_a_record_of_another_source_is_passed_over(source: object) -> None:
    assert read(record("decrypt-by-iam-user") | {"eventSource": source}, DELIVERED) is Skipped.NOT_KMS


@pytest.mark.parametrize(
    ("message", "refused"),
    [
        (f"{KEY} is pending deletion.", True),
        (f"{KEY} is pending replica deletion.", True),
        (f"{KEY} is pending deletion (or pending replica deletion).", True),
        (f"{KEY} is pending deletion", True),
        (f"{KEY} is pending deletion (or pending replica deletion)", True),
        (f"{KEY} is pending replica deletion (or pending replica deletion).", True),
        (f"{KEY} is not pending deletion.", False),
        (f"{KEY} is pending import.", False),
        (f"{KEY} is disabled.", False),
        ("", False),
    ],
)
def test_a_refusal_is_known_by_its_text(message: str, *, refused: bool) -> None:
    meant = read(record("decrypt-by-iam-user") | {"errorMessage": message}, DELIVERED)

    assert isinstance(meant, KeyUse) is refused


def test_a_change_is_of_the_one_key_that_its_resources_name() -> None:
    change = record("cancel-key-deletion") | {
        "resources": [{"ARN": str(US_KEY)}, {"ARN": str(US_KEY)}, {}, "x"]
    }

    meant = read(change, DELIVERED)

    assert isinstance(meant, KeyChange)
    assert meant.key == US_KEY


@pytest.mark.parametrize(
    ("key_id", "key"),
    [
        (str(US_KEY), US_KEY),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", KEY),
        ("alias/orders-db", None),
        ("arn:aws:kms:eu-west-1:111122223333:alias/orders-db", None),
        ("orders", None),
        (7, None),
    ],
)
@pytest.mark.parametrize(
    "resources",
    [
        None,
        [{"ARN": str(KEY)}, {"ARN": str(US_KEY)}],
        [{"ARN": "arn:aws:kms:eu-west-1:111122223333:alias/a"}],
    ],
    ids=["none", "two keys", "an alias"],
)
def test_a_change_whose_resources_leave_a_choice_is_of_the_key_that_was_asked_for(
    resources: object, key_id: object, key: KeyArn | None
) -> None:
    change = record("cancel-key-deletion") | {"resources": resources, "requestParameters": {"keyId": key_id}}

    meant = read(change, DELIVERED)

    assert (meant.key if isinstance(meant, KeyChange) else None) == key


@pytest.mark.parametrize(
    "operation",
    [
        "Decrypt",
        "GenerateDataKeyWithoutPlaintext",
        "Sign",
        "CreateGrant",
        "GetPublicKey",
        "DeriveSharedSecret",
    ],
)
def test_an_operation_with_the_key_is_a_use(operation: str) -> None:
    meant = read(record("decrypt-by-iam-user") | {"eventName": operation}, DELIVERED)

    assert isinstance(meant, KeyUse)
    assert meant.is_use


@pytest.mark.parametrize("operation", sorted(MANAGEMENT_CALLS))
def test_a_call_that_manages_the_key_is_none(operation: str) -> None:
    meant = read(record("decrypt-by-iam-user") | {"eventName": operation}, DELIVERED)

    assert isinstance(meant, KeyUse)
    assert not meant.is_use


@pytest.mark.parametrize(
    "time",
    [
        *(None, 7, "", "yesterday", "2026-11-22T14:52:31", "0001-01-01T00:00:00+23:59"),
        *("1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "2026-08-24T14:54:39Z", "2026-11-22T14:55:41Z"),
    ],
)
def test_a_time_that_can_not_be_read_or_can_not_be_is_replaced_by_that_of_delivery(time: object) -> None:
    meant = read(record("decrypt-by-iam-user") | {"eventTime": time}, DELIVERED)

    assert isinstance(meant, KeyUse)
    assert meant.at == DELIVERED


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"resources": [{"ARN": str(US_KEY)}], "requestParameters": {"keyId": str(US_KEY)}}, KEY),
        ({"resources": None, "requestParameters": {"keyId": "alias/orders-db"}}, KEY),
        ({"awsRegion": "us-east-1", "errorMessage": f"{US_KEY} is pending deletion."}, US_KEY),
        ({"errorMessage": f"{FOREIGN_KEY} is pending deletion."}, FOREIGN_KEY),
    ],
    ids=["another key beside it", "an alias beside it", "another Region", "another account"],
)
def test_the_message_names_the_key_and_nothing_beside_it_does(changes: dict[str, Any], key: KeyArn) -> None:
    meant = read(record("decrypt-by-iam-user") | changes, DELIVERED)

    assert isinstance(meant, KeyUse)
    assert meant.key == key


@pytest.mark.parametrize(
    "message",
    [
        "The key is pending deletion.",
        f"Invalid keyId x {KEY} is pending deletion.",
        f" {KEY} is pending deletion.",
        f"{KEY} is pending deletion. Really.",
        f"{KEY} is pending deletion.\n",
        f"{KEY} is pending deletion. {KEY} is pending deletion.",
        f"{KEY}x is pending deletion.".replace("key/", "key:"),
        "arn:aws:kms:eu-west-1:111122223333:alias/orders-db is pending deletion.",
        f"{KEY} is pending deletion (or pending replica deletion),",
        f"User: {JANE.id} is not authorized to perform: kms:Decrypt on {KEY} is pending deletion",
    ],
)
@pytest.mark.parametrize("beside", [str(KEY), "alias/orders-db", "1234abcd-12ab-34cd-56ef-1234567890ab"])
def test_a_message_that_kms_did_not_compose_from_beginning_to_end_names_no_key(
    message: str, beside: str
) -> None:
    changes = {"errorMessage": message, "requestParameters": {"keyId": beside}}

    assert read(record("decrypt-by-iam-user") | changes, DELIVERED) == Unproven(
        event_id=event_id(2), operation="Decrypt", caller=JANE, why=FOREIGN_MESSAGE
    )


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-11", "", None, 7])
def test_a_refusal_in_another_region_than_the_keys_is_not_believed(region: object) -> None:
    meant = read(record("decrypt-by-iam-user") | {"awsRegion": region}, DELIVERED)

    assert isinstance(meant, Unproven)
    assert meant.why == "it is of another Region than the key"


@pytest.mark.parametrize(
    "code",
    [
        *("AccessDenied", "AccessDeniedException", "NotFoundException", "ValidationException"),
        *(
            "InvalidArnException",
            "InvalidKeyUsageException",
            "ThrottlingException",
            "DryRunOperationException",
        ),
        *("UnsupportedOperationException", "IncorrectKeyException", "KMSInternalException"),
        *("MalformedPolicyDocumentException", "AlreadyExistsException", "LimitExceededException"),
        *("UnauthorizedOperation", "DependencyTimeoutException"),
    ],
)
def test_a_refusal_of_another_kind_is_not_believed_whatever_its_message_says(code: str) -> None:
    meant = read(record("decrypt-by-iam-user") | {"errorCode": code}, DELIVERED)

    assert isinstance(meant, Unproven)
    assert meant.why == f"its error code is {code}"


@pytest.mark.parametrize(
    "code", ["KMSInvalidStateException", "KMSInvalidState", "DisabledException", "", None]
)
def test_a_refusal_for_the_keys_state_is_believed_with_and_without_the_word_exception(code: object) -> None:
    assert isinstance(read(record("decrypt-by-iam-user") | {"errorCode": code}, DELIVERED), KeyUse)


@pytest.mark.parametrize(
    ("days", "read_as"),
    [
        *((7, 7), (30, 30), (6, 30), (31, 30), (True, 30), ("7", 30), (7.5, 30), (None, 30)),
        *((float("inf"), 30), (float("nan"), 30), (-7, 30), (10**400, 30)),
    ],
)
def test_a_waiting_period_that_kms_does_not_know_is_the_default(days: object, read_as: int) -> None:
    scheduling = record("schedule-key-deletion")
    scheduling["requestParameters"]["pendingWindowInDays"] = days

    meant = read(scheduling, DELIVERED)

    assert isinstance(meant, Scheduling)
    assert meant.deletion_date == at("14:02:10") + timedelta(days=read_as)


def test_a_scheduling_that_names_no_key_is_passed_over() -> None:
    scheduling = record("schedule-key-deletion") | {"requestParameters": None, "resources": None}

    assert read(scheduling, DELIVERED) is Skipped.NOT_A_RECORD


def test_a_change_that_names_no_key_is_passed_over() -> None:
    change = record("cancel-key-deletion") | {"requestParameters": None, "resources": None}

    assert read(change, DELIVERED) is Skipped.NOT_A_RECORD


def test_a_scheduling_that_failed_is_passed_over() -> None:
    scheduling = record("schedule-key-deletion") | {"errorCode": "AccessDenied", "errorMessage": "no"}

    assert read(scheduling, DELIVERED) is Skipped.OTHER_EVENT


def test_the_pattern_fits_into_cloudwatch_logs() -> None:
    assert len(READ_PATTERN) <= 1024
    assert READ_PATTERN == (
        '{ ($.eventSource = "kms.amazonaws.com")'
        ' && (($.errorMessage = "* is pending deletion.")'
        ' || ($.errorMessage = "* is pending replica deletion.")'
        ' || ($.errorMessage = "* is pending deletion (or pending replica deletion).")'
        ' || ($.eventName = "ScheduleKeyDeletion") || ($.eventName = "CancelKeyDeletion")'
        ' || ($.eventName = "EnableKey") || ($.eventName = "DeleteKey")) }'
    )


def test_a_line_is_read_as_its_record_is() -> None:
    found = record("decrypt-by-iam-user")

    assert read_line(json.dumps(found), DELIVERED) == read(found, DELIVERED)
