"""Every outcome that a page can tell of, once each."""

from dataclasses import replace

from reprieve.cases.audit_entry import Aftermath
from reprieve.errors import DeniedError, LostSignInError
from reprieve.respond.pages import Outcome, outcomes
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
    return outcomes.denied(key(), error)


EVERY: tuple[Outcome, ...] = (
    *(outcomes.BAD_LINK, outcomes.NOT_CHECKED, outcomes.BAD_FORM, outcomes.NO_REASON, outcomes.TOO_LARGE),
    *(outcomes.FOREIGN_FORM, outcomes.not_from_here("203.0.113.9")),
    outcomes.sign_in_first("https://login.example.com"),
    outcomes.not_signed_in(LostSignInError()),
    *(outcomes.still_signed_in(), outcomes.sign_in_again("https://login.example.com")),
    outcomes.rescued(ENABLED, PROVEN_AT),
    outcomes.cancelled(DISABLED, PROVEN_AT),
    outcomes.kept(key(), case(), NOW),
    outcomes.not_enabled(DISABLED, REFUSED, PROVEN_AT),
    outcomes.already(ENABLED, decision(), None, LATER),
    outcomes.already(DISABLED, decision(), None, LATER, Aftermath.WORKED),
    outcomes.decided_meanwhile(ENABLED, decision(why="it is needed"), LATER),
    outcomes.waits_for_replicas(key(state="PendingReplicaDeletion", deletion_date=None), LATER),
    outcomes.scheduled_again(key(), NOW),
    outcomes.gone(key()),
    denied(" because no resource-based policy allows the kms:CancelKeyDeletion action"),
    replace(denied(operation="sts:AssumeRole of role/m", account="444455556666"), name="denied-at-the-door"),
    *(outcomes.busy(key()), outcomes.unreachable(key()), outcomes.unsure(key())),
    outcomes.unproven(key(), PROVEN_AT),
    outcomes.not_done(key(), REFUSED, PROVEN_AT),
    outcomes.not_recorded(key()),
    replace(outcomes.untold(outcomes.rescued(ENABLED, PROVEN_AT)), name="untold"),
)
