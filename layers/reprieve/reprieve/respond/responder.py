"""The link: the page behind it, and what a person decides there.

Looking changes nothing about a key, ever: mail scanners open links in real browsers.
Only a form that is sent from the page acts.
"""

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Final, TypeVar
from uuid import uuid4

from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.case import case_id
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.recipient import RecipientStore
from reprieve.cases.result import Result
from reprieve.cases.store import CaseStore
from reprieve.cases.visitor import Person, Visitor
from reprieve.clock import Clock
from reprieve.dataclass import dataclass
from reprieve.errors import AwsError, ConflictError, LinkError, LostSignInError, SignInError
from reprieve.links import LinkClaims, SampleClaims, authentic, is_sample, verify, verify_sample
from reprieve.ports import LinkChecker, Log
from reprieve.respond.access import Access
from reprieve.respond.case_view import CaseReader, CaseView
from reprieve.respond.forms import FORM_LIMIT, CsrfSecret, Form, SeenForm, is_same_origin
from reprieve.respond.pages import link_outcomes, sign_in_outcomes
from reprieve.respond.pages.case_page import View, case_page, outcome_page, review_page
from reprieve.respond.pages.outcome import Outcome
from reprieve.respond.pages.rendering import FormState, Page, redirect
from reprieve.respond.rescue import Rescuer
from reprieve.respond.samples import Samples
from reprieve.respond.sign_in import SignIn

_Form = TypeVar("_Form", Form, SeenForm)

