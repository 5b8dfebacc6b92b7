"""The page of a stack whose approvers sign in: the use case on a world in memory."""

from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import pytest

from reprieve.cases.audit_entry import Event
from reprieve.cases.visitor import AuthMethod
from reprieve.errors import (
    AbsentError,
    AwsError,
    ConflictError,
    DeniedError,
    ProviderError,
    SignInError,
    ThrottledError,
)
from reprieve.respond.access import Access
from reprieve.respond.forms import COOKIE
from reprieve.respond.id_tokens import ApproverRules
from reprieve.respond.pages.rendering import Page
from reprieve.respond.sign_in import SESSION_COOKIE, SIGN_IN_COOKIE, SignIn
from tests.identity import FakeProvider
from tests.respond_world import CANCEL, KEY, World, begin, controls, read

BUSY = ThrottledError("dynamodb:GetItem", "ThrottlingException", "")


@dataclass
class Company:
    """A stack whose approvers sign in, and a browser."""

    world: World
    provider: FakeProvider = field(init=False)

    def __post_init__(self) -> None:
        self.provider = FakeProvider(self.world.clock)
        self.world.access = Access(
            auth_method=AuthMethod.SIGN_IN,
            sign_in=SignIn(
                provider=self.provider,
                rule=ApproverRules(domains=frozenset({"example.com"})),
                table=self.world.table,
                clock=self.world.clock,
            ),
        )

    def ask(self, route: str, query: dict[str, str] | None = None) -> Page:
        """Ask as a browser does, which keeps the cookies that it is given."""
        page = self.world.request(route, query=query)
        given = dict(cookie.partition(";")[0].split("=", 1) for cookie in page.cookies)
        self.world.cookies = {name: value for name, value in (self.world.cookies | given).items() if value}
        return page

    def enter(self) -> Page:
        """Sign in, and come back."""
        begun = self.ask("GET /sign-in/{token}")
        return self.ask("GET /signed-in", self.provider.log_in(begun.headers["Location"]))

    def opened(self) -> list[str]:
        """Who is on record to have opened the page."""
        entries = self.world.store.audit(KEY)
        return [entry.visitor.label for entry in entries if entry.visitor and entry.event is Event.OPENED]


@pytest.fixture
def company() -> Company:
    return Company(begin())


def test_who_has_not_signed_in_sees_a_way_to_and_nothing_of_the_key(company: Company) -> None:
    page = company.ask("GET /keys/{token}")

    assert page.status == 200
    assert f'href="../sign-in/{company.world.token()}"' in page.html
    assert "https://id.example" in read(page)
    assert "orders" not in page.html
    assert "1234abcd" not in page.html
    assert company.world.kms.calls == []
    assert company.opened() == []


def test_who_has_not_signed_in_can_not_decide(company: Company) -> None:
    page = company.world.post()

    assert "Sign in" in read(page)
    assert f'href="../sign-in/{company.world.token()}"' in page.html
    assert company.world.kms.calls == []
    assert company.world.audit() == []


def test_a_choice_that_came_after_the_session_had_ended_is_said_not_to_be_taken(company: Company) -> None:
    company.enter()
    company.ask("GET /keys/{token}")
    company.world.clock.sleep(3600)

    page = company.world.post()

    assert company.world.audit() == []
    assert company.world.state() == "PendingDeletion"
    assert "Nothing was changed." in read(page)
    assert "your choice was not carried out" in read(page)
    assert "your choice was not" not in read(company.ask("GET /keys/{token}"))


def test_a_bad_link_leads_to_no_sign_in(company: Company) -> None:
    page = company.world.request("GET /sign-in/{token}", token="v1a.AAAAAAAAAA." + "A" * 43)

    assert (page.status, page.cookies) == (404, ())


