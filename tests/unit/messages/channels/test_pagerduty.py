"""PagerDuty: an incident for each case, how bad it is, and when it is over."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reprieve.cases.case import Closure, Ending
from reprieve.cases.decision import Choice
from reprieve.cases.notice import CaseSummary, Notice, Reason, stack_unhealthy
from reprieve.messages.channels import delivery
from reprieve.messages.channels.document import read_document
from reprieve.messages.channels.pagerduty import action, incident, severity
from tests.channel_examples import entry
from tests.examples import DELETION, JANE, NOW, decision, key, notice, problem, use, uses
from tests.fakes import FakeTools
from tests.unit.messages.test_block_kit import IN_USE, NOTHING_FOUND

WAITS = CaseSummary(id="x", key=key(state="PendingReplicaDeletion", deletion_date=None), opened_at=NOW)


def ended(**changes: Any) -> Notice:
    closure = Closure(**{"how": Ending.CANCELLED, "at": NOW, "by": JANE, "confirmed": True, **changes})
    return notice(reason=Reason.DELETION_CANCELLED, closure=closure)


def event(told: Notice, **changes: Any) -> tuple[str, dict[str, Any]]:
    tools = FakeTools()
    ((channel, _),) = read_document(json.dumps({"channels": [entry("pagerduty", **changes)]}), tools).channels
    channel.send(delivery(told, channel.name, "", NOW))
    ((url, body, _),) = tools.http.posts
    return url, json.loads(body)


def test_a_case_is_an_incident_from_its_first_notice_to_its_last() -> None:
    (url, began), (_, more), (_, over) = (
        event(IN_USE),
        event(notice(reason=Reason.NEW_CALLER)),
        event(ended()),
    )

    assert url == "https://events.pagerduty.com/v2/enqueue"
    assert [each["event_action"] for each in (began, more, over)] == ["trigger", "trigger", "resolve"]
    assert began["dedup_key"] == "x"
    assert more["dedup_key"] == over["dedup_key"] == notice().case.id  # type: ignore[union-attr]
    assert len({each["routing_key"] for each in (began, more, over)}) == 1
    assert began["payload"]["summary"] == "Calls refused: alias/orders-db (role orders-fn), deleted in 6 days"
    assert began["payload"]["custom_details"]["Key"] == 'alias/orders-db, "Orders database, prod"'


def test_the_service_region_is_that_of_the_entry() -> None:
    url, _ = event(IN_USE, url="https://events.eu.pagerduty.com/v2/enqueue")

    assert url == "https://events.eu.pagerduty.com/v2/enqueue"


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (IN_USE, "trigger"),
        (ended(), "resolve"),
        (ended(confirmed=False), "trigger"),
        (ended(scheduled_again=DELETION), "trigger"),
        (replace(ended(), case=WAITS), "trigger"),
        (notice(reason=Reason.DELETION_CANCELLED, decision=decision()), "resolve"),
        (replace(ended(confirmed=False), decision=decision()), "acknowledge"),
        (replace(ended(scheduled_again=DELETION), decision=decision()), "trigger"),
        (notice(reason=Reason.DELETION_KEPT, decision=decision(choice=Choice.KEEP)), "resolve"),
        (notice(reason=Reason.CORRECTION), "trigger"),
        (replace(ended(), reason=Reason.CORRECTION), "resolve"),
    ],
)
def test_an_incident_is_over_when_kms_says_so_or_a_person_has_decided(told: Notice, wanted: str) -> None:
    assert action(told) == wanted


USED = uses(use())


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (notice(uses=USED), "error"),
        (notice(uses=USED, at=DELETION - timedelta(hours=23)), "critical"),
        (notice(at=DELETION - timedelta(hours=23)), "warning"),
        (notice(reason=Reason.DELETION_SCHEDULED, uses=USED), "warning"),
        (notice(reason=Reason.MANAGEMENT_CALL, management_calls=USED), "warning"),
        (NOTHING_FOUND, "error"),
        (stack_unhealthy(problem(), NOW), "warning"),
    ],
)
def test_it_is_as_bad_as_there_is_time_left(told: Notice, wanted: str) -> None:
    assert severity(told) == wanted


def test_each_problem_of_the_stack_is_an_incident_of_its_own_all_day() -> None:
    first, later = (stack_unhealthy(problem(), NOW + timedelta(hours=each)) for each in (0, 20))
    other = stack_unhealthy(problem(subject="email"), NOW)

    assert incident(first) == incident(later) != incident(other)
    assert len(incident(first)) == 64


def test_the_name_of_an_incident_is_never_too_long() -> None:
    long = CaseSummary(id="x" * 256, key=key(), opened_at=NOW)

    assert len(incident(notice(case=long))) == 64
    assert incident(NOTHING_FOUND) == incident(NOTHING_FOUND)
