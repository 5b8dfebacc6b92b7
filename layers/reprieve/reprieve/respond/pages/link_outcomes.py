"""What is said where a link or a form leads to no case."""

from typing import Final

from reprieve.respond.pages.outcome import Outcome, Refusal

WITHOUT_LINK: Final = "The message also lists the commands that work without the link."
_USE_THE_BUTTON: Final = "Open the page again and use a button on it."

BAD_LINK: Final = Outcome(
    name=Refusal.BAD_LINK,
    title="This link is not valid",
    is_unchanged=True,
    said=("It may have expired, it may be incomplete, or it may be for another deletion.",),
    next=f"Open the latest message and use the whole link in it. {WITHOUT_LINK}"
    " To see what was decided, run: kms-reprieve audit",
)
NOT_CHECKED: Final = Outcome(
    name=Refusal.NOT_CHECKED,
    title="The link could not be checked",
    is_unchanged=True,
    next=f"Try again in a minute. {WITHOUT_LINK}",
    retry_after=60,
    offer_again=True,
)
BAD_FORM: Final = Outcome(
    name=Refusal.BAD_FORM,
    title="The form did not say what to do",
    is_unchanged=True,
    next=_USE_THE_BUTTON,
    offer_again=True,
)
NO_REASON: Final = Outcome(
    name=Refusal.NO_REASON,
    title="The reason is missing",
    is_unchanged=True,
    next="Open the page again and say why the key may be deleted. Your colleagues read it.",
    offer_again=True,
)
TOO_LARGE: Final = Outcome(
    name=Refusal.TOO_LARGE,
    title="The form was too large",
    is_unchanged=True,
    next=_USE_THE_BUTTON,
    offer_again=True,
)
FOREIGN_FORM: Final = Outcome(
    name=Refusal.FOREIGN_FORM,
    title="The form did not come from this page",
    is_unchanged=True,
    said=("The page may have been open for too long, or your browser keeps no cookies.",),
    next=f"{_USE_THE_BUTTON} {WITHOUT_LINK}",
    offer_again=True,
)


def not_from_here(address: str) -> Outcome:
    """The page opens in certain networks only."""
    family = "an IPv6 address" if ":" in address else "an IPv4 address"
    yours = f"{address} ({family})" if address else "unknown"
    return Outcome(
        name=Refusal.NOT_FROM_HERE,
        title="This page does not open from your network",
        is_unchanged=True,
        said=(f"Your address is {yours}. It is not in the approvers' networks.",),
        next=f"Connect to the approvers' network (VPN) and open the link again. {WITHOUT_LINK}",
    )
