"""The signed webhook: verified by the library of the specification, as those who get it do."""

import base64
import json
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from reprieve.clock import utc_now
from reprieve.messages.channels import delivery
from reprieve.messages.channels.document import read_document
from tests.channel_examples import entry
from tests.fakes import FakeTools
from tests.mutations import SCHEMA
from tests.unit.messages.test_block_kit import EVERY, IN_USE, LINK

SECRET = "whsec_Y29uZmlkZW50aWFsY29uZmlkZW50aWFs"  # noqa: S105 - made up


def sent(tools: FakeTools, told: Any = IN_USE, **changes: Any) -> tuple[str, bytes, dict[str, str]]:
    ((channel, _),) = read_document(json.dumps({"channels": [entry("webhook", **changes)]}), tools).channels
    channel.send(delivery(told, channel.name, "", utc_now()))
    ((url, body, headers),) = tools.http.posts
    return url, body, dict(headers)


@pytest.mark.parametrize("told", EVERY.values(), ids=EVERY)
def test_the_library_of_the_specification_believes_it(told: Any) -> None:
    _, body, headers = sent(FakeTools(), told)

    verified = Webhook(SECRET).verify(body, headers)

    assert verified["type"] == f"kms-reprieve.{told.reason}"
    assert list(SCHEMA.iter_errors(verified["data"])) == []
    assert headers["webhook-id"] == told.id == verified["data"]["id"]


def test_with_another_secret_or_another_body_it_is_not_believed() -> None:
    _, body, headers = sent(FakeTools())
    other = "whsec_" + base64.b64encode(b"another" * 4).decode()

    for secret, content in ((other, body), (SECRET, body.replace(b"key-in-use", b"key-at-rest"))):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(content, headers)


def test_a_private_address_is_refused_unless_the_entry_says_otherwise() -> None:
    usual, private = FakeTools(), FakeTools()

    sent(usual)
    sent(private, private=True)

    assert (usual.http.public_only, private.http.public_only) == (True, False)


@pytest.mark.parametrize(("link", "held"), [(None, False), (False, False), (True, True)])
def test_it_has_a_link_only_where_the_entry_says_so(*, link: bool | None, held: bool) -> None:
    changes = {} if link is None else {"link": link}
    ((channel, _),) = read_document(
        json.dumps({"channels": [entry("webhook", **changes)]}), FakeTools()
    ).channels

    assert channel.has_link is held
    assert LINK.encode() in sent(FakeTools(), **changes)[1]  # as far as it is handed one


@pytest.mark.parametrize(
    "secret",
    [
        "confidential",
        "whsec_confidential",
        "whsec_" + base64.b64encode(b"x" * 23).decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
        "whsec_" + "A" * 33,
    ],
)
def test_a_secret_that_is_none_is_told_and_not_shown(secret: str) -> None:
    (fault,) = read_document(
        json.dumps({"channels": [entry("webhook", signing_secret=secret)]}), FakeTools()
    ).faults

    assert fault.problem.startswith("signing_secret ")
    assert "confidential" not in str(fault)


def test_each_try_of_a_delivery_has_the_id_of_its_notice() -> None:
    tools = FakeTools()
    ((channel, _),) = read_document(json.dumps({"channels": [entry("webhook")]}), tools).channels

    for _ in range(2):
        channel.send(delivery(IN_USE, channel.name, "", utc_now()))

    assert {headers["webhook-id"] for _, _, headers in tools.http.posts} == {IN_USE.id}
