"""Every sentence of the case's page: translators begin here, and find no HTML.

Names in braces are filled in when a page is made, and escaped there.
What pages share with the messages is in `reprieve.messages`; outcomes carry their own words.
"""

from datetime import datetime
from typing import Final, Literal, assert_type

from reprieve.cases.case import Case, Closure, Ending
from reprieve.cases.decision import Decision
from reprieve.cases.key import Key, Unknown
from reprieve.cases.usage import CallerUses, Uses
from reprieve.cases.visitor import AuthMethod, Visitor
from reprieve.clock import for_people, left
from reprieve.messages.phrases import operations, shortened
from reprieve.respond.pages.rescue_outcomes import chosen
from reprieve.respond.pages.times import brief, moment, recent, short
from reprieve.untrusted import one_line

LANGUAGE: Final = "en"
FOOTER: Final = "kms-reprieve watches KMS keys that are pending deletion. All times are in UTC."
_ACCOUNT_NAME_LIMIT: Final = 40
_ADDRESS_LIMIT: Final = 80

# The decision

DECIDE: Final = "What do you want to do?"
RESCUE: Final = "Rescue this key"
RESCUE_DOES: Final = "Cancels the deletion and enables the key. It works again within seconds."
UNSURE: Final = "Not sure? Rescue:"
UNSURE_WHY: Final = "it can be undone, a deletion can't."
ADD_REASON: Final = "Add a reason (optional)"
ADD_NAME_AND_REASON: Final = "Add your name or a reason (optional)"
CANCEL: Final = "Cancel the deletion only"
CANCEL_WHEN: Final = "If the key or its callers may be compromised: the key stays disabled, nothing is lost"
CANCEL_BUTTON: Final = "Cancel, leave the key disabled"
KEEP: Final = "Let it be deleted"
KEEP_WHEN: Final = "If you know that nobody needs the data: callers stay broken, and you get no more messages"
KEEP_BUTTON: Final = "Let it be deleted, stop messages"
NAME: Final = "Your name (not checked)"
WHY: Final = "Reason (optional). Your colleagues read it."
WHY_KEEP: Final = "Reason (required). Your colleagues read it."
CANNOT: Final = "This page can't rescue the key: {why}."
RUN_THESE: Final = "A person who may manage the key can run these commands now:"
TRY_ANYWAY: Final = "Try anyway"
KEPT: Final = '{who} decided on {when} to let the key be deleted: "{why}".'
OPENING: Final = "Opening this page changed nothing."
RECORDED: Final = "Your IP address is recorded, and every channel is notified of your decision."

# The evidence

CALLERS: Final = "Who is refused"
CALLERS_THEN: Final = "Who was refused"
NO_USES: Final = "KMS has refused no use of this key so far, as far as the records show."
NO_RECORD: Final = "It is not known: no record of this deletion can be read."
ORIGIN: Final = "From where"
KEY: Final = "The key"
ALIAS: Final = "Alias"
DESCRIPTION: Final = "Description"
ARN: Final = "ARN"
STATE: Final = "State"
SCHEDULED: Final = "Scheduled"
BY: Final = "{when} by {who}"
DELETION: Final = "Deletion"
BEFORE: Final = "Before"
OWNER: Final = "Owner"
PROTECTS: Final = "Protects"
NOT_KNOWN: Final = "Not known"
NO_CASE: Final = Unknown(fact="which calls were refused", why="nothing is on record, or it can't be read")
WITHOUT_PAGE: Final = "Without this page"
CONSOLE: Final = "Open the key in the AWS console"

# Outcomes

NOTHING_CHANGED: Final = "Nothing was changed."
NEXT: Final = "What happens next"
TO_DO: Final = "What to do"
UNDO: Final = "How to undo it"
ENABLE: Final = "Enable the key"
AGAIN: Final = "Open the page again"
SIGN_IN: Final = "Sign in"
COMMANDS: Final = "With the AWS CLI"
REVIEW: Final = "This page is for review: nothing can be decided here any more."


def place(key: Key) -> str:
    """Return where a key is, and whose it is."""
    named = f" ({one_line(key.account_name, _ACCOUNT_NAME_LIMIT)})" if key.account_name else ""
    owner = f". Owner: {one_line(key.owner, _ACCOUNT_NAME_LIMIT)}" if key.owner else ""
    return f"KMS key in account {key.account}{named}, {key.region}{owner}"


def title(name: str, uses: Uses, deletion: datetime | None, now: datetime) -> str:
    """Return what the browser's tab says: the state."""
    state = "calls are refused" if uses.count else "pending deletion"
    return f"{name}: {state}, {_deleted(deletion, now)}"


def kicker(case: Case | None, uses: Uses, deletion: datetime | None, now: datetime) -> str:
    """Return the first line: what is broken, and what will be."""
    end = _deleted(deletion, now, " for good")
    if case and case.is_kept:
        return f"Nothing stops the deletion: {end}"
    return f"Broken now, and {end}" if uses.count else f"Pending deletion: {end}"


def _deleted(deletion: datetime | None, now: datetime, how: str = "") -> str:
    """Return how long is left; KMS may take a day longer than it said, and does not say how long."""
    if deletion and deletion > now:
        return f"deleted{how} in {left(now, deletion, units=1)}"
    return f"deleted{how} any moment now"


def refused(case: Case | None, uses: Uses) -> str:
    """Return how many are refused, with `{caller}` for a single one, or for the one most often refused."""
    if case is None:
        return "It is not known which calls are refused."
    if not uses.count:
        return "No call has been refused so far, as far as the records show."
    if uses.callers == 1 and not uses.unnamed:
        return "1 caller is refused: {caller}."
    number = callers(uses)
    worst = ", most often {caller}" if uses.worst else ""
    return f"{number[:1].upper()}{number[1:]} are refused{worst}."


