"""A function that is started without waiting for it."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from reprieve.adapters.lambda_function import LambdaFunction
from reprieve.errors import AwsError, DeniedError, ThrottledError

ARN = "arn:aws:lambda:eu-west-1:111122223333:function:respond"


@pytest.fixture
def client(region: str) -> Any:
    return boto3.client("lambda", region_name=region)


def test_it_is_invoked_with_the_event_and_nobody_waits_for_it(client: Any) -> None:
    payload = json.dumps({"press": {"body": "é"}}).encode()
    with Stubber(client) as stub:
        stub.add_response(
            "invoke",
            {"StatusCode": 202},
            {"FunctionName": ARN, "InvocationType": "Event", "Payload": payload},
        )

        LambdaFunction(client, ARN).invoke_later({"press": {"body": "é"}})

        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDeniedException", DeniedError),
        ("TooManyRequestsException", ThrottledError),
        ("Other", AwsError),
    ],
)
def test_what_aws_refuses_is_an_error(client: Any, code: str, kind: type[AwsError]) -> None:
    with Stubber(client) as stub:
        stub.add_client_error(
            "invoke",
            code,
            expected_params={"FunctionName": ARN, "InvocationType": "Event", "Payload": ANY},
        )
        with pytest.raises(kind, match="lambda:InvokeFunction"):
            LambdaFunction(client, ARN).invoke_later({})