def test_the_way_in_leads_to_the_provider_and_back_to_the_page(company: Company) -> None:
    begun = company.ask("GET /sign-in/{token}")
    back = company.ask("GET /signed-in", company.provider.log_in(begun.headers["Location"]))
    page = company.ask("GET /keys/{token}")

    assert (begun.status, begun.html) == (303, "")
    assert urlsplit(begun.headers["Location"]).netloc == "id.example"
    assert (back.status, back.headers["Location"]) == (303, f"keys/{company.world.token()}")
    assert SESSION_COOKIE in company.world.cookies
    assert SIGN_IN_COOKIE not in company.world.cookies
    assert "alias/orders-db" in read(page)
    assert "Jane Doe (jane@example.com)" in read(page)


def test_who_signs_in_decides_by_name(company: Company) -> None:
    company.enter()

    page = company.world.post()

    assert "works again" in read(page)
    assert company.world.kms.deciders == ["jane@example.com", "jane@example.com"]
    decided = company.world.handled()[0]["notice"]["decision"]
    assert decided["by"]["auth_method"] == "sign-in"
    assert decided["by"]["person"] == {
        "issuer": "https://id.example",
        "subject": "jane-0001",
        "name": "Jane Doe",
        "email": "jane@example.com",
    }
    assert "Jane Doe (jane@example.com)" in read(company.ask("GET /keys/{token}"))


def test_who_opens_the_page_is_put_on_record_once(company: Company) -> None:
    company.enter()

    for _ in range(3):
        company.ask("GET /keys/{token}")

    assert company.opened() == ["Jane Doe (jane@example.com)"]


def test_each_of_two_people_is_put_on_record(company: Company) -> None:
    company.enter()
    company.ask("GET /keys/{token}")
    company.world.clock.sleep(1)
    company.provider.user |= {"sub": "joe-0002", "name": "Joe", "email": "joe@example.com"}
    company.world.cookies = {COOKIE: "c" * 43}
    company.enter()

    page = company.ask("GET /keys/{token}")

    assert company.opened() == ["Jane Doe (jane@example.com)", "Joe (joe@example.com)"]
    assert "Jane Doe" in read(page)


@pytest.mark.parametrize("error", [BUSY, ConflictError()], ids=["busy", "lost"])
def test_a_record_of_who_opened_it_that_can_not_be_written_hides_no_page(
    company: Company, error: Exception
) -> None:
    company.enter()
    company.world.table.fail(error)

    page = company.ask("GET /keys/{token}")

    assert page.status == 200
    assert "alias/orders-db" in read(page)
    assert [message for _, message, _ in company.world.log.lines][-1] == "Could not record who opened a page"


def test_who_is_no_approver_is_told_so_and_sees_nothing(company: Company) -> None:
    company.provider.user["email"] = "eve@elsewhere.example"

    page = company.enter()

    assert page.status == 403
    assert "You are signed in but are not an approver." in read(page)
    assert company.world.kms.calls == []
    assert "Sign in" in read(company.ask("GET /keys/{token}"))


def test_an_unverified_address_is_told_to_be_so(company: Company) -> None:
    company.provider.user["email_verified"] = False

    page = company.enter()

    assert page.status == 403
    assert "Your provider has not verified your email address." in read(page)


def test_who_says_no_at_the_provider_is_not_signed_in(company: Company) -> None:
    company.provider.denies = True

    page = company.enter()

    assert page.status == 403
    assert "The sign-in service refused you." in read(page)


def test_an_answer_that_nobody_waits_for_is_refused(company: Company) -> None:
    begun = company.ask("GET /sign-in/{token}")
    answer = company.provider.log_in(begun.headers["Location"])
    company.world.cookies = {}

    page = company.ask("GET /signed-in", answer)

    assert page.status == 403
    assert "ten minutes" in read(page)


@pytest.mark.parametrize("again", [True, False], ids=["code used", "new code"])
def test_who_comes_back_twice_is_told_to_be_signed_in(company: Company, *, again: bool) -> None:
    begun = company.ask("GET /sign-in/{token}")
    answer = company.provider.log_in(begun.headers["Location"])
    company.ask("GET /signed-in", answer)
    session = company.world.cookies[SESSION_COOKIE]

    page = company.ask(
        "GET /signed-in", answer if again else company.provider.log_in(begun.headers["Location"])
    )

    assert page.status == 200
    assert "You are already signed in" in read(page)
    assert company.world.cookies[SESSION_COOKIE] == session


