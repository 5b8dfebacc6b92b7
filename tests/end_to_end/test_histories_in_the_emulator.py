"""The histories once more, in the emulator's table."""

import random

import pytest

from local.up import Local
from reprieve.adapters.dynamodb import DynamoTable
from tests.history import History, random_steps
from tests.tables import make_table


@pytest.mark.parametrize("number", range(3))
def test_whatever_happens_the_books_are_right_in_the_emulator_too(stack: Local, number: int) -> None:
    client = stack.emulator.session().client("dynamodb", endpoint_url=stack.emulator.endpoint)
    make_table(client, f"history-{number}")
    history = History(DynamoTable(client, f"history-{number}"))

    history.run("alarms/schedule")
    for step in random_steps(random.Random(number), 12):  # noqa: S311 - a history, not a secret
        history.live(step)
    history.end()

    history.check()
