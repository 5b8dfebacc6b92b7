"""Every sentence of the pages, in English: whoever translates them begins here, and finds no HTML.

Names in braces are filled in when a page is made, and escaped there.
What pages share with the messages is in `reprieve.messages`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from reprieve.arn import KeyArn
from reprieve.cases.audit_entry import STARTED, Entry, Event
from reprieve.cases.case import Closure
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.key import Key, KeyState, Unknown
from reprieve.cases.notice import Reason
from reprieve.cases.timeline import Bucket
from reprieve.cases.usage import CallerUses, Uses
from reprieve.cases.visitor import AuthMethod, Visitor
from reprieve.clock import for_people, left
from reprieve.errors import (
    AwsError,
    LostSignInError,
    NotApproverError,
    ProviderError,
    SignInError,
    UnverifiedEmailError,
)
from reprieve.messages.key_details import regions
from reprieve.messages.phrases import operations, requests
from reprieve.respond.access_denied import AccessDenied
from reprieve.respond.pages.chart import Chart
from reprieve.untrusted import one_line

LANGUAGE: Final = "en"
_ACCOUNT_NAME_LIMIT: Final = 40
FOOTER: Final = "kms-reprieve. All times are in UTC."

# The first screen

TITLE: Final = "Stop the deletion of {key}?"
RESCUE: Final = "Cancel the deletion and enable the key"
OTHER_CHOICES: Final = "Other choices: cancel only, or keep the deletion"
KEPT: Final = "{who} decided on {when} that the deletion is meant: {why}"
OPENING: Final = "Nothing has been changed by opening this page."
ON_RECORD: Final = "Where you come from is put on record, and every channel is told what you decide."

# The evidence

USES: Final = "Uses over time"
NO_USES: Final = "KMS has refused no use of the key so far, as far as the records tell."
CHART: Final = "Uses of the key that KMS refused, over time"
MARKS: Final = "The thin lines mark the first and the last use, the dashed one the present."
NOW: Final = "now"
AS_TABLE: Final = "The same as a table"
FROM: Final = "From"
TO: Final = "To"
REFUSED: Final = "Refused uses"
CALLERS: Final = "Who uses it, and for what"
LAST_AT: Final = "last on {when}"
ORIGIN: Final = "from {origin}"
KEY: Final = "The key"
ALIAS: Final = "Alias"
DESCRIPTION: Final = "Description"
ARN: Final = "ARN"
STATE: Final = "State now"
SCHEDULED: Final = "Scheduled"
BY: Final = "{when} by {who}"
DELETION: Final = "Deletion"
BEFORE: Final = "Before"
OWNER: Final = "Owner"
PROTECTS: Final = "Protects"
NOT_KNOWN: Final = "Not known"
NO_CASE: Final = Unknown(fact="what used the key", why="nothing is on record, or the record can't be read")
WITHOUT_PAGE: Final = "Without this page"
CONSOLE: Final = "Open the key in the AWS console"

# What each choice does

CHOICES: Final = "What each choice does"
RESCUE_DOES: Final = (
    "The button at the top. What needs the key works again within seconds."
    " To undo it, schedule the deletion again in KMS: the waiting period begins anew."
)
CANCEL: Final = "Only cancel the deletion"
CANCEL_DOES: Final = (
    "Nothing deletes the key any more, and it stays disabled: what needs it stays broken."
    " You can enable it later, in KMS."
)
KEEP: Final = "Keep the deletion and be quiet"
KEEP_DOES: Final = (
    "KMS deletes the key on its date, and what it encrypted can't be read by anybody, ever."
    " You are told once more, a day before, if there is a day left."
    " To undo it, open the link again and cancel the deletion."
)
KEPT_ALREADY: Final = "That is what was decided: see above."
REASON: Final = "Add a reason (optional)"
WHY: Final = "Why? Your colleagues read this."
WHY_KEEP: Final = "Why is the deletion meant? This is required; your colleagues read it."

# What happened

HISTORY: Final = "What happened so far"
NOTHING_HAPPENED: Final = "Nothing is on record yet."
_NOTICES: Final[Mapping[str, str]] = {
    Reason.KEY_IN_USE: "the key is still in use",
    Reason.NEW_CALLER: "one more uses the key, or uses it for something else",
    Reason.STILL_IN_USE: "the key was used again",
    Reason.MANAGEMENT_CALL: "somebody tried to manage the key",
    Reason.DELETION_SCHEDULED: "the deletion was scheduled",
    Reason.DELETION_SOON: "the deletion is near",
    Reason.DELETION_CANCELLED: "the deletion is off",
    Reason.DELETION_KEPT: "the deletion is meant",
    Reason.CORRECTION: "an earlier notice was wrong",
    Reason.DIGEST: "several notices in one",
    Reason.NO_EVENT_FOUND: "the alarm rang, and no record explains it",
}
_CHOSEN: Final[Mapping[Choice, str]] = {
    Choice.CANCEL: "only cancel the deletion",
    Choice.ENABLE: "enable the key",
    Choice.KEEP: "keep the deletion and be quiet",
}
_RESCUE_CHOSEN: Final = "cancel the deletion and enable the key"
OUTCOMES: Final[Mapping[str, str]] = {
    STARTED: "It is not on record what came of it.",
    "rescued": "Done: the key was enabled.",
    "cancelled": "Done: the deletion was cancelled, and the key stayed disabled.",
    "kept": "Done: the deletion goes on, and everybody is told.",
    "not-enabled": "The deletion was cancelled; enabling the key failed.",
    "already": "Nothing was left to do.",
    "disabled-afterwards": "Nothing was left to cancel; the key was disabled.",
    "denied": "AWS denied it.",
    "busy": "KMS was busy; nothing was changed.",
    "unreachable": "KMS did not answer; nothing was changed.",
    "unsure": "The answer got lost; it is not known whether it worked.",
    "not-done": "KMS did not do it.",
    "unproven": "KMS took it, and had not shown it yet.",
    "gone": "The key was gone.",
    "waits-for-replicas": "The key waited for its replicas; nothing was changed.",
    "scheduled-again": "The key had been scheduled again; nothing was changed.",
    "not-recorded": "It could not be told, and was not done.",
}
_POLICIES: Final[Mapping[str, str]] = {
    "resource-based policy": "the key's policy",
    "identity-based policy": "what its role may do",
    "permissions boundary": "the permissions boundary of its role",
    "service control policy": "a service control policy of the organization",
    "resource control policy": "a resource control policy of the organization",
    "session policy": "the policy of its session",
    "VPC endpoint policy": "the policy of a VPC endpoint",
}
_KNOWN_BY: Final[Mapping[AuthMethod, str]] = {
    AuthMethod.LINK: "known by the link alone",
    AuthMethod.NETWORK: "known by the link and the network",
    AuthMethod.SIGN_IN: "known by a sign-in",
}

# Outcomes

NEXT: Final = "What happens next"
TO_DO: Final = "What to do"
UNDO: Final = "How to undo it"
ENABLE: Final = "Enable the key"
AGAIN: Final = "Open the page again"
SIGN_IN: Final = "Sign in"
COMMANDS: Final = "With the AWS CLI"
NOTHING_CHANGED: Final = "Nothing was changed."
_EVERYBODY_TOLD: Final = "Every channel is being told."
_UNTOLD: Final = "The other channels could not be told. Please tell your colleagues yourself."
_WITHOUT_LINK: Final = "The message also says how to act without the link."
_USE_THE_BUTTON: Final = "Open the page again, and use a button on it."
_STAYS_BROKEN: Final = "What needs the key stays broken until it is enabled."
_BY_COMMAND: Final = "The command beneath does that."
_BROKEN_TILL_HERE: Final = f"{_STAYS_BROKEN} Enable it here, or with the command beneath."
_ASK_AGAIN: Final = "Open the page again in a minute: it reads the state anew. Asking twice does no harm."
_SCHEDULE_AGAIN: Final = "Schedule the deletion again in KMS; the waiting period begins anew."


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The words of an outcome.

    Attributes:
        title: What is so, in a few words.
        said: The paragraphs beneath it.
        next: What happens next, or what to do.
        undo: How to undo it, where it can be.
    """

    title: str
    said: tuple[str, ...] = ()
    next: str = ""
    undo: str = ""


