"""The mail, as people read it."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from reprieve.cases.case import Closure, Ending
from reprieve.cases.decision import Choice
from reprieve.cases.key import Key, LastUse, Rescuable, Unknown
from reprieve.cases.notice import (
    ENDS_THREADS,
    CaseSummary,
    Notice,
    Reason,
    Sender,
    Window,
    no_event_found,
    stack_unhealthy,
)
from reprieve.cases.problem import Kind
from reprieve.cases.sample import sample_notice
from reprieve.cases.usage import Uses
from reprieve.clock import for_people
from reprieve.cloudtrail.caller import Caller
from reprieve.cloudtrail.key_use import KeyUse
from reprieve.cloudtrail.record import read
from reprieve.messages import plain_mail
from reprieve.messages.channels import delivery
from reprieve.messages.channels.sns import Sns
from reprieve.untrusted import one_line
from tests.examples import (
    DELETION,
    HOSTILE,
    INSTANCE,
    JANE,
    KEY,
    NOW,
    VOLUME,
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
from tests.fakes import FakeTopic
from tests.recorded import record
from tests.rendered import mail_body, mail_subject
from tests.strangers import ADDRESSES, LINKED, written_by_strangers

LINK = "https://abc123.execute-api.eu-west-1.amazonaws.com/keys/v1.W10.AAAA"
COMMANDS = (
    "aws kms cancel-key-deletion --region eu-west-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab",
    "aws kms enable-key --region eu-west-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab",
)
USES = uses(
    use(event_id="e1", at=at("14:10")),
    use(event_id="e2"),
    use(event_id="e3", operation="Encrypt"),
    use(
        event_id="e4",
        at=at("14:31"),
        caller=INSTANCE,
        operation="CreateGrant",
        resources=(VOLUME,),
        source_ip="AWS Internal",
        user_agent="",
    ),
)
TAGGING = uses(
    use(
        event_id="e5",
        caller=JANE,
        operation="TagResource",
        is_use=False,
        resources=(),
        source_ip="",
        user_agent="",
    )
)


def about(of: Key, **changes: Any) -> Notice:
    return notice(**({"case": CaseSummary(id="x", key=of, opened_at=NOW), "command": COMMANDS} | changes))


IN_USE = about(
    key(),
    case=CaseSummary(id="x", key=key(), opened_at=NOW, scheduled_by=scheduled()),
    uses=USES,
    management_calls=TAGGING,
    unknown=(Unknown(fact="tags of the key", why="kms:ListResourceTags is denied"),),
    link=LINK,
    link_expires_at=DELETION,
)

IN_USE_MAIL = """\
Broken now, and deleted for good in 6 days (2026-11-29 14:02 UTC).
KMS key alias/orders-db in 111122223333, eu-west-1

Last refused at 14:52 UTC. 2 callers are refused, most often role
orders-fn (3 of 4 requests). No use of this key has worked since
2026-11-22 14:02 UTC. Once it is deleted, what it encrypted can't be
read.

Review and decide: opening changes nothing. If unsure, press Rescue:
  https://abc123.execute-api.eu-west-1.amazonaws.com/keys/v1.W10.AAAA
Do not forward: anyone with this link can decide, without a sign-in,
until 2026-11-29 14:02 UTC.

  Key          alias/orders-db, "Orders database, prod"
               arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
  Scheduled    2026-11-22 14:02 UTC by jane@example.com (permission set
               Admin)
  Owner        team-orders
  Protects     1 secret, 1 EBS volume

Who is refused: 4 requests since 2026-11-22 14:10 UTC

  role orders-fn, session orders-api: 3 requests, last at 14:52 UTC
    Decrypt 2, Encrypt 1: secret prod/orders/db
    from 198.51.100.7
  EC2 instance i-0abc12345 (role aws:ec2-infrastructure): 1 request,
  last at 14:31 UTC
    CreateGrant: EBS volume vol-0ab1

Management calls refused, which do not use the key: 1 request since
2026-11-22 14:52 UTC

  user jane: 1 request, last at 14:52 UTC
    TagResource

To check or decide without the link:
  aws kms cancel-key-deletion --region eu-west-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab
  aws kms enable-key --region eu-west-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab
  https://eu-west-1.console.aws.amazon.com/kms/home?region=eu-west-1#/kms/keys/1234abcd

