"""The `NotifyingStack` of AWS, with the operator's own credentials: it writes nothing itself."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import boto3

from kms_reprieve_cli.session import outputs
from kms_reprieve_cli.test_notice.stack import Started
from reprieve.adapters.aws import call
from reprieve.adapters.dynamodb import DynamoTable
from reprieve.adapters.subscriptions import SnsSubscriptions
from reprieve.cases.health_store import Failing, HealthStore
from reprieve.cases.sample_store import SampleRecord, SampleStore
from reprieve.clock import parse
from reprieve.errors import AwsError, NotUnderstoodError
from reprieve.ports import Subscription
from reprieve.untrusted import one_line, text

ROUTED_WITHIN: Final = 60
"""Seconds."""

FUNCTION: Final = "InvestigateFunction"
SOURCE: Final = "kms-reprieve.test-notice"
"""The source of the event that asks investigate for a test notice."""


@dataclass(frozen=True)
class AwsStack:
    """A stack by its name."""

    session: boto3.Session
    name: str
    sleep: Callable[[float], None] = time.sleep

    def start(self, notice: str) -> Started:
        """Call lambda:InvokeFunction."""
        answer = self._invoked({"source": SOURCE, "id": notice})
        if error := text(answer, "error"):
            raise NotUnderstoodError(f"stack {self.name}", one_line(error))
        if text(answer, "id") != notice:
            raise NotUnderstoodError(
                f"stack {self.name}", "it does not support test notices: deploy the version of this command"
            )
        return Started(notice=notice, at=parse(text(answer, "at")), channels=self._routed(notice))

    def _routed(self, notice: str) -> tuple[str, ...]:
        """Return the channels that deliver sends it to, once it has said so."""
        for _ in range(ROUTED_WITHIN):
            if routed := self.record(notice).routed:
                return routed
            self.sleep(1)
        raise NotUnderstoodError(
            f"stack {self.name}", f"deliver has not found the channels within {ROUTED_WITHIN} s: read its log"
        )

    def record(self, notice: str) -> SampleRecord:
        """Call dynamodb:Query."""
        return SampleStore(self._table).record(notice)

    def failing(self) -> Sequence[Failing]:
        """Call dynamodb:Query."""
        return HealthStore(self._table).failing()

    def subscriptions(self) -> Sequence[Subscription]:
        """Call sns:ListSubscriptionsByTopic."""
        return tuple(SnsSubscriptions(self.session.client("sns")).of(self._output("NoticeTopicArn")))

    def _invoked(self, event: Mapping[str, str]) -> object:
        with call("lambda:InvokeFunction"):
            client: Any = self.session.client("lambda")
            answer = client.invoke(FunctionName=self._function, Payload=json.dumps(event).encode())
            told = json.loads(answer["Payload"].read() or b"null")
        if error := answer.get("FunctionError"):
            raise AwsError("lambda:InvokeFunction", str(error), text(told, "errorMessage"))
        return told

    @cached_property
    def _function(self) -> str:
        with call("cloudformation:DescribeStackResource"):
            told = self.session.client("cloudformation").describe_stack_resource(
                StackName=self.name, LogicalResourceId=FUNCTION
            )
        return told["StackResourceDetail"].get("PhysicalResourceId", "")

    @cached_property
    def _table(self) -> DynamoTable:
        return DynamoTable(self.session.client("dynamodb"), self._output("CaseTableName"))

    @cached_property
    def _outputs(self) -> Mapping[str, str]:
        return outputs(self.session, self.name)

    def _output(self, name: str) -> str:
        if name not in self._outputs:
            raise NotUnderstoodError(
                f"stack {self.name}", f"it has no output {name}, so it is not a stack of kms-reprieve"
            )
        return self._outputs[name]
