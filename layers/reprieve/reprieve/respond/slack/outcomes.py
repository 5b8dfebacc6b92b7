"""What is said about a press that decides nothing. Only the person who pressed sees these."""

from functools import partial
from typing import Final

from reprieve.respond.pages.outcome import Outcome, Refusal, Tone

_nothing_changed: Final = partial(Outcome, is_unchanged=True)

_BY_PAGE: Final = "Open the page instead: the button below leads there."

BAD_BUTTON: Final = _nothing_changed(
    name=Refusal.BAD_LINK,
    title="This button does not work any more",
    said=("It may have expired, or it may be for another deletion.",),
    next="Look for the latest message about this key. It also lists the commands that work without a button."
    " To see what was decided, run: kms-reprieve audit",
)
NOT_CHECKED: Final = _nothing_changed(
    name=Refusal.NOT_CHECKED,
    title="The button could not be checked",
    next="Press it again in a minute. The message also lists the commands that work without it.",
)
OTHER_CHANNEL: Final = _nothing_changed(
    name=Refusal.BAD_LINK,
    title="This button belongs to another channel",
    said=("The link behind it was sent by another Slack app than the one that shows it.",),
    next="Use the message in the channel that it was sent to.",
)
UNKNOWN_BUTTON: Final = _nothing_changed(
    name=Refusal.BAD_FORM,
    title="This stack does not know that button",
    next="Use the latest message about this key.",
)
SAMPLE: Final = _nothing_changed(
    name=Refusal.BAD_FORM,
    title="This was a test: the button reached the stack",
    said=("A test notice is about no key, so there is nothing to decide.",),
    next="Open the page of the test to record that you have seen it.",
    tone=Tone.PLAIN,
    offer_again=True,
)
NETWORK_ONLY: Final = _nothing_changed(
    name=Refusal.NOT_FROM_HERE,
    title="Slack can't decide for this stack",
    said=("Approvers must connect from their network, and a press comes from Slack's servers.",),
    next=_BY_PAGE,
    offer_again=True,
)
FOREIGN: Final = _nothing_changed(
    name=Refusal.NOT_SIGNED_IN,
    title="You are not a member of this workspace",
    said=("Only members of the workspace that the app is installed in can decide here.",),
    next="Ask a member of that workspace to decide.",
)
NO_MEMBER: Final = _nothing_changed(
    name=Refusal.NOT_SIGNED_IN,
    title="This account can't decide",
    said=("Slack says that it is deactivated, or not a person's.",),
    next="Ask a member of the workspace to decide.",
)
GUEST: Final = _nothing_changed(
    name=Refusal.NOT_SIGNED_IN,
    title="Guests can't decide in Slack",
    said=("Slack says that you are a guest of this workspace.",),
    next="Ask a full member of the workspace to decide.",
)
NO_EMAIL: Final = _nothing_changed(
    name=Refusal.NOT_SIGNED_IN,
    title="Slack does not confirm your email address",
    said=(
        "Approvers are known by their email addresses. Slack shows none for you, or has not confirmed it.",
    ),
    next=f"The app needs the scope users:read.email. {_BY_PAGE}",
    offer_again=True,
)
NOT_APPROVER: Final = _nothing_changed(
    name=Refusal.NOT_SIGNED_IN,
    title="You are not an approver",
    said=("Your address in Slack is neither listed nor in an approvers' domain.",),
    next="Ask an approver to decide. If you are an approver by a group, which Slack does not know, open"
    " the page: the button below leads there.",
    offer_again=True,
)
NOT_KNOWN: Final = _nothing_changed(
    name=Refusal.NOT_CHECKED,
    title="Slack did not say who you are",
    next=f"Press the button again in a minute. {_BY_PAGE}",
    offer_again=True,
)
