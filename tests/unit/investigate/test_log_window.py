"""A stretch of the log group → what it comes to, by key and minute."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.minute_counts import KEPT_AT_MOST, Requests
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.key_use import KeyChange, KeyEvent, KeyUse, Scheduling, Skipped, Unproven
from reprieve.investigate.log_window import (
    DISMISSED_REMEMBERED,
    KEYS_KEPT,
    RECORDS_KEPT,
    SESSIONS_SHARED,
    LogWindow,
)
from reprieve.ports import LogLine
from tests.examples import ADMIN, BILLING, JANE, KEY, ORDERS, OTHER_KEY, at, use, uses
from tests.recorded import line


def reading(*names: str) -> LogWindow:
    """The recorded lines, delivered one each minute from 14:55 on."""
    made = LogWindow()
    made.take_lines(
        LogLine(at("14:55:10") + number * timedelta(minutes=1), line(name))
        for number, name in enumerate(names)
    )
    return made


def test_requests_are_counted_by_key_and_minute_of_delivery() -> None:
    made = reading("decrypt-by-assumed-role", "decrypt-by-iam-user", "decrypt-in-other-region")

    assert list(made.of(KEY)) == [at("14:55"), at("14:56")]
    assert list(made.of(OTHER_KEY)) == [at("14:57")]
    assert [part.caller for part in made.of(KEY)[at("14:56")].uses.uses().by_caller] == [JANE]


def test_a_key_of_which_nothing_was_read_has_no_minutes() -> None:
    assert reading("decrypt-by-assumed-role").of(OTHER_KEY) == {}


def test_the_copies_of_one_request_count_once_across_minutes() -> None:
    made = reading("decrypt-by-other-account-owner-side", "decrypt-by-other-account-caller-side")

    assert [part.caller for part in made.of(KEY)[at("14:55")].uses.uses().by_caller] == [BILLING]
    assert made.of(KEY)[at("14:56")].uses.uses().count == 0


def test_a_use_and_a_management_call_are_apart() -> None:
    made = reading("decrypt-by-iam-user", "tag-resource-is-no-use")

    assert made.of(KEY)[at("14:55")].management_calls.uses().count == 0
    assert made.of(KEY)[at("14:56")].uses.uses().count == 0
    assert made.of(KEY)[at("14:56")].management_calls.uses().count == 1


def test_who_scheduled_a_deletion_is_kept_by_key() -> None:
    made = reading("schedule-key-deletion")

    assert [found.caller for found in made.schedulings[KEY]] == [ADMIN]
    assert made.keys == (KEY,)


def test_only_the_latest_twenty_schedulings_are_kept() -> None:
    made = LogWindow()

    for number in range(25):
        moment = at("14:02") + timedelta(seconds=number)
        made.take(Scheduling(key=KEY, caller=ADMIN, at=moment, waiting_period=timedelta(days=7)))

    assert [found.at.second for found in made.schedulings[KEY]] == list(range(5, 25))


def test_all_that_is_no_refusal_by_kms_is_counted_and_the_first_five_are_kept() -> None:
    made = LogWindow()

    for number in range(7):
        made.take(Unproven(event_id=f"e{number}", operation="Decrypt", caller=JANE, why="it is forged"))

    assert [found.event_id for found in made.unproven] == ["e0", "e1", "e2", "e3", "e4"]
    assert made.unproven_lines == 7
    assert made.keys == ()


def test_what_is_stored_is_forgotten_and_later_minutes_stay() -> None:
    made = reading("decrypt-by-assumed-role", "decrypt-by-iam-user", "schedule-key-deletion", "enable-key")

    made.drop_before(at("14:56"))

    assert list(made.of(KEY)) == [at("14:56")]
    assert (dict(made.schedulings), dict(made.changes)) == ({}, {})

    made.drop_before(at("15:00"))

    assert made.keys == ()


def test_a_copy_of_a_request_whose_minute_was_forgotten_is_still_known() -> None:
    made = reading("decrypt-by-assumed-role")
    made.drop_before(at("14:56"))

    made.take_lines([LogLine(at("14:56:20"), line("decrypt-by-assumed-role"))])

    assert made.of(KEY)[at("14:56")].uses.uses().count == 0


def test_a_key_that_was_dismissed_is_passed_over_from_then_on() -> None:
    made = reading(
        "decrypt-by-assumed-role", "schedule-key-deletion", "enable-key", "decrypt-in-other-region"
    )

    made.dismiss([KEY])
    made.take(use())

    assert made.keys == (OTHER_KEY,)


def test_no_more_than_a_hundred_thousand_dismissed_keys_are_remembered() -> None:
    made = LogWindow()

    made.dismiss(replace(KEY, resource=f"key/{number}") for number in range(DISMISSED_REMEMBERED + 1))
    made.take(use(key=replace(KEY, resource="key/0")))
    made.take(use(key=replace(KEY, resource=f"key/{DISMISSED_REMEMBERED}")))

    assert made.keys == (replace(KEY, resource=f"key/{DISMISSED_REMEMBERED}"),)


@pytest.mark.parametrize("kind", ["a use", "a scheduling", "a change"])
def test_of_no_more_than_so_many_keys_is_anything_of_a_kind_kept_at_a_time(kind: str) -> None:
    def told(key: KeyArn) -> KeyUse | Scheduling | KeyChange:
        match kind:
            case "a use":
                return use(key=key)
            case "a scheduling":
                return Scheduling(key=key, caller=JANE, at=at("14:30"), waiting_period=timedelta(days=7))
            case _:
                return KeyChange(key=key, change=KeyEvent.ENABLED, caller=JANE, at=at("14:50"))

    made = LogWindow()
    keys = [replace(KEY, resource=f"key/{number}") for number in range(KEYS_KEPT + 1)]

    for key in (*keys, keys[0]):
        made.take(told(key))
    made.take(use(key=OTHER_KEY))
    made.take(KeyChange(key=OTHER_KEY, change=KeyEvent.ENABLED, caller=JANE, at=at("14:50")))

    assert set(made.keys) == {*keys[:-1], OTHER_KEY}
    assert made.skipped == {Skipped.TOO_MANY_KEYS: 2 if kind == "a use" else 3}


def test_of_one_key_the_latest_records_are_kept_however_many_there_are() -> None:
    made = LogWindow(_records=RECORDS_KEPT - 21)
    changes = [
        KeyChange(key=KEY, change=KeyEvent.CANCELLED, caller=JANE, at=at("14:00") + timedelta(seconds=second))
        for second in range(30)
    ]

    for change in changes:
        made.take(change)
    assert made.changes[KEY] == changes[-20:]

    made.take(replace(changes[0], key=OTHER_KEY))
    made.take(Scheduling(key=OTHER_KEY, caller=JANE, at=at("14:30"), waiting_period=timedelta(days=7)))
    assert made.keys == (KEY, OTHER_KEY)
    assert made.schedulings == {}

    made.dismiss([KEY])
    made.take(Scheduling(key=OTHER_KEY, caller=JANE, at=at("14:30"), waiting_period=timedelta(days=7)))
    assert len(made.schedulings[OTHER_KEY]) == 1


@pytest.mark.parametrize("how", ["stored", "dismissed"])
def test_what_is_dropped_makes_room_for_the_names_of_others(how: str) -> None:
    made = LogWindow(_requests=Requests(kept=KEPT_AT_MOST))

    made.take(use(event_id="e1", caller=ORDERS))
    assert made.of(KEY)[at("14:54")].uses.uses().unnamed == 1

    if how == "stored":
        made.drop_before(at("15:00"))
    else:
        made.dismiss([KEY])
    made.take(use(event_id="e2", key=OTHER_KEY, caller=JANE))
    assert [part.caller for part in made.of(OTHER_KEY)[at("14:54")].uses.uses().by_caller] == [JANE]


def test_sessions_of_an_ignored_kind_do_not_share_a_row_with_the_others_of_their_role() -> None:
    def ignores(caller: Caller) -> bool:
        return caller.session == "test"

    made = LogWindow(ignores=ignores)
    test = replace(ORDERS, id=ORDERS.id.replace("orders-api", "test"), session="test")
    for number, caller in enumerate((ORDERS, test, test, JANE)):
        made.take(use(event_id=f"e{number}", caller=caller))

    rows = made.of(KEY)[at("14:54")].uses.uses().by_caller
    assert [(row.caller.session, row.count) for row in rows] == [("orders-api", 1), ("test", 2), (None, 1)]


def test_ignored_sessions_without_number_share_one_row_and_are_not_all_remembered() -> None:
    remembered = dict[str, Caller]()
    made = LogWindow(ignores=lambda _: True, _apart=remembered)
    number = SESSIONS_SHARED + 10

    for each in range(number):
        made.take(use(event_id=f"e{each}", caller=replace(ORDERS, id=f"{ORDERS.id}-{each}")))

    (row,) = made.of(KEY)[at("14:54")].uses.uses().by_caller
    assert (row.count, row.caller.place) == (number, f"{ORDERS.principal} (ignored)")
    assert len(remembered) == SESSIONS_SHARED


def test_what_is_passed_over_is_counted_by_why() -> None:
    made = reading("other-service", "decrypt-that-worked", "decrypt-of-disabled-key")

    made.take_lines([LogLine(at("14:55"), "{"), LogLine(at("14:55"), "{}")])

    assert made.skipped == {
        Skipped.NOT_KMS: 1,
        Skipped.OTHER_EVENT: 2,
        Skipped.NOT_JSON: 1,
        Skipped.NOT_A_RECORD: 1,
    }
    assert made.keys == ()


def test_keys_are_in_the_order_in_which_they_were_read() -> None:
    made = reading("decrypt-in-other-region", "schedule-key-deletion", "decrypt-by-iam-user")

    assert made.keys == (OTHER_KEY, KEY)


def test_whether_anything_was_found_is_asked_by_the_minute() -> None:
    made = reading("decrypt-by-iam-user")

    assert made.found_since(at("14:55:59"))
    assert not made.found_since(at("14:56"))
    assert not reading("schedule-key-deletion").found_since(at("14:00"))


def test_a_request_is_counted_in_the_minute_in_which_it_was_delivered() -> None:
    made = LogWindow()

    made.take(use(at=at("14:31:02"), delivered_at=at("14:54:59")))

    assert made.of(KEY)[at("14:54")].uses.uses() == uses(use(at=at("14:31:02")))


def test_many_lines_of_one_kind_do_not_push_out_who_cancelled_a_deletion() -> None:
    made = LogWindow()
    cancelled = KeyChange(key=KEY, change=KeyEvent.CANCELLED, caller=JANE, at=at("14:50"))
    deleted = replace(cancelled, change=KeyEvent.DELETED, caller=ADMIN)

    made.take(cancelled)
    for _ in range(30):
        made.take(deleted)

    assert cancelled in made.changes[KEY]
    assert len(made.changes[KEY]) == 21
