"""The defects that made the product silent, each as it happened: somebody always hears of a dying key."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.case import Ending
from reprieve.cases.sizes import CASE_LIMIT
from reprieve.clock import rfc3339
from reprieve.errors import DeniedError, IncompleteError, UnreachableError
from reprieve.investigate.case_updates import AT_ONCE
from tests.recorded import record
from tests.world import KEY, NOW, World, pending

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EVERY = 10 * MINUTE  # the schedule
CLOUDTRAIL = 6 * MINUTE  # how long a record is usually under way
HISTORY = 20 * MINUTE  # how far the event history is usually behind
OTHER = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/9999abcd-12ab-34cd-56ef-1234567890ab")
FOREIGN = KeyArn.parse("arn:aws:kms:eu-west-1:777788889999:key/7777abcd-12ab-34cd-56ef-1234567890ab")
DENIED = DeniedError("kms:DescribeKey", "AccessDeniedException", "no")
TIMEOUT = UnreachableError("kms:DescribeKey", "ReadTimeoutError", "")


@dataclass
class Story:
    """What happens to keys, and when it is known; runs come by the schedule."""

    world: World = field(default_factory=World)
    begin: datetime = NOW
    number: int = 0
    _plan: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)

    def write(self, name: str, at: datetime, /, delay: timedelta = CLOUDTRAIL, **changes: Any) -> str:
        """CloudTrail delivers a record of what happened `at` a moment, `delay` later."""
        self.number += 1
        changes = {"eventTime": rfc3339(at), "eventID": f"event-{self.number}", **changes}
        line = json.dumps({**record(name), **changes}, ensure_ascii=False)
        self.world.logs.put(line, at + delay, at + delay)
        return line

    def use(self, at: datetime, key: KeyArn = KEY, caller: str = "orders-fn", **changes: Any) -> None:
        """KMS refuses a request."""
        changes = {"userIdentity": role(caller), "errorMessage": f"{key} is pending deletion.", **changes}
        self.write("decrypt-by-assumed-role", at, **changes)

    def uses(self, start: datetime, every: timedelta, number: int, key: KeyArn = KEY) -> None:
        for each in range(number):
            self.use(start + each * every, key)

    def schedule(self, at: datetime, days: int = 7, key: KeyArn = KEY) -> datetime:
        """Somebody schedules the deletion; return when the key is to be deleted."""
        date = at + days * DAY
        found: dict[str, Any] = {
            "resources": [{"ARN": str(key)}],
            "requestParameters": {"pendingWindowInDays": days},
        }
        line = self.write("schedule-key-deletion", at, **found)
        self._at(at, lambda: self._set(key, "PendingDeletion", date))
        self._at(at + HISTORY, lambda: self.world.history.lines.setdefault(key.region, []).insert(0, line))
        return date

    def cancel(self, at: datetime, key: KeyArn = KEY) -> None:
        """Somebody cancels it."""
        self.write("cancel-key-deletion", at, resources=[{"ARN": str(key)}])
        self._at(at, lambda: self._set(key, "Disabled", None))

    def live(self, until: datetime, every: timedelta = EVERY) -> None:
        """Let time pass: runs come one after the other, each after what happened before it."""
        clock = self.world.clock
        while clock.now + every <= until:
            clock.now += every
            for at, _, happen in sorted(self._plan, key=lambda each: each[:2]):
                if at <= clock.now:
                    happen()
            self._plan = [each for each in self._plan if each[0] > clock.now]
            self.world.run("alarms/schedule")

    def heard(self, key: KeyArn = KEY) -> list[dict[str, Any]]:
        """The notices about a key."""
        return [notice for notice in self.world.notices() if notice["case"]["key"]["arn"] == str(key)]

    def _at(self, moment: datetime, happen: Callable[[], None]) -> None:
        self._plan.append((moment, len(self._plan), happen))

    def _set(self, key: KeyArn, state: str, date: datetime | None) -> None:
        if key.account == KEY.account:
            self.world.kms.add(key, state)
            self.world.kms.keys[key] = replace(self.world.kms.keys[key], deletion_date=date)


def role(name: str, session: str = "session") -> dict[str, Any]:
    arn = f"arn:aws:iam::111122223333:role/{name}"
    return {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::111122223333:assumed-role/{name}/{session}",
        "accountId": "111122223333",
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": arn, "userName": name}},
    }


def soon_after(notice: dict[str, Any], at: datetime) -> bool:
    """Whether a notice was decided within one run after a record of `at` was delivered."""
    return datetime.fromisoformat(notice["at"]) <= at + CLOUDTRAIL + EVERY


@pytest.mark.parametrize("gap", [2, 5, 10, 20, 35])
def test_a_key_that_is_cancelled_and_scheduled_again_within_minutes_is_told_to_be_in_use(gap: int) -> None:
    for phase in range(15):
        story = Story()
        story.schedule(NOW + MINUTE)
        story.uses(NOW + 2 * MINUTE, HOUR, 2)
        story.cancel(again := NOW + 3 * HOUR + phase * MINUTE)
        date = story.schedule(again + gap * MINUTE)
        used = again + (gap + 1) * MINUTE
        story.uses(used, HOUR, 3)

        story.live(used + 4 * HOUR)

        told = [each for each in story.heard() if each["case"]["id"].endswith(rfc3339(date))]
        in_use = next(each for each in told if each["reason"] == "key-in-use")
        assert soon_after(in_use, used), phase
        assert "deletion-cancelled" not in {each["reason"] for each in told}, phase
        assert story.world.case().closure is None, phase
        assert story.world.case().uses.count == 3


@pytest.mark.parametrize("event", ["delete-key-by-kms", "cancel-key-deletion", "enable-key"])
def test_one_forged_line_that_says_that_it_is_over_silences_no_key_that_kms_calls_pending(event: str) -> None:
    story = Story()
    pending(story.world)
    story.write(event, NOW + MINUTE, resources=[{"ARN": str(KEY)}])
    story.uses(NOW + 2 * MINUTE, 20 * MINUTE, 399)

    story.live(NOW + 5.9 * DAY, every=30 * MINUTE)

    reasons = [notice["reason"] for notice in story.heard()]
    assert reasons[0] == "key-in-use"
    assert "deletion-cancelled" not in reasons
    assert reasons.count("still-in-use") >= 4
    assert story.world.case().closure is None


@pytest.mark.parametrize("is_recorded", [True, False], ids=["recorded", "not recorded"])
def test_the_second_deletion_of_another_accounts_key_is_told_like_the_first(*, is_recorded: bool) -> None:
    story = Story()
    story.uses(NOW + MINUTE, 10 * MINUTE, 5, FOREIGN)
    story.cancel(NOW + 2 * HOUR, FOREIGN)
    later = NOW + 2 * DAY
    if is_recorded:
        story.schedule(later, key=FOREIGN)
    story.uses(later + MINUTE, 10 * MINUTE, 100, FOREIGN)

    story.live(later + DAY)

    first, cancelled, second, *_ = story.heard(FOREIGN)
    assert [first["reason"], cancelled["reason"], second["reason"]] == [
        "key-in-use",
        "deletion-cancelled",
        "key-in-use",
    ]
    assert cancelled["closure"]["confirmed"] is False
    assert soon_after(second, later + MINUTE)
    assert len({first["id"], second["id"]}) == len({first["case"]["id"], second["case"]["id"]}) == 2
    assert [case.uses.count for case in story.world.store.cases(FOREIGN)] == [5, 100]


def test_the_second_deletion_of_a_key_whose_policy_denies_the_look_ups_is_told_like_the_first() -> None:
    story = Story()
    story.world.kms.fail("kms:DescribeKey", *[DENIED] * 10_000)
    story.schedule(NOW + MINUTE)
    story.uses(NOW + 2 * MINUTE, 10 * MINUTE, 5)
    story.cancel(NOW + 2 * HOUR)
    later = NOW + 2 * DAY
    story.schedule(later)
    story.uses(later + MINUTE, 10 * MINUTE, 100)

    story.live(later + DAY)

    told = [notice for notice in story.heard() if notice["reason"] == "key-in-use"]
    assert len(told) == 2
    assert soon_after(told[1], later + MINUTE)
    assert [command.split()[2] for command in told[1]["command"]] == ["describe-key", "cancel-key-deletion"]


def test_one_timeout_during_a_burst_does_not_bury_it_in_the_deletion_before() -> None:
    story = Story()
    story.schedule(NOW + MINUTE)
    story.uses(NOW + 2 * MINUTE, 10 * MINUTE, 5)
    story.cancel(NOW + 2 * HOUR)
    later = NOW + 2 * DAY
    story.live(later)
    assert story.world.case().closure is not None
    date = story.schedule(later + MINUTE)
    story.uses(later + 2 * MINUTE, timedelta(seconds=1), 100)
    story.world.kms.fail("kms:DescribeKey", TIMEOUT, TIMEOUT)

    story.live(later + 3 * HOUR)

    told = [notice for notice in story.heard() if notice["reason"] == "key-in-use"]
    assert soon_after(told[1], later + 4 * MINUTE)
    assert told[-1]["case"]["id"].endswith(rfc3339(date))
    assert story.world.store.cases(KEY)[0].uses.count == 5
    assert story.world.case().uses.count == 100


@pytest.mark.parametrize(
    "character", ["x", '"', "\\", "é", "\N{CJK UNIFIED IDEOGRAPH-6F22}", "\N{GRINNING FACE}"]
)
def test_a_case_that_would_be_too_large_is_stored_and_told_and_stops_no_other_key(character: str) -> None:
    story = Story()
    pending(story.world)
    pending(story.world, OTHER)
    for number in range(20):
        for each in range(8):
            context = {f"{each}{pair}{character * 600}": character * 1200 for pair in range(3)}
            story.use(
                NOW + number * MINUTE,
                caller=f"{number}{character * 120}",
                eventName=f"{each}{character * 120}",
                eventID=f"{number}-{each}{character * 120}",
                sourceIPAddress=f"{each}{character * 120}",
                requestParameters={"keyId": str(KEY), "encryptionContext": context},
                userAgent=f"{each}{character * 500}",
            )
    story.use(NOW + HOUR, OTHER)
    bookmarks = []

    for _ in range(12):
        story.live(story.world.clock.now + EVERY)
        bookmarks.append(story.world.store.bookmark("trail").settled_until)

    assert story.heard()[0]["reason"] == story.heard(OTHER)[0]["reason"] == "key-in-use"
    assert soon_after(story.heard(OTHER)[0], NOW + HOUR)
    assert len(set(bookmarks)) == 12
    sizes = [
        len(json.dumps(document.body, ensure_ascii=False, separators=(",", ":")).encode())
        for document in story.world.table.list(f"key#{KEY}", "case#")
    ]
    assert max(sizes) <= CASE_LIMIT
    assert story.world.case().uses.count == 160


def test_a_log_group_that_takes_long_to_search_is_read_on_from_run_to_run_and_no_run_is_killed() -> None:
    story = Story()
    world = story.world
    pending(world)
    story.use(NOW + MINUTE)
    story.use(NOW + 2 * MINUTE, caller="billing")
    world.logs.page_time, world.logs.empty_pages = timedelta(seconds=1), 400
    timeout = timedelta(seconds=300)
    left, places = [], []
    world.clock.now += EVERY

    ends = world.clock.now

    def seconds_left() -> float:
        return (ends - world.clock.now).total_seconds()

    world.seconds_left = seconds_left
    for _ in range(12):
        ends = world.clock.now + timeout
        world.run("alarms/schedule")
        left.append(seconds_left())
        bookmark = world.store.bookmark("trail")
        places.append((bookmark.settled_until, bookmark.read_on and bookmark.read_on.token))
        world.clock.now += EVERY

    assert min(left) > 0
    assert len(set(places)) == 12
    assert world.reasons()[0] == "key-in-use"
    assert world.case().uses.count == 2


ECHO = "Invalid keyId x {} is pending deletion."


def test_words_that_a_caller_puts_into_an_error_make_no_notice_of_a_healthy_key() -> None:
    story = Story()
    story.world.kms.add(KEY, "Enabled")
    for number, code in enumerate(["NotFoundException", "InvalidArnException", "AccessDenied", None]):
        for message in (ECHO.format(KEY), f"{KEY} is pending deletion."):
            story.use(NOW + number * MINUTE, errorMessage=message, errorCode=code, eventName="DescribeKey")

    story.live(NOW + 3 * HOUR)

    assert story.world.notices() == []
    assert story.world.store.cases(KEY) == ()


@pytest.mark.parametrize(
    "message", [ECHO, "{} is pending deletion."], ids=["echoed", "of invented keys, as KMS writes it"]
)
def test_three_hundred_forged_lines_before_it_take_nothing_from_the_real_keys_notice(message: str) -> None:
    story = Story()
    pending(story.world)
    for number in range(300):
        invented = replace(OTHER, resource=f"key/{number:08x}-12ab-34cd-56ef-1234567890ab")
        story.use(NOW, errorMessage=message.format(invented), eventName="DescribeKey")
    story.use(NOW + timedelta(seconds=1))

    story.live(NOW + HOUR)

    (notice,) = story.world.notices()
    assert notice["reason"] == "key-in-use"
    assert notice["case"]["key"]["state"] == "PendingDeletion"
    assert notice["case"]["key"]["aliases"] == ["alias/orders-db"]
    assert [command.split()[2] for command in notice["command"]] == ["cancel-key-deletion", "enable-key"]
    assert all(key == KEY for call, key in story.world.kms.calls if call != "kms:DescribeKey")


@pytest.mark.parametrize("are_known", [False, True], ids=["of no case", "of cases"])
def test_forged_lines_of_more_keys_than_a_run_has_time_for_delay_no_key_that_kms_calls_pending(
    *, are_known: bool
) -> None:
    story = Story()
    world = story.world
    pending(world)
    invented = [
        replace(FOREIGN, resource=f"key/{number:08x}-12ab-34cd-56ef-1234567890ab")
        for number in range(3 * AT_ONCE)
    ]
    for key in invented:
        story.use(NOW + MINUTE, key)
    used = NOW + (EVERY if are_known else MINUTE) + timedelta(seconds=1)
    story.live(used, every=EVERY)
    assert len(world.table.list("open")) == (len(invented) if are_known else 0)
    story.use(used)
    has_time = iter([True])
    world.seconds_left = lambda: 200.0 if next(has_time, False) else 10.0

    world.clock.now = used + EVERY
    with pytest.raises(IncompleteError):
        world.run("alarms/schedule")

    alone = [notice["case"]["key"]["arn"] for notice in world.notices() if "case" in notice]
    digests = [notice["digest"]["entries"] for notice in world.notices() if "digest" in notice]
    folded = [entry["key"] for entries in digests for entry in entries]
    assert str(KEY) in (folded if are_known else alone)


def test_twenty_sessions_of_a_load_test_do_not_hide_the_real_caller() -> None:
    story = Story()
    pending(story.world)
    for number in range(20):
        story.use(NOW + timedelta(seconds=number), userIdentity=role("load-test", f"worker-{number}"))
    story.live(NOW + EVERY)
    for number in range(500):
        story.use(NOW + EVERY + timedelta(seconds=number), caller="payments-prod")

    story.live(NOW + HOUR)

    first, second = story.heard()[:2]
    assert (first["reason"], second["reason"]) == ("key-in-use", "new-caller")
    assert [row["caller"]["name"] for row in second["uses"]["by_caller"]] == [
        "role load-test",
        "role payments-prod",
    ]
    assert story.world.case().uses.by_caller[1].count == 500
    assert soon_after(second, NOW + EVERY)


def test_a_caller_behind_twenty_others_is_named_although_it_is_not_listed() -> None:
    story = Story()
    pending(story.world)
    for number in range(30):
        story.use(NOW + timedelta(seconds=number), caller=f"batch-{number}")
    story.live(NOW + EVERY)
    for number in range(500):
        story.use(NOW + EVERY + timedelta(seconds=number), caller="payments-prod")

    story.live(NOW + 2 * HOUR)

    named = [
        other
        for notice in story.heard()
        for other in notice["uses"].get("others", [])
        if other["name"] == "role payments-prod"
    ]
    assert named
    (kept,) = (other for other in story.world.case().uses.others if other.name == "role payments-prod")
    assert kept.count == 500


@pytest.mark.parametrize("lingers", [True, False], ids=["lingers", "went at once"])
def test_a_case_whose_entry_in_the_list_has_expired_can_still_be_written(*, lingers: bool) -> None:
    story = Story()
    story.schedule(NOW + MINUTE)
    story.use(NOW + 2 * MINUTE)
    story.cancel(NOW + HOUR)
    story.live(NOW + 4 * HOUR)
    (entry,) = story.world.table.list("open")
    assert entry.expires_at is not None
    if not lingers:
        story.world.table.delete(entry)
    story.world.clock.now = max(story.world.clock.now, entry.expires_at)
    enabled = NOW + 3 * DAY
    story.write("enable-key", enabled, resources=[{"ARN": str(KEY)}])
    story.use(NOW + 2 * MINUTE, delay=3 * DAY)

    story.live(enabled + 2 * HOUR)

    assert [notice["reason"] for notice in story.heard()] == ["key-in-use", "deletion-cancelled"]
    closure = story.world.case().closure
    assert closure
    assert (closure.how, closure.confirmed) == (Ending.CANCELLED, True)
    date = story.schedule(enabled + 3 * HOUR)
    story.use(enabled + 4 * HOUR)

    story.live(enabled + 6 * HOUR)

    assert story.heard()[-1]["reason"] == "key-in-use"
    assert story.heard()[-1]["case"]["id"].endswith(rfc3339(date))
