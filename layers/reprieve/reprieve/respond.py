"""The link: the page behind it, and what a person decides there.

Looking changes nothing, ever: mail scanners open links in real browsers.
Only a form that somebody sends acts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl

from reprieve.cases import Decision
from reprieve.clock import Clock
from reprieve.errors import AwsError, LinkError
from reprieve.fields import one_line
from reprieve.links import Claims, verify
from reprieve.looking import Looker
from reprieve.pages import Outcome, Page, case_page, outcome_page, outcomes
from reprieve.ports import LinkChecker, Log
from reprieve.rescue import Rescuer

FORM_LIMIT: Final = 8192  # bytes
_ADDRESS_LIMIT: Final = 64
_FIELDS_AT_MOST: Final = 10
_WHY_LIMIT: Final = 200


class Choice(StrEnum):
    """What a form can ask for."""

    CANCEL = "cancel"
    ENABLE = "enable"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request for `/keys/{token}`. The token opens the case: nobody logs it."""

    method: str
    token: str
    source_ip: str = ""
    user_agent: str = ""
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Request({self.method} /keys/…)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """The use case, with all that it needs."""

    checker: LinkChecker
    looker: Looker
    rescuer: Rescuer
    clock: Clock
    log: Log

    def respond(self, request: Request) -> Page:
        """Answer a request. Every failure has a page; none tells anything to one without a good link."""
        try:
            claims = verify(request.token, self.checker, self.clock())
        except LinkError as error:
            self.log.info("Refused a link", why=type(error).__name__)
            return outcome_page(outcomes.BAD_LINK)
        except AwsError as error:
            self.log.error("Could not check a link", problem=str(error))
            return outcome_page(outcomes.NOT_CHECKED)
        return self._decide(claims, request) if request.method == "POST" else self._show(claims)

    def _show(self, claims: Claims) -> Page:
        seen = self.looker.look(claims)
        if isinstance(seen, Outcome):
            return outcome_page(seen)
        if nothing := seen.nothing_to_decide(claims):
            return outcome_page(nothing)
        return case_page(seen.key, seen.case, self.clock(), claims.expires_at)

    def _decide(self, claims: Claims, request: Request) -> Page:
        if len(request.body) > FORM_LIMIT:
            return outcome_page(outcomes.TOO_LARGE)
        try:
            form = _form(request.body)
            choice = Choice(form.get("decision", ""))
        except ValueError:
            return outcome_page(outcomes.BAD_FORM)
        if choice is Choice.KEEP and not _why(form):
            return outcome_page(outcomes.NO_REASON)
        act = {
            Choice.CANCEL: self.rescuer.cancel,
            Choice.ENABLE: self.rescuer.enable,
            Choice.KEEP: self.rescuer.keep,
        }[choice]
        return outcome_page(act(claims, self._decision(choice, form, claims, request)))

    def _decision(
        self, choice: Choice, form: Mapping[str, str], claims: Claims, request: Request
    ) -> Decision:
        is_ticked = form.get("enable") == "yes"
        return Decision(
            choice=choice,
            at=self.clock().replace(microsecond=0),
            channel=claims.channel,
            source_ip=one_line(request.source_ip, _ADDRESS_LIMIT),
            user_agent=one_line(request.user_agent),
            enable=choice is Choice.ENABLE or (choice is Choice.CANCEL and is_ticked),
            why=_why(form) or None,
        )


def _why(form: Mapping[str, str]) -> str:
    return one_line(form.get("why", "").strip(), _WHY_LIMIT)


def _form(body: bytes) -> Mapping[str, str]:
    """Read a form; a field that comes twice makes it nonsense.

    Raises:
        ValueError: it is not a form.
    """
    pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS_AT_MOST)
    form = dict(pairs)
    if len(form) != len(pairs):
        raise ValueError("a field comes twice")
    return form