BAD_LINK: Final = Telling(
    title="This link opens nothing",
    said=(
        "It may have expired, it may be incomplete, or the deletion that it was for may be off.",
        f"Open the latest message again, and use the whole link in it. {_WITHOUT_LINK}",
    ),
)
NOT_CHECKED: Final = Telling(
    title="The link could not be checked",
    said=(NOTHING_CHANGED,),
    next=f"Try again in a minute. {_WITHOUT_LINK}",
)
BAD_FORM: Final = Telling(
    title="The form did not say what to do", said=(NOTHING_CHANGED,), next=_USE_THE_BUTTON
)
NO_REASON: Final = Telling(
    title="The reason is missing",
    said=(NOTHING_CHANGED,),
    next="Open the page again, and say in a few words why the deletion is meant: your colleagues read it.",
)
TOO_LARGE: Final = Telling(
    title="That was too much for a form", said=(NOTHING_CHANGED,), next=_USE_THE_BUTTON
)
FOREIGN_FORM: Final = Telling(
    title="The form did not come from the page",
    said=(NOTHING_CHANGED, "Perhaps the page was open for long, or the browser keeps no cookies."),
    next=f"{_USE_THE_BUTTON} {_WITHOUT_LINK}",
)
STILL_SIGNED_IN: Final = Telling(
    title="You are signed in already",
    said=("This page ends a sign-in, and there is none to end: yours has ended. Nothing has been changed.",),
    next="Open the link in the message again: it leads to the key.",
)
NOT_RECORDED: Final = Telling(
    title=NOTHING_CHANGED.rstrip("."),
    said=("What is done here has to be put on record first, and the record could not be written.",),
    next="Try again in a minute. If it is urgent, the commands beneath do the same: CloudTrail records them.",
)
RESCUED: Final = Telling(
    title="The key works again",
    said=("The deletion is cancelled, and the key is enabled.",),
    next=f"What needs the key can use it at once. {_EVERYBODY_TOLD}",
    undo=_SCHEDULE_AGAIN,
)
CANCELLED: Final = Telling(
    title="The deletion is cancelled",
    said=("Nothing deletes the key any more. It is disabled, as you chose.",),
    next=f"{_STAYS_BROKEN} {_BY_COMMAND} {_EVERYBODY_TOLD}",
    undo=_SCHEDULE_AGAIN,
)
BUSY: Final = Telling(
    title="KMS is busy",
    said=(f"{NOTHING_CHANGED} KMS asked for fewer requests.",),
    next="Try again in a few seconds.",
)
UNREACHABLE: Final = Telling(
    title="KMS did not answer",
    said=(NOTHING_CHANGED,),
    next="Try again in a minute, or use the commands beneath.",
)
UNSURE: Final = Telling(
    title="It is not known whether that worked",
    said=(
        "KMS was asked to cancel the deletion, and the answer got lost. What state the key is in"
        " could not be read either.",
    ),
    next=_ASK_AGAIN,
)