def test_a_session_that_is_over_is_not_said_to_be_one(company: Company) -> None:
    company.enter()
    company.world.clock.sleep(3600)

    page = company.ask("GET /signed-in", {"state": "x", "code": "y"})

    assert page.status == 403
    assert "You are not signed in" in read(page)


def test_a_session_that_can_not_be_read_is_not_said_to_be_none(company: Company) -> None:
    company.enter()

    def fail(*_: str) -> None:
        raise BUSY

    company.world.table.get = fail  # type: ignore[assignment, method-assign]

    assert company.ask("GET /signed-in").status == 503


def bad_tokens(world: World) -> dict[str, str]:
    good = world.token()
    return {
        "malformed": "v1a.x",
        "forged": f"{good.rpartition('.')[0]}.{'A' * 43}",
    }


@pytest.mark.parametrize("kind", ["malformed", "forged"])
def test_nothing_is_asked_of_the_provider_for_a_browser_that_has_no_good_link(
    company: Company, kind: str
) -> None:
    company.ask("GET /sign-in/{token}")
    bad = bad_tokens(company.world)[kind]
    begun = company.world.cookies[SIGN_IN_COOKIE]
    company.world.cookies[SIGN_IN_COOKIE] = begun.replace(company.world.token(), bad)
    checked = company.world.signer.checks

    page = company.ask("GET /signed-in", {"state": begun.partition(".")[0], "code": "made-up"})

    assert (page.status, page.cookies) == (404, ())
    assert company.provider.redeemed == []
    assert company.world.signer.checks - checked == (kind != "malformed")
    assert SESSION_COOKIE not in company.world.cookies


def test_a_link_is_checked_once_on_the_way_back(company: Company) -> None:
    begun = company.ask("GET /sign-in/{token}")
    checked = company.world.signer.checks

    company.ask("GET /signed-in", company.provider.log_in(begun.headers["Location"]))

    assert company.world.signer.checks == checked + 1
    assert company.provider.redeemed == ["code-0"]


def test_nothing_is_asked_of_the_provider_where_the_link_can_not_be_checked(company: Company) -> None:
    begun = company.ask("GET /sign-in/{token}")
    company.world.signer.error = ThrottledError("kms:VerifyMac", "ThrottlingException", "")

    answer = company.provider.log_in(begun.headers["Location"])
    page = company.world.request("GET /signed-in", token="", query=answer)

    assert page.status == 503
    assert company.provider.redeemed == []


@pytest.mark.parametrize("error", [ProviderError("no answer")])
def test_a_provider_that_can_not_be_reached_is_said_to_be_so(company: Company, error: SignInError) -> None:
    company.provider.error = error

    page = company.ask("GET /sign-in/{token}")

    assert page.status == 403
    assert "gave no usable answer" in read(page)
    assert f'href="../sign-in/{company.world.token()}"' in page.html


def test_a_session_that_can_not_be_kept_is_said_to_be_so(company: Company) -> None:
    company.world.table.fail(BUSY)

    page = company.enter()

    assert page.status == 503


def test_a_session_that_can_not_be_read_opens_nothing(company: Company) -> None:
    company.enter()

    def fail(*_: str) -> None:
        raise BUSY

    company.world.table.get = fail  # type: ignore[assignment, method-assign]

    page = company.ask("GET /keys/{token}")

    assert page.status == 503
    assert "orders" not in page.html


def test_a_session_opens_no_page_without_a_good_link(company: Company) -> None:
    company.enter()

    page = company.world.request("GET /keys/{token}", token="v1a.AAAAAAAAAA." + "A" * 43)

    assert page.status == 404


