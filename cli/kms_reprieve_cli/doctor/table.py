"""The stack's table, as far as it tells how the stack does: read only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kms_reprieve_cli.doctor.subject import Subject
from reprieve.adapters.dynamodb import read_item
from reprieve.cases.health_store import HealthStore
from reprieve.cases.store import CaseStore
from reprieve.ports import Document

GET_NEEDS: Final = ("dynamodb:GetItem",)
QUERY_NEEDS: Final = ("dynamodb:Query",)


@dataclass(frozen=True, slots=True)
class ReadTable:
    """The `Table` of AWS, by `Cloud`: what would write is not there."""

    subject: Subject

    def get(self, partition: str, sort: str) -> Document | None:
        """Ask dynamodb:GetItem."""
        told = self.subject.cloud.ask(
            "dynamodb",
            "GetItem",
            TableName=self._name,
            Key={"pk": {"S": partition}, "sk": {"S": sort}},
            ConsistentRead=True,
        )
        return read_item(told["Item"]) if "Item" in told else None

    def list(self, partition: str, prefix: str = "") -> Sequence[Document]:
        """Ask dynamodb:Query."""
        told = self.subject.cloud.ask_all(
            "dynamodb",
            "Query",
            TableName=self._name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": partition}},
            ConsistentRead=True,
        )
        return [each for each in map(read_item, told["Items"]) if each.sort.startswith(prefix)]

    def put(self, *documents: Document, gone: Sequence[Document] = ()) -> None:
        """Refuse: doctor only reads."""
        raise NotImplementedError

    def delete(self, document: Document) -> None:
        """Refuse: doctor only reads."""
        raise NotImplementedError

    @property
    def _name(self) -> str:
        return self.subject.stack.output("CaseTableName")


def health_store(subject: Subject) -> HealthStore:
    """Return what deliver and health noted of the stack's own health."""
    return HealthStore(ReadTable(subject))


def case_store(subject: Subject) -> CaseStore:
    """Return the cases, for the bookmark."""
    return CaseStore(ReadTable(subject))
