"""A digest: many notices in one, as mail and Slack show it."""

from dataclasses import replace
from typing import Any

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.digest import digest
from reprieve.cases.notice import Notice, Reason
from reprieve.cases.sizes import NOTICE_LIMIT, fitting_digest, size
from reprieve.messages.headline import subject
from tests.examples import ADMIN, JANE, KEY, NOW, ORDERS, at, key, notice, use, uses
from tests.rendered import mail_body, slack_message

LOGS = "https://console/records"


def about(number: int = 1, **changes: Any) -> Notice:
    arn = KeyArn.parse(f"arn:aws:kms:eu-west-1:111122223333:key/{number:08x}-12ab-34cd-56ef-1234567890ab")
    usual = notice(uses=uses(use(), use(event_id="e2", caller=JANE)))
    assert usual.case
    case = replace(usual.case, key=replace(key(), arn=arn, **changes))
    return replace(usual, id=f"00000000-0000-4000-8000-{number:012x}", case=case)


def test_a_mail_names_each_key_with_its_deadline_and_its_callers() -> None:
    mail = mail_body(digest([about()], NOW, LOGS))

    said = " ".join(mail.split())
    assert said.startswith(
        "Each key below has a notice. They are in one message because there are too many to send one by one."
    )
    assert "Calls refused: alias/orders-db (00000001-" in said
    assert "deleted 2026-11-29 14:02 UTC, in 6 days. Callers: role orders-fn, user jane" in said
    assert "  Their records are in the log group:\n\n" in mail
    assert LOGS in mail


def test_a_key_without_a_date_an_alias_or_a_caller_is_named_all_the_same() -> None:
    bare = about(aliases=(), deletion_date=None, state=None)

    mail = mail_body(digest([replace(bare, uses=uses())], NOW, LOGS))

    assert "Calls refused: 00000001-12ab-34cd-56ef-1234567890ab in 111122223333, eu-west-1" in " ".join(
        mail.split()
    )
    assert "deletion date not known" in " ".join(mail.split())


def test_what_is_not_named_is_counted() -> None:
    many = digest([about(number) for number in range(450)], NOW, LOGS)

    assert "  and 50 more, which are in the log group:" in mail_body(many)
    assert subject(many, 99) == "450 more notices about KMS keys, in one message"


@pytest.mark.parametrize(("number", "is_cut"), [(1, False), (3, False), (450, True)])
def test_slack_shows_as_many_as_a_message_takes(number: int, *, is_cut: bool) -> None:
    message = slack_message(digest([about(each) for each in range(number)], NOW, LOGS))

    shown = str(message["blocks"])
    assert ("more, which are in the log group" in shown) is is_cut
    assert "alias/orders-db" in shown
    assert len(shown) < 13_100


def test_a_digest_has_room_for_every_key_and_gives_up_names_of_callers_first() -> None:
    callers = [replace(ORDERS, principal=None, id=f"u{each}", name=f"{each:060}") for each in range(300)]
    loud = uses(*(use(event_id=f"e{each}", caller=who) for each, who in enumerate(callers)))
    many = digest([replace(about(number), uses=loud) for number in range(400)], NOW, LOGS)

    fitted = fitting_digest(many)

    assert size(many) > NOTICE_LIMIT >= size(fitted)
    assert len(mail_body(fitted).encode()) <= NOTICE_LIMIT
    assert fitted.digest
    assert len(fitted.digest.entries) == 400
    assert all(entry.callers for entry in fitted.digest.entries)


def test_a_cancelled_deletion_has_no_date_in_a_digest() -> None:
    mail = mail_body(digest([replace(about(), reason=Reason.DELETION_CANCELLED)], NOW, LOGS))

    assert "Deletion cancelled: alias/orders-db" in mail
    assert "deleted 2026" not in mail


def test_the_caller_who_was_refused_last_is_the_first_one() -> None:
    later = use(event_id="e2", caller=JANE, at=at("14:54"))

    entry = digest([replace(about(), uses=uses(use(), later))], NOW, LOGS).digest

    assert entry
    assert entry.entries[0].callers == ("user jane", "role orders-fn")


def test_whoever_was_refused_to_manage_the_key_is_named_after_its_callers() -> None:
    tried = uses(use(event_id="m1", caller=JANE), use(event_id="m2", caller=ADMIN))
    used = uses(use(), use(event_id="e2", caller=JANE))

    entry = digest([replace(about(), uses=used, management_calls=tried)], NOW, LOGS).digest

    assert entry
    assert sorted(entry.entries[0].callers[:2]) == ["role orders-fn", "user jane"]
    assert entry.entries[0].callers[2:] == (ADMIN.name,)


def test_the_key_of_an_entry_is_the_notices() -> None:
    entry = digest([notice()], NOW, LOGS).digest

    assert entry
    assert [each.key for each in entry.entries] == [KEY]
