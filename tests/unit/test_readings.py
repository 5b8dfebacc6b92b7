"""A stretch of the log group → what it comes to, by key and minute."""

from datetime import timedelta

from reprieve.ports import LogLine
from reprieve.readings import Reading
from reprieve.records import Passed, Scheduling, Unnamed
from tests.examples import ADMIN, BILLING, JANE, KEY, OTHER_KEY, at, use, uses
from tests.recorded import line


def reading(*names: str) -> Reading:
    """The recorded lines, delivered one each minute from 14:50 on."""
    made = Reading()
    made.take_lines(
        LogLine(at("14:50:10") + number * timedelta(minutes=1), line(name))
        for number, name in enumerate(names)
    )
    return made


def test_requests_are_counted_by_key_and_minute_of_delivery() -> None:
    made = reading("decrypt-by-assumed-role", "decrypt-by-iam-user", "decrypt-in-other-region")

    assert list(made.of(KEY)) == [at("14:50"), at("14:51")]
    assert list(made.of(OTHER_KEY)) == [at("14:52")]
    assert [part.caller for part in made.of(KEY)[at("14:51")].uses.uses().by_caller] == [JANE]


def test_a_key_of_which_nothing_was_read_has_no_minutes() -> None:
    assert reading("decrypt-by-assumed-role").of(OTHER_KEY) == {}


def test_the_copies_of_one_request_count_once_across_minutes() -> None:
    made = reading("decrypt-by-other-account-owner-side", "decrypt-by-other-account-caller-side")

    assert [part.caller for part in made.of(KEY)[at("14:50")].uses.uses().by_caller] == [BILLING]
    assert made.of(KEY)[at("14:51")].uses.uses().count == 0


def test_a_use_and_a_management_call_are_apart() -> None:
    made = reading("decrypt-by-iam-user", "tag-resource-is-no-use")

    assert made.of(KEY)[at("14:50")].management_calls.uses().count == 0
    assert made.of(KEY)[at("14:51")].uses.uses().count == 0
    assert made.of(KEY)[at("14:51")].management_calls.uses().count == 1


def test_who_scheduled_a_deletion_is_kept_by_key() -> None:
    made = reading("schedule-key-deletion")

    assert [found.caller for found in made.schedulings[KEY]] == [ADMIN]
    assert made.keys == (KEY,)


def test_only_the_latest_twenty_schedulings_are_kept() -> None:
    made = Reading()

    for number in range(25):
        moment = at("14:02") + timedelta(seconds=number)
        made.take(Scheduling(key=KEY, caller=ADMIN, at=moment, waiting_period=timedelta(days=7)))

    assert [found.at.second for found in made.schedulings[KEY]] == list(range(5, 25))


def test_only_the_first_five_requests_without_a_key_are_kept() -> None:
    made = Reading()

    for number in range(7):
        made.take(Unnamed(event_id=f"e{number}", operation="Decrypt", caller=JANE))

    assert [found.event_id for found in made.unnamed] == ["e0", "e1", "e2", "e3", "e4"]


def test_what_is_passed_over_is_counted_by_why() -> None:
    made = reading("other-service", "decrypt-that-worked", "decrypt-of-disabled-key")

    made.take_lines([LogLine(at("14:55"), "{"), LogLine(at("14:55"), "{}")])

    assert made.passed == {
        Passed.NOT_KMS: 1,
        Passed.OTHER_EVENT: 2,
        Passed.NOT_JSON: 1,
        Passed.NOT_A_RECORD: 1,
    }
    assert made.keys == ()


def test_keys_are_in_the_order_in_which_they_were_read() -> None:
    made = reading("decrypt-in-other-region", "schedule-key-deletion", "decrypt-by-iam-user")

    assert made.keys == (OTHER_KEY, KEY)


def test_whether_anything_was_found_is_asked_by_the_minute() -> None:
    made = reading("decrypt-by-iam-user")

    assert made.found_since(at("14:50:59"))
    assert not made.found_since(at("14:51"))
    assert not reading("schedule-key-deletion").found_since(at("14:00"))


def test_a_request_is_counted_in_the_minute_in_which_it_was_delivered() -> None:
    made = Reading()

    made.take(use(at=at("14:31:02"), delivered_at=at("14:54:59")))

    assert made.of(KEY)[at("14:54")].uses.uses() == uses(use(at=at("14:31:02")))
