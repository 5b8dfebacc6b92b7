"""One drill: the stack, the person, the throwaway keys, and the waiting."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final, TypeVar
from uuid import uuid4

from kms_reprieve_cli.doctor.cloud import Cloud, Reply
from kms_reprieve_cli.doctor.subject import Stack, Subject
from kms_reprieve_cli.drill.finding import StoppedError
from kms_reprieve_cli.drill.person import Person
from kms_reprieve_cli.terminal import counting
from reprieve.adapters.dynamodb import read_item
from reprieve.clock import from_millis, to_millis
from reprieve.ports import Document

TAG: Final = "kms-reprieve:drill"
DESCRIPTION: Final = "Throwaway key of kms-reprieve drill. Its deletion is intended."
WAITING_DAYS: Final = 7
LOGS_EVERYTHING: Final = "INFO"
EVERY: Final = 5.0
"""Seconds between two looks."""

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """The time that passes."""

    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the operator chose beside the steps: see the options of the command."""

    replica_region: str = "us-east-1"
    member_key: str = ""
    patience: float = 20 * 60
    """Seconds to wait for CloudTrail, and for a person."""


@dataclass(kw_only=True)
class Drill:
    """What the steps share."""

    subject: Subject
    person: Person
    member: Subject | None = None
    choices: Choices = field(default_factory=Choices)
    passing: Passing = field(default_factory=Passing)
    id: str = field(default_factory=lambda: uuid4().hex[:8])
    keys: list[str] = field(default_factory=list)
    owners: dict[str, Subject] = field(default_factory=dict)
    sealed: dict[str, bytes] = field(default_factory=dict)
    refused_at: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.since = self.passing.clock()

    @property
    def cloud(self) -> Cloud:
        """AWS, asked again each time."""
        return self.subject.cloud

    @cached_property
    def stack(self) -> Stack:
        """The stack, as it was when the drill began."""
        return self.subject.stack

    @property
    def log_level(self) -> str:
        """The level from which on the functions log."""
        return self.stack.parameters.get("LogLevel", LOGS_EVERYTHING)

    @property
    def key(self) -> str:
        """The key of the step `refusal`.

        Raises:
            StoppedError: there is none.
        """
        if not self.keys:
            raise StoppedError("it needs the key of the step refusal")
        return self.keys[0]

    @property
    def other_account(self) -> Subject:
        """The account of `--member-profile`.

        Raises:
            StoppedError: there is none.
        """
        if self.member is None:
            raise StoppedError("it needs credentials of another account: --member-profile")
        return self.member

    def allow(self, change: str) -> None:
        """Ask the person whether a change is allowed.

        Raises:
            StoppedError: it is not.
        """
        if not self.person.allows(change):
            raise StoppedError("you did not allow it")

    def new_key(self, owner: Subject | None = None, **options: Any) -> str:  # noqa: ANN401 - botocore's
        """Create a throwaway key here or in another account, with a tag and an alias that say what it is."""
        where = owner or self.subject
        made = where.cloud.ask("kms", "CreateKey", region=where.region, **self._marks, **options)
        return self._named(made["KeyMetadata"]["Arn"], where)

    def new_replica(self, key: str, region: str) -> str:
        """Replicate a throwaway key, marked as the key is."""
        made = self.cloud.ask("kms", "ReplicateKey", KeyId=key, ReplicaRegion=region, **self._marks)
        return self._named(made["ReplicaKeyMetadata"]["Arn"], self.subject)

    @property
    def _marks(self) -> Mapping[str, Any]:
        return {"Description": DESCRIPTION, "Tags": [{"TagKey": TAG, "TagValue": self.id}]}

    def _named(self, arn: str, owner: Subject) -> str:
        self.keys.append(arn)
        self.owners[arn] = owner
        self.ask_kms("CreateAlias", arn, AliasName=self.alias(arn), TargetKeyId=arn)
        return arn

    def alias(self, key: str) -> str:
        """Return the alias of a throwaway key."""
        return f"alias/kms-reprieve-drill-{self.id}-{self.keys.index(key) + 1}"

    def ask_kms(self, operation: str, key: str, **parameters: Any) -> Reply:  # noqa: ANN401 - botocore's
        """Return KMS' answer in a key's own account and Region."""
        return self.owner(key).cloud.ask("kms", operation, region=key.split(":")[3], **parameters)

    def owner(self, key: str) -> Subject:
        """Return the account of a throwaway key."""
        return self.owners.get(key, self.subject)

    def state(self, key: str) -> str:
        """Return a key's state, by KMS."""
        state: str = self.ask_kms("DescribeKey", key, KeyId=key)["KeyMetadata"]["KeyState"]
        return state

    def schedule_deletion(self, key: str) -> None:
        """Schedule the deletion of a throwaway key as early as KMS allows."""
        self.ask_kms("ScheduleKeyDeletion", key, KeyId=key, PendingWindowInDays=WAITING_DAYS)

    def lines(
        self, log_group: str, pattern: str = "", since: float | None = None
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the log events of a group since the drill began, or since another moment."""
        start = to_millis(datetime.fromtimestamp(self.since if since is None else since, UTC))
        told = self.cloud.ask_all(
            "logs",
            "FilterLogEvents",
            logGroupName=log_group,
            startTime=start,
            **({"filterPattern": pattern} if pattern else {}),
        )
        yield from told["events"]

    def documents(self, partition: str, prefix: str = "") -> Sequence[Document]:
        """Return the documents of a partition of the stack's table."""
        told = self.cloud.ask_all(
            "dynamodb",
            "Query",
            TableName=self.stack.output("CaseTableName"),
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)" if prefix else "pk = :pk",
            ExpressionAttributeValues={":pk": {"S": partition}, **({":sk": {"S": prefix}} if prefix else {})},
            ConsistentRead=True,
        )
        return [read_item(item) for item in told["Items"]]

    def wait(self, what: str, look: Callable[[], _Found], seconds: float | None = None) -> _Found:
        """Look until there is something, or the time is up; return what there is."""
        patience = self.choices.patience if seconds is None else seconds
        begun = self.passing.clock()
        with counting(what, patience) as progress:
            while not (found := look()) and (passed := self.passing.clock() - begun) < patience:
                progress(passed)
                self.passing.sleep(EVERY)
        return found


def message_of(line: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a log event's message as the object that it is; nothing for any other text."""
    try:
        found = json.loads(line["message"])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def moment_of(line: Mapping[str, Any]) -> float:
    """Return when a log event happened, in seconds since 1970."""
    return from_millis(line["timestamp"]).timestamp()
