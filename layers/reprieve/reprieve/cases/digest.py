"""A digest: one notice that stands for several."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from reprieve.cases.notice import CaseSummary, Digest, DigestEntry, Notice, Reason, notice_id
from reprieve.untrusted import one_line

DIGEST_LISTED: Final = 400
_SHORT: Final = 40


def digest(notices: Sequence[Notice], now: datetime, console_url: str | None) -> Notice:
    """Return the one notice that stands for several: each key with its deadline and its callers.

    Args:
        notices: The notices, the most urgent ones first.
        now: The present.
        console_url: Where the records of all of them are.
    """
    about = [notice for notice in notices if notice.case]
    entries = tuple(_entry(notice, notice.case) for notice in about[:DIGEST_LISTED] if notice.case)
    return Notice(
        id=notice_id(",".join(sorted(notice.id for notice in notices)), Reason.DIGEST, len(notices)),
        reason=Reason.DIGEST,
        at=now,
        console_url=console_url,
        digest=Digest(entries=entries, more=len(notices) - len(entries)),
    )


def _entry(notice: Notice, case: CaseSummary) -> DigestEntry:
    names = dict.fromkeys((*notice.uses.names, *notice.management_calls.names))
    return DigestEntry(
        reason=notice.reason,
        key=case.key.arn,
        title=one_line(case.key.title, _SHORT),
        case=case.id,
        deletion_date=case.key.deletion_date,
        callers=tuple(one_line(name, _SHORT) for name in names),
        closure=replace(notice.closure, by=None) if notice.closure else None,
    )
