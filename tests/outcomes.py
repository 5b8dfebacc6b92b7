"""Every outcome that a page can tell of, once each."""

from reprieve.cases.audit_entry import Aftermath
from reprieve.errors import DeniedError, LostSignInError, NotApproverError
from reprieve.respond.pages import failed_outcomes as failed
from reprieve.respond.pages import link_outcomes, sign_in_outcomes
from reprieve.respond.pages import rescue_outcomes as outcomes
from reprieve.respond.pages.outcome import Outcome
from tests.examples import KEY, NOW, at, case, decision, key

LATER = at("18:10:30")
PROVEN_AT = at("14:02:31")
REFUSED = DeniedError("kms:EnableKey", "AccessDeniedException", "not authorized")
ENABLED = key(state="Enabled", deletion_date=None)
DISABLED = key(state="Disabled", deletion_date=None)


def denied(
    because: str = "", operation: str = "kms:CancelKeyDeletion", account: str = "111122223333"
) -> Outcome:
    """What comes of a call that AWS denies, in its own words."""
    message = (
        f"User: arn:aws:sts::{account}:assumed-role/reprieve-RespondRole-Ab1/reprieve-respond is not"
        f" authorized to perform: {operation} on resource: {KEY}{because}"
    )
    error = DeniedError(operation, "AccessDeniedException", message)
    return failed.denied(key(), error)


EVERY: dict[str, Outcome] = {
    "bad-link": link_outcomes.BAD_LINK,
    "not-checked": link_outcomes.NOT_CHECKED,
    "bad-form": link_outcomes.BAD_FORM,
    "no-reason": link_outcomes.NO_REASON,
    "too-large": link_outcomes.TOO_LARGE,
    "foreign-form": link_outcomes.FOREIGN_FORM,
    "not-from-here": link_outcomes.not_from_here("203.0.113.9"),
    "sign-in-first": sign_in_outcomes.sign_in_first("https://login.example.com"),
    "not-signed-in": sign_in_outcomes.not_signed_in(LostSignInError()),
    "not-an-approver": sign_in_outcomes.not_signed_in(NotApproverError("x")),
    "still-signed-in": sign_in_outcomes.still_signed_in(),
    "sign-in-again": sign_in_outcomes.sign_in_again("https://login.example.com"),
    "expired": sign_in_outcomes.expired(key(), LATER),
    "rescued": outcomes.rescued(ENABLED, PROVEN_AT),
    "cancelled": outcomes.cancelled(DISABLED, PROVEN_AT),
    "kept": outcomes.kept(key(), case(), NOW),
    "not-enabled": outcomes.not_enabled(DISABLED, REFUSED, PROVEN_AT),
    "already": outcomes.already(ENABLED, decision(), None, LATER),
    "disabled-afterwards": outcomes.already(DISABLED, decision(), None, LATER, Aftermath.WORKED),
    "decided-meanwhile": outcomes.decided_meanwhile(ENABLED, decision(why="it is needed"), LATER),
    "waits-for-replicas": outcomes.waits_for_replicas(
        key(state="PendingReplicaDeletion", deletion_date=None), LATER
    ),
    "scheduled-again": outcomes.scheduled_again(key(), NOW),
    "gone": outcomes.gone(key(), is_due=True),
    "no-such-key": outcomes.gone(key(), is_due=False),
    "denied": denied(" because no resource-based policy allows the kms:CancelKeyDeletion action"),
    "denied-entry": denied(operation="sts:AssumeRole of role/m", account="444455556666"),
    "busy": failed.busy(key()),
    "unreachable": failed.unreachable(key()),
    "unsure": failed.unsure(key()),
    "unproven": failed.unproven(key(), PROVEN_AT),
    "not-done": failed.not_done(key(), REFUSED, PROVEN_AT),
    "not-recorded": failed.not_recorded(key()),
    "untold": outcomes.untold(outcomes.rescued(ENABLED, PROVEN_AT)),
}
