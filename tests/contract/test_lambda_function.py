"""A function that is started without waiting for it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from reprieve.adapters.aws import PROMPT
from reprieve.adapters.aws import client as made
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


class Lambda(BaseHTTPRequestHandler):
    """Takes an event, as Lambda does."""

    taken: list[tuple[str, str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((self.path, self.headers["X-Amz-Invocation-Type"], body))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    Lambda.taken = []
    running = HTTPServer(("127.0.0.1", 0), Lambda)
    thread = threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.mark.usefixtures("socket_enabled")
def test_over_http_an_answer_that_comes_as_a_stream_is_no_part_of_one(
    server: HTTPServer, region: str
) -> None:
    own = made("lambda", PROMPT, region_name=region, endpoint_url=f"http://127.0.0.1:{server.server_port}")

    LambdaFunction(own, ARN).invoke_later({"press": {}})

    assert [(kind, body) for _, kind, body in Lambda.taken] == [("Event", b'{"press": {}}')]
