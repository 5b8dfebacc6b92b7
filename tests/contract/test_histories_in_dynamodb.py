"""The histories again, with DynamoDB's own conditions and transactions beneath them."""

import random
from typing import TYPE_CHECKING

import pytest

from reprieve.adapters.dynamodb import DynamoTable
from tests.history import History, random_steps

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.mark.parametrize("number", range(10))
def test_whatever_happens_the_books_are_right_in_dynamodb_too(
    dynamodb: "DynamoDBClient", number: int
) -> None:
    history = History(DynamoTable(dynamodb, "cases"))

    history.run("alarms/schedule")
    for step in random_steps(random.Random(number), 12):  # noqa: S311 - a history, not a secret
        history.live(step)
    history.end()

    history.check()
