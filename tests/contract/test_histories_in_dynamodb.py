"""The histories again, with DynamoDB's own conditions and transactions beneath them."""

import random
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from reprieve.adapters.dynamodb import DynamoTable
from tests.history import History

STEPS = 12


@pytest.mark.parametrize("number", range(10))
def test_whatever_happens_the_books_are_right_in_dynamodb_too(region: str, number: int) -> None:
    client = boto3.client("dynamodb", region_name=region)
    client.create_table(
        TableName="cases",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    history = History(DynamoTable(client, "cases"))

    history.run("alarms/schedule")
    for step in steps(random.Random(number)):  # noqa: S311 - a history, not a secret
        history.live(step)
    history.end()

    history.check()


def steps(chance: random.Random) -> Iterator[tuple[Any, ...]]:
    for _ in range(STEPS):
        event = chance.choice(["alarms/alarm", "alarms/schedule"])
        effect = (event, chance.randint(1, 8), chance.random() < 0.5)
        late, copy = chance.randrange(14), chance.choice([None, 3, 8])
        use = ("use", chance.randrange(3), chance.randrange(4), late, copy)
        tick = ("tick", chance.random() * 20)
        yield chance.choice([use, use, tick, ("run", event), ("crash", *effect), ("overlap", *effect)])
