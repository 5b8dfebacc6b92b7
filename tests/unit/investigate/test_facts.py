"""What can be looked up about a key, each fact by itself."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from reprieve.arn import KeyArn
from reprieve.cases.case import Case, Closure, Ending
from reprieve.cases.key import Key, LastUse, Relative, Rescuable, Unknown
from reprieve.cloudtrail.key_use import Scheduling
from reprieve.errors import (
    AbsentError,
    AwsError,
    DeniedError,
    NotUnderstoodError,
    ThrottledError,
    UnreachableError,
)
from reprieve.investigate.facts import FACTS
from reprieve.investigate.facts.fact import Fact
from reprieve.investigate.facts.key_facts import KeyFacts
from reprieve.investigate.facts.lookup import Facts, why
from reprieve.investigate.facts.scheduling import known_of as knows_who
from reprieve.ports import Grants, KeyUsage
from tests.examples import KEY, NOW, OTHER_KEY, at, case, scheduled
from tests.fakes import RESPONDER, FakeClock, FakeHistory, FakeKms, FakeNames, facts_from
from tests.recorded import record

ALIAS = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:alias/orders-db")
FOREIGN = KeyArn.parse("arn:aws:kms:eu-west-1:777788889999:key/5678abcd-12ab-34cd-56ef-1234567890ab")
PRIMARY = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab")
REPLICA = replace(PRIMARY, region="us-east-1")
DENIED = DeniedError("kms:ListResourceTags", "AccessDeniedException", "no")
ENTERING = DeniedError("sts:AssumeRole of arn:aws:iam::777788889999:role/member", "AccessDenied", "no")
KMS_CALLS = (
    "kms:DescribeKey",
    "kms:ListAliases",
    "kms:ListResourceTags",
    "kms:GetKeyPolicy",
    "kms:GetKeyLastUsage",
    "kms:ListGrants",
)
NOBODY_KNOWS = Unknown(
    fact="who scheduled the deletion, and when",
    why="CloudTrail's event history in eu-west-1 does not say",
)


def kms(*keys: KeyArn) -> FakeKms:
    made = FakeKms(FakeClock(at("15:00")))
    for key in keys or (KEY,):
        made.add(key, description="Orders database, prod", spec="SYMMETRIC_DEFAULT", origin="AWS_KMS")
        made.alias_names[key] = ("alias/orders-db",)
        made.key_tags[key] = {"team": "team-orders", "owner": ""}
    return made


def gathered(directory: FakeKms, key: KeyArn, **sources: Any) -> KeyFacts:
    return facts_from(directory, **sources).gather([key])[key]


def line(key: KeyArn, time: str, days: int = 7) -> str:
    """A record of the history: somebody scheduled a key."""
    made = record("schedule-key-deletion")
    made["resources"] = [{"ARN": str(key), "accountId": key.account, "type": "AWS::KMS::Key"}]
    made["requestParameters"] = {"keyId": str(key), "pendingWindowInDays": days}
    made["eventTime"] = f"2026-11-{time}Z"
    return json.dumps(made)


def test_all_that_can_be_had_of_a_key_is_put_together() -> None:
    directory = kms()
    directory.usages[KEY] = KeyUsage(operation="Decrypt", at=at("14:01"), tracked_since=at("09:00"))
    directory.granted[KEY] = Grants(("arn:aws:iam::111122223333:role/orders",))

    found = gathered(directory, KEY, names=FakeNames({"111122223333": "prod"}))

    assert found.key == Key(
        arn=KEY,
        account="111122223333",
        region="eu-west-1",
        aliases=("alias/orders-db",),
        description="Orders database, prod",
        state="PendingDeletion",
        deletion_date=at("15:00").replace(day=29),
        tags={"team": "team-orders", "owner": ""},
        owner="team-orders",
        account_name="prod",
        spec="SYMMETRIC_DEFAULT",
        origin="AWS_KMS",
        last_used=LastUse(operation="Decrypt", at=at("14:01"), tracked_since=at("09:00")),
        grantees=("arn:aws:iam::111122223333:role/orders",),
        rescuable=Rescuable(
            allowed=True, why="its key policy lets the IAM policies of account 111122223333 decide"
        ),
    )
    assert found.unknown == (NOBODY_KNOWS,)


@pytest.mark.parametrize("call", KMS_CALLS)
def test_a_fact_that_can_not_be_had_leaves_the_others_alone(call: str) -> None:
    directory = kms()
    directory.fail(call, DeniedError(call, "AccessDeniedException", "no"))

    found = gathered(directory, KEY)

    assert [unknown.why for unknown in found.unknown if unknown != NOBODY_KNOWS] == [f"{call} is denied"]
    assert {name for name, _ in directory.calls} == set(KMS_CALLS)


def test_an_answer_that_makes_no_sense_is_a_fact_that_can_not_be_had() -> None:
    class Odd(FakeKms):
        def tags(self, key: KeyArn) -> dict[str, str]:
            raise NotUnderstoodError("tags", f"{key.key_id[:4]} has no list")

    directory = Odd(FakeClock(at("15:00")))
    directory.add(KEY)

    assert gathered(directory, KEY).unknown[0] == Unknown(
        fact="tags of the key", why="the answer makes no sense: tags: 1234 has no list"
    )


def test_of_a_key_of_which_nothing_can_be_had_that_is_said_once() -> None:
    history = FakeHistory(error=DeniedError("cloudtrail:LookupEvents", "AccessDeniedException", ""))

    found = gathered(kms(), OTHER_KEY, history=history, names=FakeNames({"111122223333": "prod"}))

    assert found.unknown == (
        Unknown(fact="everything about the key", why="KMS knows no such key any more"),
        Unknown(fact="who scheduled the deletion, and when", why="cloudtrail:LookupEvents is denied"),
    )


def test_facts_that_lack_for_one_reason_are_told_together() -> None:
    directory = kms(FOREIGN)
    for call in KMS_CALLS:
        directory.fail(call, ENTERING)

    found = gathered(directory, FOREIGN, member_role="member", history=FakeHistory(error=ENTERING))

    assert found.key == Key.bare(FOREIGN)
    assert found.unknown == (
        Unknown(
            fact="everything about the key",
            why="sts:AssumeRole of arn:aws:iam::777788889999:role/member is denied",
        ),
    )


def test_another_accounts_key_is_not_asked_for_without_a_role_there_and_the_missing_link_is_explained() -> (
    None
):
    directory = kms()

    found = gathered(directory, FOREIGN, names=FakeNames({"777788889999": "billing"}))

    assert directory.calls == []
    assert found.key == replace(Key.bare(FOREIGN), account_name="billing")
    assert found.unknown == (
        Unknown(
            fact="everything about the key",
            why="it belongs to account 777788889999, and this stack can only read keys of 111122223333"
            " (its parameter MemberRoleName is empty), so there is no link either",
        ),
    )


def test_an_account_that_the_organization_does_not_tell_of_is_said_beside_that() -> None:
    found = gathered(kms(), FOREIGN, names=FakeNames())

    assert found.unknown[1] == Unknown(
        fact="name of the account", why="organizations:DescribeAccount is denied"
    )


def test_another_accounts_key_is_asked_for_where_a_role_is_there() -> None:
    found = gathered(kms(FOREIGN), FOREIGN, member_role="member")

    assert found.key.state == "PendingDeletion"
    assert found.key.account == "777788889999"


def test_several_keys_are_asked_for_side_by_side() -> None:
    directory = kms()
    directory.add(OTHER_KEY, "Enabled")

    with ThreadPoolExecutor(4) as pool:
        facts = replace(facts_from(directory), pool=pool)
        found = facts.gather((KEY, OTHER_KEY))

    assert {key: facts.key.state for key, facts in found.items()} == {
        KEY: "PendingDeletion",
        OTHER_KEY: "Enabled",
    }


def test_the_account_is_asked_for_once_and_the_history_once_in_a_region() -> None:
    second = replace(KEY, resource="key/9999abcd-12ab-34cd-56ef-1234567890ab")
    history, names = FakeHistory(), FakeNames({"111122223333": "prod"})

    facts_from(kms(KEY, second, OTHER_KEY), history=history, names=names).gather((KEY, second, OTHER_KEY))

    month = at("15:00") - timedelta(days=31)
    assert history.asked == [("eu-west-1", month), ("us-east-1", month)]
    assert names.asked == ["111122223333"]


def test_the_most_important_facts_of_all_keys_are_asked_for_first() -> None:
    directory = kms(KEY, OTHER_KEY)

    facts_from(directory).gather((KEY, OTHER_KEY))

    assert [name for name, _ in directory.calls[:4]] == ["kms:DescribeKey"] * 2 + ["kms:ListAliases"] * 2


class Slow(FakeKms):
    """KMS, but some calls never answer."""

    def __init__(self, *stuck: str) -> None:
        super().__init__(FakeClock(at("15:00")))
        self.stuck, self.released = stuck, Event()

    def _key(self, operation: str, key: KeyArn) -> Any:
        if operation in self.stuck:
            self.released.wait(30)
        return super()._key(operation, key)


@contextmanager
def slow_facts(directory: Slow, threads: int, **sources: Any) -> Iterator[Facts]:
    with ThreadPoolExecutor(threads) as pool:
        yield replace(facts_from(directory, **sources), pool=pool, budget=0.2)
        directory.released.set()


def test_what_is_not_there_in_time_is_unknown_and_nobody_waits_for_it() -> None:
    directory = Slow("kms:ListGrants", "kms:GetKeyLastUsage")
    directory.add(KEY)

    with slow_facts(directory, 16) as facts:
        start = time.monotonic()
        found = facts.gather([KEY])[KEY]
        took = time.monotonic() - start

    assert took < 5
    assert found.key.state == "PendingDeletion"
    assert (
        Unknown(fact="last successful use, grants of the key", why="it took longer than 0.2 s")
        in found.unknown
    )


def test_a_look_up_that_is_stuck_keeps_the_others_from_beginning_and_they_are_given_up() -> None:
    directory = Slow("kms:DescribeKey")
    directory.add(KEY)

    with slow_facts(directory, 1, names=FakeNames({"111122223333": "prod"})) as facts:
        found = facts.gather([KEY])[KEY]

    assert found.key == Key.bare(KEY)
    assert found.unknown == (Unknown(fact="everything about the key", why="it took longer than 0.2 s"),)
    assert directory.calls in ([], [("kms:DescribeKey", KEY)])


def test_the_budget_is_three_seconds() -> None:
    assert facts_from(kms()).budget == 3


def test_who_scheduled_the_deletion_is_looked_for_in_the_history_of_the_key_s_region() -> None:
    history = FakeHistory({"eu-west-1": [line(OTHER_KEY, "22T14:02:10"), line(KEY, "22T14:00:00"), "{}"]})

    found = gathered(kms(), KEY, history=history)

    (scheduling,) = found.schedulings
    assert isinstance(scheduling, Scheduling)
    assert (scheduling.key, scheduling.at) == (KEY, at("14:00"))
    assert found.unknown == ()


def test_the_history_is_not_asked_where_that_is_known() -> None:
    history = FakeHistory()

    found = facts_from(kms(), history=history).gather([KEY], {KEY})[KEY]

    assert history.asked == []
    assert found.unknown == ()


def test_a_history_that_is_denied_is_said_once() -> None:
    denied = DeniedError("cloudtrail:LookupEvents", "AccessDeniedException", "no")

    found = gathered(kms(), KEY, history=FakeHistory(error=denied))

    assert found.unknown == (
        Unknown(fact="who scheduled the deletion, and when", why="cloudtrail:LookupEvents is denied"),
    )


def test_of_a_key_that_does_not_wait_it_is_no_matter_that_the_history_is_silent() -> None:
    directory = kms()
    directory.add(KEY, "Enabled")

    assert gathered(directory, KEY).unknown == ()


@pytest.mark.parametrize(
    ("known", "of"),
    [
        (case(), set()),
        (case(scheduled_by=scheduled()), {KEY}),
        (case(scheduled_by=scheduled(), closure=Closure(how=Ending.CANCELLED, at=NOW)), set()),
    ],
)
def test_an_open_case_that_says_who_scheduled_the_deletion_is_enough(known: Case, of: set[KeyArn]) -> None:
    assert knows_who([known]) == of


@pytest.mark.parametrize(
    ("tags", "owner"),
    [
        ({"Owner": "a", "owner": "b", "team": "c"}, "a"),
        ({"owner": "b", "team": "c"}, "b"),
        ({"Owner": "", "team": "c"}, "c"),
        ({"OWNER": "d"}, None),
        ({}, None),
    ],
)
def test_the_owner_is_the_first_tag_of_the_list_that_says_anything(tags: dict[str, str], owner: str) -> None:
    directory = kms()
    directory.key_tags[KEY] = tags

    assert gathered(directory, KEY).key.owner == owner


@pytest.mark.parametrize(
    ("value", "runbook"),
    [
        ("https://wiki.example/kms?page=1#top", "https://wiki.example/kms?page=1#top"),
        ("https://wiki.example:8443", "https://wiki.example:8443"),
        ("http://wiki.example/kms", None),
        ("http://localhost/kms", None),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("https:///etc", None),
        ("https://wiki.example@evil.example/", None),
        ("https://wiki.example\\@evil.example/", None),
        ("https://wiki.example/ https://evil.example", None),
        ("https://wiki.example/\N{RIGHT-TO-LEFT OVERRIDE}", None),
        ("see the wiki", None),
        ("", None),
    ],
)
def test_the_runbook_is_the_tag_s_address_if_it_is_one_of_https(value: str, runbook: str | None) -> None:
    directory = kms()
    directory.key_tags[KEY] = {"Runbook": value}

    found = gathered(directory, KEY).key

    assert (found.runbook, found.tags) == (runbook, {"Runbook": value})


def test_grants_beyond_the_first_few_are_said_to_be_there() -> None:
    directory = kms(KEY, OTHER_KEY)
    directory.granted[KEY] = Grants(tuple(map(str, range(21))))
    directory.granted[OTHER_KEY] = Grants(("a",), more=True)

    assert gathered(directory, KEY).key.grantees == (*map(str, range(20)), "and more")
    assert gathered(directory, OTHER_KEY).key.grantees == ("a", "and more")


def family(directory: FakeKms) -> FakeKms:
    replicas = tuple(replace(PRIMARY, region=f"us-east-{number}") for number in range(1, 9))
    directory.add(
        PRIMARY, "PendingReplicaDeletion", multi_region="PRIMARY", primary=PRIMARY, replicas=replicas
    )
    directory.add(REPLICA, multi_region="REPLICA", primary=PRIMARY, replicas=(REPLICA,))
    return directory


def test_the_relatives_of_a_multi_region_key_are_asked_for_in_their_own_regions() -> None:
    directory = family(kms())

    found = gathered(directory, REPLICA)

    assert found.key.multi_region == "REPLICA"
    assert found.key.relatives == (Relative(arn=PRIMARY, role="PRIMARY", state="PendingReplicaDeletion"),)


def test_relatives_that_can_not_be_read_and_those_that_are_too_many_have_no_state() -> None:
    found = gathered(family(kms()), PRIMARY).key.relatives

    assert found
    assert [relative.state for relative in found] == ["PendingDeletion", *[None] * 7]
    assert [relative.arn.region for relative in found] == [f"us-east-{number}" for number in range(1, 9)]


def test_relatives_that_take_too_long_are_known_by_their_names() -> None:
    directory = family(kms())
    directory.fail("kms:DescribeKey", None, ThrottledError("kms:DescribeKey", "ThrottlingException", ""))

    found = gathered(directory, REPLICA)

    assert found.key.relatives == (Relative(arn=PRIMARY, role="PRIMARY"),)
    assert found.unknown[0].fact == "states of the key's replicas and primary"


NAMING = {"Effect": "Allow", "Principal": {"AWS": RESPONDER}, "Action": "kms:*", "Resource": "*"}


def with_policy(key: KeyArn, statement: dict[str, Any] | None) -> FakeKms:
    directory = kms(key)
    if statement is not None:
        directory.policies[key] = json.dumps({"Statement": [statement]})
    return directory


def test_a_policy_that_names_the_role_lets_the_link_help() -> None:
    found = gathered(with_policy(KEY, NAMING), KEY)

    assert found.key.rescuable == Rescuable(allowed=True, why="its key policy names the role")


def test_a_policy_that_is_for_others_does_not_and_they_are_to_be_asked() -> None:
    admin = "arn:aws:iam::111122223333:role/KeyAdmin"

    found = gathered(with_policy(KEY, NAMING | {"Principal": {"AWS": admin}}), KEY)

    assert found.key.rescuable == Rescuable(
        allowed=False,
        why=f"its key policy allows kms:CancelKeyDeletion neither to {RESPONDER} nor to the IAM policies"
        f" of account 111122223333; ask {admin}",
    )


def test_in_another_account_it_is_not_known_what_the_role_there_may() -> None:
    found = gathered(with_policy(FOREIGN, None), FOREIGN, member_role="member")

    assert found.key.rescuable is None
    assert found.unknown[0] == Unknown(
        fact="whether the link can help",
        why="its key policy lets the IAM policies of account 777788889999 decide",
    )


def test_in_another_account_the_role_there_is_the_one_to_be_named() -> None:
    role = "arn:aws:iam::777788889999:role/member"
    statement = NAMING | {"Principal": {"AWS": [role, RESPONDER]}}

    found = gathered(with_policy(FOREIGN, statement), FOREIGN, member_role="member")

    assert found.key.rescuable == Rescuable(allowed=True, why="its key policy names the role")


def test_a_policy_with_a_condition_can_not_be_told() -> None:
    statement = NAMING | {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}

    found = gathered(with_policy(KEY, statement), KEY)

    assert found.key.rescuable is None
    assert found.unknown[0].fact == "whether the link can help"


def test_every_fact_has_a_name_of_its_own() -> None:
    assert len({fact.FACT for fact in FACTS}) == len(FACTS)


def whole() -> tuple[FakeKms, FakeNames]:
    """A multi-Region key of which every fact tells something."""
    directory = family(kms(REPLICA))
    directory.usages[REPLICA] = KeyUsage(operation="Decrypt", at=at("14:01"), tracked_since=at("09:00"))
    directory.granted[REPLICA] = Grants(("arn:aws:iam::111122223333:role/orders",))
    directory.policies[REPLICA] = json.dumps({"Statement": [NAMING]})
    return directory, FakeNames({"111122223333": "prod"})


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.FACT)
def test_a_fact_tells_the_fields_that_it_names(fact: Fact) -> None:
    directory, names = whole()

    told = fact.look_up(facts_from(directory, names=names).sources, REPLICA)

    assert not isinstance(told, Unknown)
    assert told.keys() - {"arn", "account", "region", "schedulings"} == fact.FIELDS


def test_every_field_of_a_key_beside_its_name_is_told_by_a_fact() -> None:
    named = frozenset[str]().union(*(fact.FIELDS for fact in FACTS))

    assert {field.name for field in fields(Key)} - {"arn", "account", "region"} == named


@pytest.mark.parametrize(
    ("call", "stands"),
    [
        ("kms:ListAliases", "aliases of the key"),
        ("kms:ListResourceTags", "tags of the key"),
        ("kms:GetKeyPolicy", "whether the link can help"),
        ("kms:GetKeyLastUsage", "last successful use"),
        ("kms:ListGrants", "grants of the key"),
    ],
)
def test_what_an_earlier_look_told_stands_where_there_is_no_answer_and_that_is_said(
    call: str, stands: str
) -> None:
    directory, names = whole()
    facts = facts_from(directory, names=names)
    earlier = facts.gather([REPLICA])[REPLICA].key
    directory.fail(call, ThrottledError(call, "ThrottlingException", ""))

    found = facts.gather([REPLICA])[REPLICA].after(earlier)

    assert found.key == earlier
    assert found.unknown[0] == Unknown(
        fact=stands,
        why=f"AWS asked for fewer requests ({call}); what the notice shows is from an earlier look-up",
    )


def test_what_nobody_ever_told_is_plainly_unknown() -> None:
    directory = kms()
    directory.fail("kms:GetKeyLastUsage", DENIED)
    earlier = gathered(directory, KEY).key
    directory.fail("kms:GetKeyLastUsage", DENIED)

    found = gathered(directory, KEY).after(earlier)

    assert found.unknown[0] == Unknown(fact="last successful use", why="kms:ListResourceTags is denied")


def test_what_is_not_there_any_more_does_not_stand() -> None:
    directory = kms()
    earlier = gathered(directory, KEY).key
    directory.key_tags[KEY] = {}
    directory.alias_names[KEY] = ()

    found = gathered(directory, KEY).after(earlier)

    assert (found.key.tags, found.key.owner, found.key.aliases) == ({}, None, ())
    assert found.unknown == (NOBODY_KNOWS,)


def test_an_answer_that_it_can_not_be_told_is_an_answer() -> None:
    directory = with_policy(KEY, NAMING)
    earlier = gathered(directory, KEY).key
    conditional = NAMING | {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    directory.policies[KEY] = json.dumps({"Statement": [conditional]})

    found = gathered(directory, KEY).after(earlier)

    assert found.key.rescuable is None
    assert found.unknown[0].why.endswith("depend on a condition that is not known beforehand")


def test_the_states_of_relatives_do_not_stand_where_their_names_are_told_anew() -> None:
    directory = family(kms())
    earlier = gathered(directory, REPLICA).key
    directory.fail("kms:DescribeKey", None, ThrottledError("kms:DescribeKey", "ThrottlingException", ""))

    found = gathered(directory, REPLICA).after(earlier)

    assert found.key.relatives == (Relative(arn=PRIMARY, role="PRIMARY"),)
    assert found.unknown[0] == Unknown(
        fact="states of the key's replicas and primary",
        why="AWS asked for fewer requests (kms:DescribeKey)",
    )


def test_a_key_that_may_not_be_asked_for_any_more_is_told_as_it_was() -> None:
    directory = kms(FOREIGN)
    earlier = gathered(directory, FOREIGN, member_role="member").key

    found = gathered(directory, FOREIGN).after(earlier)

    assert found.key == earlier
    assert found.unknown[0].why.endswith("; what the notice shows is from an earlier look-up")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (DENIED, "kms:ListResourceTags is denied"),
        (AbsentError("kms:DescribeKey", "NotFoundException", ""), "KMS knows no such key any more"),
        (
            ThrottledError("kms:DescribeKey", "ThrottlingException", ""),
            "AWS asked for fewer requests (kms:DescribeKey)",
        ),
        (
            UnreachableError("kms:DescribeKey", "KMSInternalException", ""),
            "kms:DescribeKey failed: KMSInternalException",
        ),
    ],
)
def test_why_a_fact_is_unknown_is_said_in_a_persons_words(error: AwsError, words: str) -> None:
    assert why(error) == words
