"""A press of a button in Slack: acknowledged at once, carried out in an invocation of its own, and answered.

The button's value is the token of a link, and its authority is unchanged: Slack only says who pressed it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field

from reprieve.cases.decision import Decision
from reprieve.cases.result import Result
from reprieve.cases.visitor import AuthMethod, Person, Visitor
from reprieve.clock import Clock
from reprieve.dataclass import dataclass
from reprieve.errors import AwsError, LinkError, NotUnderstoodError, SlackError
from reprieve.links import LinkClaims, is_sample, verify, verify_sample
from reprieve.messages.channels.slack_app_entry import SlackAppEntry
from reprieve.ports import LinkChecker, Log, Once
from reprieve.respond.pages.outcome import Outcome
from reprieve.respond.pages.rendering import Page
from reprieve.respond.rescue import Rescuer
from reprieve.respond.responder import Request
from reprieve.respond.slack import outcomes
from reprieve.respond.slack.apps import SlackApps
from reprieve.respond.slack.people import SlackPeople
from reprieve.respond.slack.press import BODY_LIMIT, Press
from reprieve.respond.slack.replies import UNDECIDED, Replies, is_reply_address
from reprieve.respond.watch import Watch

TAKEN = Page(200, "")
"""What Slack expects within three seconds."""

NOT_UNDERSTOOD = Page(400, "")
NOT_SIGNED = Page(401, "")
TOO_LARGE = Page(413, "")
NOT_NOW = Page(503, "")


@dataclass(slots=True)
class Handling:
    """One press that is being answered; `has_begun` is whether it became a decision."""

    app: SlackAppEntry
    press: Press
    page: str = field(repr=False)
    has_begun: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackDesk:
    """The use case, with all that it needs. `checkers` are those of the signing keys, by their letters."""

    apps: SlackApps
    people: SlackPeople
    replies: Replies
    checkers: Mapping[str, LinkChecker]
    rescuer: Rescuer
    clock: Clock
    log: Log

    def take(self, request: Request, hand_over: Callable[[], None]) -> Page:
        """Acknowledge a press and hand it over, or refuse it, which Slack shows to the person who pressed.

        Args:
            request: What claims to come from Slack.
            hand_over: Begins the invocation that calls `work` with the same request.
        """
        if len(request.body) > BODY_LIMIT:
            return self._refused(TOO_LARGE, "its body is too large")
        try:
            apps = self.apps.that_signed(request.headers, request.body)
            if not apps:
                return self._refused(NOT_SIGNED, "Slack did not sign it, or not now")
            if _of(request, apps).is_link:
                return TAKEN
            hand_over()
        except NotUnderstoodError as error:
            return self._refused(NOT_UNDERSTOOD, error.problem)
        except AwsError as error:
            self.log.error("Could not accept a Slack button press", problem=str(error))
            return NOT_NOW
        return TAKEN

    def work(self, request: Request, once: Once) -> None:
        """Carry out a press that was acknowledged, once however often it comes, and answer it.

        Raises:
            NotUnderstoodError: it came too late, or its app is not configured any more.
            AwsError: it can't be known whether Slack signed it, or whether it has been done.
            InProgressError: another invocation is carrying it out.
        """
        apps = self.apps.that_signed(request.headers, request.body)
        if not apps:
            raise NotUnderstoodError("Slack's request", "it came too late, or its app is not configured")
        press = _of(request, apps)
        once.do(press.id, lambda: self._answer(apps, press, f"{request.origin}/keys/{press.token}"))

    def _refused(self, page: Page, why: str) -> Page:
        self.log.warning("Refused a request to the Slack endpoint", why=why)
        return page

    def _answer(self, apps: Sequence[SlackAppEntry], press: Press, page: str) -> None:
        claims = self._verified(press)
        if isinstance(claims, Outcome):
            self._privately(Handling(apps[0], press, page), claims)
            return
        app = next((each for each in apps if each.name == claims.channel), None)
        if app is None:
            self._privately(Handling(apps[0], press, page), outcomes.OTHER_CHANNEL)
            return
        handling = Handling(app, press, page)
        who = self._who(handling)
        if isinstance(who, Outcome):
            self._privately(handling, who)
        else:
            self._decide(handling, claims, who)

    def _verified(self, press: Press) -> LinkClaims | Outcome:
        """Return what a button's token vouches for, or what is said of one that decides nothing."""
        if not press.decides:
            return outcomes.UNKNOWN_BUTTON
        try:
            if is_sample(press.token):
                verify_sample(press.token, self.checkers, self.clock())
                return outcomes.SAMPLE
            return verify(press.token, self.checkers, self.clock())
        except LinkError as error:
            self.log.info("Refused the link of a Slack button", why=type(error).__name__)
            return outcomes.BAD_BUTTON
        except AwsError as error:
            self.log.error("Could not verify the link of a Slack button", problem=str(error))
            return outcomes.NOT_CHECKED

    def _who(self, handling: Handling) -> Person | Outcome:
        try:
            return self.people.who(handling.app, handling.press)
        except SlackError as error:
            self.log.error("Could not look up who pressed a Slack button", problem=str(error))
            return outcomes.NOT_KNOWN

    def _decide(self, handling: Handling, claims: LinkClaims, who: Person) -> None:
        visitor = Visitor(
            auth_method=AuthMethod.SLACK,
            channel=claims.channel,
            notice=claims.notice,
            person=who,
            slack=handling.press.origin,
        )
        choice, enable = handling.press.choice
        at = self.clock().replace(microsecond=0)
        decision = Decision(choice=choice, at=at, by=visitor, enable=enable)
        watch = Watch(lambda: self._begin(handling), lambda outcome: self._end(handling, outcome))
        outcome = self.rescuer.act(claims, decision, None, watch)
        if not handling.has_begun:
            self._undecided(handling, outcome)

    def _begin(self, handling: Handling) -> None:
        """Remove the buttons, because the decision is on record."""
        handling.has_begun = True
        self.replies.begun(handling.app, handling.press)

    def _end(self, handling: Handling, outcome: Outcome) -> None:
        """Tell the channel the outcome before its own notice does, which must be the last word."""
        self.replies.done(handling.app, handling.press, outcome, handling.page)

    def _undecided(self, handling: Handling, outcome: Outcome) -> None:
        """Tell the person who pressed that it decided nothing."""
        self._privately(handling, outcome)
        is_over = outcome.name not in {*UNDECIDED, Result.DECIDED_MEANWHILE}
        if is_over and handling.press.has_buttons:
            self.replies.over(handling.app, handling.press, outcome)

    def _privately(self, handling: Handling, outcome: Outcome) -> None:
        self.log.info("Did not act on a Slack button press", outcome=outcome.name)
        self.replies.privately(handling.app, handling.press, outcome, handling.page)


def _of(request: Request, apps: Sequence[SlackAppEntry]) -> Press:
    """Return the press that a signed request reports.

    Raises:
        NotUnderstoodError: it reports none, or none that can be answered.
    """
    press = Press.read(request.body)
    if not is_reply_address(press.response_url, apps):
        raise NotUnderstoodError("Slack's request", "its response URL is not Slack's")
    return press