@pytest.mark.parametrize("gone", [True, False])
def test_nobody_is_put_on_record_for_a_key_that_can_not_be_read(company: Company, *, gone: bool) -> None:
    company.enter()
    error: AwsError = AbsentError("kms:DescribeKey", "NotFoundException", "") if gone else BUSY
    company.world.kms.fail("kms:DescribeKey", error)
    forget(company.world)

    page = company.ask("GET /keys/{token}")

    assert page.status in {410, 503}
    assert company.opened() == []


def test_no_log_line_holds_what_signs_somebody_in(company: Company) -> None:
    company.enter()
    company.world.post(CANCEL)

    logged = str([(message, keys) for _, message, keys in company.world.log.lines])
    assert company.world.cookies[SESSION_COOKIE] not in logged
    assert company.world.token()[10:40] not in logged
    assert "code-0" not in logged


# A link that has expired


def forget(world: World) -> None:
    """Let nothing be on record of the key any more."""
    for place in [place for place in world.table.documents if place[0] == f"key#{KEY}"]:
        del world.table.documents[place]


def late(company: Company) -> str:
    """A link that has expired, in a browser that has signed in."""
    company.enter()
    return company.world.token(expires_at=company.world.clock())


def test_who_signs_in_sees_what_happened_also_after_the_links_life_and_decides_nothing(
    company: Company,
) -> None:
    page = company.world.ask(token=late(company))

    assert page.status == 200
    assert "This link has expired" in read(page)
    assert "role orders-fn, session orders-api" in read(page)
    assert controls(page) == []
    assert company.opened() == ["Jane Doe (jane@example.com)"]


def test_a_decision_with_a_link_that_has_expired_is_refused_as_a_bad_link(company: Company) -> None:
    token = late(company)

    page = company.world.send(CANCEL, 0, token)

    assert (page.status, page.html) == (404, company.world.ask(token="v1a.x").html)
    assert company.world.kms.calls == []
    assert company.world.audit() == []


def test_a_link_that_has_expired_shows_nothing_where_nothing_is_on_record(company: Company) -> None:
    token = late(company)
    forget(company.world)

    pages = [company.world.ask(token=token) for _ in range(2)]

    assert {(page.status, page.html) for page in pages} == {(404, company.world.ask(token="v1a.x").html)}
    assert company.opened() == []


def test_a_link_that_has_expired_leads_to_the_sign_in_and_back(company: Company) -> None:
    token = company.world.token(expires_at=company.world.clock())
    begun = company.world.request("GET /sign-in/{token}", token=token)

    first = company.world.ask(token=token)

    assert begun.status == 303
    assert "Sign in to see this key" in read(first)
    assert "1234abcd" not in first.html


@pytest.mark.parametrize("state", ["Enabled", "Disabled", "gone"])
def test_a_decided_case_is_reviewed_with_a_link_that_has_expired(company: Company, state: str) -> None:
    token = late(company)
    company.world.kms.fail("kms:EnableKey", DeniedError("kms:EnableKey", "AccessDeniedException", ""))
    company.world.post(CANCEL)
    if state == "gone":
        del company.world.kms.keys[KEY]
    else:
        company.world.kms.keys[KEY] = replace(company.world.kms.keys[KEY], state=state)

    page = company.world.ask(token=token)

    assert "chose to rescue the key" in read(page)
    assert controls(page) == []


def test_who_reviews_a_key_that_can_not_be_read_is_put_on_record(company: Company) -> None:
    company.enter()
    company.world.kms.fail("kms:DescribeKey", BUSY)

    page = company.ask("GET /keys/{token}")

    assert "role orders-fn, session orders-api" in read(page)
    assert company.opened() == ["Jane Doe (jane@example.com)"]


def test_the_name_that_somebody_gives_who_has_signed_in_counts_for_nothing(company: Company) -> None:
    company.enter()

    company.world.post(CANCEL + b"&name=The+boss")

    (entry,) = company.world.audit()
    assert entry.decision
    assert entry.decision.by.claimed_name is None
