"""The one place where the world meets the product: its ports, filled from the world, and its two use cases.

`Driver.invoke` runs investigate as `functions/investigate/app.py` wires it; `Driver.decide` decides on the
page as `functions/respond/app.py` wires it, from the link on.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar

from reprieve.arn import KeyArn
from reprieve.cases.case import Ending
from reprieve.cases.decision import Choice, Decision
from reprieve.cases.due import NoticeRules
from reprieve.cases.store import CaseStore
from reprieve.cases.visitor import AuthMethod, Visitor
from reprieve.errors import (
    AbsentError,
    AwsError,
    ConflictError,
    DeniedError,
    ReprieveError,
    ThrottledError,
    UnreachableError,
    WrongStateError,
)
from reprieve.investigate.facts.fact import Sources
from reprieve.investigate.facts.lookup import Facts
from reprieve.investigate.investigator import Investigator
from reprieve.links import LinkClaims
from reprieve.ports import Document, Grants, KeyMetadata, KeyUsage, LogLine, LogPage
from reprieve.respond.case_view import CaseReader, CaseView
from reprieve.respond.recovery import KeyRecovery
from reprieve.respond.rescue import Rescuer
from tests.oracle.kms import Key
from tests.oracle.log_group import Question
from tests.oracle.table import ConditionError, Item, TooLargeError, Write
from tests.oracle.troubles import EVERYWHERE, Call, Died, Killed, Refusal
from tests.oracle.world import OURS, RESCUER, TIMEOUT, WRITE, Place, World

LOG_GROUP: Final = "trail"
ALARM: Final = "KMSKeyPendingDeletionErrorAlarm"
REGION: Final = "eu-west-1"
IGNORED: Final = "arn:aws:sts::111122223333:assumed-role/scanner/*"
CHANNEL: Final = "email"

_KINDS: Final[Mapping[str, type[AwsError]]] = {
    "AccessDeniedException": DeniedError,
    "NotFoundException": AbsentError,
    "ThrottlingException": ThrottledError,
    "KMSInvalidStateException": WrongStateError,
    "InternalServerError": UnreachableError,
    "ReadTimeoutError": UnreachableError,
}
_Args = ParamSpec("_Args")
_Result = TypeVar("_Result")


class End(StrEnum):
    """How an invocation ends."""

    DONE = "done"
    FAILED = "failed"
    KILLED = "killed by its timeout"
    DIED = "died"


class Counted(NamedTuple):
    """What the product has counted for one case."""

    case: str
    uses: int


@contextmanager
def _as_the_adapters_do() -> Iterator[None]:
    """Raise the world's refusals as the product's adapters raise those of AWS."""
    try:
        yield
    except Refusal as refusal:
        kind = _KINDS.get(refusal.code, AwsError)
        raise kind(refusal.operation, refusal.code, "no") from refusal


class AtOnce(Executor):
    """Runs what it is given at once, in this thread."""

    def submit(
        self, fn: Callable[_Args, _Result], /, *args: _Args.args, **kwargs: _Args.kwargs
    ) -> "Future[_Result]":
        future: Future[_Result] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - as every executor does
            future.set_exception(error)
        return future


@dataclass(slots=True)
class Driver:
    """The product, and all its ports: each of them looks at `world`, which may be replaced at any time."""

    world: World = field(default_factory=World)
    rules: NoticeRules = field(default_factory=lambda: NoticeRules(ignored_callers=(IGNORED,)))
    problems: list[str] = field(default_factory=list)
    pool: AtOnce = field(default_factory=AtOnce)
    investigator: Investigator = field(init=False)
    rescuer: Rescuer = field(init=False)

    def __post_init__(self) -> None:
        sources = Sources(
            keys=_Directory(self),
            history=self,
            account=OURS,
            clock=self.clock,
            responder=f"arn:aws:iam::{OURS}:role/respond",
            member_role="",
        )
        self.investigator = Investigator(
            log_group=LOG_GROUP,
            alarm_name=ALARM,
            account=OURS,
            region=REGION,
            rules=self.rules,
            logs=_Logs(self),
            facts=Facts(sources=sources, pool=self.pool, budget=0.0),
            store=self.store,
            queue=self,
            pool=self.pool,
            clock=self.clock,
            sleep=self.sleep,
            remaining=lambda: self.world.deadline - self.world.now,
            log=self,
        )
        self.rescuer = Rescuer(
            reader=CaseReader(
                keys=_Directory(self), store=self.store, pool=self.pool, clock=self.clock, log=self
            ),
            recovery=KeyRecovery(keys=_Directory(self), control=_Control(self), sleep=self.sleep, log=self),
            store=self.store,
            queue=self,
            clock=self.clock,
            log=self,
        )

    @property
    def store(self) -> CaseStore:
        return CaseStore(_Table(self))

    # What the world and its judge ask of the product.

    def invoke(self, event: Mapping[str, Any]) -> End:
        """Run investigate once, with all the time that an invocation has."""
        world, before, began = self.world, self.world.deadline, self.world.now
        world.deadline = world.now + TIMEOUT
        try:
            self.investigator.run(event)
        except Killed:
            return End.KILLED
        except Died:
            return End.DIED
        except Exception as error:  # noqa: BLE001 - whatever it is, Lambda calls it a failed invocation
            self.problems.append(f"{type(error).__name__}: {error}")
            return End.FAILED
        finally:
            world.deadline = before + (world.now - began)  # another invocation's time goes on by itself
        return End.DONE

    def decide(self, key: str, choice: str, *, enable: bool = False) -> str:
        """Decide on the page of a key's case, as whoever holds the latest link; return what the page says."""
        arn, latest = KeyArn.parse(key), self.world.kms.latest(key)
        if latest is None or latest.date is None:
            return "no link"
        date = moment(latest.date)
        claims = LinkClaims(key=arn, deletion_date=date, channel=CHANNEL, notice="0" * 36, expires_at=date)
        seen = self.rescuer.reader.look(claims)
        if not isinstance(seen, CaseView):
            return seen.name
        visitor = Visitor(auth_method=AuthMethod.LINK, channel=CHANNEL)
        decision = Decision(
            choice=Choice(choice),
            at=self.clock().replace(microsecond=0),
            by=visitor,
            enable=enable,
            why="it is meant",
        )
        try:
            return self.rescuer.act(claims, decision, seen.record.decisions).name
        except ReprieveError as error:
            self.problems.append(f"{type(error).__name__}: {error}")
            return "failed"

    def bookmark(self) -> Place:
        """Return how far the log group has been read."""
        found = self.world.table.get("bookmark", LOG_GROUP, self.world.now)
        body = found.body if found else {}
        reached = body.get("settled_until")
        return Place(
            datetime.fromisoformat(reached).timestamp() if reached else None,
            (body.get("read_on") or {}).get("token", ""),
        )

    def counts(self, key: str) -> tuple[Counted, ...] | None:
        """Return what has been counted for each case of a key; None if the product can't read its own record.

        What goes on as another case is counted in that one.
        """
        try:
            cases = self.store.cases(KeyArn.parse(key))
        except ReprieveError:
            return None
        return tuple(
            Counted(case.id, case.uses.count)
            for case in cases
            if case.closure is None or case.closure.how is not Ending.CONTINUED
        )

    # The ports.

    def clock(self) -> datetime:
        return moment(self.world.now + self.world.skew)

    def sleep(self, seconds: float) -> None:
        self.world.spend(seconds)

    def send(self, bodies: Sequence[str]) -> None:
        with _as_the_adapters_do():
            self.world.effect(Call.QUEUE, EVERYWHERE, "sqs:SendMessage", lambda: self.world.send(bodies))

    def schedulings(self, key: KeyArn, since: datetime) -> Iterator[str]:  # noqa: ARG002 - all is recent
        with _as_the_adapters_do():
            yield from self.world.schedulings(key.account, key.region)

    def info(self, msg: object, **keys: object) -> None:
        pass

    def warning(self, msg: object, **keys: object) -> None:
        pass

    def error(self, msg: object, **keys: object) -> None:
        self.problems.append(f"{msg} {keys}")