PAGE: Final = frozenset({"GET /keys/{token}", "HEAD /keys/{token}"})
DECIDE: Final = "POST /keys/{token}"
SIGN_IN: Final = "GET /sign-in/{token}"
SIGNED_IN: Final = "GET /signed-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request. The token in its path opens the case: nobody logs it.

    Attributes:
        route: The route that API Gateway chose, such as `GET /keys/{token}`.
        token: What the link ends with.
        origin: Scheme and host that it was sent to.
        source_ip: The address that it came from.
        user_agent: The browser, as it calls itself.
        headers: Its headers, by their names in lower case.
        cookies: Its cookies.
        query: What its address has after the question mark.
        body: What was sent.
    """

    route: str
    token: str = field(default="", repr=False)
    origin: str = ""
    source_ip: str = ""
    user_agent: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """The use case, with all that it needs. `checkers` are those of the signing keys, by their letters."""

    checkers: Mapping[str, LinkChecker]
    access: Access
    reader: CaseReader
    rescuer: Rescuer
    store: CaseStore
    samples: Samples
    recipients: RecipientStore
    clock: Clock
    log: Log

    def respond(self, request: Request) -> Page:
        """Answer a request. Every failure has a page, which tells a visitor without a valid link nothing."""
        if not self.access.is_open_to(request.source_ip):
            self.log.info("Refused an IP address", source_ip=request.source_ip)
            return outcome_page(link_outcomes.not_from_here(request.source_ip))
        if request.route == SIGNED_IN and self.access.sign_in:
            return self._signed_in(self.access.sign_in, request)
        if request.route not in {*PAGE, DECIDE, SIGN_IN}:
            return outcome_page(link_outcomes.BAD_LINK)
        claims = self._verified(request.token, for_review=request.route != DECIDE)
        return outcome_page(claims) if isinstance(claims, Outcome) else self._enter(claims, request)

    def _verified(self, token: str, *, for_review: bool) -> LinkClaims | SampleClaims | Outcome:
        """Return what a link vouches for, or what is said of one that is not valid.

        For review a link may have expired, where people sign in.
        """
        try:
            if is_sample(token):
                return verify_sample(token, self.checkers, self.clock())
            if for_review and self.access.sign_in:
                return authentic(token, self.checkers)
            return verify(token, self.checkers, self.clock())
        except LinkError as error:
            self.log.info("Refused a link", why=type(error).__name__)
            return link_outcomes.BAD_LINK
        except AwsError as error:
            self.log.error("Could not verify a link", problem=str(error))
            return link_outcomes.NOT_CHECKED

    def _enter(self, claims: LinkClaims | SampleClaims, request: Request) -> Page:
        """Answer a person with a valid link."""
        if request.route == SIGN_IN:
            return self._sign_in(request)
        try:
            visitor = self.access.visitor(claims, request.source_ip, request.user_agent, request.cookies)
        except AwsError as error:
            self.log.error("Could not read a session", problem=str(error))
            return outcome_page(link_outcomes.NOT_CHECKED)
        if visitor is None:
            first = (
                sign_in_outcomes.sign_in_again if request.route == DECIDE else sign_in_outcomes.sign_in_first
            )
            return outcome_page(first(self._issuer), FormState.to_sign_in(request.token))
        if isinstance(claims, SampleClaims):
            return self._sample(claims, visitor, request)
        sent_to = self.reader.pool.submit(self._sent_to, claims)  # beside what the page itself reads
        if request.route == DECIDE:
            return self._decide(claims, replace(visitor, sent_to=sent_to.result()), request)
        seen = self.reader.look(claims)
        return self._show(claims, seen, replace(visitor, sent_to=sent_to.result()), request)

    def _sent_to(self, claims: LinkClaims) -> str | None:
        """Return the address that a link was sent to, as far as that is known: it opens nothing by itself."""
        if not claims.recipient:
            return None
        try:
            return self.recipients.address(case_id(claims.key, claims.deletion_date), claims.recipient)
        except AwsError as error:
            self.log.warning("Could not read the recipient of a link", problem=str(error))
            return None

    def _sample(self, claims: SampleClaims, visitor: Visitor, request: Request) -> Page:
        """Answer a person with the link of a test notice: nothing here can reach a key."""
        secret = CsrfSecret.of(request.cookies)
        if request.route != DECIDE:
            state = FormState(secret.token(request.token))
            return self.samples.show(claims, visitor, state, secret.set_cookie)
        form = self._sent(SeenForm.read, visitor, request)
        if isinstance(form, Outcome):
            return outcome_page(form)
        return self.samples.seen(claims, _called(visitor, form.name))

    @property
    def _issuer(self) -> str:
        return self.access.sign_in.provider.issuer if self.access.sign_in else ""

    def _show(self, claims: LinkClaims, seen: CaseView, visitor: Visitor, request: Request) -> Page:
        secret = CsrfSecret.of(request.cookies)
        is_late = seen.at >= claims.expires_at
        is_shown = seen.is_on_record or not (seen.unread or is_late)
        if visitor.person and is_shown:
            self._note(claims, seen, visitor, visitor.person)
        view = View(
            key=seen.key,
            case=seen.case,
            history=seen.record.history,
            now=seen.at,
            expires_at=claims.expires_at,
            visitor=visitor,
            form=FormState(secret.token(request.token), seen.record.decisions),
            is_gone=bool(seen.unread and seen.unread.name is Result.GONE),
        )
        if is_late:
            return self._review(claims, seen, view)
        if nothing := seen.nothing_to_decide(claims):
            return (
                review_page(nothing, view, secret.set_cookie)
                if seen.is_on_record
                else outcome_page(nothing, view.form, secret.set_cookie)
            )
        return case_page(view, secret.set_cookie)

    def _review(self, claims: LinkClaims, seen: CaseView, view: View) -> Page:
        """Show what is on record to the holder of a link that can't decide anything any more."""
        if not seen.is_on_record:
            return outcome_page(link_outcomes.BAD_LINK)
        outcome = seen.nothing_to_decide(claims) or sign_in_outcomes.expired(seen.key, seen.at)
        return review_page(replace(outcome, offer_enable=False), view)

    def _decide(self, claims: LinkClaims, visitor: Visitor, request: Request) -> Page:
        form = self._sent(Form.read, visitor, request)
        if isinstance(form, Outcome):
            return outcome_page(form)
        if form.choice is Choice.KEEP and not form.why:
            return outcome_page(link_outcomes.NO_REASON)
        decision = Decision(
            choice=form.choice,
            at=self.clock().replace(microsecond=0),
            by=_called(visitor, form.name),
            enable=form.enable,
            why=form.why or None,
        )
        outcome = self.rescuer.act(claims, decision, form.decisions)
        return outcome_page(outcome, FormState(form.token, outcome.decisions))

    def _sent(self, read: Callable[[bytes], _Form], visitor: Visitor, request: Request) -> _Form | Outcome:
        """Return the form that someone sent from our page, or the answer to anything else."""
        if len(request.body) > FORM_LIMIT:
            return link_outcomes.TOO_LARGE
        try:
            form = read(request.body)
        except ValueError:
            return link_outcomes.BAD_FORM
        secret = CsrfSecret.of(request.cookies)
        if form.is_of(secret, request.token) and is_same_origin(request.headers, request.origin):
            return form
        self.log.warning("Refused a form", source_ip=visitor.source_ip)
        return link_outcomes.FOREIGN_FORM

    def _note(self, claims: LinkClaims, seen: CaseView, visitor: Visitor, person: Person) -> None:
        """Record who opened the page, once each; if that fails, the page is shown anyway."""
        opened = (entry.visitor.person for entry in seen.record.history if entry.visitor)
        if any(other and other.is_same(person) for other in opened):
            return
        entry = Entry(
            id=uuid4().hex,
            at=self.clock().replace(microsecond=0),
            case_id=case_id(claims.key, claims.deletion_date),
            event=Event.OPENED,
            visitor=visitor,
            state_before=seen.key.state,
        )
        try:
            self.store.note(claims.key, entry)
        except (AwsError, ConflictError) as error:
            self.log.error("Could not record who opened a page", problem=str(error))

    def _sign_in(self, request: Request) -> Page:
        """Send a person with a link to where they sign in."""
        if self.access.sign_in is None:
            return outcome_page(link_outcomes.BAD_LINK)
        try:
            begun = self.access.sign_in.begin(request.token)
        except SignInError as error:
            return self._not_signed_in(error, request.token)
        return redirect(begun.address, (begun.cookie,))

    def _signed_in(self, sign_in: SignIn, request: Request) -> Page:
        """Let in a person whom the provider sends back, if they have a link: anyone can make up a cookie."""
        try:
            pending = sign_in.pending(request.query, request.cookies)
        except LostSignInError as error:
            return self._lost(sign_in, error, request)
        claims = self._verified(pending.token, for_review=True)
        if isinstance(claims, Outcome):
            return outcome_page(claims)
        try:
            entered = sign_in.finish(pending, request.query)
        except SignInError as error:
            return self._not_signed_in(error, "")
        except AwsError as error:
            self.log.error("Could not store a session", problem=str(error))
            return outcome_page(link_outcomes.NOT_CHECKED)
        self.log.info("A person signed in", subject=entered.person.subject)
        return redirect(f"keys/{entered.token}", entered.cookies)

    def _lost(self, sign_in: SignIn, lost: LostSignInError, request: Request) -> Page:
        """Answer a browser that knows of no sign-in; a person who went back is signed in already."""
        try:
            person = sign_in.person(request.cookies)
        except AwsError as error:
            self.log.error("Could not read a session", problem=str(error))
            return outcome_page(link_outcomes.NOT_CHECKED)
        return outcome_page(sign_in_outcomes.still_signed_in()) if person else self._not_signed_in(lost, "")

    def _not_signed_in(self, error: SignInError, token: str) -> Page:
        self.log.warning("A sign-in failed", problem=str(error), kind=type(error).__name__)
        return outcome_page(
            sign_in_outcomes.not_signed_in(error), FormState.to_sign_in(token) if token else None
        )


def _called(visitor: Visitor, name: str) -> Visitor:
    """Return a visitor with the name that they gave; it counts only where nobody knows a better one."""
    return visitor if visitor.person else replace(visitor, claimed_name=name or None)
