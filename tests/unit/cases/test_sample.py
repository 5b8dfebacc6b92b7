"""The sample in a test notice: of the same form as a real notice, and nobody's key."""

from datetime import timedelta

from reprieve.cases.notice import Notice, Reason, Sender
from reprieve.cases.sample import ACCOUNT, KEY, sample_case, sample_notice
from reprieve.cases.serialization import from_json, to_json
from tests.examples import NOW
from tests.mutations import SCHEMA

SENDER = Sender(account="111122223333", region="eu-west-1")
NOTICE = "8c8f1b4e-0d5f-4a61-9d0e-3d9c1f4c0a11"


def test_the_sample_is_a_key_in_use_of_an_account_that_cannot_be() -> None:
    case = sample_case(NOW)

    assert (case.key.arn, ACCOUNT) == (KEY, "000000000000")
    assert case.key.is_pending
    assert case.scheduled_by is not None
    assert case.timeline.total == case.uses.count == sum(part.count for part in case.uses.by_caller)
    assert case.deletion_date is not None
    assert case.deletion_date - NOW > timedelta(days=4)


def test_every_name_in_it_says_that_it_is_a_sample() -> None:
    case = sample_case(NOW)

    names = [
        *case.key.aliases,
        case.key.owner or "",
        case.key.account_name or "",
        *case.uses.names,
        *(str(resource) for part in case.uses.by_caller for resource in part.resources),
    ]

    assert all("sample" in name for name in names)


def test_a_test_notice_is_a_notice_without_commands_and_console() -> None:
    notice = sample_notice(NOTICE, SENDER, NOW)

    SCHEMA.validate(to_json(notice))
    assert from_json(Notice, to_json(notice)) == notice
    assert (notice.reason, notice.sender, notice.command, notice.console_url) == (
        Reason.TEST,
        SENDER,
        (),
        None,
    )
    assert sample_notice(NOTICE, SENDER, NOW) == notice
