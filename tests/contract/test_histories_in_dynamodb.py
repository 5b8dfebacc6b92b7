"""The histories again, with DynamoDB's own conditions and transactions beneath them."""

import random

import boto3
import pytest

from reprieve.adapters.dynamodb import DynamoTable
from tests.history import History, random_steps


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
    for step in random_steps(random.Random(number), 12):  # noqa: S311 - a history, not a secret
        history.live(step)
    history.end()

    history.check()
