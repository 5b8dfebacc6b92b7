"""The table in this product's words, on a table in memory."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from reprieve.cases.audit_entry import Entry, Event
from reprieve.cases.bookmark import Bookmark, ReadOn
from reprieve.cases.case import Closure, Ending
from reprieve.cases.decision import Choice
from reprieve.cases.key import KmsAnswer
from reprieve.cases.notice import Notice
from reprieve.cases.open_case import OpenCase
from reprieve.cases.result import Result
from reprieve.cases.store import KEPT_IN_LIST, CaseRecord, CaseStore
from reprieve.errors import AwsError, ConflictError, NotUnderstoodError, ThrottledError
from reprieve.ports import Document
from tests.examples import DELETION, KEY, NOW, OTHER_KEY, at, case, decision, key, notice, scheduled
from tests.fakes import FakeQueue, FakeTable

DATE = "2026-11-29T14:02:10Z"
ENTRY = Entry(
    id="b7a0",
    at=at("15:10"),
    case_id=f"{KEY}@2026-11-29T14:02:10Z",
    event=Event.DECISION,
    decision=decision(state=None),
    state_before="PendingDeletion",
    outcome=Result.STARTED,
)


BEGUN = CaseRecord(history=(ENTRY,), decisions=1, decision=ENTRY.decision, rescue=ENTRY.decision)


def store() -> CaseStore:
    return CaseStore(FakeTable())


def waiting(book: CaseStore) -> list[str]:
    """The ids of what is in the outbox."""
    return [document.sort for document in book.table.list("outbox")]


def second_notice() -> Notice:
    return notice(id="9d9e2c5f-1e6a-5b72-8e1f-4e0d2a5b1c22")


def test_a_log_group_that_was_never_read_has_an_empty_bookmark() -> None:
    assert store().bookmark("trail") == Bookmark(settled_until=None, no_event_told_at=None, version=0)


def test_a_bookmark_is_kept_for_each_log_group() -> None:
    book = store()

    book.move_bookmark("trail", Bookmark(settled_until=at("14:40"), no_event_told_at=at("14:41")))

    assert book.bookmark("trail") == Bookmark(
        settled_until=at("14:40"), no_event_told_at=at("14:41"), version=1
    )
    assert book.bookmark("another") == Bookmark()


def test_a_bookmark_that_somebody_else_moved_is_left_where_it_is() -> None:
    book = store()
    book.move_bookmark("trail", Bookmark(settled_until=at("14:40")))

    with pytest.raises(ConflictError):
        book.move_bookmark("trail", Bookmark(settled_until=at("14:30")))

    assert book.bookmark("trail").settled_until == at("14:40")


def test_a_case_is_found_by_its_key_and_date() -> None:
    book = store()

    book.save(case(), wake_at=None)

    assert book.case(KEY, DELETION) == case(version=1)
    assert book.case(KEY, DELETION + timedelta(seconds=1)) is None
    assert book.case(OTHER_KEY, DELETION) is None


def test_cases_without_a_date_are_told_apart_by_when_they_were_opened() -> None:
    book = store()
    first, second = (case(deletion_date=None, opened_at=NOW + timedelta(days=days)) for days in (0, 3))

    book.save(first, wake_at=None)
    book.save(second, wake_at=None)

    assert [each.name for each in book.cases(KEY)] == [
        "unknown-2026-11-22-1",
        "unknown-2026-11-25-1",
    ]


def test_a_case_that_somebody_else_wrote_is_left_as_it_is() -> None:
    book = store()
    book.save(case(), wake_at=None)

    with pytest.raises(ConflictError):
        book.save(case(key=key(description="mine")), notice(), wake_at=None)

    assert book.case(KEY, DELETION) == case(version=1)
    assert waiting(book) == []


def test_the_cases_of_a_key_are_in_the_order_in_which_they_were_opened() -> None:
    book = store()
    dates = [DELETION + timedelta(days=30), None, DELETION]
    for days, date in enumerate(dates):
        book.save(case(deletion_date=date, opened_at=NOW + timedelta(days=days)), wake_at=None)
    book.note(KEY, ENTRY)

    assert [found.deletion_date for found in book.cases(KEY)] == dates
    assert book.cases(OTHER_KEY) == ()


@pytest.mark.parametrize(
    ("date", "expires_at"),
    [(DELETION, DELETION + timedelta(days=400)), (None, at("14:25") + timedelta(days=400))],
)
def test_a_case_is_kept_long_after_it_is_over(date: object, expires_at: object) -> None:
    book = store()

    book.save(case(deletion_date=date), wake_at=None)

    (document,) = book.table.list(f"key#{KEY}")
    assert document.expires_at == expires_at


def entry(book: CaseStore) -> OpenCase:
    """The one entry in the list of open cases."""
    (found,) = book.open_cases()
    return found


def test_an_open_case_is_listed_with_what_kms_said_last_and_when_to_look_again() -> None:
    book = store()

    book.save(case(), wake_at=at("16:00"))

    assert entry(book) == OpenCase(
        key=KEY,
        name="2026-11-29T14:02:10Z",
        is_open=True,
        is_sure=True,
        state="PendingDeletion",
        deletion_date=DELETION,
        wake_at=at("16:00"),
        knows_who=False,
    )
    assert entry(book).answer == KmsAnswer(state="PendingDeletion", deletion_date=DELETION)


def test_a_case_of_which_kms_did_not_answer_is_listed_without_its_answer() -> None:
    book = store()

    book.save(case(unanswered_since=NOW), wake_at=None)

    assert entry(book).answer == KmsAnswer()


@pytest.mark.parametrize(
    ("closure", "is_kept_long"),
    [
        (Closure(how=Ending.CANCELLED, at=NOW), False),
        (Closure(how=Ending.CANCELLED, at=NOW, confirmed=False), True),
        (None, True),
    ],
    ids=["confirmed", "not confirmed", "open"],
)
def test_a_case_that_kms_confirmed_to_be_over_leaves_the_list_after_a_day(
    closure: Closure | None, *, is_kept_long: bool
) -> None:
    book = store()

    book.save(case(closure=closure), wake_at=None)

    (document,) = book.table.list("open")
    assert entry(book).is_reviewed is is_kept_long
    assert document.expires_at == (DELETION + book.retention if is_kept_long else NOW + KEPT_IN_LIST)


def test_open_cases_tell_whether_they_say_who_scheduled_the_deletion() -> None:
    book = store()
    closed = Closure(how=Ending.CANCELLED, at=NOW)
    book.save(case(scheduled_by=scheduled()), wake_at=None)
    book.save(case(key=key(arn=OTHER_KEY)), wake_at=None)
    book.save(case(deletion_date=None, scheduled_by=scheduled(), closure=closed), wake_at=None)

    assert [each.key for each in book.open_cases() if each.knows_who] == [KEY]


def test_an_entry_of_the_list_that_nobody_here_wrote_is_passed_over() -> None:
    book = store()
    book.save(case(), wake_at=None)
    book.table.put(Document(partition="open", sort="x", body={"key": "y"}))

    assert [each.key for each in book.open_cases()] == [KEY]


@pytest.mark.parametrize("lingers", [True, False])
def test_a_case_is_written_whether_or_not_its_entry_in_the_list_has_expired(*, lingers: bool) -> None:
    book = store()
    book.save(case(closure=Closure(how=Ending.CANCELLED, at=NOW)), wake_at=None)
    (document,) = book.table.list("open")
    if not lingers:
        book.table.delete(document)

    book.save(case(version=1), wake_at=None)
    book.save(case(version=2), wake_at=None)

    assert book.case(KEY, DELETION) == case(version=3)
    assert entry(book).is_open


def test_a_case_that_goes_on_with_a_date_ends_the_one_without_in_the_same_write() -> None:
    book = store()
    undated = case(deletion_date=None)
    book.save(undated, wake_at=at("16:00"))
    ended = replace(undated, version=1, closure=Closure(how=Ending.CONTINUED, at=NOW))

    book.save(case(opened_at=at("15:00")), wake_at=None, earlier=[ended])

    assert [found.closure is not None for found in book.cases(KEY)] == [True, False]
    assert [(each.name[:7], each.is_open) for each in book.open_cases()] == [
        ("2026-11", True),
        ("unknown", False),
    ]


def test_where_an_earlier_case_was_written_meanwhile_nothing_is_written() -> None:
    book = store()
    undated = case(deletion_date=None)
    book.save(undated, wake_at=None)

    with pytest.raises(ConflictError):
        book.save(case(), notice(), wake_at=None, earlier=[undated])

    assert [found.version for found in book.cases(KEY)] == [1]
    assert waiting(book) == []


def test_a_notice_is_written_with_its_case_and_waits_in_the_outbox() -> None:
    book = store()

    book.save(case(), notice(), second_notice(), wake_at=None, in_digest={second_notice().id})

    assert waiting(book) == [notice().id, second_notice().id]
    documents = book.table.list("outbox")
    assert [document.body.get("in_digest") for document in documents] == [None, True]


def test_a_notice_of_no_case_is_written_with_the_bookmark() -> None:
    book = store()

    book.post("trail", Bookmark(no_event_told_at=NOW), notice(case=None))

    assert waiting(book) == [notice().id]
    assert book.bookmark("trail") == Bookmark(no_event_told_at=NOW.replace(microsecond=0), version=1)


def test_a_notice_of_no_case_is_not_written_twice() -> None:
    book = store()
    book.post("trail", Bookmark(no_event_told_at=NOW), notice(case=None))

    with pytest.raises(ConflictError):
        book.post("trail", Bookmark(no_event_told_at=NOW), replace(second_notice(), case=None))

    assert waiting(book) == [notice().id]


def test_a_bookmark_keeps_where_a_reading_was_broken_off() -> None:
    book = store()
    read_on = ReadOn(start=at("14:00"), end=at("14:55"), token="next", at=at("14:56"))

    book.move_bookmark("trail", Bookmark(settled_until=at("14:40"), copies_from=at("14:30"), read_on=read_on))

    assert book.bookmark("trail") == Bookmark(
        settled_until=at("14:40"), copies_from=at("14:30"), read_on=read_on, version=1
    )


def test_each_notice_is_sent_once_and_leaves_the_outbox() -> None:
    book, queue = store(), FakeQueue()
    book.save(case(), notice(), second_notice(), wake_at=None)

    book.send(queue, [notice(), second_notice()])

    assert [json.loads(body)["notice"]["id"] for body in queue.bodies] == [notice().id, second_notice().id]
    assert waiting(book) == []


def test_what_the_queue_refuses_stays_in_the_outbox() -> None:
    book = store()
    book.save(case(), notice(), wake_at=None)
    queue = FakeQueue(error=ThrottledError("sqs:SendMessage", "ThrottlingException", "slow down"))

    with pytest.raises(AwsError):
        book.send(queue, [notice()])

    assert waiting(book) == [notice().id]


def test_a_decision_is_stored_and_stored_again_with_what_came_of_it() -> None:
    book = store()
    done = replace(ENTRY, outcome="rescued", decision=decision(), request_ids=("r1", "r2"))

    book.decide(KEY, DELETION, ENTRY, after=0)
    begun = book.record(KEY, DELETION)
    book.conclude(KEY, done)

    assert begun == BEGUN
    assert book.record(KEY, DELETION) == CaseRecord(
        history=(done,), decisions=1, decision=decision(), rescue=decision()
    )


@pytest.mark.parametrize("after", [0, 2], ids=["too few", "too many"])
def test_a_decision_on_what_is_no_longer_so_is_refused_and_leaves_no_trace(after: int) -> None:
    book = store()
    book.decide(KEY, DELETION, ENTRY, after=0)

    with pytest.raises(ConflictError):
        book.decide(KEY, DELETION, replace(ENTRY, id="c000"), after)

    assert book.record(KEY, DELETION) == BEGUN


def test_decisions_follow_one_another() -> None:
    book = store()
    later = replace(ENTRY, id="a000", decision=decision(why="by another"))

    book.decide(KEY, DELETION, ENTRY, after=0)
    book.decide(KEY, DELETION, later, after=1)

    file = book.record(KEY, DELETION)
    assert (file.decisions, file.decision) == (2, later.decision)
    assert set(file.history) == {ENTRY, later}


def test_within_a_second_a_decision_comes_before_the_notice_of_it() -> None:
    book = store()
    told = Entry(id="0000", at=ENTRY.at, case_id=ENTRY.case_id, event=Event.NOTICE, reason="deletion-kept")
    opened = replace(told, id="ffff", event=Event.OPENED, reason=None)
    for entry in (told, opened, ENTRY):
        book.note(KEY, entry)

    assert book.record(KEY, DELETION).history == (opened, ENTRY, told)


def test_the_file_of_a_case_holds_its_notices_and_nothing_of_the_keys_other_cases() -> None:
    book = store()
    book.save(case(), notice(), wake_at=None)
    book.save(case(deletion_date=None), notice(id="9d9e2c5f-1e6a-5b72-8e1f-4e0d2a5b1c22"), wake_at=None)

    file = book.record(KEY, DELETION)

    assert file.case == case(version=1)
    assert file.history == (
        Entry(
            id=notice().id,
            at=NOW,
            case_id=f"{KEY}@2026-11-29T14:02:10Z",
            event=Event.NOTICE,
            reason="key-in-use",
        ),
    )
    assert file.decisions == 0


def test_what_happened_is_kept_for_as_long_as_the_stack_says() -> None:
    table = FakeTable()

    CaseStore(table, retention=timedelta(days=30)).note(KEY, ENTRY)

    (document,) = table.documents.values()
    assert document.expires_at == ENTRY.at + timedelta(days=30)


def test_what_was_done_is_told_in_order_and_by_key() -> None:
    book = store()
    later = replace(ENTRY, at=at("15:11"), id="a000")

    book.note(KEY, later)
    book.note(KEY, ENTRY)

    assert book.audit(KEY) == (ENTRY, later)
    assert book.audit(OTHER_KEY) == ()


def test_what_is_not_ours_in_the_table_is_refused_by_name() -> None:
    book = store()
    book.table.put(Document(partition="bookmark", sort="trail", body={"settled_until": "soon"}))

    with pytest.raises(NotUnderstoodError, match=r"^Bookmark: "):
        book.bookmark("trail")


def test_what_can_not_be_understood_is_passed_over_and_counted() -> None:
    book = store()
    book.save(case(), wake_at=None)
    book.note(KEY, ENTRY)
    for sort, body in (("audit#2026", {"event": "tomorrow's"}), ("audit#2027", {}), (f"case#{DATE}", None)):
        place = Document(partition=f"key#{KEY}", sort=sort)
        found = book.table.get(place.partition, place.sort)
        book.table.put(replace(found or place, body=body or {"key": 7}))

    file = book.record(KEY, DELETION)

    assert file == CaseRecord(history=(ENTRY,), rescue=ENTRY.decision, unreadable=3)


@pytest.mark.parametrize(
    ("choice", "outcome", "may_have_acted"),
    [
        (Choice.CANCEL, "started", True),
        (Choice.CANCEL, "rescued", True),
        (Choice.ENABLE, "unproven", True),
        (Choice.CANCEL, "not-done", True),
        (Choice.CANCEL, "denied", False),
        (Choice.CANCEL, "busy", False),
        (Choice.KEEP, "kept", False),
    ],
)
def test_what_may_have_brought_the_key_back_is_found(
    choice: Choice, outcome: str, *, may_have_acted: bool
) -> None:
    book = store()
    entry = replace(ENTRY, decision=decision(choice=choice), outcome=outcome)
    book.note(KEY, entry)
    book.note(KEY, Entry(id="c000", at=at("15:12"), case_id=ENTRY.case_id, event=Event.NOTICE, reason="x"))

    assert (book.record(KEY, DELETION).rescue == entry.decision) is may_have_acted
