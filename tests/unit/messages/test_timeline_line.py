"""The life of a deletion in one line."""

from datetime import timedelta

from reprieve.cases.timeline import Timeline, hour
from reprieve.messages.timeline_line import timeline_line
from tests.examples import DELETION, at

START = DELETION - timedelta(days=7)
DAY = timedelta(days=1)


def test_past_and_future_meet_at_the_present_and_the_deletion_is_at_the_end() -> None:
    line = timeline_line(Timeline(), start=START, now=START + 3.5 * DAY, end=DELETION, width=22)

    assert line == "──────────│┄┄┄┄┄┄┄┄┄┄✕"


def test_a_single_call_is_a_low_block_and_the_most_calls_are_a_full_one() -> None:
    uses = Timeline.of({hour(START + DAY): 1, hour(START + 3 * DAY): 80})

    line = timeline_line(uses, start=START, now=START + 4 * DAY, end=DELETION, width=22)

    assert line == "──▁─────█──│┄┄┄┄┄┄┄┄┄✕"
    alone = timeline_line(
        Timeline.of({hour(START + DAY): 1}), start=START, now=START + 4 * DAY, end=DELETION, width=22
    )
    assert alone == "──▁────────│┄┄┄┄┄┄┄┄┄✕"


def test_the_present_is_never_at_an_edge() -> None:
    first = timeline_line(Timeline(), start=START, now=START, end=DELETION, width=22)
    last = timeline_line(Timeline(), start=START, now=DELETION - timedelta(minutes=1), end=DELETION, width=22)

    assert (first.index("│"), last.index("│")) == (6, 15)
    assert (len(first), len(last)) == (22, 22)


def test_a_case_that_is_over_has_only_its_past_with_its_decisions() -> None:
    line = timeline_line(
        Timeline.of({hour(START): 9}),
        start=START,
        now=START + DAY,
        end=None,
        decisions=(START + DAY,),
        width=12,
    )

    assert line == "█─────────●│"


def test_what_was_before_the_start_is_at_the_start() -> None:
    uses = Timeline.of({hour(at("03:00")): 8})

    assert timeline_line(uses, start=START, now=START + DAY, end=DELETION, width=22).startswith("█─")
