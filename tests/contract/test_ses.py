"""Amazon SES: what leaves, and what AWS says of it."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from reprieve.adapters.ses import SesMailer
from reprieve.errors import AwsError, ThrottledError
from reprieve.ports import Mail

MAIL = Mail(
    sender="kms@example.com",
    recipient="jane@example.com",
    subject="Calls refused: é",
    text="A key",
    html="<p>A key</p>",
    headers={"Auto-Submitted": "auto-generated"},
)
ASKED = {
    "FromEmailAddress": "kms@example.com",
    "Destination": {"ToAddresses": ["jane@example.com"]},
    "Content": {
        "Simple": {
            "Subject": {"Data": "Calls refused: é", "Charset": "UTF-8"},
            "Body": {
                "Text": {"Data": "A key", "Charset": "UTF-8"},
                "Html": {"Data": "<p>A key</p>", "Charset": "UTF-8"},
            },
            "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
        }
    },
}


@pytest.fixture
def client(region: str) -> Any:
    return boto3.client("sesv2", region_name=region)


def test_a_mail_goes_to_one_recipient_in_both_forms(client: Any) -> None:
    with Stubber(client) as stub:
        stub.add_response("send_email", {"MessageId": "1"}, ASKED)

        SesMailer(client).send(MAIL)

        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("MessageRejected", AwsError),
        ("MailFromDomainNotVerifiedException", AwsError),
        ("SendingPausedException", AwsError),
        ("LimitExceededException", AwsError),
        ("TooManyRequestsException", ThrottledError),
    ],
)
def test_a_refusal_is_told_by_its_code(client: Any, code: str, kind: type[AwsError]) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("send_email", code, "Email address is not verified: jane@example.com", 400)

        with pytest.raises(kind, match=f"ses:SendEmail: {code}"):
            SesMailer(client).send(MAIL)
