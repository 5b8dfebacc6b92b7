"""The first lines of the page, for every state of a case."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reprieve.cases.key import LastUse
from reprieve.cases.usage import OtherCaller, Uses
from reprieve.respond.pages import case_text
from tests.case_pages import KEPT, PART, USED, USES, callers, words
from tests.examples import DELETION, NOW, at, case, decision, key

ONE = replace(USES, count=1, by_caller=(replace(PART, count=1),))
MANY = callers(20, unlisted=900, others=tuple(OtherCaller(id=f"{n}", name="x", count=1) for n in range(400)))


@pytest.mark.parametrize(
    ("uses", "refused", "counted"),
    [
        (Uses(), "No call has been refused so far, as far as the records show.", None),
        (ONE, "1 caller is refused: {caller}.", ("1", "refused call, 1 caller")),
        (callers(3), "3 callers are refused.", ("30", "refused calls, 3 callers")),
        (callers(20), "20 callers are refused.", ("200", "refused calls, 20 callers")),
        (MANY, "More than 420 callers are refused.", ("200", "refused calls, more than 420 callers")),
    ],
    ids=["none", "one", "three", "twenty", "more than can be named"],
)
def test_the_lead_and_the_tiles_count_callers(
    uses: Uses, refused: str, counted: tuple[str, str] | None
) -> None:
    found = case_text.tiles(case(), uses, DELETION, NOW)

    assert case_text.refused(case(), uses) == refused
    assert (counted in found) == (counted is not None)
    assert len(found) == (4 if counted else 2)
    assert found[-1] == ("No decision", "has been taken so far")


@pytest.mark.parametrize(
    ("uses", "kicker", "title"),
    [
        (Uses(), "Pending deletion: deleted for good in 6 days", "k: pending deletion, deleted in 6 days"),
        (ONE, "Broken now, and deleted for good in 6 days", "k: calls are refused, deleted in 6 days"),
        (MANY, "Broken now, and deleted for good in 6 days", "k: calls are refused, deleted in 6 days"),
    ],
)
def test_the_kicker_and_the_tab_say_the_state(uses: Uses, kicker: str, title: str) -> None:
    assert case_text.kicker(USED, uses, DELETION, NOW) == kicker
    assert case_text.title("k", uses, DELETION, NOW) == title


def test_a_kept_deletion_is_stopped_by_nothing() -> None:
    kept = replace(USED, decision=KEPT)

    assert case_text.kicker(kept, USES, DELETION, NOW).startswith("Nothing stops the deletion: ")
    assert case_text.tiles(kept, USES, DELETION, NOW)[-1] == ("Decided", "to let the key be deleted")
    rescued = replace(USED, decision=decision())
    assert case_text.tiles(rescued, USES, DELETION, NOW)[-1] == ("Decided", "to rescue the key")


def test_a_date_that_is_past_is_any_moment_now() -> None:
    late = DELETION + timedelta(minutes=1)

    assert case_text.kicker(USED, USES, DELETION, late) == "Broken now, and deleted for good any moment now"
    assert case_text.title("k", USES, None, NOW) == "k: calls are refused, deleted any moment now"
    assert ("No time left", "since 29 Nov, 14:02 UTC") in case_text.tiles(USED, USES, DELETION, late)
    assert ("Unknown", "time until the deletion") in case_text.tiles(None, Uses(), None, NOW)


def test_without_a_case_nobody_knows_which_calls_are_refused() -> None:
    assert case_text.refused(None, Uses()) == "It is not known which calls are refused."
    assert case_text.since(None, key()) == "No use of this key works while it is pending deletion."


def test_a_use_that_worked_after_the_scheduling_is_not_denied() -> None:
    worked = key(last_used=LastUse(operation="Decrypt", at=at("14:03")))

    assert case_text.since(USED, worked) == "No use of this key has worked since 22 Nov, 14:03 UTC."
    assert "{who} scheduled" in case_text.since(USED, key(last_used=LastUse(at=at("14:01"))))


def test_where_the_scheduling_is_unknown_the_picture_begins_with_the_first_refusal() -> None:
    page = words(case=replace(USED, scheduled_by=None))

    assert (
        "It is not known who scheduled the deletion, and when. KMS has refused 214 calls, the last"
        in page.text
    )
    assert "No messages were sent; nobody has decided." in page.text
    assert "first refusal" in page.text


def test_a_single_call_is_told_as_one() -> None:
    page = words(case=replace(USED, settled=replace(USED.settled, uses=ONE)))

    assert "KMS has refused 1 call, at 14:52 UTC (3 minutes ago)." in page.text
    assert "1 call refused" in page.text


def test_calls_of_which_the_times_are_not_kept_are_told_without_a_peak() -> None:
    page = words(case=replace(USED, settled=type(USED.settled)(uses=USES)))

    assert "KMS has refused 214 calls since, the last at 14:52 UTC (3 minutes ago)." in page.text
    assert "the busiest time" not in page.text


def test_numbers_are_told_in_the_right_form() -> None:
    assert case_text.callers_left(1, 1) == "1 call more by 1 other caller"
    assert case_text.callers_left(3, 12) == "12 calls more by 3 other callers"
    assert case_text.aliases(("a", "b", "c"), 2) == "a, b, 1 more"
    assert case_text.keep_does(None).startswith("Then everything")
    assert case_text.place(key(owner=None)) == "KMS key in account 111122223333, eu-west-1"


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        (214, ""),
        (300, ""),
        (213, "1 more call refused since this decision."),
        (12, "202 more calls refused since this decision."),
        (None, ""),
    ],
)
def test_what_came_after_a_decision_is_told(before: int | None, sentence: str) -> None:
    assert case_text.since_decided(decision(refused=before), USES) == sentence


def test_without_a_decision_nothing_came_after_it() -> None:
    assert case_text.since_decided(None, USES) == ""