def proven(state: str, at: str) -> str:
    """Return what KMS said of a key, and when."""
    return f"KMS says: {state}, {at}"


def not_from_here(address: str) -> Telling:
    """Say that the page opens in certain networks alone."""
    return Telling(
        title="This page does not open from here",
        said=(f"Your address, {address or 'which is unknown'}, is not in the approvers' network.",),
        next=f"Connect to it, perhaps by VPN, and open the link again. {_WITHOUT_LINK}",
    )


def sign_in_first(issuer: str) -> Telling:
    """Say that the page is shown to those alone who sign in."""
    return Telling(
        title="Sign in to see the key",
        said=(f"Who you are is asked of {issuer}, and put on record. Nothing has been changed.",),
    )


def sign_in_again(issuer: str) -> Telling:
    """Say that a choice came from somebody who is not signed in, or not any more."""
    return Telling(
        title="Sign in, and choose again",
        said=(
            f"{NOTHING_CHANGED} You are not signed in any more, so what you chose was not done.",
            f"Who you are is asked of {issuer}, and put on record.",
        ),
        next="Sign in. The page opens again then, and you have to make your choice again there.",
    )


def not_signed_in(error: SignInError) -> Telling:
    """Say why somebody could not sign in, and what to do."""
    return Telling(
        title="You are not signed in", said=(NOTHING_CHANGED,), next=f"{_advice(error)} {_WITHOUT_LINK}"
    )


