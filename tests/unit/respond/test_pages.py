"""The pages: what they say, what they weigh, and that a translator finds every word in one file."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest

from reprieve.cases.audit_entry import Aftermath, Entry, Event
from reprieve.cases.case import Closure, Counts, Ending, ScheduledBy
from reprieve.cases.decision import Choice
from reprieve.cases.key import LastUse, Relative, Rescuable, Unknown
from reprieve.cases.notice import Reason
from reprieve.cases.timeline import Timeline, hour
from reprieve.cases.usage import CallerUses, Uses
from reprieve.cases.visitor import AuthMethod, Person
from reprieve.cloudtrail.callers import Caller
from reprieve.cloudtrail.resources import Resource
from reprieve.errors import (
    DeniedError,
    IdTokenError,
    LostSignInError,
    NotApproverError,
    ProviderError,
    UnverifiedEmailError,
)
from reprieve.respond.pages import english
from reprieve.respond.pages import rescue_outcomes as outcomes
from reprieve.respond.pages.case_page import View, case_page, outcome_page
from reprieve.respond.pages.chart import chart
from reprieve.respond.pages.outcome import Outcome
from reprieve.respond.pages.rendering import FormState, redirect
from tests.examples import (
    DELETION,
    JANE,
    KEY,
    NOW,
    ORDERS,
    OTHER_KEY,
    SECRET,
    at,
    case,
    decision,
    key,
    scheduled,
    visitor,
)
from tests.outcomes import DISABLED, ENABLED, EVERY, LATER, PROVEN_AT, REFUSED, denied
from tests.reading import Words, read

LIMIT = 30_000
JANE_DOE = Person(issuer="https://login.example.com", subject="0a", name="Jane Doe", email="jane@example.com")
SIGNED_IN = visitor(auth_method=AuthMethod.SIGN_IN, person=JANE_DOE)
SLACK = visitor(channel="slack", source_ip="")
PART = CallerUses(
    caller=ORDERS,
    count=214,
    first_at=at("14:10"),
    last_at=at("14:52"),
    operations={"Decrypt": 214},
    source_ips=("198.51.100.7",),
    resources=(SECRET,),
)
USES = Uses(count=214, first_at=PART.first_at, last_at=PART.last_at, by_caller=(PART,))
LINE = Timeline.of({hour(at("14:00")): 214})
USED = case(settled=Counts(uses=USES, timeline=LINE), scheduled_by=scheduled())
DAY = timedelta(days=1)


def view(**changes: Any) -> View:
    usual = View(
        key=key(),
        case=USED,
        history=(),
        now=NOW,
        expires_at=DELETION,
        visitor=visitor(),
        form=FormState("0123", 2),
    )
    return replace(usual, **changes)


def words(**changes: Any) -> Words:
    return read(case_page(view(**changes)).html)


def said(outcome: Outcome) -> Words:
    return read(outcome_page(outcome, FormState("0123", 1)).html)


def test_the_first_screen_says_which_key_who_uses_it_and_how_long_there_is() -> None:
    page = words()

    assert page.headings[0] == ("h1", "alias/orders-db")
    assert page.text.startswith(
        "alias/orders-db Account 111122223333, eu-west-1 Waiting to be deleted, and still used by"
        " role orders-fn, session orders-api Deleted in 6 days 23 hours 2026-11-29 14:02 UTC"
        " Cancel the deletion and enable the key"
    )


def test_each_choice_is_a_form_of_its_own_that_needs_no_script() -> None:
    sent = {"token": "0123", "decisions": "2"}

    rescue, cancel, keep = words().forms

    assert rescue == {**sent, "enable": "yes", "why": "", "decision": "cancel"}
    assert cancel == {**sent, "why": "", "decision": "cancel"}
    assert keep == {**sent, "why": "(required)", "decision": "keep"}


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        (visitor(), "Whoever holds this link can decide, until 2026-11-29 14:02 UTC."),
        (
            visitor(auth_method=AuthMethod.NETWORK),
            "Whoever holds this link can decide, from the approvers' network, until 2026-11-29 14:02 UTC.",
        ),
        (
            SIGNED_IN,
            "You are signed in as Jane Doe (jane@example.com), and can decide until 2026-11-29 14:02 UTC.",
        ),
    ],
)
def test_the_page_says_who_may_decide(who: Any, sentence: str) -> None:
    assert sentence in words(visitor=who).text


def test_a_deletion_that_is_meant_is_said_to_be_so_and_can_still_be_cancelled() -> None:
    kept = decision(choice=Choice.KEEP, at=at("13:55"), enable=False, why="moved to another key", by=SLACK)

    page = words(case=replace(USED, decision=kept))

    assert (
        "Somebody with the link from slack decided on 2026-11-22 13:55 UTC (1 hour ago)"
        " that the deletion is meant: moved to another key" in page.text
    )
    assert [form["decision"] for form in page.forms] == ["cancel", "cancel"]


def test_the_uses_are_drawn_and_told_in_words_and_in_a_table() -> None:
    html = case_page(view()).html
    page = read(html)

    assert 'role="img" aria-labelledby="chart" aria-describedby="chart-said"' in html
    assert (
        "KMS refused 214 requests to use the key: the first on 2026-11-22 14:10 UTC (45 minutes ago),"
        " the last on 2026-11-22 14:52 UTC (3 minutes ago)."
        " The most were 214 in the hour from 2026-11-22 14:00 UTC on." in page.text
    )
    assert "From To Refused uses 2026-11-22 14:00 UTC 2026-11-22 15:00 UTC 214" in page.text


def test_a_drawing_begins_when_the_deletion_was_scheduled_or_a_day_ago_and_ends_now() -> None:
    scheduled_now, long_ago = chart(LINE, USES, at("14:02"), NOW), chart(LINE, USES, NOW - 9 * DAY, NOW)

    assert scheduled_now
    assert long_ago
    assert scheduled_now.stretches[0].start == at("15:00") - DAY
    assert (len(scheduled_now.stretches), scheduled_now.now) == (24, 23.93)
    assert scheduled_now.bars == "M23.5 40v-40"
    assert (scheduled_now.first, scheduled_now.last) == (23.17, 23.87)
    assert len(long_ago.stretches) <= 96
    assert long_ago.peak.end - long_ago.peak.start == timedelta(hours=4)


def test_the_least_use_can_be_seen_beside_the_most() -> None:
    drawn = chart(LINE + Timeline.of({hour(at("12:00")): 1}), USES, None, NOW)

    assert drawn
    assert drawn.bars == "M21.5 40v-2M23.5 40v-40"


def test_nothing_is_drawn_where_nothing_was_used() -> None:
    assert chart(Timeline(), Uses(), None, NOW) is None
    page = words(case=case())
    assert "Waiting to be deleted. No refused use of it is on record." in page.text
    assert page.text.count("KMS has refused no use of the key so far") == 2


def test_a_single_use_is_told_as_one() -> None:
    alone = replace(USES, count=1)

    assert "KMS refused 1 request to use the key, on 2026-11-22 14:52 UTC (3 minutes ago)." in (
        english.uses_in_words(alone, None, NOW)
    )


def test_uses_of_which_the_times_are_not_kept_are_told_in_words() -> None:
    page = words(case=replace(USED, settled=Counts(uses=USES)))

    assert "KMS refused 214 requests to use the key: the first on" in page.text
    assert "The most were" not in page.text


def test_a_key_without_a_case_is_shown_all_the_same() -> None:
    page = words(case=None)

    assert "what used the key (nothing is on record, or the record can't be read)" in page.text
    assert "Nothing is on record yet." in page.text


def test_a_deletion_date_that_is_over_is_any_moment_now() -> None:
    assert "Deleted any moment now" in words(now=DELETION + timedelta(hours=1)).text
    assert "Deleted any moment now" in words(key=key(deletion_date=None)).text


def test_the_evidence_says_who_scheduled_the_deletion_and_all_that_is_known_of_the_key() -> None:
    known = key(last_used=LastUse(operation="Decrypt", at=at("12:55")), account_name="orders-prod")

    page = words(key=known, case=replace(USED, previous=f"{KEY}@2026-10-01T00:00:00Z"))

    for fact in (
        "Scheduled 2026-11-22 14:02 UTC (53 minutes ago) by jane@example.com (permission set Admin)",
        "Deletion 2026-11-29 14:02 UTC (in 6 days 23 hours)",
        "State now KMS says: PendingDeletion, 14:55:30 UTC",
        "Account 111122223333 (orders-prod), eu-west-1",
        "Description Orders database, prod",
        "Before a deletion of this key on 2026-10-01 was stopped",
        "Owner team-orders",
        "Last used 2026-11-22 12:55 UTC, Decrypt",
        "Protects 1 secret",
        "role orders-fn, session orders-api 214 requests: Decrypt, last on 2026-11-22 14:52 UTC"
        " (3 minutes ago) secret prod/orders/db from 198.51.100.7",
    ):
        assert fact in page.text


def test_the_history_tells_notices_opens_and_decisions_the_latest_first() -> None:
    told = Entry(id="1", at=at("14:11"), case_id="", event=Event.NOTICE, reason=Reason.KEY_IN_USE)
    opened = Entry(id="2", at=at("14:20"), case_id="", event=Event.OPENED, visitor=SIGNED_IN)
    tried = decision(at=at("14:21"), by=SIGNED_IN, state="PendingDeletion", why="orders needs it")
    decided = Entry(
        id="3", at=at("14:21"), case_id="", event=Event.DECISION, decision=tried, outcome="denied"
    )

    page = words(history=(told, opened, decided))

    assert (
        "What happened so far"
        " 2026-11-22 14:21 UTC (34 minutes ago) Jane Doe (jane@example.com) chose to cancel the deletion and"
        " enable the key. Reason: orders needs it AWS denied it. KMS said PendingDeletion."
        " From 203.0.113.40, known by a sign-in."
        " 2026-11-22 14:20 UTC (35 minutes ago) Jane Doe (jane@example.com) opened the page."
        " From 203.0.113.40, known by a sign-in."
        " 2026-11-22 14:11 UTC (44 minutes ago) A notice was sent: the key is still in use." in page.text
    )


@pytest.mark.parametrize("choice", Choice)
def test_a_decision_of_which_nothing_came_is_told_as_such(choice: Choice) -> None:
    begun = Entry(
        id="1",
        at=NOW,
        case_id="",
        event=Event.DECISION,
        decision=decision(choice=choice, enable=False, state=None, by=SLACK),
        outcome="started",
    )

    assert "It is not on record what came of it. From an unknown address, known by the link alone." in words(
        history=(begun,)
    ).text.replace("\n", " ")


def test_what_nobody_has_words_for_is_told_by_its_name() -> None:
    told = Entry(id="1", at=NOW, case_id="", event=Event.NOTICE, reason="new-reason")
    decided = Entry(
        id="2", at=NOW, case_id="", event=Event.DECISION, decision=decision(), outcome="new-outcome"
    )

    text = words(history=(told, decided)).text

    assert "A notice was sent: new-reason." in text
    assert "Outcome: new-outcome. KMS said Enabled." in text


def test_a_long_history_is_told_by_its_end() -> None:
    told = [Entry(id="1", at=NOW, case_id="", event=Event.NOTICE, reason="key-in-use")]

    assert "8 earlier entries are not shown." in words(history=tuple(told * 20)).text
    assert "1 earlier entry is not shown." in words(history=tuple(told * 13)).text


def test_every_outcome_of_a_decision_has_words_in_the_history() -> None:
    source = files("reprieve.respond.pages").joinpath("outcomes.py").read_text()
    names = set(re.findall(r'"([a-z-]+)"', " ".join(re.findall(r"name=.*", source))))
    assert names == {outcome.name for outcome in EVERY} - {"untold", "denied-at-the-door"}
    without = {
        *("bad-link", "not-checked", "bad-form", "no-reason", "too-large", "foreign-form"),
        *("not-from-here", "sign-in-first", "not-signed-in", "decided-meanwhile"),
    }

    assert names - without == set(english.OUTCOMES) - {"started"}


# Outcomes


def test_a_rescue_is_proven_and_says_what_is_next_and_how_to_undo_it() -> None:
    page = said(outcomes.rescued(ENABLED, PROVEN_AT))

    assert page.headings == [
        ("h1", "The key works again"),
        ("h2", "What happens next"),
        ("h2", "How to undo it"),
    ]
    assert "KMS says: Enabled, 14:02:31 UTC" in page.text
    assert "What needs the key can use it at once. Every channel is being told." in page.text
    assert "Schedule the deletion again in KMS; the waiting period begins anew." in page.text
    assert page.forms == []


def test_cancelling_alone_says_how_to_enable_the_key() -> None:
    page = said(outcomes.cancelled(DISABLED, PROVEN_AT))

    assert "KMS says: Disabled, 14:02:31 UTC" in page.text
    assert "What needs the key stays broken until it is enabled." in page.text
    assert page.forms == []
    assert "aws kms enable-key" in page.text
    assert "cancel-key-deletion" not in page.text


def test_keeping_says_what_is_lost_when_and_how_to_undo_it() -> None:
    page = said(outcomes.kept(key(), USED, at("14:02:31")))

    assert "KMS says: PendingDeletion, 14:02:31 UTC" in page.text
    assert "KMS deletes the key on 2026-11-29 14:02 UTC." in page.text
    assert "Open the page again, and cancel the deletion" in page.text
    assert "" in page.links
    assert "KMS deletes the key. Then" in said(outcomes.kept(DISABLED, None, LATER)).text


def test_a_key_that_could_not_be_enabled_is_safe_and_can_be_enabled_there() -> None:
    page = said(outcomes.not_enabled(DISABLED, REFUSED, PROVEN_AT))

    assert (
        "nothing deletes it any more. Enabling it failed: kms:EnableKey ended with AccessDenied" in page.text
    )
    assert page.forms == [{"token": "0123", "decisions": "1", "decision": "enable"}]


def test_what_is_done_already_is_said_with_who_did_it() -> None:
    page = said(outcomes.already(ENABLED, decision(by=SIGNED_IN), None, LATER))

    assert page.headings[0] == ("h1", "The deletion is already off")
    assert "KMS says: Enabled, 18:10:30 UTC" in page.text
    assert (
        "Jane Doe (jane@example.com) cancelled the deletion and enabled the key,"
        " on 2026-11-22 15:10 UTC (3 hours ago), from 203.0.113.40." in page.text
    )
    assert page.forms == []


def test_who_cancelled_alone_is_told_and_their_key_stays_disabled() -> None:
    alone = decision(enable=False, state="Disabled", by=SLACK)

    page = said(outcomes.already(DISABLED, alone, None, LATER))

    assert (
        "Somebody with the link from slack cancelled the deletion, on 2026-11-22 15:10 UTC (3 hours ago),"
        " from an unknown address." in page.text
    )
    assert page.forms == []
    assert "The command beneath does that." in page.text


def test_who_enabled_it_later_is_told() -> None:
    page = said(outcomes.already(ENABLED, decision(choice=Choice.ENABLE), None, LATER))

    assert "email enabled the key after the cancellation, on" in page.text


def test_of_what_was_begun_and_not_ended_it_is_said_that_nobody_knows() -> None:
    page = said(outcomes.already(DISABLED, decision(state=None), None, LATER, Aftermath.UNFINISHED))

    assert (
        "Somebody with the link from email chose to cancel the deletion and enable the key, on"
        " 2026-11-22 15:10 UTC (3 hours ago), from 203.0.113.40. It is not on record what came of it."
        in page.text
    )
    assert [form["decision"] for form in page.forms] == ["enable"]


def test_who_cancelled_by_another_way_is_told_by_the_record_and_enables_it_themselves() -> None:
    closure = Closure(how=Ending.CANCELLED, at=at("16:00"), by=JANE)

    page = said(outcomes.already(DISABLED, None, closure, LATER))

    assert (
        "user jane cancelled the deletion by another way than this page, on 2026-11-22 16:00 UTC"
        " (2 hours 10 minutes ago)." in page.text
    )
    assert page.forms == []
    assert "aws kms enable-key" in page.text


def test_where_nobody_is_known_cloudtrail_knows() -> None:
    assert "CloudTrail knows who." in said(outcomes.already(ENABLED, None, None, LATER)).text


def test_a_key_that_was_disabled_afterwards_is_told_apart_and_stays_so() -> None:
    outcome = outcomes.already(DISABLED, decision(), None, LATER, Aftermath.WORKED)

    page = said(outcome)
    assert outcome.name == "disabled-afterwards"
    assert page.headings[0] == ("h1", "The deletion is off, and somebody has disabled the key since")
    assert "KMS says: Disabled, 18:10:30 UTC" in page.text
    assert "If that was intentional, leave it. This page does not undo it." in page.text
    assert "aws kms enable-key" in page.text
    assert page.forms == []


@pytest.mark.parametrize(
    ("choice", "enable", "chose"),
    [
        (Choice.CANCEL, True, "cancel the deletion and enable the key"),
        (Choice.CANCEL, False, "only cancel the deletion"),
        (Choice.KEEP, False, "keep the deletion and be quiet"),
        (Choice.ENABLE, True, "enable the key"),
    ],
)
def test_what_was_decided_meanwhile_is_said(choice: Choice, chose: str, *, enable: bool) -> None:
    made = decision(choice=choice, enable=enable, by=SIGNED_IN, why="it is needed")

    page = said(outcomes.decided_meanwhile(ENABLED, made, LATER))

    assert (
        f"Jane Doe (jane@example.com) chose to {chose}, on 2026-11-22 15:10 UTC (3 hours ago)." in page.text
    )
    assert "The reason given: it is needed Your own choice changed nothing." in page.text
    assert "" in page.links
    assert (
        "The reason given"
        not in said(outcomes.decided_meanwhile(ENABLED, replace(made, why=None), LATER)).text
    )


def test_a_key_that_waits_for_its_replicas_says_which() -> None:
    waiting = key(
        state="PendingReplicaDeletion",
        deletion_date=None,
        multi_region="PRIMARY",
        relatives=(Relative(arn=OTHER_KEY, role="REPLICA"),),
    )

    page = said(outcomes.waits_for_replicas(waiting, LATER))

    assert "KMS says: PendingReplicaDeletion, 18:10:30 UTC" in page.text
    assert "(primary, deleting waits for 1 replica in us-east-1; this concerns" in page.text
    alone = said(outcomes.waits_for_replicas(replace(waiting, relatives=None), LATER))
    assert "after the last of its replicas. This link" in alone.text


def test_a_key_that_was_scheduled_again_says_until_when() -> None:
    page = said(outcomes.scheduled_again(key(), LATER))

    assert "Nothing was changed. It is deleted on 2026-11-29 14:02 UTC (in 6 days 19 hours)." in page.text
    assert "aws kms cancel-key-deletion" in page.text
    dateless = said(outcomes.scheduled_again(replace(key(), deletion_date=None), LATER))
    assert "Nothing was changed. What to do" in dateless.text


def test_a_denial_gives_the_statement_to_copy_with_the_role_that_asked() -> None:
    outcome = denied(" because no resource-based policy allows the kms:CancelKeyDeletion action")

    page = said(outcome)
    assert (
        "kms:CancelKeyDeletion was denied: the key's policy does not allow it. Nothing was changed."
        in page.text
    )
    assert json.loads(outcome.statement) == {
        "Sid": "AllowRescue",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/reprieve-RespondRole-Ab1"},
        "Action": ["kms:CancelKeyDeletion", "kms:DescribeKey", "kms:EnableKey"],
        "Resource": "*",
    }


def test_a_role_that_lacks_a_permission_may_be_a_members() -> None:
    text = said(denied(" because no identity-based policy allows the kms:CancelKeyDeletion action")).text

    assert "what its role may do does not allow it" in text
    assert "AllowRescue of organization/member-role.yaml" in text


def test_a_denial_that_does_not_say_who_asked_names_the_stacks_output() -> None:
    outcome = outcomes.denied(key(), DeniedError("kms:EnableKey", "AccessDenied", ""))

    assert "RespondRoleArn" in outcome.statement
    assert "kms:EnableKey was denied. Nothing was changed." in said(outcome).text


def test_no_statement_is_offered_against_a_deny() -> None:
    outcome = denied(" with an explicit deny in a service control policy")

    assert outcome.statement == ""
    assert "a service control policy of the organization forbids it" in said(outcome).text


@pytest.mark.parametrize(
    "outcome",
    [
        denied(operation="sts:AssumeRole of arn:aws:iam::111122223333:role/m", account="444455556666"),
        denied(account="444455556666"),
    ],
)
def test_an_account_that_can_not_be_entered_needs_the_member_role_and_no_key_policy(outcome: Outcome) -> None:
    assert "bring organization/member-role.yaml to the key's account" in said(outcome).text
    assert outcome.statement == (
        "RespondRoleArn: arn:aws:iam::444455556666:role/reprieve-RespondRole-Ab1\nAllowRescue: yes"
    )


def test_of_what_nobody_was_told_the_page_says_so() -> None:
    page = said(outcomes.untold(outcomes.rescued(ENABLED, PROVEN_AT)))

    assert "Please tell your colleagues yourself." in page.text
    assert "Every channel is being told" not in page.text


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("PendingDeletion", "still says that the key is PendingDeletion, at 14:02:31 UTC"),
        (None, "could not be read"),
    ],
)
def test_what_is_not_proven_is_said_not_to_be(state: str | None, sentence: str) -> None:
    assert sentence in said(outcomes.unproven(key(state=state), PROVEN_AT)).text


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (LostSignInError(), "more than ten minutes"),
        (UnverifiedEmailError("x"), "has not verified it"),
        (NotApproverError("x"), "not among those who may decide"),
        (ProviderError("x"), "gave no answer"),
        (IdTokenError("x", "y"), "did not let you in"),
    ],
)
def test_who_could_not_sign_in_is_told_what_to_do(error: Any, advice: str) -> None:
    page = read(outcome_page(outcomes.not_signed_in(error), FormState.to_sign_in("v1.a")).html)

    assert advice in page.text
    assert page.links == ["../sign-in/v1.a"]


@pytest.mark.parametrize("outcome", EVERY, ids=lambda outcome: outcome.name)
def test_every_outcome_has_one_title_its_status_and_something_to_do(outcome: Outcome) -> None:
    page = outcome_page(outcome)

    text = read(page.html)
    assert page.status == outcome.status
    assert [level for level, _ in text.headings].count("h1") == 1
    assert page.headers == ({"Retry-After": str(outcome.retry_after)} if outcome.retry_after else {})
    assert ("1234abcd" in page.html) == (outcome.key is not None)
    assert page.html.count("<h2>") or outcome.name in {"bad-link", "sign-in-first"}


def test_a_redirect_says_where_to() -> None:
    assert redirect("keys/x", ("a=b",)).headers == {"Location": "keys/x"}


# Strangers

NASTY = ("<b>\"'&amp;{{7*7}}</script>" * 30)[:500]
QUOTES = "'" * 500


def stranger(name: str) -> CallerUses:
    who = Caller(kind="X", id=name, name=name, session=name, console_url="https://x/?" + "%27" * 166)
    found = tuple(
        Resource(service=QUOTES, name=f"{number}", console_url="https://x/?" + "%27" * 166)
        for number in range(8)
    )
    return CallerUses(
        caller=who,
        count=10,
        first_at=at("14:10"),
        last_at=at("14:52"),
        operations={f"{number}{QUOTES}": 1 for number in range(17)},
        source_ips=(QUOTES,),
        user_agents=(QUOTES + "x",),
        resources=found,
    )


def hostile(name: str) -> View:
    parts = tuple(stranger(f"{name}{number}") for number in range(20))
    uses = replace(USES, count=300, by_caller=parts, unlisted=100)
    hours = {hour(NOW) - number: 100_000 + number for number in range(96)}
    kept = decision(
        choice=Choice.KEEP,
        why=QUOTES[:200],
        by=visitor(person=replace(JANE_DOE, name=QUOTES[:256], email=None), source_ip=QUOTES[:64]),
    )
    known = key(
        aliases=tuple(f"alias/{name}" for _ in range(50)),
        description=QUOTES * 16,
        owner=QUOTES,
        account_name=QUOTES,
        grantees=(QUOTES,) * 50,
        rescuable=Rescuable(allowed=False, why=QUOTES),
        multi_region="PRIMARY",
        relatives=(Relative(arn=OTHER_KEY, role="REPLICA", state="PendingDeletion"),) * 12,
    )
    held = replace(
        USED,
        settled=Counts(uses=uses, timeline=Timeline.of(hours)),
        scheduled_by=ScheduledBy(caller=parts[0].caller, at=NOW - timedelta(hours=90)),
        unknown=(Unknown(fact=QUOTES, why=QUOTES),) * 30,
        decision=kept,
    )
    entry = Entry(id="1", at=NOW, case_id="", event=Event.DECISION, decision=kept, outcome="denied")
    return view(key=known, case=held, history=(entry,) * 60, visitor=kept.by)


@pytest.mark.parametrize("name", [NASTY, QUOTES, "\N{PILE OF POO}" * 500])
def test_no_page_weighs_thirty_kilobytes_whatever_strangers_write(name: str) -> None:
    html = case_page(hostile(name)).html

    page = read(html)
    assert len(html.encode()) < LIMIT
    assert "requests more by others" in page.text
    assert "earlier entries are not shown." in page.text
    assert "and 24 more" in page.text
    assert page.rows > 2


def test_a_page_as_most_are_weighs_a_half_of_that() -> None:
    assert len(case_page(view()).html.encode()) < LIMIT / 2


def test_eight_callers_are_shown_and_the_others_counted() -> None:
    parts = tuple(
        replace(
            PART, caller=replace(ORDERS, id=f"{number}", principal=None, name=f"role r{number}"), count=10
        )
        for number in range(9)
    )

    several = words(case=replace(USED, settled=Counts(uses=replace(USES, by_caller=parts), timeline=LINE)))

    assert "role r7" in several.text
    assert "role r8" not in several.text
    assert "and still used by role r0, session orders-api and 8 more" in several.text
    assert "10 requests more by 1 other caller" in several.text


def test_nothing_that_a_stranger_writes_becomes_html() -> None:
    html = case_page(hostile(NASTY)).html

    assert "<b>" not in html
    assert "</script>" not in html
    assert "{{7*7}}" in html


# Words

TEMPLATES = ["case.html", "evidence.html", "outcome.html", "page.html", "parts.html"]


def literal_words(template: str) -> Iterator[str]:
    """Words that a person would be shown, or be read to, and that stand in a template itself."""
    text = files("reprieve.respond.pages").joinpath(template).read_text(encoding="utf-8")
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", text, flags=re.DOTALL)
    for name in ("alt", "aria-label", "content", "placeholder", "title"):
        yield from re.findall(rf'\b{name}="([^"]*[A-Za-z][^"]*)"', bare)
    yield from re.findall(r"[A-Za-z]+", re.sub(r"<[^>]*>", "", bare))


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_word_stands_in_a_template(template: str) -> None:
    machines = {"width=device-width, initial-scale=1", "noindex, nofollow", "light dark"}

    assert set(literal_words(template)) - machines == set()


def test_every_template_is_looked_at() -> None:
    found = {each.name for each in files("reprieve.respond.pages").iterdir() if each.name.endswith(".html")}

    assert found == set(TEMPLATES)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW, "just now"),
        (NOW - timedelta(seconds=59), "just now"),
        (NOW - timedelta(minutes=61), "1 hour 1 minute ago"),
        (NOW + timedelta(days=6, minutes=5), "in 6 days"),
    ],
)
def test_a_time_is_told_with_how_far_away_it_is(moment: datetime, words: str) -> None:
    assert english.away(moment, NOW) == words
