"""When a case is looked at although nothing was read of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reprieve.cases.key import KmsAnswer
from reprieve.cases.open_case import OpenCase
from tests.examples import DELETION, KEY, NOW

PENDING = KmsAnswer(state="PendingDeletion", deletion_date=DELETION)
ENTRY = OpenCase(key=KEY, name="x", state="PendingDeletion", deletion_date=DELETION)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("entry", "answer", "due"),
    [
        (ENTRY, PENDING, False),
        (ENTRY, KmsAnswer(state="Disabled"), True),
        (ENTRY, replace(PENDING, deletion_date=DELETION + SECOND), True),
        (ENTRY, KmsAnswer(), True),
        (ENTRY, KmsAnswer(is_absent=True), True),
        (replace(ENTRY, wake_at=NOW), PENDING, True),
        (replace(ENTRY, wake_at=NOW + SECOND), PENDING, False),
        (replace(ENTRY, is_open=False), KmsAnswer(state="Disabled"), False),
        (replace(ENTRY, is_open=False, is_sure=False), KmsAnswer(state="Disabled"), True),
        (replace(ENTRY, is_open=False, wake_at=NOW), PENDING, True),
    ],
)
def test_a_case_is_due_when_its_time_has_come_or_kms_says_something_else(
    entry: OpenCase, answer: KmsAnswer, *, due: bool
) -> None:
    assert entry.is_due(NOW, answer) is due


@pytest.mark.parametrize(
    ("is_open", "is_sure", "reviewed"),
    [(True, True, True), (True, False, True), (False, False, True), (False, True, False)],
)
def test_kms_is_asked_about_what_is_open_or_what_it_has_not_confirmed(
    *, is_open: bool, is_sure: bool, reviewed: bool
) -> None:
    assert replace(ENTRY, is_open=is_open, is_sure=is_sure).is_reviewed is reviewed


def test_an_entry_holds_what_kms_said_last() -> None:
    assert ENTRY.answer == PENDING
