"""An AWS account in memory, in botocore's own words: questions and answers fit its service models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import botocore.session
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.validate import ParamValidator

from kms_reprieve_cli.doctor.cloud import Cloud, HttpAnswer, action
from reprieve.errors import AbsentError, AwsError, DeniedError

Reply = Mapping[str, Any]
Said = Reply | AwsError | Callable[[Mapping[str, Any]], "Reply | AwsError"]
"""What is answered to one call: always the same, an error, or by the call's parameters."""

_PYTHON: Mapping[str, type | tuple[type, ...]] = {
    "blob": bytes,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "timestamp": datetime,
}
_DOCUMENTS = frozenset({"policyDocumentType"})
"""IAM's policies, which boto3 hands over as objects."""


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


@cache
def _service(name: str) -> ServiceModel:
    return _session().get_service_model(name)


def model(service: str, operation: str) -> OperationModel:
    """What botocore knows of an operation."""
    return _service(service).operation_model(operation)


def denied(needed: str) -> DeniedError:
    """AWS' refusal of a call."""
    return DeniedError(needed, "AccessDenied", f"User is not authorized to perform: {needed}")


def absent(service: str, operation: str) -> AbsentError:
    """AWS' answer about something that there is not."""
    return AbsentError(action(service, operation), "ResourceNotFoundException", "there is no such thing")


@dataclass(slots=True)
class FakeCloud:
    """The `Cloud` of a test.

    Attributes:
        answers: What is said to each call, by `service:Operation`.
        others: The accounts that can be entered, by the ARN of the role.
        asked: The IAM actions that were needed, with those of other accounts.
    """

    answers: dict[str, Said]
    others: Mapping[str, Cloud | AwsError] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    denies: frozenset[str] = frozenset()

    def ask(self, service: str, operation: str, /, *, region: str = "", **parameters: Any) -> Reply:
        assert region == "" or region.count("-") >= 2
        return self._answer(service, operation, parameters)

    def ask_all(self, service: str, operation: str, /, *, region: str = "", **parameters: Any) -> Reply:
        return self.ask(service, operation, region=region, **parameters)

    def entered(self, role_arn: str) -> Cloud:
        self.asked.add("sts:AssumeRole")
        if "sts:AssumeRole" in self.denies:
            raise denied("sts:AssumeRole")
        found = self.others[role_arn]
        if isinstance(found, AwsError):
            raise found
        return found

    def _answer(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Reply:
        known = model(service, operation)
        wanted = known.input_shape
        assert wanted or not parameters, operation
        if wanted:
            assert not ParamValidator().validate(parameters, wanted).has_errors(), (operation, parameters)
        needed = action(service, operation)
        self.asked.add(needed)
        if needed in self.denies:
            raise denied(needed)
        said = self.answers[f"{service}:{operation}"]
        found = said(parameters) if callable(said) else said
        if isinstance(found, AwsError):
            raise found
        if found or known.output_shape:
            fits(found, known.output_shape, f"{service}:{operation}")
        return found


def fits(value: Any, shape: Shape | None, where: str) -> None:
    """See that a value is what AWS answers by botocore's model."""
    assert shape is not None, where
    match shape.type_name:
        case "structure":
            members: Mapping[str, Shape] = shape.members  # type: ignore[attr-defined]
            assert set(value) <= set(members), (where, set(value) - set(members))
            for name, each in value.items():
                fits(each, members[name], f"{where}.{name}")
        case "list":
            for each in value:
                fits(each, shape.member, f"{where}[]")  # type: ignore[attr-defined]
        case "map":
            for each in value.values():
                fits(each, shape.value, f"{where}{{}}")  # type: ignore[attr-defined]
        case _ if shape.name in _DOCUMENTS:
            assert isinstance(value, dict), where
        case kind:
            assert isinstance(value, _PYTHON[kind]), (where, value)
            allowed = getattr(shape, "enum", None)
            assert not allowed or value in allowed, (where, value, allowed)


@dataclass(slots=True)
class FakeNetwork:
    """The `Network` of a test: answers, or errors, by address."""

    pages: dict[str, "HttpAnswer | Exception"]
    provider: "str | Exception" = "https://login.example.com/authorize?client_id=reprieve"

    def get(self, address: str) -> HttpAnswer:
        found = self.pages[address]
        if isinstance(found, Exception):
            raise found
        return found

    def sign_in_address(self, issuer: str, client_id: str, redirect_uri: str) -> str:
        assert issuer.startswith("https://")
        assert client_id
        assert redirect_uri.endswith("/signed-in")
        if isinstance(self.provider, Exception):
            raise self.provider
        return self.provider
