"""What can be looked up about a key, each fact by itself."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from reprieve.arn import KeyArn
from reprieve.cases import Key, Unknown
from reprieve.errors import AbsentError, AwsError, DeniedError, ThrottledError, UnreachableError
from reprieve.facts import KeyFacts, gather, why
from tests.examples import KEY, OTHER_KEY, at
from tests.fakes import FakeClock, FakeKms, Here

ALIAS = KeyArn.parse("arn:aws:kms:eu-west-1:111122223333:alias/orders-db")
FOREIGN = KeyArn.parse("arn:aws:kms:eu-west-1:777788889999:key/5678abcd-12ab-34cd-56ef-1234567890ab")
DENIED = DeniedError("kms:ListResourceTags", "AccessDeniedException", "no")


def kms() -> FakeKms:
    made = FakeKms(FakeClock(at("15:00")))
    made.add(KEY, description="Orders database, prod", multi_region="PRIMARY")
    made.alias_names[KEY] = ("alias/orders-db",)
    made.key_tags[KEY] = {"Owner": "team-orders"}
    return made


def gathered(directory: FakeKms, *keys: KeyArn) -> dict[KeyArn, KeyFacts]:
    return gather(keys, directory, "111122223333", Here())


def test_all_that_can_be_had_of_a_key_is_put_together() -> None:
    assert gathered(kms(), KEY) == {
        KEY: KeyFacts(
            Key(
                arn=KEY,
                account="111122223333",
                region="eu-west-1",
                aliases=("alias/orders-db",),
                description="Orders database, prod",
                state="PendingDeletion",
                deletion_date=at("15:00").replace(day=29),
                multi_region="PRIMARY",
                tags={"Owner": "team-orders"},
            )
        )
    }


def test_a_fact_that_can_not_be_had_leaves_the_others_alone() -> None:
    directory = kms()
    directory.fail("kms:ListResourceTags", DENIED)

    found = gathered(directory, KEY)[KEY]

    assert found.key.aliases == ("alias/orders-db",)
    assert found.key.tags == {}
    assert found.unknown == (Unknown(fact="tags of the key", why="kms:ListResourceTags is denied"),)


def test_of_a_key_of_which_nothing_can_be_had_everything_is_said_to_be_unknown() -> None:
    found = gathered(kms(), OTHER_KEY)[OTHER_KEY]

    assert found == KeyFacts(
        Key.bare(OTHER_KEY),
        (
            Unknown(fact="state and deletion date of the key", why="KMS knows no such key any more"),
            Unknown(fact="aliases of the key", why="KMS knows no such key any more"),
            Unknown(fact="tags of the key", why="KMS knows no such key any more"),
        ),
    )


def test_of_another_accounts_key_nothing_is_asked() -> None:
    directory = kms()

    found = gathered(directory, FOREIGN)[FOREIGN]

    assert directory.calls == []
    assert found == KeyFacts(
        Key.bare(FOREIGN),
        (
            Unknown(
                fact="everything about the key",
                why="it belongs to account 777788889999, and this stack may ask in 111122223333 alone",
            ),
        ),
    )


def test_an_alias_is_answered_by_the_key_that_it_stands_for() -> None:
    directory = kms()
    directory.keys[ALIAS] = directory.keys[KEY]

    found = gathered(directory, ALIAS)[ALIAS]

    assert found.key.arn == KEY
    assert found.key.state == "PendingDeletion"
    assert directory.calls == [("kms:DescribeKey", ALIAS)]


def test_several_keys_are_asked_for_side_by_side() -> None:
    directory = kms()
    directory.add(OTHER_KEY, "Enabled")

    with ThreadPoolExecutor(4) as pool:
        found = gather((KEY, OTHER_KEY), directory, "111122223333", pool)

    assert {key: facts.key.state for key, facts in found.items()} == {
        KEY: "PendingDeletion",
        OTHER_KEY: "Enabled",
    }


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
