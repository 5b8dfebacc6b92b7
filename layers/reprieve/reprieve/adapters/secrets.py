"""AWS Secrets Manager."""

import json
from typing import TYPE_CHECKING

from reprieve.adapters.aws import call

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


def read_secret(client: "SecretsManagerClient", secret: str, name: str) -> object:
    """Return a secret as the text that it is, or its value `name` where it is a JSON object.

    Raises:
        ValueError: it looks like JSON and is none.
        KeyError: it is JSON without that value.
    """
    with call("secretsmanager:GetSecretValue"):
        held = client.get_secret_value(SecretId=secret)["SecretString"].strip()
    return json.loads(held)[name] if held.startswith("{") else held
