"""The fault matrix: what comes of each fault with each call, and that no call lacks a row."""

import re
from typing import Any

import pytest

from tests.faults.cells import Cell
from tests.faults.matrix import COLUMNS, DOCUMENT, FUNCTIONS, Place, cells, observe, written
from tests.faults.world import template

BY_LAMBDA = {
    "WriteOwnLog", "Trace", "KeepWhatFailed", "ReadChanges", "FindStream", "TakeNotices",
    "EncryptMail",
}  # fmt: skip
"""The statements whose actions Lambda or SNS takes for a function; it makes none of these calls itself."""
BUT = {"sqs:ChangeMessageVisibility"}
"""What the function does itself, of those."""
IN_RESERVE = {
    (
        "deliver",
        "dynamodb:GetItem",
    ),  # Powertools reads a record that DynamoDB did not return with its refusal
    ("respond", "sts:SetSourceIdentity"),  # a condition of sts:AssumeRole, and no call
}
PLACES = dict(cells())


def name(place: Place) -> str:
    return "-".join(place).replace(" ", "_")


@pytest.mark.parametrize("place", PLACES, ids=name)
def test_a_fault_has_the_outcome_that_the_document_says(place: Place) -> None:
    assert observe(place[0], PLACES[place]) == written()[place]


def test_the_document_has_every_cell_and_no_other() -> None:
    assert written().keys() == PLACES.keys()


def test_every_outcome_is_explained() -> None:
    explained = set(re.findall(r"\*\*(.+?)\*\*", DOCUMENT.read_text("utf-8")))
    said = {part for word in written().values() for part in word.split(", ")}

    assert said == explained


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_call_that_a_function_makes_has_a_row_and_every_row_its_call(function: str) -> None:
    one_of_each = {row.moment.partition(":")[0]: row for row in FUNCTIONS[function].rows}
    runs = one_of_each.values()

    called = {call for row in runs for call in FUNCTIONS[function].run(Cell(row, None)).weather.called}

    assert called == {row.call for row in FUNCTIONS[function].rows}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_action_that_a_role_allows_has_a_row(function: str) -> None:
    actions = {row.action for row in FUNCTIONS[function].rows if ":" in row.action}
    in_reserve = {action for name, action in IN_RESERVE if name == function}

    assert actions | in_reserve == taken(function)


def taken(function: str) -> set[str]:
    """The actions that a function's role allows it, but for what Lambda does with the role."""
    statements = [
        each["Fn::If"][1] if "Fn::If" in each else each
        for document in documents(f"{function.capitalize()}Role")
        for each in document["Statement"]
    ]
    return {
        action
        for each in statements
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
        if each["Effect"] == "Allow" and (each["Sid"] not in BY_LAMBDA or action in BUT)
    }


def documents(role: str) -> list[dict[str, Any]]:
    """The policies of a role: its own, and those in resources of their own."""
    resources = template()["Resources"]
    attached = [
        each["Properties"]["PolicyDocument"]
        for each in resources.values()
        if each["Type"] == "AWS::IAM::Policy" and {"Ref": role} in each["Properties"]["Roles"]
    ]
    return [*attached, *(each["PolicyDocument"] for each in resources[role]["Properties"]["Policies"])]


def test_every_function_of_the_template_has_its_rows() -> None:
    made = {
        name.removesuffix("Function").lower()
        for name, each in template()["Resources"].items()
        if each["Type"] == "AWS::Serverless::Function"
    }

    assert made == FUNCTIONS.keys()


def test_there_are_as_many_faults_as_the_issue_names() -> None:
    assert len(COLUMNS) == 10
