"""Who pressed a button in Slack, and whether they may decide: Slack only says who.

Source: Slack, `users.info` (scopes `users:read` and `users:read.email`) and `auth.test`.
"""

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Any, Final

from reprieve.cases.visitor import AuthMethod, Person
from reprieve.dataclass import dataclass
from reprieve.errors import SignInError, UnverifiedEmailError
from reprieve.messages.channels.slack_app_entry import SlackAppEntry
from reprieve.ports import Slack
from reprieve.respond.id_tokens import ApproverRules, Claims, person
from reprieve.respond.pages.outcome import Outcome
from reprieve.respond.slack import outcomes
from reprieve.respond.slack.press import Press
from reprieve.untrusted import EMAIL_LIMIT, look, mapping, text

GUEST: Final = ("is_restricted", "is_ultra_restricted")
_BOT: Final = ("is_bot", "is_workflow_bot", "is_connector_bot")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackPeople:
    """Asks Slack who someone is, and the stack's own rules whether they may decide.

    Attributes:
        api: Slack's Web API, as the bot of an app calls it.
        auth_method: What the page asks of people.
        rule: Who may decide where people have to sign in; its groups are the provider's, and not Slack's.
        teams: The workspace of each bot, once it is known.
    """

    api: Callable[[SlackAppEntry], Slack]
    auth_method: AuthMethod
    rule: ApproverRules
    teams: dict[str, str] = field(default_factory=dict, repr=False)

    def who(self, app: SlackAppEntry, press: Press) -> Person | Outcome:
        """Return who pressed a button; or, where they may not decide, what they are told.

        Raises:
            SlackError: it can't be found out.
        """
        if self.auth_method is AuthMethod.NETWORK:
            return outcomes.NETWORK_ONLY
        if press.teams != {self._team(app)}:
            return outcomes.FOREIGN
        asked = self.api(app).ask("users.info", {"user": press.origin.user})
        return self._admitted(mapping(asked, "user"), press)

    def _team(self, app: SlackAppEntry) -> str:
        """Return the workspace of an app's bot."""
        if app.bot_token not in self.teams:
            self.teams[app.bot_token] = text(self.api(app).ask("auth.test", {}), "team_id")
        return self.teams[app.bot_token]

    def _admitted(self, user: Mapping[str, Any], press: Press) -> Person | Outcome:
        if refused := _refused(user, press):
            return refused
        claims = _claims(user, press)
        if self.auth_method is AuthMethod.SIGN_IN:
            try:
                replace(self.rule, groups=frozenset()).admit(claims)
            except UnverifiedEmailError:
                return outcomes.NO_EMAIL
            except SignInError:
                return outcomes.NOT_APPROVER if claims["email"] else outcomes.NO_EMAIL
        return person(claims)


def _refused(user: Mapping[str, Any], press: Press) -> Outcome | None:
    """Return what is said to someone for whom the workspace does not vouch as for its members."""
    if text(user, "id") != press.origin.user or text(user, "team_id") != press.origin.team:
        return outcomes.FOREIGN
    if _is_any(user, ("is_stranger",)):
        return outcomes.FOREIGN
    if _is_any(user, ("deleted", *_BOT)):
        return outcomes.NO_MEMBER
    return outcomes.GUEST if _is_any(user, GUEST) else None


def _is_any(user: Mapping[str, Any], flags: tuple[str, ...]) -> bool:
    return any(user.get(flag, False) is not False for flag in flags)


def _claims(user: Mapping[str, Any], press: Press) -> Claims:
    """Return what Slack says about a person, in the words of an id token."""
    return {
        "iss": f"https://slack.com/{press.origin.team}",
        "sub": press.origin.user,
        "name": look(user, "profile", "real_name") or look(user, "real_name"),
        "email": text(user, "profile", "email", limit=EMAIL_LIMIT),
        "email_verified": look(user, "is_email_confirmed"),
    }