Not known: tags of the key (kms:ListResourceTags is denied)

Notice 8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11
"""

BARE_MAIL = """\
Scheduled for deletion. KMS could not be asked for its state now. The
deletion date is not known.
KMS key 1234abcd-12ab-34cd-56ef-1234567890ab in 111122223333, eu-west-1

No refused use is on record.

There is no link. Run in account 111122223333, or ask its administrator:
  aws kms cancel-key-deletion --region eu-west-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab
  aws kms enable-key --region eu-west-1 --key-id 1234abcd-12ab-34cd-56ef-1234567890ab
  https://eu-west-1.console.aws.amazon.com/kms/home?region=eu-west-1#/kms/keys/1234abcd

  Key          1234abcd-12ab-34cd-56ef-1234567890ab
               arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab

Notice 8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11
"""

CANCELLED = about(
    key(state="Enabled", deletion_date=None), reason=Reason.DELETION_CANCELLED, decision=decision()
)

CANCELLED_MAIL = """\
The deletion is cancelled. KMS says that the key is Enabled.
KMS key alias/orders-db in 111122223333, eu-west-1

Someone with the link from email decided at 2026-11-22 15:10 UTC to
cancel the deletion and to enable the key. From 203.0.113.40,
Mozilla/5.0.

  Key          alias/orders-db, "Orders database, prod"
               arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
  Owner        team-orders

  https://eu-west-1.console.aws.amazon.com/kms/home?region=eu-west-1#/kms/keys/1234abcd

Notice 8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11
"""

MANAGED = about(key(), reason=Reason.MANAGEMENT_CALL, management_calls=TAGGING)

NOTHING_FOUND = no_event_found(
    Window(log_group="aws-cloudtrail-logs-111122223333", start=at("14:39"), end=at("14:55")),
    "eu-west-1",
    "x",
    NOW,
    (Unknown(fact="which key user jane meant with Decrypt", why="record e1 names none"),),
)

NOTHING_FOUND_MAIL = """\
An alarm says that a KMS key that is pending deletion may be in use.

No CloudTrail record found so far names the key.

  Searched     log group aws-cloudtrail-logs-111122223333, from
               2026-11-22 14:39 UTC to 2026-11-22 14:55 UTC

The key may be in a record that came later. Look for it here:

  https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/\
aws-cloudtrail-logs-111122223333/log-events$3FfilterPattern$3Dx$26start$3D1795358340000$26end$3D1795359300000

Not known: which key user jane meant with Decrypt (record e1 names none)

Notice 1886c238-f251-51af-8005-d311c83d964d
"""


UNHEALTHY = stack_unhealthy(problem(), NOW)

UNHEALTHY_MAIL = f"""\
The channel slack has accepted no notice since 2026-11-22 13:50 UTC.

  Since        2026-11-22 13:50 UTC
  Error        HTTP 500: internal_error

Mend the channel, then start the redrive.

Notice {UNHEALTHY.id}
"""

REMOVED = stack_unhealthy(
    problem(kind=Kind.ADDRESS_REMOVED, subject="person@example.com", advice="Sent a request.", error=None),
    NOW,
    "https://eu-west-1.console.aws.amazon.com/sns",
)

REMOVED_MAIL = f"""\
person@example.com is no longer subscribed to the notices, and gets
none.

  Since        2026-11-22 13:50 UTC

Sent a request.

  https://eu-west-1.console.aws.amazon.com/sns

