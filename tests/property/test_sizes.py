"""The law of sizes: whatever anybody writes, a case can be stored and a notice sent, with its names."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.cases.case import Case, Counts, ScheduledBy
from reprieve.cases.key import Key, Relative, Unknown
from reprieve.cases.minute_counts import Counted
from reprieve.cases.notice import Notice, Reason, tell
from reprieve.cases.serialization import to_json
from reprieve.cases.sizes import CASE_LIMIT, NOTICE_LIMIT, fitting_case, fitting_key, fitting_notice, size
from reprieve.cases.usage import OTHERS_LISTED
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.key_use import KeyUse
from reprieve.cloudtrail.resource import Resource
from reprieve.untrusted import ARN_LIMIT, one_line
from tests.examples import KEY, NOW, case, counted, decision, key, use, visitor
from tests.rendered import mail_body, slack_message

MAIL_LIMIT = 200_000
PRINCIPALS = 20
OTHERS = 500
SCRIPTS = {
    "ASCII": "x",
    "quotes": '"',
    "backslashes": "\\",
    "two bytes": "é",
    "three bytes": "\N{CJK UNIFIED IDEOGRAPH-6F22}",
    "four bytes": "\N{GRINNING FACE}",
    "quotes among three bytes": '\N{CJK UNIFIED IDEOGRAPH-6F22}"',
    "backslashes among four bytes": "\\\N{GRINNING FACE}",
    "control characters": "\x00",
    "the other direction": "\N{RIGHT-TO-LEFT OVERRIDE}",
    "half a character": "\ud800",
    "tags": "</script>&",
}


def written(character: str, number: object = "", limit: int = 128) -> str:
    """A text as it is read: as long as it may be, of one character, and different from all others."""
    return one_line(f"{number}{character * 2000}", limit)


def caller(character: str, number: int) -> Caller:
    text = written(character, number)
    return Caller(
        kind=text,
        id=written(character, number, ARN_LIMIT),
        name=f"role {text}",
        arn=written(character, number, ARN_LIMIT),
        account=text,
        behind=f"role {text}",
        session=text,
        principal=written(character, f"r{number}", ARN_LIMIT),
        source_identity=text,
        on_behalf_of=text,
        invoked_by=text,
        service=text,
        console_url="https://" + "c" * 500,
    )


def requests(character: str, number: int) -> list[KeyUse]:
    """All that one principal may be seen to do, each thing of it once."""
    who = caller(character, number)
    return [
        use(
            event_id=written(character, f"{number} {each}"),
            caller=replace(who, session=written(character, each), name=f"role {written(character, each)}"),
            operation=written(character, each),
            source_ip=written(character, each),
            user_agent=written(character, each),
            resources=tuple(
                Resource(
                    service=written(character, f"{each} {more}"),
                    name=written(character, f"{each} {more}", 200),
                    place=written(character, more),
                    arn=written(character, f"{each} {more}", 512),
                    console_url="https://" + "c" * 500,
                )
                for more in range(3)
            ),
        )
        for each in range(16)
    ]


def of_key(character: str) -> Key:
    text = written(character)
    return key(
        aliases=tuple(written(character, number) for number in range(50)),
        description=text,
        tags={written(character, number): written(character, number) for number in range(50)},
        owner=text,
        account_name=text,
        spec=text,
        usage=text,
        origin=text,
        key_store=text,
        relatives=tuple(Relative(arn=KEY, role="REPLICA", state="PendingDeletion") for _ in range(40)),
        grantees=tuple(written(character, number, ARN_LIMIT) for number in range(20)),
    )


def counts(character: str) -> Counted:
    """More principals than are listed, with all that is kept of each, and many more behind them."""
    many = (use(event_id=f"o{each}", caller=caller(character, 100 + each)) for each in range(OTHERS))
    listed = (each for number in range(PRINCIPALS) for each in requests(character, number))
    return counted(*listed, *many)


def largest(character: str) -> Case:
    """The largest case that records can make."""
    found = counts(character)
    made = Counts().plus([found, Counted(management_calls=found.uses)])
    return case(
        key=of_key(character),
        settled=made,
        unanswered=made,
        recent=made,
        scheduled_by=ScheduledBy(caller=caller(character, 0), at=NOW),
        decision=decision(
            by=visitor(source_ip=written(character), user_agent=written(character)),
            why=written(character, limit=512),
        ),
        unknown=tuple(Unknown(fact=written(character), why=written(character, limit=512)) for _ in range(9)),
    )


def told(of: Case, reason: Reason = Reason.KEY_IN_USE) -> tuple[Case, Notice]:
    noted, notice = tell(of, reason, NOW)
    return fitting_case(noted), fitting_notice(notice)


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_largest_case_in_any_script_keeps_every_limit_and_its_numbers(script: str) -> None:
    of = largest(SCRIPTS[script])

    stored, notice = told(of)

    assert size(stored) <= CASE_LIMIT
    assert size(notice) <= NOTICE_LIMIT
    assert len(mail_body(notice).encode()) <= MAIL_LIMIT
    for kept in (stored.uses, notice.uses):
        assert kept.count == of.uses.count
        assert kept.count == sum(part.count for part in kept.by_caller) + kept.unlisted
        assert all(sum(part.operations.values()) == part.count for part in kept.by_caller)
    assert stored.management_calls.count == notice.management_calls.count == of.management_calls.count
    assert stored.is_trimmed


@pytest.mark.parametrize("script", SCRIPTS)
def test_of_the_largest_case_most_callers_are_named_in_a_notice_and_some_are_kept(script: str) -> None:
    stored, notice = told(largest(SCRIPTS[script]))

    assert len(notice.uses.by_caller) + len(notice.uses.others) >= 150
    assert len(stored.uses.by_caller) + len(stored.uses.others) >= 50
    assert len(stored.notified.callers) >= PRINCIPALS + OTHERS_LISTED


def test_what_was_left_out_is_said() -> None:
    stored, _ = told(largest("x"))

    _, notice = tell(stored, Reason.STILL_IN_USE, NOW)

    assert notice.unknown[-1] == Unknown(
        fact="some details of the callers", why="they are more than this stack keeps of one case"
    )


def test_addresses_of_the_console_are_the_first_to_be_left_out_and_cost_nothing_else() -> None:
    used = counted(use(user_agent="boto3"), use(event_id="e2", caller=caller("x", 1)))
    of = case(settled=Counts().plus([used]))

    stored = fitting_case(of, limit=size(of) - 1)

    said = to_json(stored.uses)
    assert "console_url" in str(to_json(of.uses))
    assert "console_url" not in str(said)
    assert said == _without(to_json(of.uses), "console_url")


def _without(value: Any, name: str) -> Any:
    """Return a JSON value without what has one name, wherever it is."""
    if isinstance(value, dict):
        return {key: _without(each, name) for key, each in value.items() if key != name}
    return [_without(each, name) for each in value] if isinstance(value, list) else value


def test_what_fits_is_left_as_it_is() -> None:
    small = case(settled=Counts().plus([counted(use())]))

    stored, notice = told(small)

    assert not stored.is_trimmed
    assert notice == tell(small, Reason.KEY_IN_USE, NOW)[1]


def test_a_case_that_fits_once_goes_on_to_fit_as_more_comes() -> None:
    of = case(key=of_key("\N{CJK UNIFIED IDEOGRAPH-6F22}"))
    found = counts("\N{CJK UNIFIED IDEOGRAPH-6F22}")

    for day in range(5):
        more = Counts().plus([found])
        of = replace(of, settled=of.settled + more, settled_until=of.settled_until + timedelta(days=day))
        of, _ = told(of, Reason.STILL_IN_USE)
        assert size(of) <= CASE_LIMIT

    assert of.uses.count == 5 * found.uses.uses().count


def test_a_key_keeps_the_first_of_everything() -> None:
    kept = fitting_key(of_key("x"))

    assert [len(kept.aliases), len(kept.tags), len(kept.relatives or ()), len(kept.grantees or ())] == [
        10,
        20,
        10,
        10,
    ]
    assert fitting_key(Key.bare(KEY)) == Key.bare(KEY)


characters = st.text(st.characters(), min_size=1, max_size=3)


@settings(max_examples=5)
@given(characters)
def test_whatever_characters_it_is_in_the_largest_case_keeps_every_limit(character: str) -> None:
    stored, notice = told(largest(character))

    assert size(stored) <= CASE_LIMIT
    assert size(notice) <= NOTICE_LIMIT
    assert len(mail_body(notice).encode()) <= MAIL_LIMIT
    assert len(slack_message(notice)["blocks"]) <= 50


def test_what_can_not_be_made_smaller_is_returned_as_small_as_it_gets() -> None:
    of = case(recent=Counts(uses=counted(use()).uses.uses()))
    told = tell(of, Reason.KEY_IN_USE, NOW)[1]

    assert fitting_case(of, limit=1).is_trimmed
    assert fitting_notice(told, limit=1).uses.count == 1