def _advice(error: SignInError) -> str:
    match error:
        case LostSignInError():
            return (
                "The sign-in took more than ten minutes, was begun in another browser, or this browser keeps"
                " no cookies. Open the link again, and sign in from there."
            )
        case UnverifiedEmailError():
            return (
                "Your address may decide, but your provider has not verified it. Ask whoever runs the sign-in"
                " to verify it, or to let you decide by a group."
            )
        case NotApproverError():
            return (
                "You are known, and not among those who may decide. Ask one of them, or whoever runs this"
                " stack to add you."
            )
        case ProviderError():
            return "The sign-in service gave no answer that can be used. Open the link again in a minute."
        case _:
            return "The sign-in service did not let you in. Open the link again, and sign in from there."


def kept(deletion: datetime | None) -> Telling:
    """Say that the deletion goes on, and that the case is quiet."""
    date = f" on {for_people(deletion)}" if deletion else ""
    return Telling(
        title="The deletion goes on",
        said=(f"KMS deletes the key{date}. Then what it encrypted can't be read by anybody, ever.",),
        next="You are told once more, a day before, how often the key was used until then, if there is a"
        " day left."
        f" {_EVERYBODY_TOLD}",
        undo="Open the page again, and cancel the deletion: until it is deleted, the key can be saved.",
    )


def _why(problem: AwsError) -> str:
    return f"{problem.operation} ended with {problem.code}"


def not_done(problem: AwsError) -> Telling:
    """Say that KMS did not take the order, as far as can be seen."""
    return Telling(
        title="KMS did not do that",
        said=(f"{_why(problem)}, and the key still waits to be deleted.",),
        next=f"Use the commands beneath, or try again. {_ASK_AGAIN}",
    )


def not_enabled(problem: AwsError) -> Telling:
    """Say that the deletion is off, and that enabling the key failed."""
    return Telling(
        title="The deletion is cancelled, and the key is not enabled yet",
        said=(f"The key is safe: nothing deletes it any more. Enabling it failed: {_why(problem)}.",),
        next=_BROKEN_TILL_HERE,
        undo=_SCHEDULE_AGAIN,
    )


def already(by: str, *, is_disabled: bool, can_enable: bool) -> Telling:
    """Say that there is nothing to cancel any more, and who saw to it."""
    return Telling(
        title="The deletion is already off",
        said=(by, "Nothing was left to do here."),
        next=_next_of(is_disabled=is_disabled, can_enable=can_enable),
        undo=_SCHEDULE_AGAIN,
    )


def _next_of(*, is_disabled: bool, can_enable: bool) -> str:
    if not is_disabled:
        return "Nothing deletes the key, and this link does nothing any more."
    return _BROKEN_TILL_HERE if can_enable else f"{_STAYS_BROKEN} {_BY_COMMAND}"


def disabled_afterwards(by: str) -> Telling:
    """Say that the key worked again, and that somebody has disabled it since: that is theirs to undo."""
    return Telling(
        title="The deletion is off, and somebody has disabled the key since",
        said=(by, "KMS enabled the key after that. CloudTrail shows who has disabled it since."),
        next="If that was intentional, leave it. This page does not undo it. If it was a mistake, enable the"
        " key with the command below. Programs that need the key fail until then.",
    )


def cancelled_by(decision: Decision, now: datetime) -> str:
    """Return who cancelled a deletion on the page, from where and when."""
    did, then = "cancelled the deletion", ""
    if decision.state is None:
        did, then = f"chose to {chosen(decision)}", f" {OUTCOMES[STARTED]}"
    elif decision.choice is Choice.ENABLE:
        did = "enabled the key after the cancellation"
    elif decision.state == KeyState.ENABLED:
        did = "cancelled the deletion and enabled the key"
    origin = decision.by.source_ip or "an unknown address"
    return f"{decision.by.label} {did}, on {when(decision.at, now)}, from {origin}.{then}"


def cancelled_elsewhere(closure: Closure | None, now: datetime) -> str:
    """Return who cancelled a deletion by another way than the page, where that is known."""
    if closure is None or closure.by is None:
        return "Somebody cancelled the deletion by another way than this page; CloudTrail knows who."
    at = when(closure.at, now)
    return f"{closure.by.label} cancelled the deletion by another way than this page, on {at}."


def decided_meanwhile(decision: Decision, now: datetime) -> Telling:
    """Say that somebody decided while this person was reading; it may have been a second click."""
    reason = (f"The reason given: {decision.why}",) if decision.why else ()
    return Telling(
        title="This was decided while you were reading",
        said=(
            f"{decision.by.label} chose to {chosen(decision)}, on {when(decision.at, now)}.",
            *reason,
            "Your own choice changed nothing.",
        ),
        next="Open the page again: it shows the case as it is now, and lets you decide anew"
        " if there is still something to decide.",
    )


