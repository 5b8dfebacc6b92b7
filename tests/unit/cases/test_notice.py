"""When people are told, and what."""

from dataclasses import replace
from typing import Any

import pytest

from reprieve.cases.case import Case, Counts, Notified
from reprieve.cases.due import NoticeRules
from reprieve.cases.due import due as _due
from reprieve.cases.key import Unknown
from reprieve.cases.notice import CaseSummary, Notice, Reason, Window, no_event_found, tell
from reprieve.cases.usage import caller_hash
from reprieve.cloudtrail.caller import Caller
from tests.examples import JANE, KEY, NOW, at, case, counted, decision, key, scheduled, use, uses

TAG = use(event_id="tag", operation="TagResource", is_use=False, caller=JANE)
WITHOUT_DATE = "records are matched by the deletion date, and a key that waits for its replicas has none"
NOBODY_SAYS = Unknown(fact="who scheduled the deletion, and when", why="the log lines read so far do not say")


def case_of(*found: Any, **changes: Any) -> Case:
    return case(recent=Counts().plus([counted(*found)]), **changes)


def due(of: Case) -> Reason | None:
    return _due(of, NOW, NoticeRules()).reason


def test_of_a_case_in_which_nothing_was_counted_nobody_is_told() -> None:
    assert due(case()) is None


def test_of_the_first_use_people_are_told() -> None:
    assert due(case_of(use())) is Reason.KEY_IN_USE


def test_a_notice_of_a_case_that_was_too_large_says_what_is_left_out() -> None:
    _, notice = tell(replace(case_of(use()), is_trimmed=True), Reason.KEY_IN_USE, NOW)

    assert [each.fact for each in notice.unknown][-1:] == ["some details of the callers"]


def test_of_further_uses_they_are_not_told_again() -> None:
    told, _ = tell(case_of(use()), Reason.KEY_IN_USE, NOW)

    assert due(replace(told, recent=Counts().plus([counted(use(), use(event_id="e2"))]))) is None


def test_of_a_management_call_they_are_told_once_for_each_caller() -> None:
    first = case_of(TAG)
    assert due(first) is Reason.MANAGEMENT_CALL

    told, _ = tell(first, Reason.MANAGEMENT_CALL, NOW)
    assert due(told) is None

    another = replace(
        told, recent=Counts().plus([counted(TAG, replace(TAG, event_id="t2", caller=use().caller))])
    )
    assert due(another) is Reason.MANAGEMENT_CALL


def test_a_use_is_told_before_a_management_call_and_with_it() -> None:
    told, notice = tell(case_of(use(), TAG), Reason.KEY_IN_USE, NOW)

    assert notice.management_calls == uses(TAG)
    assert due(told) is None


def test_a_use_after_a_management_call_is_told() -> None:
    told, _ = tell(case_of(TAG), Reason.MANAGEMENT_CALL, NOW)

    assert due(replace(told, recent=Counts().plus([counted(TAG, use())]))) is Reason.KEY_IN_USE


def test_what_was_told_is_noted_in_the_case() -> None:
    told, _ = tell(case_of(use(), TAG), Reason.KEY_IN_USE, NOW)

    assert told.notified == Notified(
        notices=1,
        last_at=NOW,
        in_use=True,
        uses=1,
        callers=(caller_hash("arn:aws:iam::111122223333:role/orders-fn"),),
        resources=(caller_hash("secret prod/orders/db"),),
        management_callers=(caller_hash("arn:aws:iam::111122223333:user/ops/jane"),),
        hours_left=168,
        lately=(NOW,),
    )


def test_callers_without_names_do_not_ring_for_ever() -> None:
    nameless = replace(TAG, caller=Caller(kind="Unknown", id="Unknown", name="Unknown caller"))

    told, _ = tell(case_of(nameless), Reason.MANAGEMENT_CALL, NOW)

    assert due(told) is None


