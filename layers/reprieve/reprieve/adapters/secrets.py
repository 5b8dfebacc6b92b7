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
    held = read_whole_secret(client, secret)
    return json.loads(held)[name] if held.startswith("{") else held


def read_whole_secret(client: "SecretsManagerClient", secret: str) -> str:
    """Return a secret; "" where it is not a string."""
    with call("secretsmanager:GetSecretValue"):
        return client.get_secret_value(SecretId=secret).get("SecretString", "").strip()
