"""Mutants that change nothing that anybody could see, by name, and why."""

from collections.abc import Mapping
from typing import Final

_BOTH_SET: Final = "whatever was told was told at some time: the type alone asks for the check"
_ASKED_AGAIN: Final = "the next line asks for the same again, where the type needs it"
_TOLD_BEFORE: Final = "uses that nobody was told of are told as the first use, by the rule before this one"
_SETTLING: Final = "case.notified.cancelled and case.notified.last_at"
_REPEATS: Final = "rules.repeat_after and told.last_at and (ringing(case, rules) > told.uses)"
_REPEATED: Final = "repeats and told.last_at and rules.repeat_after"

_LATE: Final = "case.closure and self.now - case.closure.at <= LATE_USE"

EQUIVALENT: Final[Mapping[str, str]] = {
    "_is_to_be_corrected: without `heard_at is not None` in `case.notified.cancelled and"
    " heard_at is not None and (not is_recent(heard_at, now, SETTLING))`": _BOTH_SET,
    f"wake_at: without `case.notified.last_at` in `{_SETTLING}`": _BOTH_SET,
    f"_later_notices: without `told.last_at` in `{_REPEATS}`": _ASKED_AGAIN,
    f"_later_notices: without `rules.repeat_after` in `{_REPEATS}`": _ASKED_AGAIN,
    f"_later_notices: without `told.last_at` in `{_REPEATED}`": _ASKED_AGAIN,
    f"_later_notices: without `rules.repeat_after` in `{_REPEATED}`": _ASKED_AGAIN,
    "_new_caller: without `not case.notified.in_use` in `not case.notified.in_use or not"
    " _unheard(case, rules)`": (_TOLD_BEFORE),
    "_still_in_use: without `not case.notified.in_use` in `not case.notified.in_use or not"
    " rules.repeat_after or"
    " ringing(case, rules) <= case.notified.uses`": _TOLD_BEFORE,
    "_still_in_use: without `last_at` in"
    " `last_at and is_recent(last_at, now, rules.repeat_after)`": _BOTH_SET,
    "_deletion_scheduled: without `known.scheduled` in `not rules.tells_of_scheduling or"
    " known.scheduled or known.notices or (not case.scheduled_by)`": (
        "who knows of the scheduling has had a notice, which the next condition asks for"
    ),
    "_answered: without `if case.unanswered_since is None and case.answered_until is None`": (
        "nothing is added to nothing"
    ),
    "_off: without `scheduled_at` in `case.deletion_date or scheduled_at`": (
        "a record is held only against a case that has a date: the type alone asks for it"
    ),
    "Update._unstored: without `case.closure` in `case.closure and case.closure.at >= last_use`": (
        "it is asked where every case has ended"
    ),
    "Update.change: another number for `True`": "both have one entry for each of the other cases",
    f"Update._just_ended: without `case.closure` in `{_LATE}`": "it is asked where every case has ended",
    "Update._just_ended: another number for `1`": "of a key's closed cases, the latest is the last one taken",
    "Update._is_scheduled: another number for `1`": "earlier cases began and ended before the latest did",
    "Update._of_unknown_deletion: without `not running` in `cases and (not running)`": (
        "an open case is the key's latest, and has no end"
    ),
}