def test_a_notice_holds_all_that_is_known() -> None:
    known = case_of(use(), TAG, scheduled_by=scheduled(), decision=decision())
    unknown = Unknown(fact="tags of the key", why="kms:ListResourceTags is denied")

    _, notice = tell(replace(known, unknown=(unknown,)), Reason.KEY_IN_USE, NOW)

    assert notice == Notice(
        id="c9d212a8-8608-5184-9602-e16c6289103d",
        reason=Reason.KEY_IN_USE,
        at=NOW,
        console_url=(
            "https://eu-west-1.console.aws.amazon.com/kms/home?region=eu-west-1"
            "#/kms/keys/1234abcd-12ab-34cd-56ef-1234567890ab"
        ),
        case=CaseSummary(
            id=f"{KEY}@2026-11-29T14:02:10Z", key=key(), opened_at=NOW, scheduled_by=scheduled()
        ),
        uses=uses(use()),
        management_calls=uses(TAG),
        unknown=(unknown,),
        command=(
            "aws kms cancel-key-deletion --region eu-west-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab",
            "aws kms enable-key --region eu-west-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab",
        ),
        decision=decision(),
        new_callers=("role orders-fn",),
        new_resources=("secret prod/orders/db",),
        last_refused_at=at("14:52:31"),
    )
    assert notice.key == key()


def test_who_scheduled_the_deletion_is_said_to_be_unknown_where_it_is() -> None:
    _, notice = tell(case_of(use()), Reason.KEY_IN_USE, NOW)

    assert notice.unknown == (NOBODY_SAYS,)


def test_no_record_can_be_matched_to_a_deletion_without_a_date() -> None:
    waiting = case_of(use(), key=key(state="PendingReplicaDeletion", deletion_date=None), deletion_date=None)

    _, notice = tell(waiting, Reason.KEY_IN_USE, NOW)

    assert notice.unknown == (replace(NOBODY_SAYS, why=WITHOUT_DATE),)


@pytest.mark.parametrize(
    ("state", "calls"),
    [
        ("PendingDeletion", ["cancel-key-deletion", "enable-key"]),
        ("PendingReplicaDeletion", ["cancel-key-deletion", "enable-key"]),
        (None, ["describe-key", "cancel-key-deletion"]),
        ("Enabled", []),
        ("Disabled", []),
        ("Unavailable", []),
    ],
)
def test_commands_are_told_for_a_pending_key_and_careful_ones_for_a_key_of_unknown_state(
    state: str | None, calls: list[str]
) -> None:
    _, notice = tell(case_of(use(), key=key(state=state)), Reason.KEY_IN_USE, NOW)

    assert [command.split()[2] for command in notice.command] == calls


def test_a_notice_has_the_same_id_however_often_it_is_made() -> None:
    first, again = (tell(case_of(use()), Reason.KEY_IN_USE, moment)[1] for moment in (NOW, at("16:00")))

    assert first.id == again.id


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (case_of(use(), notified=Notified(notices=1)), Reason.KEY_IN_USE),
        (case_of(use(), deletion_date=None), Reason.KEY_IN_USE),
        (case_of(use()), Reason.DELETION_CANCELLED),
    ],
)
def test_another_notice_has_another_id(other: Case, reason: Reason) -> None:
    _, notice = tell(case_of(use()), Reason.KEY_IN_USE, NOW)

    assert tell(other, reason, NOW)[1].id != notice.id


def test_an_alarm_that_nothing_explains_is_told_with_where_to_look() -> None:
    window = Window(log_group="trail", start=at("14:39:10"), end=at("14:55:30"))
    unnamed = Unknown(fact="which key user jane meant with Decrypt", why="record e1 names none")

    notice = no_event_found(window, "eu-west-1", "x", NOW, (unnamed,))

    assert notice == Notice(
        id="6b0be33a-b3ed-572f-adba-b1b5e17a77f4",
        reason=Reason.NO_EVENT_FOUND,
        at=NOW,
        console_url=(
            "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1"
            "#logsV2:log-groups/log-group/trail/log-events"
            "$3FfilterPattern$3Dx$26start$3D1795358350000$26end$3D1795359330000"
        ),
        unknown=(unnamed,),
        window=window,
    )
    assert notice.key is None
