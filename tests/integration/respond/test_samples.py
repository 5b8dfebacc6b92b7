"""The page of a test notice: the use case on a world in memory. Nothing that is done there reaches a key."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from reprieve.cases.audit_entry import Event
from reprieve.cases.sample_store import SEEN_AT_MOST, Begun, SampleRecord, SampleStore
from reprieve.errors import AwsError, ConflictError, ThrottledError
from reprieve.links import SampleClaims, mint_sample
from reprieve.ports import Document
from reprieve.respond.forms import COOKIE, CsrfSecret
from reprieve.respond.pages.rendering import Page
from tests.fakes import FakeTable
from tests.integration.respond.test_sign_in import Company
from tests.respond_world import KEY, NOW, World, begin, read

NOTICE = "8c8f1b4e-0d5f-4a61-9d0e-3d9c1f4c0a11"
CLAIMS = SampleClaims(channel="slack", notice=NOTICE, expires_at=NOW + timedelta(days=1))
SEEN = b"decision=seen"
DOWN = ThrottledError("dynamodb:Query", "ThrottlingException", "")
REAL_FORMS = (b"decision=cancel&enable=yes", b"decision=cancel", b"decision=enable", b"decision=keep&why=x")


@dataclass
class TriedOut:
    """A world in which a test notice was sent."""

    world: World = field(default_factory=begin)

    def __post_init__(self) -> None:
        self.store = SampleStore(self.world.table)
        self.store.begin(NOTICE, Begun(at=NOW - timedelta(minutes=3), channels=("email", "slack")))

    def token(self, **changes: Any) -> str:
        return mint_sample(replace(CLAIMS, **changes), self.world.signer.key)

    def open(self, token: str = "", method: str = "GET") -> Page:
        return self.world.ask(method, token=token or self.token())

    def press(self, form: bytes = SEEN, token: str = "") -> Page:
        token = token or self.token()
        proof = CsrfSecret.of(self.world.cookies).token(token)
        return self.world.ask("POST", form + f"&token={proof}".encode(), token)

    def record(self) -> SampleRecord:
        return self.store.record(NOTICE)


@pytest.fixture
def testing() -> TriedOut:
    return TriedOut()


def test_the_page_says_that_it_is_a_test_and_shows_what_a_real_one_does(testing: TriedOut) -> None:
    page = testing.open()

    said = read(page)
    assert page.status == 200
    assert (
        said.index("This is a test") < said.index("Nothing is broken.") < said.index("Did the notice reach")
    )
    for real in (
        "Sample: Broken now, and deleted for good in 4 days",
        "alias/sample-orders-db",
        "From scheduling to deletion",
        "Who is refused role sample-orders-api 61 calls",
        "Decisions and events",
        "Message sent: a test.",
        "On a real page you choose here Rescue this key",
    ):
        assert real in said
    assert "KMS says" not in said
    assert "aws kms" not in said
    assert "console.aws" not in page.html
    assert len(page.html.encode()) < 30_000


def test_it_has_one_form_with_one_button(testing: TriedOut) -> None:
    page = testing.open()

    assert page.html.count("<form") == page.html.count("<button") == 1
    assert '<button type="submit" name="decision" value="seen">I have seen this</button>' in page.html


def test_opening_it_records_nothing_and_asks_kms_nothing(testing: TriedOut) -> None:
    before = dict(testing.world.table.documents)

    for method in ("GET", "HEAD"):
        testing.open(method=method)

    assert testing.world.table.documents == before
    assert testing.world.kms.calls == []


def test_the_button_is_recorded_once_with_who_pressed_it_and_tells_nobody(testing: TriedOut) -> None:
    page = testing.press(b"decision=seen&name=Jane")

    (entry,) = testing.record().seen
    assert "Recorded: the test notice by slack was seen, 15:00:00 UTC." in read(page)
    assert 'who says they are "Jane" has seen this test.' in read(page)
    assert "<button" not in page.html
    assert entry.visitor
    assert (entry.visitor.channel, entry.visitor.claimed_name) == ("slack", "Jane")
    assert (entry.case_id, entry.event, entry.decision) == ("test", Event.SEEN, None)
    assert testing.world.queue.bodies == []
    assert testing.world.kms.calls == []


@pytest.mark.parametrize("form", REAL_FORMS)
def test_no_form_of_a_real_page_does_anything_with_the_link_of_a_test(testing: TriedOut, form: bytes) -> None:
    page = testing.press(form + b"&decisions=0")

    assert page.status == 400
    assert "Nothing was changed." in read(page)
    assert testing.record().seen == ()
    assert (testing.world.kms.calls, testing.world.state()) == ([], "PendingDeletion")
    assert testing.world.audit() == []


def test_the_form_of_a_test_does_nothing_with_a_real_link(testing: TriedOut) -> None:
    page = testing.world.post(SEEN)

    assert page.status == 400
    assert testing.world.audit() == []
    assert testing.world.state() == "PendingDeletion"


@pytest.mark.parametrize("form", [SEEN, *REAL_FORMS])
def test_a_link_that_was_made_of_a_test_and_a_real_one_opens_nothing(testing: TriedOut, form: bytes) -> None:
    test, real = testing.token().split("."), testing.world.token().split(".")
    for kind in ("v1a", "t1a", "t1b"):
        for claims in (test[1], real[1]):
            for mac in (test[2], real[2]):
                token = f"{kind}.{claims}.{mac}"
                if token not in {testing.token(), testing.world.token()}:
                    assert testing.press(form + b"&decisions=0", token).status == 404

    assert testing.record().seen == ()
    assert testing.world.state() == "PendingDeletion"


def test_a_form_from_elsewhere_is_refused(testing: TriedOut) -> None:
    testing.world.headers = {"sec-fetch-site": "cross-site"}
    other_site = testing.press()
    testing.world.headers = {}
    testing.world.cookies = {COOKIE: "d" * 43}
    other_browser = testing.world.ask("POST", SEEN + b"&token=x", testing.token())

    assert [page.status for page in (other_site, other_browser)] == [403, 403]
    assert testing.press(b"x" * 9000).status == 413
    assert testing.record().seen == ()


def test_an_expired_link_opens_nothing(testing: TriedOut) -> None:
    testing.world.clock.sleep(24 * 3600)

    assert testing.open().status == testing.press().status == 404
    assert testing.record().seen == ()


def test_whoever_has_the_link_can_not_fill_the_table(testing: TriedOut) -> None:
    by_email = testing.token(channel="email")
    for _ in range(SEEN_AT_MOST):
        assert "Recorded: the test notice by email was seen" in read(testing.press(token=by_email))

    refused = testing.press(token=by_email)

    assert refused.status == 200
    assert "This was recorded often enough" in read(refused)
    assert len(testing.record().seen) == SEEN_AT_MOST


def test_what_one_channels_readers_do_keeps_no_other_channel_from_being_recorded(testing: TriedOut) -> None:
    for _ in range(SEEN_AT_MOST):
        testing.press(token=testing.token(channel="email"))

    assert "Recorded: the test notice by slack was seen" in read(testing.press())
    assert testing.record().seen[-1].visitor == testing.record().history[-1].visitor
    assert len(testing.record().seen) == SEEN_AT_MOST + 1


def test_without_the_table_the_page_is_shown_and_the_button_says_that_nothing_is_recorded() -> None:
    @dataclass
    class Down(FakeTable):
        error: AwsError | None = None

        def list(self, partition: str, prefix: str = "") -> Any:
            if self.error:
                raise self.error
            return super().list(partition, prefix)

    testing = TriedOut(World(table=Down()))
    testing.world.table.error = DOWN  # type: ignore[attr-defined]

    shown, pressed = testing.open(), testing.press()

    assert (shown.status, pressed.status) == (200, 503)
    assert "This could not be recorded" in read(pressed)
    assert "Message sent" not in read(shown)


def test_a_record_that_can_not_be_written_is_said(testing: TriedOut) -> None:
    testing.world.table.fail(ConflictError())

    assert testing.press().status == 503


def test_without_a_record_the_sample_is_of_now(testing: TriedOut) -> None:
    testing.world.table.delete(Document(partition=f"test#{NOTICE}", sort="begun"))

    assert "deleted for good in 5 days" in read(testing.open())


@pytest.fixture
def company(testing: TriedOut) -> Company:
    made = Company(testing.world)
    made.world.token = testing.token  # type: ignore[method-assign]
    return made


def test_where_people_sign_in_they_do_for_a_test_as_well(company: Company, testing: TriedOut) -> None:
    before = company.ask("GET /keys/{token}")
    refused = testing.press()
    company.enter()
    page = company.ask("GET /keys/{token}")
    company.ask("GET /keys/{token}")
    testing.press(b"decision=seen&name=Somebody+else")

    assert "sample" not in before.html
    assert "Sign in" in read(refused)
    assert "You are signed in as Jane Doe (jane@example.com)." in read(page)
    assert "Your name" not in read(page)
    assert [
        (entry.event, entry.visitor.label if entry.visitor else "") for entry in testing.record().history
    ] == [
        (Event.NOTICE, ""),
        (Event.OPENED, "Jane Doe (jane@example.com)"),
        (Event.SEEN, "Jane Doe (jane@example.com)"),
    ]
    assert KEY not in {key for _, key in company.world.kms.calls}


def test_who_opened_it_and_can_not_be_recorded_sees_it_nevertheless(company: Company) -> None:
    company.enter()
    company.world.table.fail(ThrottledError("dynamodb:PutItem", "ThrottlingException", ""))

    assert company.ask("GET /keys/{token}").status == 200