def waits_for_replicas(key: Key) -> Telling:
    """Say that the key waits for its replicas, with a deletion that has no date."""
    family = f" ({regions(key)})" if key.relatives else ""
    return Telling(
        title="The key waits for its replicas",
        said=(
            "It is the primary of a multi-Region key, and is deleted some days after the last of its"
            f" replicas{family}. This link was for another deletion, and nothing was changed.",
        ),
        next="Open the latest message, or use the commands beneath: they stop this deletion too.",
    )


def scheduled_again(key: Key, now: datetime) -> Telling:
    """Say that the deletion which this link is for is over, and that there is another one."""
    date = f" It is deleted on {when(key.deletion_date, now)}." if key.deletion_date else ""
    return Telling(
        title="The key was scheduled for deletion again",
        said=(f"This link was for an earlier deletion, which is off. Nothing was changed.{date}",),
        next="Open the latest message: its link is for the deletion that is under way."
        " The commands beneath stop it too.",
    )


def gone(key: KeyArn) -> Telling:
    """Say that the key does not exist any more."""
    return Telling(
        title="The key is gone",
        said=(
            "KMS knows no such key any more. A deleted key can't be brought back, and what it encrypted"
            " can't be read.",
        ),
        next="If it was a replica of a multi-Region key, make it again from its primary; else look for"
        f" backups under another key. If AWS Support tells of another way, they need the ARN: {key}",
    )


def unproven(state: str | None, at: str, problem: AwsError | None) -> Telling:
    """Say that KMS took the calls and does not show it yet, or could not be read."""
    failed = (f"Enabling it failed: {_why(problem)}.",) if problem else ()
    shown = (
        f"It still says that the key is {state}, at {at}."
        if state
        else "What state the key is in could not be read."
    )
    return Telling(
        title="KMS took the order, and it is not proven yet",
        said=(f"KMS accepted the order. {shown}", *failed),
        next=_ASK_AGAIN,
    )


def denied(denial: AccessDenied) -> Telling:
    """Say what is not permitted, and who has to permit it."""
    now = "Somebody who may act on the key can do so now, with the commands beneath."
    return Telling(
        title="This stack may not do that",
        said=(f"{denial.action} was denied{_denier(denial)}. {NOTHING_CHANGED}",),
        next=f"{now} {_permit(denial)}",
    )


def _denier(denial: AccessDenied) -> str:
    policy = _POLICIES.get(denial.policy, "")
    if not policy:
        return ""
    return f": {policy} forbids it" if denial.is_outright else f": {policy} does not allow it"


def _permit(denial: AccessDenied) -> str:
    if denial.is_cross_account:
        return (
            "For the next time, bring organization/member-role.yaml to the key's account, with these"
            " parameters; the key's policy has nothing to do with it:"
        )
    if denial.is_outright:
        return (
            "For the next time, whoever manages that policy has to change it: a statement that allows does"
            " not outweigh it."
        )
    member = (
        " (or, in another account than the stack's, set AllowRescue of organization/member-role.yaml to yes)"
        if denial.policy.startswith("identity")
        else ""
    )
    return f"For the next time, add this statement to the key's policy{member}:"


ROLE_UNKNOWN: Final = "the ARN in the stack's output RespondRoleArn"


def untold(telling: Telling) -> tuple[str, str]:
    """Return what happens next, and a warning beside it, where the others could not be told."""
    return telling.next.replace(_EVERYBODY_TOLD, "").strip(), _UNTOLD


# Sentences that depend on what is so


def place(account: str, name: str | None, region: str) -> str:
    """Return where a key is."""
    named = f" ({one_line(name, _ACCOUNT_NAME_LIMIT)})" if name else ""
    return f"Account {account}{named}, {region}"


def lead(uses: Uses) -> str:
    """Return the sentence that the key waits to be deleted, and that `{caller}` uses it."""
    if not uses.by_caller:
        return "Waiting to be deleted. No refused use of it is on record."
    more = len(uses.by_caller) - 1
    others = f" and {more} more" if more else ""
    return f"Waiting to be deleted, and still used by {{caller}}{others}"


