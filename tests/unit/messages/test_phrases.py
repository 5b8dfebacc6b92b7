"""What every channel and page says."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from reprieve.cases.key import Key
from reprieve.cases.notice import Reason, Window
from reprieve.cases.usage import Uses
from reprieve.cloudtrail.caller import Caller
from reprieve.messages import phrases
from tests.examples import (
    JANE,
    KEY,
    NOW,
    ORDERS,
    VOLUME,
    at,
    case,
    key,
    notice,
    scheduled,
    use,
    uses,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("role orders-fn", "role orders-fn"),
        ("n" * 20, "n" * 20),
        ("n" * 21, f"{'n' * 17}..."),
        ("role orders-fn, and others", "role orders-fn, a..."),
        ("sixteen letters. and more", "sixteen letters...."),
        ("already cut\N{HORIZONTAL ELLIPSIS}", "already cut..."),
        ("evil.example", "evil[.]example"),
        ("https://evil.example/x", "hxxps://evil[.]ex..."),
        ("for you: evil.com_and_more_of_it", "for you: evil..."),
        ("evil.example.com_1_and_more", "evil[.]example..."),
        ("see/evil.company_x_and_so_on", "see/evil.company_..."),
        ("line\nbreak", "line\N{REPLACEMENT CHARACTER}break"),
    ],
)
def test_what_is_cut_ends_in_three_dots_and_holds_no_address(text: str, words: str) -> None:
    assert phrases.shortened(text, 20) == words


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (key(), 'alias/orders-db, "Orders database, prod"'),
        (key(aliases=("alias/a", "alias/b"), description=""), "alias/a, alias/b"),
        (key(aliases=(), description=""), "1234abcd-12ab-34cd-56ef-1234567890ab"),
        (
            key(description='unused", alias/for-tests, "old'),
            """alias/orders-db, "unused', alias/for-tests, 'old\"""",
        ),
    ],
)
def test_a_key_is_told_by_all_its_names(of: Key, words: str) -> None:
    assert phrases.names(of) == words


def test_who_scheduled_the_deletion_is_told_with_the_time() -> None:
    assert phrases.scheduled_by(scheduled()) == (
        "2026-11-22 14:02 UTC by jane@example.com (permission set Admin)"
    )
    assert phrases.scheduled_by(case().scheduled_by) == ""


@pytest.mark.parametrize(("owner", "words"), [("team-orders", "team-orders"), (None, "")])
def test_the_owner_is_what_the_tags_said(owner: str | None, words: str) -> None:
    assert phrases.owner(key(owner=owner)) == words


def test_one_operation_needs_no_number() -> None:
    (part,) = uses(use(), use()).by_caller

    assert phrases.operations(part) == "Decrypt"


def test_several_operations_have_theirs() -> None:
    (part,) = uses(use(), use(), use(operation="Encrypt")).by_caller

    assert phrases.operations(part) == "Decrypt 2, Encrypt 1"


def test_the_origin_is_two_addresses_and_one_agent() -> None:
    requests = [use(source_ip=f"198.51.100.{number}", user_agent=f"agent {number}") for number in range(3)]
    (part,) = uses(*requests).by_caller

    assert phrases.origin(part) == "198.51.100.0, 198.51.100.1, agent 0"
    assert phrases.addresses(part) == "198.51.100.0, 198.51.100.1"


def test_a_service_between_is_no_origin() -> None:
    through = replace(ORDERS, invoked_by="s3.amazonaws.com", service="S3")
    (part,) = uses(
        use(caller=through, source_ip="s3.amazonaws.com", user_agent="AWS Internal"), use(caller=through)
    ).by_caller

    assert phrases.origin(part) == "198.51.100.7, Boto3/1.44.5"


@pytest.mark.parametrize(
    ("sessions", "words"),
    [
        (("api", "job"), "role orders-fn, sessions api, job"),
        (tuple("abcdefghijkl"), f"role orders-fn, sessions {', '.join('abcdefghijkl')} and more"),
    ],
)
def test_a_role_that_came_in_several_sessions_is_told_with_them(
    sessions: tuple[str, ...], words: str
) -> None:
    (part,) = uses(use()).by_caller

    assert phrases.caller(replace(part, sessions=sessions)) == words


@pytest.mark.parametrize(
    ("addresses", "words"),
    [
        (["s3.amazonaws.com"], "S3 on behalf of role orders-fn, session orders-api"),
        (
            ["s3.amazonaws.com", "198.51.100.7"],
            "role orders-fn, session orders-api, at least in part through S3",
        ),
    ],
)
def test_one_who_came_to_kms_in_several_ways_is_told_so(addresses: list[str], words: str) -> None:
    through = replace(ORDERS, invoked_by="s3.amazonaws.com", service="S3")
    (part,) = uses(*(use(caller=through, source_ip=address) for address in addresses)).by_caller

    assert phrases.caller(part) == words


