"""What is done once: the same in memory and in DynamoDB."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest
from botocore.stub import Stubber

from reprieve.adapters.idempotency import OnceInTable
from reprieve.errors import AbsentError, ChannelError, DeniedError, InProgressError
from reprieve.ports import Once
from tests.fakes import FakeOnce

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Context:
    """Of Lambda's context, what is asked for."""

    milliseconds_left: int = 30_000

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds_left


@dataclass
class Act:
    """Something to be done: it counts, and fails as often as it is told."""

    failures: int = 0
    done: list[str] = field(default_factory=list)

    def __call__(self) -> None:
        if self.failures:
            self.failures -= 1
            raise ChannelError("slack", "HTTP 500")
        self.done.append("done")


def in_table(client: "DynamoDBClient", table: str = "cases", milliseconds_left: int = 30_000) -> Once:
    return OnceInTable(client, table, cast("LambdaContext", Context(milliseconds_left)))


@pytest.fixture(params=["memory", "dynamodb"])
def once(request: pytest.FixtureRequest) -> Once:
    return FakeOnce() if request.param == "memory" else in_table(request.getfixturevalue("dynamodb"))


def test_what_has_been_done_is_not_done_again(once: Once) -> None:
    act = Act()

    once.do("notice/email", act)
    once.do("notice/email", act)

    assert act.done == ["done"]


def test_something_else_is_done(once: Once) -> None:
    act = Act()

    once.do("notice/email", act)
    once.do("notice/slack", act)

    assert act.done == ["done", "done"]


def test_what_failed_may_be_done_again_and_its_error_comes_out(once: Once) -> None:
    act = Act(failures=1)

    with pytest.raises(ChannelError, match="slack: HTTP 500"):
        once.do("notice/slack", act)
    once.do("notice/slack", act)

    assert act.done == ["done"]


def test_what_is_under_way_is_not_begun_again(once: Once) -> None:
    inner = Act()

    def act() -> None:
        with pytest.raises(InProgressError):
            once.do("notice/slack", inner)

    once.do("notice/slack", act)

    assert inner.done == []


def died_on_the_way(once: Once) -> None:
    """Begin, and end as an invocation does that runs out of time."""

    def act() -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        once.do("notice/slack", act)


def test_an_attempt_that_may_still_be_alive_holds_the_next_one_up(dynamodb: "DynamoDBClient") -> None:
    died_on_the_way(in_table(dynamodb))

    with pytest.raises(InProgressError):
        in_table(dynamodb).do("notice/slack", Act())


def test_an_attempt_whose_invocation_is_over_is_no_obstacle(dynamodb: "DynamoDBClient") -> None:
    died_on_the_way(in_table(dynamodb, milliseconds_left=-1000))
    act = Act()

    in_table(dynamodb).do("notice/slack", act)

    assert act.done == ["done"]


def test_it_is_remembered_beside_the_cases_and_longer_than_a_queue_keeps_a_message(
    dynamodb: "DynamoDBClient",
) -> None:
    in_table(dynamodb).do("notice/slack", Act())

    (item,) = dynamodb.scan(TableName="cases")["Items"]
    assert item["pk"] == {"S": "delivery"}
    assert item["sk"]["S"].startswith("delivery#")
    assert int(item["expires_at"]["N"]) > 1_700_000_000 + 14 * 86_400


def test_what_is_remembered_is_in_the_part_of_the_table_that_is_named(dynamodb: "DynamoDBClient") -> None:
    once = OnceInTable(dynamodb, "cases", cast("LambdaContext", Context()), partition="health")
    act = Act()

    once.do("notice/email", act)
    once.do("notice/email", act)
    in_table(dynamodb).do("notice/email", act)

    names = sorted(item["pk"]["S"] for item in dynamodb.scan(TableName="cases")["Items"])
    assert names == ["delivery", "health"]
    assert act.done == ["done"] * 2


def test_a_table_that_is_not_there_is_told(dynamodb: "DynamoDBClient") -> None:
    act = Act()

    with pytest.raises(AbsentError, match=r"^dynamodb:PutItem: ResourceNotFoundException"):
        in_table(dynamodb, "elsewhere").do("notice/slack", act)

    assert act.done == []


def test_a_refusal_is_told(dynamodb: "DynamoDBClient") -> None:
    with Stubber(dynamodb) as stub:
        stub.add_client_error("put_item", "AccessDeniedException", "no", 400)

        with pytest.raises(DeniedError, match=r"^dynamodb:PutItem: AccessDeniedException: no"):
            in_table(dynamodb).do("notice/slack", Act())