def moment(at: float) -> datetime:
    """Return a time of the world as the product has times."""
    return datetime.fromtimestamp(at, UTC)


@dataclass(frozen=True, slots=True)
class _Directory:
    """The `KeyDirectory`: what can be read of a key."""

    driver: Driver

    def describe(self, key: KeyArn) -> KeyMetadata:
        found = self._look_up(key, "kms:DescribeKey")
        return KeyMetadata(
            arn=key, state=found.state, deletion_date=None if found.date is None else moment(found.date)
        )

    def aliases(self, key: KeyArn) -> tuple[str, ...]:
        self._look_up(key, "kms:ListAliases")
        return ()

    def tags(self, key: KeyArn) -> Mapping[str, str]:
        self._look_up(key, "kms:ListResourceTags")
        return {}

    def last_usage(self, key: KeyArn) -> KeyUsage:
        self._look_up(key, "kms:GetKeyLastUsage")
        return KeyUsage()

    def grants(self, key: KeyArn) -> Grants:
        self._look_up(key, "kms:ListGrants")
        return Grants()

    def policy(self, key: KeyArn) -> str:
        self._look_up(key, "kms:GetKeyPolicy")
        root = f"arn:aws:iam::{key.account}:root"
        return json.dumps(
            {
                "Statement": [
                    {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}
                ]
            }
        )

    def _look_up(self, key: KeyArn, operation: str) -> Key:
        with _as_the_adapters_do():
            return self.driver.world.look_up(str(key), operation)