def callers(uses: Uses) -> str:
    """Return `3 callers`, or `more than 420 callers`."""
    number = uses.callers
    counted = "1 caller" if number == 1 else f"{number} callers"
    return f"more than {counted}" if uses.unnamed else counted


def since(case: Case | None, key: Key) -> str:
    """Return since when nothing works, with `{who}` and `{when}` where that is known."""
    if case and case.scheduled_by:
        if worked := key.worked_after(case.scheduled_by.at):
            return f"No use of this key has worked since {short(worked)}."
        return "No use of this key has worked since {who} scheduled its deletion on {when}."
    return "No use of this key works while it is pending deletion."


def tiles(
    case: Case | None, uses: Uses, deletion: datetime | None, now: datetime
) -> tuple[tuple[str, str], ...]:
    """Return four facts, each a few large letters and what they are; a phone shows the first two."""
    return (*_last(uses, now), _left(deletion, now), *_counted(uses), _decided(case))


def _last(uses: Uses, now: datetime) -> tuple[tuple[str, str], ...]:
    if uses.last_at is None:
        return ()
    return ((recent(uses.last_at, now), f"last refused call, {moment(uses.last_at, now)}"),)


def _left(deletion: datetime | None, now: datetime) -> tuple[str, str]:
    if deletion is None:
        return ("Unknown", "time until the deletion")
    if deletion <= now:
        return ("No time left", f"since {short(deletion)}")
    return (brief(deletion - now), f"until {short(deletion)}")


def _counted(uses: Uses) -> tuple[tuple[str, str], ...]:
    if not uses.count:
        return ()
    return ((f"{uses.count}", f"refused {'call' if uses.count == 1 else 'calls'}, {callers(uses)}"),)


def _decided(case: Case | None) -> tuple[str, str]:
    if case and case.decision:
        return ("Decided", f"to {chosen(case.decision)}")
    return ("No decision", "has been taken so far")


def calls(number: int) -> str:
    """Return `1 call` or `214 calls`."""
    return "1 call" if number == 1 else f"{number} calls"


def since_decided(decision: Decision | None, uses: Uses) -> str:
    """Return how many refused calls were counted since a decision; "" for none, or if unknown."""
    if decision is None or decision.refused is None or uses.count <= decision.refused:
        return ""
    return f"{_more(uses.count - decision.refused)} since this decision."


def _more(number: int) -> str:
    return "1 more call refused" if number == 1 else f"{number} more calls refused"


def keep_does(deletion: datetime | None) -> str:
    """Return what happens to the key if it is deleted."""
    at = f"On {short(deletion)}" if deletion else "Then"
    return (
        f"{at} everything that this key encrypted becomes unreadable, for good."
        " Until then you can still rescue it here. One message comes a day before."
    )


def acting(visitor: Visitor, expires: datetime) -> str:
    """Return who may decide here, until when, and whether the link may be forwarded."""
    until, sent = f"until {short(expires)}", _sent_to(visitor)
    if visitor.person:
        return f"{sent}You are signed in as {visitor.person.label} and can decide {until}."
    if visitor.auth_method is AuthMethod.NETWORK:
        return f"{sent}Anyone in the approvers' network can decide with this link {until}: do not forward it."
    return f"{sent}Anyone with this link can decide, without a sign-in, {until}: do not forward it."


def _sent_to(visitor: Visitor) -> str:
    """Return whose link it is: evidence of who a person is, and no proof."""
    if not visitor.sent_to:
        return ""
    address = shortened(visitor.sent_to, _ADDRESS_LIMIT)
    return f"This link was sent to {address}, which does not prove who you are. "


# Callers and the key


def did(part: CallerUses) -> str:
    """Return what a caller could not do."""
    return f"{operations(part)} refused"


def callers_left(number_of_callers: int, number: int) -> str:
    """Return how much was refused to callers who are not shown."""
    others = {0: "others", 1: "1 other caller"}.get(number_of_callers, f"{number_of_callers} other callers")
    return f"{calls(number)} more by {others}"


def aliases(names: tuple[str, ...], shown: int) -> str:
    """Return the first few aliases, and how many more there are."""
    more = len(names) - shown
    return ", ".join((*names[:shown], *([f"{more} more"] if more > 0 else [])))


def more_unknown(number: int) -> str:
    """Return how many facts beside those shown are not known."""
    return f"and {number} more"


def closed(closure: Closure) -> str:
    """Return how a case ended, where that was not on this page."""
    at = for_people(closure.at)
    match closure.how:
        case Ending.CANCELLED:
            return _cancelled(closure, at)
        case Ending.DELETED if not closure.confirmed:
            return f"KMS could not be asked whether the key is deleted. Its date had passed, {at}."
        case Ending.DELETED:
            return f"KMS deleted the key, {at}."
        case Ending.ABSENT:
            return f"KMS has no such key, {at}."
        case Ending.CONTINUED:
            return f"Another case of this key took over, {at}."
        case rest:
            assert_type(rest, Literal[Ending.UNKNOWN])
            return f"KMS could not be asked how this deletion ended. The case was closed, {at}."


def _cancelled(closure: Closure, at: str) -> str:
    """Return who cancelled a deletion; first of all, if KMS has not confirmed it: a name may be long."""
    if not closure.confirmed:
        said = f"{closure.by.label} cancelled the deletion," if closure.by else "it was cancelled, seen"
        return f"KMS could not be asked. CloudTrail says that {said} {at}."
    if closure.by:
        return f"{closure.by.label} cancelled the deletion outside this page, {at}."
    return f"The deletion was cancelled outside this page, seen {at}."
