"""The outbox: what has been decided is sent, and never more of it than people can read."""

import json
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.case import Case, Closure, Ending, Notified
from reprieve.cases.envelope import envelope, outbox_entry
from reprieve.cases.notice import ENDS_THREADS, CaseSummary, Notice, Reason
from reprieve.cases.outbox import Outbox
from reprieve.cases.outgoing import DIGEST_EVERY, HOUR, SINGLES_AN_HOUR, Outgoing, Sent
from reprieve.cases.serialization import to_json
from reprieve.cases.sizes import fitting_notice
from reprieve.errors import AwsError, ConflictError, ReprieveError, ThrottledError
from reprieve.ports import Document
from tests.examples import JANE, KEY, NOW, case, decision, key, notice, use, uses
from tests.fakes import FakeClock, FakeLog, FakeQueue, FakeTable, Here, Slow

SLOW = ThrottledError("sqs:SendMessage", "ThrottlingException", "slow down")
FEW_SECONDS = timedelta(seconds=5)


@dataclass
class Office:
    """An outbox, with all that stands around it."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    table: FakeTable = field(default_factory=FakeTable)
    queue: FakeQueue = field(default_factory=FakeQueue)
    log: FakeLog = field(default_factory=FakeLog)
    cases: list[Case] | ReprieveError = field(default_factory=list)
    pool: Executor = field(default_factory=Here)

    def open(self) -> Outbox:
        """The outbox of a run that begins."""
        made = Outbox(
            table=self.table,
            cases=self.read,
            queue=self.queue,
            console_url="https://console/records",
            pool=self.pool,
            clock=self.clock,
            log=self.log,
        )
        made.begin()
        return made

    def read(self, of: KeyArn) -> list[Case]:
        """Return the cases of a key."""
        if isinstance(self.cases, ReprieveError):
            raise self.cases
        return [each for each in self.cases if each.key.arn == of]

    def decide(self, *notices: Notice, in_digest: bool = False) -> list[Outgoing]:
        """Decide notices, as the store does it."""
        for each in notices:
            self.table.put(outbox_entry(each, in_digest=in_digest))
        return [Outgoing(each, in_digest) for each in notices]

    def run(self, *notices: Notice, in_digest: bool = False) -> None:
        """Decide notices in a run that ends well."""
        outbox = self.open()
        outbox.send(self.decide(*notices, in_digest=in_digest))
        outbox.finish()

    def sent(self) -> list[dict[str, Any]]:
        return [json.loads(body)["notice"] for body in self.queue.bodies]

    def digests(self) -> list[dict[str, Any]]:
        return [each for each in self.sent() if each["reason"] == "digest"]

    def waiting(self) -> int:
        return len(self.table.list("outbox"))


@pytest.fixture
def office() -> Office:
    return Office()


def of_key(number: int) -> KeyArn:
    return replace(KEY, resource=f"key/{number:08x}-12ab-34cd-56ef-1234567890ab")


def about(number: int, **changes: Any) -> Notice:
    """A notice of a key of its own, used by jane."""
    of = key(arn=of_key(number), aliases=())
    summary = CaseSummary(id=f"{of.arn}@2026", key=of, opened_at=NOW)
    return notice(id=f"notice-{number}", case=summary, uses=uses(use(caller=JANE)), **changes)


def some(number: int, start: int = 0) -> list[Notice]:
    return [about(each) for each in range(start, start + number)]


def named(digest: dict[str, Any]) -> set[str]:
    return {entry["key"] for entry in digest["digest"]["entries"]}


def test_a_message_is_one_notice_and_names_its_channel_and_recipient_once_they_are_known() -> None:
    told = to_json(about(1))

    assert json.loads(envelope(about(1))) == {"notice": told}
    assert json.loads(envelope(about(1), "email")) == {"channel": "email", "notice": told}
    assert json.loads(envelope(about(1), "owners", "jane@example.com")) == {
        "channel": "owners",
        "recipient": "jane@example.com",
        "notice": told,
    }


def test_each_notice_goes_once_into_the_queue_and_out_of_the_outbox(office: Office) -> None:
    office.run(*some(2))

    assert [each["id"] for each in office.sent()] == ["notice-0", "notice-1"]
    assert office.waiting() == 0


def again(*ids: str) -> tuple[Notice, Notice]:
    """That the deletion of a key is off, and that the key is in use while it is pending for the next one."""
    one = key(aliases=())
    before = CaseSummary(id=f"{one.arn}@1", key=one, opened_at=NOW - HOUR)
    ended = notice(id=ids[0], case=before, reason=Reason.DELETION_CANCELLED)
    return ended, notice(id=ids[1], case=replace(before, id=f"{one.arn}@2", opened_at=NOW))


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a")])
def test_of_one_key_the_end_of_a_deletion_goes_before_what_is_said_of_the_next(
    office: Office, ids: tuple[str, str]
) -> None:
    office.decide(*again(*ids))

    office.run()

    assert [each["reason"] for each in office.sent()] == ["deletion-cancelled", "key-in-use"]


@pytest.mark.parametrize(
    ("before", "single", "folded"),
    [
        (SINGLES_AN_HOUR - 1, ["deletion-cancelled"], ["key-in-use"]),
        (SINGLES_AN_HOUR, [], ["deletion-cancelled", "key-in-use"]),
    ],
)
def test_so_it_does_where_there_are_too_many_to_send_them_one_by_one(
    office: Office, before: int, single: list[str], folded: list[str]
) -> None:
    office.run(*some(before))

    office.run(*again("a", "b"))

    told = office.sent()[before:]
    assert [each["reason"] for each in told] == [*single, "digest"]
    assert [entry["reason"] for entry in told[-1]["digest"]["entries"]] == folded


def test_what_the_queue_refuses_stays_and_goes_with_the_next_run(office: Office) -> None:
    office.queue.error = SLOW
    with pytest.raises(ThrottledError):
        office.run(about(1))
    assert office.waiting() == 1
    office.queue.error = None

    office.run()

    assert [each["id"] for each in office.sent()] == ["notice-1"]
    assert office.waiting() == 0


def test_twenty_four_notices_an_hour_go_by_themselves_and_all_others_in_one(office: Office) -> None:
    office.run(*some(100))

    *singles, digest = office.sent()
    assert len(singles) == SINGLES_AN_HOUR == 24
    assert digest["reason"] == "digest"
    assert named(digest) == {str(of_key(number)) for number in range(24, 100)}
    assert office.waiting() == 0


def test_a_digest_names_each_key_with_its_deadline_and_its_callers(office: Office) -> None:
    office.run(*some(25))

    (entry,) = office.digests()[0]["digest"]["entries"]
    assert entry == {
        "reason": "key-in-use",
        "key": str(of_key(24)),
        "title": "00000018-12ab-34cd-56ef-1234567890ab",
        "case": f"{of_key(24)}@2026",
        "deletion_date": "2026-11-29T14:02:10Z",
        "callers": ["user jane"],
    }
    assert office.digests()[0]["console_url"] == "https://console/records"


def test_a_digest_goes_every_ten_minutes_and_nothing_that_waits_for_it_is_lost(office: Office) -> None:
    office.run(*some(30))
    office.clock.now += DIGEST_EVERY - FEW_SECONDS
    office.run(*some(10, start=30))
    assert (len(office.digests()), office.waiting()) == (1, 10)
    office.clock.now += FEW_SECONDS

    office.run()

    assert [len(named(digest)) for digest in office.digests()] == [6, 10]
    assert office.waiting() == 0


def test_a_stack_sends_no_more_than_thirty_notices_in_an_hour_whatever_comes(office: Office) -> None:
    for minute in range(60):
        office.clock.now = NOW + timedelta(minutes=minute)
        office.run(*some(50, start=50 * minute))

    assert len(office.sent()) <= 30
    told = {each["case"]["key"]["arn"] for each in office.sent() if "case" in each}
    told = told.union(*map(named, office.digests()))
    left = {json.loads(json.dumps(each.body))["case"]["key"]["arn"] for each in office.table.list("outbox")}
    more = sum(digest["digest"].get("more", 0) for digest in office.digests())
    assert len(told | left) + more == 3000


def test_an_hour_later_there_is_room_again(office: Office) -> None:
    office.run(*some(24))
    office.clock.now += HOUR

    office.run(*some(24, start=24))

    assert len(office.sent()) == 48
    assert office.digests() == []


def test_the_most_urgent_go_by_themselves(office: Office) -> None:
    unconfirmed = [
        replace(each, case=each.case and replace(each.case, key=replace(each.case.key, state=None)))
        for each in some(20)
    ]
    calls = [about(100 + each, reason=Reason.MANAGEMENT_CALL) for each in range(20)]
    pending = some(20, start=200)

    office.run(*calls, *unconfirmed, *pending)

    alone = {each["id"] for each in office.sent() if each["reason"] != "digest"}
    assert {each.id for each in pending} <= alone
    assert alone.isdisjoint(each.id for each in calls)


def test_notices_go_in_the_order_in_which_they_were_decided(office: Office) -> None:
    cancelled = about(1, reason=Reason.DELETION_CANCELLED)
    used = about(2, reason=Reason.MANAGEMENT_CALL)

    office.run(used, cancelled, about(3))

    assert [each["id"] for each in office.sent()] == ["notice-2", "notice-1", "notice-3"]


def test_what_a_person_decided_is_told_whatever_else_there_is(office: Office) -> None:
    office.run(*some(24))

    office.run(about(99, reason=Reason.DELETION_KEPT, decision=decision()))

    assert office.sent()[-1]["id"] == "notice-99"


def test_an_alarm_without_an_explanation_goes_out_whatever_else_there_is(office: Office) -> None:
    """A digest lists keys, and this one is about none."""
    office.run(*some(40), notice(id="alarm", case=None, reason=Reason.NO_EVENT_FOUND))

    assert "alarm" in [each["id"] for each in office.sent()]


@pytest.mark.parametrize("reason", sorted(ENDS_THREADS))
def test_the_end_of_a_case_goes_out_whatever_else_there_is_and_in_no_digest(
    reason: Reason, office: Office
) -> None:
    office.run(*some(40), *(about(number, reason=reason) for number in range(100, 140)))

    reasons = [json.loads(body)["notice"]["reason"] for body in office.queue.bodies]
    assert reasons.count(reason) == 40
    assert reason not in json.dumps(office.digests())


def test_a_notice_of_a_key_of_which_there_were_many_today_goes_in_a_digest(office: Office) -> None:
    office.run(about(1), in_digest=True)

    assert [each["reason"] for each in office.sent()] == ["digest"]
    assert [named(digest) for digest in office.digests()] == [{str(of_key(1))}]


def test_what_is_left_over_goes_before_what_is_new(office: Office) -> None:
    office.decide(about(1, at=NOW - timedelta(minutes=2)), about(0, at=NOW - timedelta(minutes=1)))

    office.run(about(2))

    assert [each["id"] for each in office.sent()] == ["notice-1", "notice-0", "notice-2"]


def test_one_that_died_after_it_reserved_a_place_takes_no_second_one(office: Office) -> None:
    office.queue.error = SLOW
    for _ in range(30):
        with pytest.raises(AwsError):
            office.run(about(1))
    office.queue.error = None

    office.run(*some(24, start=1))

    assert office.digests() == []


def test_one_that_died_after_the_queue_had_it_is_sent_again_under_its_id(office: Office) -> None:
    office.table.fail(None, None, SLOW)
    with pytest.raises(AwsError):
        office.run(about(1))

    office.run()

    assert [each["id"] for each in office.sent()] == ["notice-1", "notice-1"]
    assert office.waiting() == 0


def test_a_digest_whose_sender_died_is_sent_under_the_same_id_and_names_all(office: Office) -> None:
    outbox = office.open()
    outbox.send(office.decide(*some(30)))
    office.table.fail(None, SLOW)
    with pytest.raises(AwsError):
        outbox.finish()
    assert office.digests() == []

    office.clock.now += DIGEST_EVERY
    office.run()

    first, *again = office.digests()
    assert named(first) == {str(of_key(number)) for number in range(24, 30)}
    assert {each["id"] for each in again} <= {first["id"]}
    assert office.waiting() == 0


def test_of_two_runs_that_fold_the_same_one_does_it(office: Office) -> None:
    outbox = office.open()
    outbox.send(office.decide(*some(30)))
    office.table.fail(ConflictError())

    outbox.finish()

    assert office.digests() == []
    assert office.waiting() == 6
    assert "Another run sends the remaining notices" in office.log.said("info")


def test_one_that_lost_its_place_to_another_run_tries_again(office: Office) -> None:
    office.run(*some(12))
    outbox, outgoing = office.open(), office.decide(about(12))
    office.table.fail(*[ConflictError()] * 3)

    outbox.send(outgoing)

    assert len(office.sent()) == 13


def test_where_there_is_ample_room_a_notice_goes_although_its_place_can_not_be_stored(office: Office) -> None:
    outbox, outgoing = office.open(), office.decide(about(1))
    office.table.fail(*[ConflictError()] * 4)

    outbox.send(outgoing)

    assert len(office.sent()) == 1


def test_one_that_loses_four_times_leaves_it_to_the_end_of_the_run(office: Office) -> None:
    office.run(*some(23))
    outbox, outgoing = office.open(), office.decide(about(23))
    office.table.fail(*[ConflictError()] * 4)

    outbox.send(outgoing)
    assert len(office.sent()) == 23
    outbox.finish()

    assert len(office.sent()) == 24


def test_what_can_not_be_read_is_passed_over_and_holds_up_nothing(office: Office) -> None:
    office.table.put(Document(partition="outbox", sort="a", body={"id": 7}))
    office.decide(about(1))

    office.run()

    assert [each["id"] for each in office.sent()] == ["notice-1"]
    assert set(office.log.said("error")) == {"Skipped a notice that could not be read"}


def test_four_hundred_keys_are_named_in_a_digest_and_the_rest_is_counted(office: Office) -> None:
    office.run(*some(24 + 450))

    (digest,) = office.digests()
    assert len(named(digest)) == 400
    assert digest["digest"]["more"] == 50


def entries(documents: Sequence[Document]) -> list[str]:
    return [document.sort for document in documents]


def test_a_digest_of_more_than_a_transaction_holds_empties_the_outbox_all_the_same(office: Office) -> None:
    office.run(*some(24 + 250))

    assert entries(office.table.list("outbox")) == []


def test_a_clock_that_was_ahead_for_a_run_silences_nothing_once_it_is_right_again(office: Office) -> None:
    office.clock.now = NOW + timedelta(days=365)
    office.run(*some(30))
    office.clock.now = NOW
    before = len(office.sent())

    office.run(about(99))

    assert len(office.sent()) > before


def test_what_was_sent_an_hour_ago_is_forgotten() -> None:
    sent = Sent(singles={"a": NOW - HOUR, "b": NOW - HOUR + FEW_SECONDS})

    assert sent.with_singles(["c"], NOW).singles == {"b": NOW - HOUR + FEW_SECONDS, "c": NOW}


def told_of_its_end(at: datetime, how: Ending = Ending.CANCELLED, **more: Any) -> Case:
    """A case whose deletion was cancelled on the page, and people heard it at a moment."""
    over = Closure(how=how, at=NOW)
    return case(closure=over, notified=Notified(cancelled=True, last_at=at), **more)


LATER = NOW + FEW_SECONDS


@pytest.mark.parametrize(
    ("reason", "cases", "goes_out"),
    [
        (Reason.KEY_IN_USE, [told_of_its_end(LATER)], False),
        (Reason.CORRECTION, [told_of_its_end(LATER)], False),
        (Reason.KEY_IN_USE, [told_of_its_end(NOW)], False),
        (Reason.KEY_IN_USE, [told_of_its_end(NOW - FEW_SECONDS)], True),
        (Reason.KEY_IN_USE, [case(notified=Notified(last_at=LATER))], True),
        (Reason.KEY_IN_USE, [case(notified=Notified(cancelled=True, last_at=LATER))], True),
        (Reason.KEY_IN_USE, [told_of_its_end(LATER, deletion_date=LATER)], True),
        (Reason.KEY_IN_USE, [told_of_its_end(LATER, Ending.CONTINUED)], True),
        (Reason.KEY_IN_USE, [], True),
        (Reason.KEY_IN_USE, SLOW, True),
        (Reason.DELETION_KEPT, [told_of_its_end(LATER)], True),
    ],
    ids=[
        *("cancelled since", "a correction", "in the same moment", "cancelled before", "open"),
        *("open again", "another deletion", "goes on with its date", "no case", "not readable", "a decision"),
    ],
)
def test_what_a_run_left_is_not_sent_after_people_heard_that_the_deletion_is_off(
    office: Office, reason: Reason, cases: list[Case] | ReprieveError, *, goes_out: bool
) -> None:
    office.decide(notice(reason=reason, at=NOW))
    office.cases = cases

    office.run()

    assert [each["reason"] for each in office.sent()] == ([reason] if goes_out else [])
    assert office.waiting() == 0
    dropped = [line for line in office.log.said("info") if line.startswith("Dropped a notice")]
    assert len(dropped) == (not goes_out)


def test_who_used_a_key_is_told_before_its_end_if_nobody_has_heard_of_either(office: Office) -> None:
    office.decide(notice(id="a", at=NOW), notice(id="b", at=NOW, reason=Reason.DELETION_CANCELLED))
    office.cases = [told_of_its_end(NOW)]

    office.run()

    assert [each["id"] for each in office.sent()] == ["a", "b"]


def test_what_belongs_to_no_case_is_never_overtaken(office: Office) -> None:
    office.decide(notice(case=None, reason=Reason.NO_EVENT_FOUND))
    office.cases = [told_of_its_end(LATER)]

    office.run()

    assert [each["reason"] for each in office.sent()] == ["no-event-found"]


def test_what_a_run_decides_while_the_outbox_is_still_being_read_is_sent_once(office: Office) -> None:
    office.pool = Slow()

    office.run(about(1), about(2))

    assert [each["id"] for each in office.sent()] == ["notice-1", "notice-2"]
    assert office.waiting() == 0


def test_however_large_they_are_what_was_sent_leaves_the_outbox() -> None:
    office = Office()
    large = [
        fitting_notice(replace(each, command=("x" * 199_000,)))
        for each in (notice(id=f"{number}", reason=Reason.CASE_CONTINUED) for number in range(100))
    ]

    office.run(*large)

    assert len(office.sent()) == 100
    assert office.waiting() == 0