@dataclass(frozen=True, slots=True)
class _Control:
    """The `KeyControl`: what the page does to a key, under the role of respond."""

    driver: Driver

    def cancel_deletion(self, key: KeyArn, by: str = "") -> str:  # noqa: ARG002 - the role acts
        return self._do(lambda: self.driver.world.cancel(str(key), 60.0, RESCUER), "kms:CancelKeyDeletion")

    def enable(self, key: KeyArn, by: str = "") -> str:  # noqa: ARG002 - the role acts
        return self._do(lambda: self.driver.world.enable(str(key), 60.0, RESCUER), "kms:EnableKey")

    def _do(self, act: Callable[[], bool], operation: str) -> str:
        self.driver.world.spend(WRITE)
        if not act():
            raise WrongStateError(operation, "KMSInvalidStateException", "no")
        return "request"


@dataclass(frozen=True, slots=True)
class _Logs:
    """The `LogReader`."""

    driver: Driver

    def read(self, start: datetime, end: datetime, pattern: str, token: str = "") -> Iterator[LogPage]:
        world = self.driver.world
        question = Question(start.timestamp(), end.timestamp(), pattern)
        while True:
            with _as_the_adapters_do():
                world.read(Call.LOGS, "logs:FilterLogEvents")
            world.spend(world.logs.scan.seconds)
            page = world.logs.page(question, token, world.now)
            yield LogPage([LogLine(moment(line.at), line.message) for line in page.lines], page.token)
            token = page.token
            if not token:
                return


@dataclass(frozen=True, slots=True)
class _Table:
    """The `Table`."""

    driver: Driver

    def get(self, partition: str, sort: str) -> Document | None:
        world = self.driver.world
        with _as_the_adapters_do():
            world.read(Call.TABLE_READ, "dynamodb:GetItem")
        found = world.table.get(partition, sort, world.now)
        return _document(partition, sort, found) if found else None

    def list(self, partition: str, prefix: str = "") -> Sequence[Document]:
        world = self.driver.world
        with _as_the_adapters_do():
            world.read(Call.TABLE_READ, "dynamodb:Query")
        return [
            _document(partition, sort, item) for sort, item in world.table.list(partition, prefix, world.now)
        ]

    def put(self, *documents: Document, gone: Sequence[Document] = ()) -> None:
        world = self.driver.world
        writes = [_write(document) for document in documents]
        names = [(document.partition, document.sort) for document in gone]
        try:
            with _as_the_adapters_do():
                world.effect(
                    Call.TABLE_WRITE,
                    _scope((*documents, *gone)),
                    "dynamodb:PutItem",
                    lambda: world.table.put(writes, names, world.now),
                )
        except ConditionError as error:
            raise ConflictError from error
        except TooLargeError as error:
            raise AwsError("dynamodb:PutItem", "ValidationException", "it is too large") from error

    def delete(self, document: Document) -> None:
        world = self.driver.world
        with _as_the_adapters_do():
            world.effect(
                Call.TABLE_WRITE,
                EVERYWHERE,
                "dynamodb:DeleteItem",
                lambda: world.table.delete(document.partition, document.sort),
            )


def _scope(documents: Sequence[Document]) -> str:
    """Return the key whose items are written."""
    names = (document.partition for document in documents if document.partition.startswith("key#"))
    return next(names, EVERYWHERE).removeprefix("key#")


def _write(document: Document) -> Write:
    expires_at = document.expires_at.timestamp() if document.expires_at else None
    version = document.version if document.is_guarded else None
    return Write(document.partition, document.sort, document.body, version, expires_at)


def _document(partition: str, sort: str, item: Item) -> Document:
    expires_at = moment(item.expires_at) if item.expires_at is not None else None
    return Document(
        partition=partition, sort=sort, body=item.body, version=item.version, expires_at=expires_at
    )
