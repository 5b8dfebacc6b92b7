"""A cell of the matrix: one call of one function, one fault, and what is seen from outside."""

from dataclasses import dataclass
from typing import Final

from tests.faults.cloud import TIMEOUTS
from tests.faults.weather import Fault, Span, Weather

_ACTIONS: Final = {
    "dynamodb:TransactWriteItems": "dynamodb:PutItem",  # each item of a transaction is authorized by itself
    "sqs:SendMessageBatch": "sqs:SendMessage",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A call at one moment of a function.

    Attributes:
        call: The call, such as `kms:DescribeKey`.
        moment: When, in words; "" if there is one alone.
        skip: How many of them come before it.
        about: What its request holds.
        permission: The action that allows it, where that has another name.
    """

    call: str
    moment: str = ""
    skip: int = 0
    about: bytes = b""
    permission: str = ""

    @property
    def action(self) -> str:
        """The action of IAM that allows the call."""
        return self.permission or _ACTIONS.get(self.call, self.call)

    @property
    def name(self) -> str:
        return f"{self.call}, {self.moment}" if self.moment else self.call


@dataclass(frozen=True, slots=True)
class Cell:
    """A row and a fault."""

    row: Row
    fault: Fault | None
    span: Span = Span.LASTING

    @property
    def call(self) -> str:
        return self.row.call

    @property
    def is_outside(self) -> bool:
        return self.call in TIMEOUTS

    def refuses(self, call: str) -> bool:
        """Whether connections for a call outside AWS are refused."""
        return self.call == call and self.fault is Fault.REFUSED

    def weather(self) -> Weather:
        return Weather(
            call=self.call, fault=self.fault, span=self.span, skip=self.row.skip, about=self.row.about
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of it, in a word, and the weather that it was in."""

    word: str
    weather: Weather
