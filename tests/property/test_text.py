"""Text and times from strangers: what comes out is short, printable, in range."""

import json
from datetime import UTC, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from reprieve.alarm import LONGEST_LOOK_BACK, read_alarm, sns_messages
from reprieve.arn import KeyArn
from reprieve.clock import parse, rfc3339
from reprieve.errors import NotUnderstoodError
from reprieve.untrusted import BYTES_A_CHARACTER, ELLIPSIS, TEXT_LIMIT, one_line
from tests.examples import NOW
from tests.recorded import event

zones = st.builds(timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23)))

MESSAGE = json.loads(sns_messages(event("alarms/alarm"))[0])


@given(st.text(st.characters()), st.integers(1, 200))
def test_one_line_is_one_short_printable_line(text: str, limit: int) -> None:
    line = one_line(text, limit)

    assert len(line) <= limit
    assert len(line.encode()) <= max(limit * BYTES_A_CHARACTER, len(ELLIPSIS.encode()))
    assert line.isprintable()
    assert line.splitlines() in ([line], [])
    assert one_line(line, limit) == line


VISIBLE = st.characters(
    exclude_categories=("Cs", "Mn", "Me", "Cf"), exclude_characters="\u115f\u1160\u2800\u3164\uffa0"
)


@given(st.text(VISIBLE, max_size=128).filter(str.isprintable))
def test_what_is_printable_and_short_stays_as_it_is(text: str) -> None:
    assert one_line(text) == text or len(text.encode()) > TEXT_LIMIT * BYTES_A_CHARACTER


@given(st.datetimes(timezones=zones | st.none()).map(str) | st.text())
def test_a_time_is_read_to_the_second_or_refused(text: str) -> None:
    try:
        moment = parse(text)
    except ValueError:
        return

    assert moment.tzinfo is UTC
    assert parse(rfc3339(moment)) == moment.replace(microsecond=0)


@given(st.text() | st.from_regex(r"arn:aws:kms:[a-z0-9-]*:[0-9]*:(key|alias)/.*"))
def test_an_arn_is_found_as_it_is_read(text: str) -> None:
    found = KeyArn.find(text)

    assert found is None or (str(found) in text and KeyArn.parse(str(found)) == found)


@given(
    st.dictionaries(
        st.sampled_from([*MESSAGE, "New"]),
        st.none() | st.integers() | st.text() | st.dictionaries(st.text(), st.integers()) | st.floats(),
    )
)
def test_a_broken_alarm_is_read_or_refused(changes: dict[str, object]) -> None:
    try:
        alarm = read_alarm(json.dumps(MESSAGE | changes))
    except NotUnderstoodError:
        return

    assert NOW - LONGEST_LOOK_BACK <= alarm.since(NOW) < NOW