Notice {REMOVED.id}
"""


def hostile_problem(kind: Kind) -> Notice:
    return stack_unhealthy(problem(kind=kind, subject=HOSTILE, advice=HOSTILE * 9, error=HOSTILE * 9), NOW)


def longest_problem(kind: Kind) -> Notice:
    return stack_unhealthy(
        problem(kind=kind, subject="n" * 9000, advice="a " * 9000, error="e " * 9000), NOW, "https://x"
    )


def hostile() -> Notice:
    used = read(record("hostile-text-in-every-string"), NOW)
    assert isinstance(used, KeyUse)
    text = one_line(HOSTILE)
    of = key(aliases=(text, text), description=text, tags={"Owner": text})
    return about(
        of,
        uses=uses(used),
        management_calls=uses(used),
        unknown=(Unknown(fact=text, why=text),),
        decision=decision(by=visitor(source_ip=text, user_agent=text)),
    )


@pytest.mark.parametrize(
    ("told", "mail"),
    [
        (IN_USE, IN_USE_MAIL),
        (about(Key.bare(KEY)), BARE_MAIL),
        (CANCELLED, CANCELLED_MAIL),
        (NOTHING_FOUND, NOTHING_FOUND_MAIL),
        (UNHEALTHY, UNHEALTHY_MAIL),
        (REMOVED, REMOVED_MAIL),
    ],
)
def test_a_mail_tells_the_state_the_way_out_the_evidence_and_what_is_not_known(
    told: Notice, mail: str
) -> None:
    assert mail_body(told) == mail


def sent(told: Notice, topic: FakeTopic) -> None:
    Sns("email", topic).send(delivery(told, "email", "", NOW))


def test_a_mail_goes_out_with_its_subject_and_with_what_filters_need() -> None:
    topic = FakeTopic()

    sent(IN_USE, topic)

    assert topic.published == [
        (
            "Calls refused: alias/orders-db (role orders-fn and 1 more), deleted in 6 days",
            IN_USE_MAIL,
            {
                "notice_id": "8c8f1b4e-0d5f-5a61-9d0e-3d9c1f4c0a11",
                "reason": "key-in-use",
                "key_arn": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            },
        )
    ]


def test_a_mail_about_no_key_names_none() -> None:
    topic = FakeTopic()

    sent(NOTHING_FOUND, topic)

    ((_, _, attributes),) = topic.published
    assert attributes == {"notice_id": "1886c238-f251-51af-8005-d311c83d964d", "reason": "no-event-found"}


def test_a_mail_about_the_stack_has_no_link_and_stays_short() -> None:
    topic = FakeTopic()

    sent(longest_problem(Kind.ADDRESS_REMOVED), topic)

    ((_, body, attributes),) = topic.published
    assert attributes["reason"] == "stack-unhealthy"
    assert "key_arn" not in attributes
    assert "Review and decide" not in body
    assert "There is no link" not in body
    assert len(body) < 2000


def test_callers_beyond_eight_are_told_by_their_names() -> None:
    callers = [Caller(kind="IAMUser", id=f"u{number}", name=f"user {number}") for number in range(11)]

    mail = mail_body(about(key(), uses=uses(*(use(caller=caller) for caller in callers))))

    assert "\n  user 7: 1 request, last at 14:52 UTC\n" in mail
    assert "\n  also user 8 (1), user 9 (1), user 10 (1)\n" in mail
    assert "  user 8:" not in mail


EVERY = [IN_USE, about(Key.bare(KEY)), CANCELLED, MANAGED, NOTHING_FOUND, hostile(), UNHEALTHY, REMOVED]
EVERY += [made(kind) for kind in Kind for made in (hostile_problem, longest_problem)]


@pytest.mark.parametrize("told", EVERY)
def test_a_subject_is_one_line_of_less_than_a_hundred_characters(told: Notice) -> None:
    subject = mail_subject(told)

    assert 0 < len(subject) < 100
    assert subject.isprintable()


def test_a_subject_is_as_short_where_a_character_counts_as_two() -> None:
    callers = (Caller(kind="FederatedUser", id=name, name=name) for name in ("\U0001f9e8" * 64, "訂單" * 32))

    for caller in callers:
        subject = mail_subject(about(key(), uses=uses(use(caller=caller))))

        assert len(subject.encode("utf-16-le")) < 2 * 100
        assert "deleted in" in subject


@pytest.mark.parametrize("told", EVERY)
def test_a_line_is_longer_than_72_columns_only_if_it_can_not_be_broken(told: Notice) -> None:
    long = [line for line in mail_body(told).splitlines() if len(line) > 72]

    assert [line for line in long if " " in line.strip() and line.strip() not in COMMANDS] == []


@pytest.mark.parametrize("told", EVERY)
def test_a_mail_is_plain_text_that_nothing_can_turn_around(told: Notice) -> None:
    assert all(line.isprintable() for line in mail_body(told).split("\n"))


def test_the_link_has_a_line_of_its_own() -> None:
    assert f"\n  {LINK}\n" in mail_body(IN_USE)


FULL = key(
    account_name="prod",
    last_used=LastUse(operation="Decrypt", at=at("14:01")),
    grantees=("rds.amazonaws.com",),
    rescuable=Rescuable(allowed=False, why="its key policy denies kms:EnableKey"),
)


def test_a_mail_tells_what_was_looked_up_beside_the_name() -> None:
    mail = mail_body(about(FULL, link=LINK))

    assert mail.splitlines()[1] == "KMS key alias/orders-db in 111122223333 (prod), eu-west-1"
    assert (
        """
  Owner        team-orders
  Last worked  2026-11-22 14:01 UTC, Decrypt
  Grants       rds.amazonaws.com
