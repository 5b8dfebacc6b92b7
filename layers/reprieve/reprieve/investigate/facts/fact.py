"""What a fact is, and where it may be asked."""

from collections.abc import Hashable, Mapping
from enum import StrEnum
from typing import Any, Protocol

from reprieve.arn import KeyArn
from reprieve.cases.key import Unknown
from reprieve.clock import Clock
from reprieve.dataclass import dataclass
from reprieve.ports import AccountNames, EventHistory, KeyDirectory


class Scope(StrEnum):
    """What an answer holds for: it is looked up once for each."""

    KEY = "key"
    REGION = "region"
    ACCOUNT = "account"

    def of(self, key: KeyArn) -> Hashable:
        """Return what keys have in common that share an answer."""
        match self:
            case Scope.KEY:
                return key
            case Scope.REGION:
                return (key.account, key.region)
            case _:
                return key.account


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where facts are looked up.

    Attributes:
        keys: KMS, in every account and Region.
        history: CloudTrail's event history, in every account and Region.
        account: Our own account.
        clock: The present.
        responder: The ARN of the role that acts on our own account's keys.
        member_role: The name of the role that acts in other accounts; "" if they can't be entered.
        names: The organization's names for its accounts; None where it is not asked for them.
        owner_tags: The tags that tell whose a key is, the best one first.
    """

    keys: KeyDirectory
    history: EventHistory
    account: str
    clock: Clock
    responder: str = ""
    member_role: str = ""
    names: AccountNames | None = None
    owner_tags: tuple[str, ...] = ()

    def reaches(self, key: KeyArn) -> bool:
        """Return whether the key's account may be asked."""
        return key.account == self.account or bool(self.member_role)

    def responder_for(self, key: KeyArn) -> str:
        """Return the ARN of the role that would cancel the deletion of a key."""
        if key.account == self.account:
            return self.responder
        return f"arn:{key.partition}:iam::{key.account}:role/{self.member_role}"


def within_reach(sources: Sources, key: KeyArn) -> bool:
    """Return whether the key's account may be asked: most facts apply to every such key."""
    return sources.reaches(key)


class Fact(Protocol):
    """What every module of a fact is.

    Attributes:
        FACT: What a person calls it.
        SCOPE: What an answer holds for.
        FIELDS: The fields of `Key` that it tells: an answer replaces them, and without one they stay.
    """

    FACT: str
    SCOPE: Scope
    FIELDS: frozenset[str]

    def applies(self, sources: Sources, key: KeyArn, /) -> bool:
        """Return whether it is looked up for this key."""
        ...

    def look_up(self, sources: Sources, key: KeyArn, /) -> Mapping[str, Any] | Unknown:
        """Return the fields of `Key` that this fact fills, or why it can't be told.

        Raises:
            AwsError: it could not be had.
        """
        ...
