"""The first words of a notice where an end is not sure, or where something said before is not so."""

from dataclasses import replace

import pytest

from reprieve import headlines
from reprieve.cases import Closure, Ending
from reprieve.notices import Reason
from tests.examples import DELETION, JANE, NOW, key, notice

UNCONFIRMED = Closure(how=Ending.CANCELLED, at=NOW, by=JANE, confirmed=False)
AGAIN = Closure(how=Ending.CANCELLED, at=NOW, by=JANE, scheduled_again=DELETION)


@pytest.mark.parametrize(
    ("reason", "closure", "sentence"),
    [
        (
            Reason.DELETION_CANCELLED,
            UNCONFIRMED,
            "CloudTrail says that the deletion of a KMS key was cancelled. KMS could not be asked.",
        ),
        (
            Reason.DELETION_CANCELLED,
            AGAIN,
            "The deletion of a KMS key was cancelled, and scheduled again for 2026-11-29 14:02 UTC.",
        ),
        (
            Reason.CORRECTION,
            Closure(how=Ending.ABSENT, at=NOW),
            "An earlier notice said that a KMS key is in use. KMS says that there is no such key.",
        ),
        (
            Reason.CORRECTION,
            None,
            "An earlier notice said that a deletion was cancelled."
            " KMS says that the key is pending deletion.",
        ),
    ],
)
def test_what_is_not_sure_or_not_so_is_said_as_such(
    reason: Reason, closure: Closure | None, sentence: str
) -> None:
    assert headlines.headline(notice(reason=reason, closure=closure)) == sentence


@pytest.mark.parametrize("closure", [UNCONFIRMED, AGAIN])
def test_who_cancelled_is_said_and_nothing_of_a_state_that_kms_did_not_tell(closure: Closure) -> None:
    assert headlines.ended(closure, key()) == ("user jane did so at 2026-11-22 14:55 UTC.",)
    assert headlines.ended(replace(closure, by=None), key()) == ()
