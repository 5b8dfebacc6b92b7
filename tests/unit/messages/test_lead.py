"""The first words of a notice."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reprieve.cases.case import Closure, Ending, ScheduledBy
from reprieve.cases.decision import Choice
from reprieve.cases.key import Key, LastUse
from reprieve.cases.notice import Digest, Notice, Reason, Sender, stack_unhealthy
from reprieve.cases.sample import sample_notice
from reprieve.cases.usage import Uses
from reprieve.cases.visitor import AuthMethod, Person
from reprieve.cloudtrail.caller import Caller
from reprieve.messages.lead import opening, place, sentences
from tests.examples import (
    DELETION,
    JANE,
    KEY,
    NOW,
    at,
    decision,
    key,
    notice,
    problem,
    scheduled,
    use,
    uses,
    visitor,
)

TAGGING = uses(use(operation="TagResource", is_use=False, caller=JANE))
TWO = uses(use(at=at("14:10"), caller=JANE), use(event_id="e2"), use(event_id="e3"))
DOE = visitor(
    auth_method=AuthMethod.SIGN_IN,
    person=Person(issuer="https://id", subject="1", name="Jane Doe", email="jane@example.com"),
)
KEPT = decision(by=DOE, choice=Choice.KEEP, why="the tenant has left")
ABSENT = Closure(how=Ending.ABSENT, at=NOW)
BROKEN = "Broken now, and deleted for good in 6 days (2026-11-29 14:02 UTC)."
NOTHING_STOPS = "Nothing stops the deletion, due in 6 days (2026-11-29 14:02 UTC)."
LAST = "Last refused at 14:52 UTC."
WORST = "2 callers are refused, most often role orders-fn (2 of 3 requests)."
LOST = "Once it is deleted, what it encrypted can't be read."
SINCE = "No use of this key has worked since 2026-11-22 14:10 UTC or earlier."


def about(of: Key | None = None, **changes: Any) -> Notice:
    told = notice(**({"uses": TWO} | changes))
    assert told.case
    return replace(told, case=replace(told.case, key=of or key()))


def over(how: Ending) -> Closure:
    return Closure(how=how, at=NOW, confirmed=False)


def unused(**changes: Any) -> Notice:
    return about(**({"uses": Uses()} | changes))


@pytest.mark.parametrize(
    ("told", "lines"),
    [
        (about(), (BROKEN,)),
        (about(reason=Reason.STILL_IN_USE), (BROKEN,)),
        (about(reason=Reason.DELETION_SOON), (BROKEN,)),
        (about(reason=Reason.DELETION_SOON, decision=decision()), (BROKEN,)),
        (about(reason=Reason.DELETION_SOON, decision=KEPT), (NOTHING_STOPS,)),
        (about(reason=Reason.DELETION_KEPT, decision=KEPT), (NOTHING_STOPS,)),
        (about(decision=KEPT), (BROKEN,)),
        (
            about(key(state=None), reason=Reason.KEY_DELETED),
            ("The key is deleted: KMS has no such key any more. What it encrypted can't be read.",),
        ),
        (
            about(key(state=None), reason=Reason.KEY_DELETED, closure=over(Ending.DELETED)),
            ("The deletion date has passed, and KMS could not be asked whether the key is deleted.",),
        ),
        (
            about(key(state=None), reason=Reason.KEY_DELETED, closure=over(Ending.UNKNOWN)),
            ("No deletion takes this long, and KMS could not be asked whether the key is deleted.",),
        ),
        (
            about(key(deletion_date=None), reason=Reason.CASE_CONTINUED, closure=over(Ending.CONTINUED)),
            ("The deletion date is known now, so this case continues in a new message, which has the date.",),
        ),
        (
            about(key(deletion_date=NOW)),
            ("Broken now, and deleted for good any moment now (2026-11-22 14:55 UTC).",),
        ),
        (
            about(key(deletion_date=None, state="PendingReplicaDeletion")),
            ("Broken now, and deleted for good some time after its last replica.",),
        ),
        (
            about(key(deletion_date=None)),
            ("Broken now, and deleted for good on a date that is not known.",),
        ),
        (
            unused(reason=Reason.DELETION_SCHEDULED),
            ("Not usable now, and deleted for good in 6 days (2026-11-29 14:02 UTC).",),
        ),
        (
            about(Key.bare(KEY)),
            (
                "Calls refused: the key was pending deletion. KMS could not be asked for its state now."
                " The deletion date is not known.",
            ),
        ),
        (
            replace(about(key(state=None)), uses=Uses()),
            (
                "Scheduled for deletion. KMS could not be asked for its state now."
                " If the deletion stands, it is due in 6 days (2026-11-29 14:02 UTC).",
            ),
        ),
        (
            about(key(state="Enabled")),
            ("Calls were refused. The deletion is off: KMS says Enabled now.",),
        ),
        (
            about(key(state="Disabled"), uses=Uses()),
            ("The deletion is off: KMS says Disabled now, and calls still fail.",),
        ),
        (
            about(reason=Reason.NEW_CALLER, new_callers=("Lambda function orders-mail",)),
            ("New caller refused: Lambda function orders-mail.", BROKEN),
        ),
        (
            about(reason=Reason.NEW_CALLER, new_callers=("role a", "role b", "role c")),
            ("New caller refused: role a and 2 more.", BROKEN),
        ),
        (
            about(reason=Reason.NEW_CALLER, new_resources=("secret prod/billing",)),
            ("New use refused: secret prod/billing.", BROKEN),
        ),
        (
            about(reason=Reason.NEW_CALLER),
            ("A new caller, or a call for something new, is refused.", BROKEN),
        ),
        (
            about(reason=Reason.MANAGEMENT_CALL, management_calls=TAGGING),
            ("Management call refused: user jane.", BROKEN),
        ),
        (about(reason=Reason.MANAGEMENT_CALL), ("Management call refused.", BROKEN)),
        (about(reason=Reason.CORRECTION), ("Correction: the deletion still stands.", BROKEN)),
        (about(reason=Reason.CORRECTION, closure=ABSENT), ("Correction: KMS has no such key.",)),
        (
            about(key(state="Enabled"), reason=Reason.DELETION_CANCELLED),
            ("The deletion is cancelled. KMS says that the key is Enabled.",),
        ),
        (
            notice(case=None, reason=Reason.NO_EVENT_FOUND),
            ("An alarm says that a KMS key that is pending deletion may be in use.",),
        ),
        (
            notice(case=None, reason=Reason.DIGEST, digest=Digest(entries=())),
            (
                "Each key below has a notice."
                " They are in one message because there are too many to send one by one.",
            ),
        ),
        (
            stack_unhealthy(problem(), NOW),
            ("The channel slack has accepted no notice since 2026-11-22 13:50 UTC.",),
        ),
        (notice(case=None, reason=Reason.STACK_UNHEALTHY), ("kms-reprieve does not work as it should.",)),
        (notice(case=None), ()),
    ],
)
def test_the_first_lines_say_what_is_new_and_what_works_until_when(
    told: Notice, lines: tuple[str, ...]
) -> None:
    assert opening(told) == lines


def test_a_new_caller_is_named_in_one_line_however_long_the_name() -> None:
    (first, _) = opening(about(reason=Reason.NEW_CALLER, new_callers=("n" * 128,) * 20))

    assert first == f"New caller refused: {'n' * 27}... and at least 19 more."
    assert len(first) <= 72


def crowd(*counts: int) -> Uses:
    callers = [Caller(kind="IAMUser", id=f"u{each}", name=f"user {each}") for each in range(len(counts))]
    made = [
        use(event_id=f"{name}-{each}", caller=caller)
        for name, (caller, count) in enumerate(zip(callers, counts, strict=True))
        for each in range(count)
    ]
    return uses(*made)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (about(), (LAST, WORST, SINCE, LOST)),
        (about(at=NOW + timedelta(days=1)), ("Last refused at 2026-11-22 14:52 UTC.", WORST, SINCE, LOST)),
        (
            about(uses=uses(use())),
            (
                LAST,
                "1 caller is refused: role orders-fn (1 request).",
                "No use of this key has worked since 2026-11-22 14:52 UTC or earlier.",
                LOST,
            ),
        ),
        (
            about(Key.bare(KEY)),
            (LAST, "2 callers were refused, most often role orders-fn (2 of 3 requests)."),
        ),
        (
            about(key(state="Enabled"), uses=uses(use())),
            (LAST, "1 caller was refused: role orders-fn (1 request)."),
        ),
        (unused(), ("No refused use is on record.", LOST)),
        (
            about(reason=Reason.STILL_IN_USE, uses_since_last=12),
            (LAST, "Since the last notice: 12 requests.", WORST, SINCE, LOST),
        ),
        (
            about(reason=Reason.CORRECTION),
            (LAST, "An earlier notice said that it was cancelled.", WORST, SINCE, LOST),
        ),
        (
            about(reason=Reason.CORRECTION, closure=ABSENT),
            ("An earlier notice said that the key is in use. KMS says that there is no such key.",),
        ),
        (
            about(key(state=None), reason=Reason.KEY_DELETED, decision=KEPT),
            (
                LAST,
                "2 callers were refused, most often role orders-fn (2 of 3 requests).",
                "Jane Doe (jane@example.com) decided at 2026-11-22 15:10 UTC to let the key be deleted.",
                'The reason given: "the tenant has left".',
                "From 203.0.113.40, Mozilla/5.0.",
            ),
        ),
        (
            unused(reason=Reason.MANAGEMENT_CALL, management_calls=TAGGING),
            (
                "No refused use is on record.",
                "This call does not use the key. KMS refused it because of the deletion.",
                LOST,
            ),
        ),
        (
            about(reason=Reason.DELETION_KEPT, decision=KEPT),
            (
                LAST,
                "Jane Doe (jane@example.com) decided at 2026-11-22 15:10 UTC to let the key be deleted.",
                WORST,
                SINCE,
                "No more notices of its uses are sent, except one on the day before the deletion.",
                'The reason given: "the tenant has left".',
                "From 203.0.113.40, Mozilla/5.0.",
                LOST,
            ),
        ),
        (
            about(reason=Reason.DELETION_SOON, decision=KEPT, uses_since_last=2),
            (
                LAST,
                "Jane Doe (jane@example.com) decided at 2026-11-22 15:10 UTC to let the key be deleted.",
                "Refused since then: 2 requests.",
                WORST,
                SINCE,
                'The reason given: "the tenant has left".',
                "From 203.0.113.40, Mozilla/5.0.",
                LOST,
            ),
        ),
        (
            about(reason=Reason.DELETION_CANCELLED, decision=decision(by=DOE)),
            (
                "Jane Doe (jane@example.com) decided at 2026-11-22 15:10 UTC to cancel the deletion"
                " and to enable the key.",
                "From 203.0.113.40, Mozilla/5.0.",
            ),
        ),
        (
            notice(case=None, reason=Reason.NO_EVENT_FOUND),
            ("No CloudTrail record found so far names the key.",),
        ),
        (stack_unhealthy(problem(), NOW), ()),
    ],
)
def test_what_happened_is_said_the_last_refusal_first(told: Notice, said: tuple[str, ...]) -> None:
    assert sentences(told) == said


@pytest.mark.parametrize(("before", "since"), [(1, "2 requests"), (3, "0 requests"), (4, "0 requests")])
def test_of_a_kept_key_what_was_counted_after_the_decision_came_since(before: int, since: str) -> None:
    kept = replace(KEPT, refused=before)
    told = about(reason=Reason.DELETION_SOON, decision=kept, uses_since_last=3)

    assert f"Refused since then: {since}." in sentences(told)


def test_of_a_kept_key_that_nobody_knew_to_be_used_all_uses_came_since() -> None:
    told = about(reason=Reason.DELETION_SOON, decision=KEPT, uses_since_last=None)

    assert "Refused since then: 3 requests." in sentences(told)


def test_who_scheduled_the_deletion_is_said_and_since_then_nothing_works() -> None:
    told = unused(reason=Reason.DELETION_SCHEDULED)
    assert told.case
    known = replace(told, case=replace(told.case, scheduled_by=scheduled()))

    assert sentences(known) == (
        "No refused use is on record.",
        "jane@example.com (permission set Admin) scheduled the deletion at 2026-11-22 14:02 UTC.",
        "Was this intended?",
        LOST,
    )
    assert sentences(told) == ("No refused use is on record.", "Was this intended?", LOST)
    assert sentences(replace(known, reason=Reason.MANAGEMENT_CALL))[1] == (
        "No use of this key has worked since 2026-11-22 14:02 UTC."
    )
    assert sentences(replace(known, uses=TWO, reason=Reason.KEY_IN_USE))[-2] == (
        "No use of this key has worked since 2026-11-22 14:02 UTC."
    )


@pytest.mark.parametrize("by", [scheduled(), None])
@pytest.mark.parametrize(
    ("worked", "since"),
    [("14:01", {True: "14:02 UTC.", False: "14:10 UTC or earlier."}), ("14:11", "14:11 UTC.")],
)
def test_a_use_that_worked_after_the_scheduling_is_not_denied(
    by: ScheduledBy | None, worked: str, since: str | dict[bool, str]
) -> None:
    told = about(key(last_used=LastUse(operation="Decrypt", at=at(worked))))
    assert told.case

    said = sentences(replace(told, case=replace(told.case, scheduled_by=by)))

    until = since if isinstance(since, str) else since[by is not None]
    assert f"No use of this key has worked since 2026-11-22 {until}" in said


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ((1, 1, 1), "3 callers are refused (3 requests), the last one user 0."),
        ((1, 3, 1), "3 callers are refused, most often user 1 (3 of 5 requests)."),
        (
            (1, 3, *[1] * 18),
            "20 callers are refused, most often user 1 (3 of 22 requests).",
        ),
        (
            (1,) * 22 + (3,),
            "23 callers are refused, most often user 22 (3 of 25 requests).",
        ),
        ((4, *[1] * 422), "At least 420 callers are refused, most often user 0 (4 of 426 requests)."),
        ((2, *[1] * 422), "At least 420 callers are refused (424 requests), the last one user 0."),
    ],
)
def test_who_is_refused_most_is_said_where_it_is_known(counts: tuple[int, ...], sentence: str) -> None:
    assert sentences(about(uses=crowd(*counts)))[1] == sentence


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (key(), "KMS key alias/orders-db in 111122223333, eu-west-1"),
        (key(account_name="orders-prod"), "KMS key alias/orders-db in 111122223333 (orders-prod), eu-west-1"),
        (Key.bare(KEY), "KMS key 1234abcd-12ab-34cd-56ef-1234567890ab in 111122223333, eu-west-1"),
        (
            key(aliases=("a" * 99,), account_name="n" * 99),
            f"KMS key {'a' * 37}... in 111122223333 ({'n' * 27}...), eu-west-1",
        ),
    ],
)
def test_a_key_is_named_with_its_account_and_its_region(of: Key, words: str) -> None:
    assert place(of) == words


def test_a_deletion_that_was_scheduled_again_says_so_first() -> None:
    closure = Closure(how=Ending.CANCELLED, at=NOW, by=JANE, scheduled_again=DELETION)
    told = about(reason=Reason.DELETION_CANCELLED, closure=closure)

    assert opening(told) == ("Pending deletion again, due 2026-11-29 14:02 UTC, after a cancellation.",)
    assert sentences(told) == ("user jane cancelled it at 2026-11-22 14:55 UTC.",)


def test_a_test_notice_says_first_that_it_is_one_and_who_sent_it() -> None:
    sender = Sender(account="111122223333", region="eu-west-1")
    told = sample_notice("8c8f1b4e-0d5f-4a61-9d0e-3d9c1f4c0a11", sender, NOW)

    assert opening(told) == ("This is a test. No key is in danger, and there is nothing to decide.",)
    assert told.key
    assert (
        place(told.key)
        == "Sample: KMS key alias/sample-orders-db in 000000000000 (sample account), eu-west-1"
    )
    rest = "The rest is a sample of what a real notice shows. No such key, caller or account exists."
    assert sentences(told) == (
        "Someone ran kms-reprieve test-notice for the stack in account 111122223333, eu-west-1.",
        rest,
    )
    assert sentences(replace(told, sender=None)) == (rest,)