"""
        in mail
    )


def test_where_the_page_can_not_help_the_commands_take_the_place_of_the_link() -> None:
    mail = mail_body(about(FULL, link=LINK, uses=USES))

    assert (
        f"""
The page can't rescue this key. Ask an administrator of account
111122223333 to run:
  {COMMANDS[0]}
  {COMMANDS[1]}
  {IN_USE.console_url}
Why: its key policy denies kms:EnableKey.
Try it anyway:
  {LINK}
Do not forward: anyone with this link can decide, without a sign-in,
until it expires.
"""
        in mail
    )
    assert mail.splitlines().index(f"  {COMMANDS[1]}") < plain_mail.FIRST_LINES
    assert mail.count(COMMANDS[0]) == 1
    assert "without the link" not in mail


def test_once_the_deletion_is_off_it_is_no_matter_whether_the_link_could_have_helped() -> None:
    mail = mail_body(about(FULL, reason=Reason.DELETION_CANCELLED))

    assert "can't rescue" not in mail
    assert "aws kms" not in mail


EVERYTHING = about(
    replace(FULL, multi_region="PRIMARY", spec="RSA_2048", usage="SIGN_VERIFY", key_store="store"),
    case=CaseSummary(id="x", key=FULL, opened_at=NOW, scheduled_by=scheduled(), previous=f"{KEY}@2026-01-01"),
    uses=USES,
    management_calls=TAGGING,
    unknown=(Unknown(fact="tags of the key", why="kms:ListResourceTags is denied"),),
    decision=decision(why="it is needed"),
    link=LINK,
)
ENDED_ELSEWHERE = about(
    key(state="Enabled", deletion_date=None),
    reason=Reason.DELETION_CANCELLED,
    closure=Closure(how=Ending.CANCELLED, at=NOW, by=JANE),
)


CROWD = about(
    key(),
    uses=uses(
        *(use(caller=Caller(kind="IAMUser", id=f"u{number}", name=f"user {number}")) for number in range(11))
    ),
)


@pytest.mark.parametrize("told", [*EVERY, EVERYTHING, ENDED_ELSEWHERE, CROWD])
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_is_a_link_in_a_mail_but_our_own(told: Notice, address: str) -> None:
    """Every text of the notice is one that a stranger wrote."""
    hostile = written_by_strangers(told, address)

    mail = mail_body(hostile)

    ours = {told.link, told.console_url, *told.command}
    theirs = [line for line in mail.splitlines() if line.strip() not in ours]
    assert [line for line in theirs if LINKED.search(line)] == []
    assert not LINKED.search(mail_subject(hostile))
    assert len(mail_subject(hostile)) <= plain_mail.SUBJECT_LIMIT
    assert all(f"\n  {line}\n" in mail for line in (told.link, told.console_url) if line)


def test_what_is_no_address_is_told_as_it_is() -> None:
    used = use(source_ip="198.51.100.7", caller=replace(JANE, session="jane@example.com"))
    mail = mail_body(about(key(description="rds.amazonaws.com, jane@example.com"), uses=uses(used)))

    assert '"rds.amazonaws.com, jane@example.com"' in mail
    assert "\n    from 198.51.100.7\n" in mail


def test_user_agents_are_left_to_the_page() -> None:
    assert "Boto3" not in mail_body(IN_USE)


def test_callers_stand_by_their_last_refusal() -> None:
    mail = mail_body(about(key(), uses=uses(use(at=at("14:10")), use(event_id="e2", caller=JANE))))

    assert mail.index("\n  user jane: ") < mail.index("\n  role orders-fn, session orders-api: ")


def test_a_notice_of_a_new_caller_lists_all_that_is_new() -> None:
    mail = mail_body(
        about(
            key(),
            reason=Reason.NEW_CALLER,
            uses=USES,
            new_callers=("role a", "role b"),
            new_resources=("secret x",),
        )
    )

    assert mail.startswith("New caller refused: role a and 1 more.\n")
    assert "  New          role a, role b, secret x\n" in mail


KEPT = decision(choice=Choice.KEEP, why="w" * 99)
NEWS = {"new_callers": ("n" * 64,) * 20, "new_resources": ("r" * 128,) * 20}
NAMES = {"short": "orders", "long": "long name " * 20, "hostile": one_line(HOSTILE * 3), "dots": "a.b." * 30}
WITH_A_LINK = sorted(
    set(Reason)
    - {Reason.DELETION_CANCELLED, *ENDS_THREADS, Reason.TEST}
    - {Reason.NO_EVENT_FOUND, Reason.DIGEST, Reason.STACK_UNHEALTHY}
)
"""The first has a link only where the key was scheduled again, the second never; others are about no key."""


@cache
def refused(name: str, number: int) -> Uses:
    """What so many callers were refused, yesterday."""
    callers = [Caller(kind="IAMUser", id=f"u{each}", name=f"{each} {name}"[:128]) for each in range(number)]
    return uses(*(use(caller=caller, at=NOW - timedelta(days=1)) for caller in callers))


@pytest.mark.parametrize("reason", WITH_A_LINK)
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("number", [0, 1, 3, 20, 430])
@pytest.mark.parametrize("left", [timedelta(days=6), timedelta(minutes=59), timedelta(seconds=30)])
def test_state_last_refusal_deadline_and_link_are_within_the_first_ten_lines(
    reason: Reason, name: str, number: int, left: timedelta
) -> None:
    found = refused(name, number)
    of = key(aliases=(name[:128],), account_name=name[:128], deletion_date=NOW + left)
    told = about(
        of,
        case=CaseSummary(id="x", key=of, opened_at=NOW, scheduled_by=scheduled()),
        reason=reason,
        uses=found,
        management_calls=found,
        decision=KEPT,
        link=LINK,
        link_expires_at=NOW + left,
        **NEWS,
    )

    mail = mail_body(told)

    lines = mail.splitlines()[: plain_mail.FIRST_LINES]
    first = " ".join(" ".join(lines).split())
    assert "Broken now" in first or "Not usable now" in first or "Nothing stops the deletion" in first
    assert f"({for_people(NOW + left)})" in first
    assert ("Last refused at 2026-11-21 14:55 UTC." if number else "No refused use is on record.") in first
    assert f"  {LINK}" in lines
    assert f"\n  {LINK}\nDo not forward: anyone with this link can decide" in mail
    assert len([line for line in mail.splitlines() if line.startswith("Do not forward")]) == 1


def test_a_key_that_was_scheduled_again_has_its_link_within_the_first_ten_lines() -> None:
    closure = Closure(how=Ending.CANCELLED, at=NOW, by=JANE, scheduled_again=DELETION)
    told = about(key(), reason=Reason.DELETION_CANCELLED, closure=closure, link=LINK, uses=USES)

    lines = mail_body(told).splitlines()[: plain_mail.FIRST_LINES]

    assert lines[0] == "Pending deletion again, due 2026-11-29 14:02 UTC, after a cancellation."
    assert f"  {LINK}" in lines


def test_a_sentence_without_room_before_the_link_follows_after_it() -> None:
    told = about(key(), reason=Reason.DELETION_KEPT, decision=KEPT, uses=USES, link=LINK)

    before, link, after = mail_body(told).partition(LINK)

    assert link
    assert "to let the key be deleted." in before
    assert "The reason given" not in before
    assert "The reason given" in after


def test_a_test_notice_has_its_link_and_the_sample_and_no_command() -> None:
    sent = sample_notice("8c8f1b4e", Sender(account="111122223333", region="eu-west-1"), NOW)

    mail = mail_body(replace(sent, link=LINK, link_expires_at=DELETION))

    assert mail.startswith("This is a test. No key is in danger, and there is nothing to decide.\nSample: ")
    assert f"  {LINK}" in mail.splitlines()[: plain_mail.FIRST_LINES]
    assert "role sample-orders-api: 61 requests" in mail
    assert "aws kms" not in mail
    assert "without the link" not in mail
