"""`kms-reprieve channels put FILE`: store a document without errors in the secret of a stack."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from kms_reprieve_cli.channels.document_file import described, read_file
from kms_reprieve_cli.channels.offline import Offline
from kms_reprieve_cli.status import Status
from kms_reprieve_cli.terminal import complain, output
from reprieve.adapters.aws import call
from reprieve.adapters.secrets import read_whole_secret
from reprieve.messages.channels.configured import BY_PARAMETER, DOCUMENT
from reprieve.messages.channels.document import read_document

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

Ask = Callable[[str], bool]


def put(session: boto3.Session, stack_name: str, file: Path, ask: Ask) -> Status:
    """Show what changes, ask, and store. A document with an error is refused."""
    text, document = read_file(file, Offline())
    if document.faults:
        for fault in document.faults:
            complain(str(fault))
        return Status.WRONG
    secret = _secret(session, stack_name)
    if not secret:
        complain(f"the stack {stack_name} has no {DOCUMENT}: create a secret, and deploy with its ARN")
        return Status.WRONG
    secrets = session.client("secretsmanager")
    changes = list(_changes(_stored(secrets, secret), list(described(document))))
    for line in changes or ["no channel or route changes"]:
        output().print(line)
    if not ask("Store this document?"):
        return Status.WRONG
    with call("secretsmanager:PutSecretValue"):
        secrets.put_secret_value(SecretId=secret, SecretString=text)
    output().print("Stored: it takes effect with the next notice.")
    return Status.DONE


def _secret(session: boto3.Session, stack_name: str) -> str:
    with call("cloudformation:DescribeStacks"):
        (stack,) = session.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
    found = {each["ParameterKey"]: each.get("ParameterValue", "") for each in stack.get("Parameters", [])}
    return found.get(DOCUMENT, "")


def _stored(secrets: "SecretsManagerClient", secret: str) -> list[str]:
    stored = read_document(read_whole_secret(secrets, secret), Offline(), BY_PARAMETER)
    return list(described(stored))


def _changes(before: list[str], after: list[str]) -> Iterator[str]:
    """Yield the channels that go and those that come; no secret is shown."""
    yield from (f"- {line}" for line in before if line not in after)
    yield from (f"+ {line}" for line in after if line not in before)