def countdown(deletion: datetime, now: datetime) -> str:
    """Return how long is left; KMS may take a day longer than it said, and nobody knows how long."""
    return f"Deleted in {left(now, deletion)}" if deletion > now else "Deleted any moment now"


def clock(moment: datetime) -> str:
    """Return a time of the day to the second: `14:02:31 UTC`."""
    return f"{moment:%H:%M:%S} UTC"


def when(moment: datetime, now: datetime) -> str:
    """Return a time with how far away it is."""
    return f"{for_people(moment)} ({away(moment, now)})"


def away(moment: datetime, now: datetime) -> str:
    """Return `3 hours ago` or `in 6 days`."""
    minute = timedelta(minutes=1)
    if abs(moment - now) < minute:
        return "just now"
    return f"in {left(now, moment)}" if moment > now else f"{left(moment, now)} ago"


def acting(visitor: Visitor, expires: datetime) -> str:
    """Return who may decide here, and until when."""
    until = f"until {for_people(expires)}"
    if visitor.person:
        return f"You are signed in as {visitor.person.label}, and can decide {until}."
    if visitor.auth_method is AuthMethod.NETWORK:
        return f"Whoever holds this link can decide, from the approvers' network, {until}."
    return f"Whoever holds this link can decide, {until}."


def uses_in_words(uses: Uses, chart: Chart | None, now: datetime) -> str:
    """Return what the drawing shows; where there is none, what is known all the same."""
    if uses.first_at is None or uses.last_at is None:
        return NO_USES
    if uses.count == 1:
        return f"KMS refused 1 request to use the key, on {when(uses.last_at, now)}."
    most = f" The most were {chart.peak.count} {_stretch(chart.peak)}." if chart else ""
    return (
        f"KMS refused {requests(uses.count)} to use the key: the first on {when(uses.first_at, now)},"
        f" the last on {when(uses.last_at, now)}.{most}"
    )


def _stretch(stretch: Bucket) -> str:
    hours = round((stretch.end - stretch.start) / timedelta(hours=1))
    length = "hour" if hours == 1 else f"{hours} hours"
    return f"in the {length} from {for_people(stretch.start)} on"


def did(part: CallerUses) -> str:
    """Return how often somebody did what."""
    return f"{requests(part.count)}: {operations(part)}"


def callers_left(callers: int, number: int) -> str:
    """Return how much was done by callers who are not shown."""
    others = "others" if not callers else "1 other caller" if callers == 1 else f"{callers} other callers"
    return f"{requests(number)} more by {others}"


def aliases(names: tuple[str, ...], shown: int) -> str:
    """Return the first few aliases, and how many more there are."""
    more = len(names) - shown
    return ", ".join((*names[:shown], *([f"{more} more"] if more > 0 else [])))


def more_unknown(number: int) -> str:
    """Return how many facts beside those shown are not known."""
    return f"and {number} more"


def earlier_left(number: int) -> str:
    """Return how much of the history is not shown."""
    return "1 earlier entry is not shown." if number == 1 else f"{number} earlier entries are not shown."


def chosen(decision: Decision) -> str:
    """Return what somebody chose, after `chose to`."""
    if decision.choice is Choice.CANCEL and decision.enable:
        return _RESCUE_CHOSEN
    return _CHOSEN[decision.choice]


def happened(entry: Entry) -> tuple[str, ...]:
    """Return an event in the life of a case, the first line what it was."""
    match entry.event:
        case Event.DECISION if entry.decision:
            return tuple(_decided(entry, entry.decision))
        case Event.OPENED if entry.visitor:
            return (f"{entry.visitor.label} opened the page.", _origin(entry.visitor))
        case _:
            reason = entry.reason or ""
            return (f"A notice was sent: {_NOTICES.get(reason, reason)}.",)


def _decided(entry: Entry, decision: Decision) -> Iterator[str]:
    yield f"{decision.by.label} chose to {chosen(decision)}."
    if decision.why:
        yield f"Reason: {decision.why}"
    outcome = entry.outcome or STARTED
    state = f" KMS said {decision.state}." if decision.state else ""
    yield f"{OUTCOMES.get(outcome, f'Outcome: {outcome}.')}{state}"
    yield _origin(decision.by)


def _origin(visitor: Visitor) -> str:
    return f"From {visitor.source_ip or 'an unknown address'}, {_KNOWN_BY[visitor.auth_method]}."
