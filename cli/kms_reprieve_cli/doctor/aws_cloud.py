"""The `Cloud` of AWS: boto3 with the operator's own credentials."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

import boto3
from botocore import xform_name

from kms_reprieve_cli.doctor.cloud import Reply, action
from reprieve.adapters.aws import PAGING, call

_SESSION_NAME: Final = "kms-reprieve-doctor"
_Question = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AwsCloud:
    """AWS in one account. Every question is asked once; several threads may ask."""

    session: boto3.Session
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _answers: dict[_Question, Reply] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def ask(self, service: str, operation: str, /, *, region: str = "", **parameters: Any) -> Reply:  # noqa: ANN401 - botocore's
        """Make one call."""
        return self._once(service, operation, region, parameters, all_pages=False)

    def ask_all(self, service: str, operation: str, /, *, region: str = "", **parameters: Any) -> Reply:  # noqa: ANN401 - botocore's
        """Make a call for each page."""
        return self._once(service, operation, region, parameters, all_pages=True)

    def entered(self, role_arn: str) -> "AwsCloud":
        """Call sts:AssumeRole."""
        held = self.ask("sts", "AssumeRole", RoleArn=role_arn, RoleSessionName=_SESSION_NAME)["Credentials"]
        return AwsCloud(
            boto3.Session(
                aws_access_key_id=held["AccessKeyId"],
                aws_secret_access_key=held["SecretAccessKey"],
                aws_session_token=held["SessionToken"],
                region_name=self.session.region_name,
            )
        )

    def _once(
        self, service: str, operation: str, region: str, parameters: Mapping[str, Any], *, all_pages: bool
    ) -> Reply:
        question = (service, operation, region, repr(sorted(parameters.items())))
        if question not in self._answers:
            self._answers[question] = self._asked(service, operation, region, parameters, all_pages=all_pages)
        return self._answers[question]

    def _asked(
        self, service: str, operation: str, region: str, parameters: Mapping[str, Any], *, all_pages: bool
    ) -> Reply:
        method = xform_name(operation)
        with call(action(service, operation)):
            client = self._client(service, region)
            if all_pages:
                pages: Reply = client.get_paginator(method).paginate(**parameters).build_full_result()
                return pages
            answer: Reply = getattr(client, method)(**parameters)
            return answer

    def _client(self, service: str, region: str) -> Any:  # noqa: ANN401 - whichever it is
        """Return the client of a service; boto3 makes none in two threads at once."""
        make: Any = self.session.client
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = make(service, region_name=region or None, config=PAGING)
            return self._clients[service, region]
