"""What came of a decision on the page."""

from enum import StrEnum


class Result(StrEnum):
    """What came of a decision; the audit trail has it by this name."""

    STARTED = "started"
    """Recorded before anything is done; if it stays, the outcome of the decision is not known."""
    RESCUED = "rescued"
    CANCELLED = "cancelled"
    KEPT = "kept"
    NOT_ENABLED = "not-enabled"
    ALREADY = "already"
    DISABLED_AFTERWARDS = "disabled-afterwards"
    DENIED = "denied"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    UNSURE = "unsure"
    NOT_DONE = "not-done"
    UNPROVEN = "unproven"
    GONE = "gone"
    WAITS_FOR_REPLICAS = "waits-for-replicas"
    SCHEDULED_AGAIN = "scheduled-again"
    DECIDED_MEANWHILE = "decided-meanwhile"
    NOT_RECORDED = "not-recorded"


MAY_HAVE_ACTED = frozenset({
    *(Result.STARTED, Result.CANCELLED, Result.NOT_DONE, Result.NOT_ENABLED),
    *(Result.RESCUED, Result.UNPROVEN, Result.UNSURE),
})  # fmt: skip
"""The results after which a key may be in another state than before."""
