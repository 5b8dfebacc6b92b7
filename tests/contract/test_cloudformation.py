"""The answer to a custom resource, as CloudFormation's address receives it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.error import HTTPError

import pytest

from reprieve.adapters.cloudformation import put_answer

BODY = {"Status": "FAILED", "Reason": "'ops at example.com' is not an email address: é"}


@dataclass
class Receiver:
    """What arrived at an address of this machine, and what is answered there."""

    url: str = ""
    status: int = 200
    puts: list[tuple[str, str | None, bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    received = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.puts.append((self.path, self.headers["Content-Type"], body))
            self.send_response(received.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        received.url = f"http://127.0.0.1:{server.server_port}/answer?Signature=x"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield received
        server.shutdown()
        thread.join()


def test_the_answer_is_put_as_json_with_the_empty_content_type_that_was_signed(receiver: Receiver) -> None:
    put_answer(receiver.url, BODY)

    ((path, content_type, body),) = receiver.puts
    assert path == "/answer?Signature=x"
    assert content_type == ""
    assert json.loads(body) == BODY


def test_an_answer_that_was_not_taken_fails_without_the_address(receiver: Receiver) -> None:
    receiver.status = 403

    with pytest.raises(HTTPError, match="HTTP Error 403") as failure:
        put_answer(receiver.url, BODY)

    failure.value.close()
    assert "Signature" not in str(failure.value)