def strangers(number: int) -> Uses:
    callers = [Caller(kind="IAMUser", id=f"u{each}", name=f"user {each}") for each in range(number)]
    return uses(*(use(caller=caller) for caller in callers))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, ()),
        (8, ()),
        (9, ("also user 8 (1)",)),
        (21, (f"also {', '.join(f'user {number} (1)' for number in range(8, 21))}",)),
        (
            422,
            (
                f"also {', '.join(f'user {number} (1)' for number in range(8, 420))}",
                "2 more by others, whose records are in the log group",
            ),
        ),
    ],
)
def test_callers_beyond_eight_are_told_by_their_names(number: int, words: tuple[str, ...]) -> None:
    assert phrases.rest(strangers(number)) == words


def test_requests_are_counted_in_words() -> None:
    assert [phrases.requests(number) for number in (1, 2)] == ["1 request", "2 requests"]


def test_a_window_is_told_with_its_log_group() -> None:
    window = Window(log_group="trail", start=at("14:39"), end=at("14:55"))

    assert phrases.searched(window) == ("log group trail, from 2026-11-22 14:39 UTC to 2026-11-22 14:55 UTC")


def volumes(number: int) -> Uses:
    return uses(*(use(resources=(replace(VOLUME, name=f"vol-{each}"),)) for each in range(number)))


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (Uses(), ""),
        (uses(use(resources=())), ""),
        (uses(use(), use(caller=JANE)), "1 secret"),
        (uses(use(), use(resources=(VOLUME,), caller=JANE)), "1 secret, 1 EBS volume"),
        (volumes(7), "7 EBS volumes"),
        (volumes(9), "at least 8 EBS volumes"),
        (strangers(21), "at least 1 secret"),
    ],
)
def test_what_the_key_protects_is_summed_up_over_its_callers(found: Uses, line: str) -> None:
    assert phrases.protects(found) == line


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "EBS volume vol-0"),
        (3, "EBS volume vol-0, EBS volume vol-1, EBS volume vol-2"),
        (4, "EBS volume vol-0, EBS volume vol-1, EBS volume vol-2, and 1 more"),
        (9, "EBS volume vol-0, EBS volume vol-1, EBS volume vol-2, and at least 5 more"),
    ],
)
def test_three_things_are_named_and_the_rest_are_counted(number: int, words: str) -> None:
    (part,) = volumes(number).by_caller

    assert phrases.about(part) == words


@pytest.mark.parametrize(
    ("then", "words"),
    [(at("14:52:31"), "14:52 UTC"), (at("14:52:31") - timedelta(days=1), "2026-11-21 14:52 UTC")],
)
def test_a_moment_of_another_day_is_told_with_its_date(then: datetime, words: str) -> None:
    assert phrases.moment(then, NOW) == words


@pytest.mark.parametrize(
    ("previous", "words"),
    [
        (None, ""),
        (f"{KEY}@unknown", ""),
        (f"{KEY}@2026-10-01T09:00:00Z", "a deletion of this key on 2026-10-01 was stopped"),
    ],
)
def test_an_earlier_deletion_of_the_key_is_told_by_its_date(previous: str | None, words: str) -> None:
    assert phrases.earlier(previous, is_sure=True) == words


def test_where_kms_does_not_say_that_this_is_another_deletion_no_earlier_one_is_called_stopped() -> None:
    said = phrases.earlier(f"{KEY}@2026-10-01T09:00:00Z", is_sure=False)

    assert said == "an earlier case of this key, about a deletion on 2026-10-01, was closed"


NEWCOMERS = {"new_callers": ("role a", "role b"), "new_resources": ("secret x",)}


@pytest.mark.parametrize(
    ("reason", "changes", "words"),
    [
        (Reason.NEW_CALLER, NEWCOMERS, "role a, role b, secret x"),
        (Reason.STILL_IN_USE, NEWCOMERS, "role a, role b, secret x"),
        (Reason.NEW_CALLER, {}, ""),
        (Reason.KEY_IN_USE, NEWCOMERS, ""),
        (
            Reason.NEW_CALLER,
            {"new_callers": ("role a",) * 20},
            f"{', '.join(['role a'] * 20)} and more",
        ),
    ],
)
def test_who_is_new_is_listed_where_people_had_heard_of_others(
    reason: Reason, changes: dict[str, tuple[str, ...]], words: str
) -> None:
    assert phrases.news(notice(reason=reason, **changes)) == words
