"""A digest: many notices in one, as mail and Slack show it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.case import Closure, Ending
from reprieve.cases.digest import digest
from reprieve.cases.notice import Notice, Reason
from reprieve.cases.sizes import NOTICE_LIMIT, fitting_digest, size
from reprieve.messages.channels import email, slack
from reprieve.messages.headline import headline, subject
from tests.examples import JANE, KEY, NOW, ORDERS, key, notice, use, uses

LOGS = "https://console/records"


def about(number: int = 1, **changes: Any) -> Notice:
    arn = KeyArn.parse(f"arn:aws:kms:eu-west-1:111122223333:key/{number:08x}-12ab-34cd-56ef-1234567890ab")
    usual = notice(uses=uses(use(), use(event_id="e2", caller=JANE)))
    assert usual.case
    case = replace(usual.case, key=replace(key(), arn=arn, **changes))
    return replace(usual, id=f"00000000-0000-4000-8000-{number:012x}", case=case)


def test_a_mail_names_each_key_with_its_deadline_and_its_callers() -> None:
    mail = email.body(digest([about()], NOW, LOGS))

    assert mail.startswith("There are more notices than fit one by one. Each key below has one.")
    assert "Still in use: alias/orders-db" in mail
    assert "deleted 2026-11-29 14:02 UTC, in 6 days, by role orders-fn, user jane" in " ".join(mail.split())
    assert "  Their records are in the log group:\n\n" in mail
    assert LOGS in mail


def test_a_key_without_a_date_an_alias_or_a_caller_is_named_all_the_same() -> None:
    bare = about(aliases=(), deletion_date=None, state=None)

    mail = email.body(digest([replace(bare, uses=uses())], NOW, LOGS))

    assert "Still in use: 00000001-12ab-34cd-56ef-1234567890ab in 111122223333, eu-west-1" in " ".join(
        mail.split()
    )
    assert "deletion date not known" in " ".join(mail.split())


def test_what_is_not_named_is_counted() -> None:
    many = digest([about(number) for number in range(450)], NOW, LOGS)

    assert "  and 50 more, which are in the log group:" in email.body(many)
    assert subject(many, 99) == "450 more notices about KMS keys that are pending deletion"


@pytest.mark.parametrize(("number", "is_cut"), [(1, False), (3, False), (450, True)])
def test_slack_shows_as_many_as_a_message_takes(number: int, *, is_cut: bool) -> None:
    message = slack.message(digest([about(each) for each in range(number)], NOW, LOGS))

    shown = str(message["blocks"])
    assert ("more, which are in the log group" in shown) is is_cut
    assert "alias/orders-db" in shown
    assert len(shown) < 13_000


def test_a_digest_has_room_for_every_key_and_gives_up_names_of_callers_first() -> None:
    callers = [replace(ORDERS, principal=None, id=f"u{each}", name="n" * 60) for each in range(300)]
    loud = uses(*(use(event_id=f"e{each}", caller=who) for each, who in enumerate(callers)))
    many = digest([replace(about(number), uses=loud) for number in range(400)], NOW, LOGS)

    fitted = fitting_digest(many)

    assert size(many) > NOTICE_LIMIT >= size(fitted)
    assert len(email.body(fitted).encode()) <= NOTICE_LIMIT
    assert fitted.digest
    assert len(fitted.digest.entries) == 400
    assert all(entry.callers for entry in fitted.digest.entries)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"confirmed": False},
            "CloudTrail says that the deletion of a KMS key was cancelled. KMS could not be asked.",
        ),
        (
            {"scheduled_again": NOW + timedelta(days=7)},
            "The deletion of a KMS key was cancelled, and scheduled again for 2026-11-29 14:55 UTC.",
        ),
    ],
)
def test_a_cancellation_says_how_much_of_it_is_known(changes: dict[str, Any], sentence: str) -> None:
    closure = replace(Closure(how=Ending.CANCELLED, at=NOW, by=JANE), **changes)

    told = notice(reason=Reason.DELETION_CANCELLED, closure=closure)

    assert headline(told) == sentence
    assert "user jane did so at 2026-11-22 14:55 UTC." in email.body(told)


@pytest.mark.parametrize(
    ("closure", "sentence"),
    [
        (
            Closure(how=Ending.ABSENT, at=NOW),
            "An earlier notice said that a KMS key is in use. KMS says that there is no such key.",
        ),
        (
            None,
            "An earlier notice said that a deletion was cancelled."
            " KMS says that the key is pending deletion.",
        ),
    ],
)
def test_a_correction_says_what_was_wrong(closure: Closure | None, sentence: str) -> None:
    assert headline(notice(reason=Reason.CORRECTION, closure=closure)) == sentence


def test_a_cancellation_that_is_not_confirmed_may_have_nobody() -> None:
    closure = Closure(how=Ending.CANCELLED, at=NOW, confirmed=False)

    assert "did so" not in email.body(notice(reason=Reason.DELETION_CANCELLED, closure=closure))


def test_the_key_of_an_entry_is_the_notices() -> None:
    entry = digest([notice()], NOW, LOGS).digest

    assert entry
    assert [each.key for each in entry.entries] == [KEY]
