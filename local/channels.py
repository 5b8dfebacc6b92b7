"""The document of channels of the stack on this machine: one channel of each type that the inbox can play."""

import json
from typing import Any, Final

from local.emulator import Emulator
from local.inbox import Inbox

SECRET: Final = "local-channels"  # noqa: S105 - its name
BY_PARAMETER: Final = ("email", "slack")
"""The channels that the stack's parameters stand for."""


def entries(inbox: Inbox) -> list[dict[str, Any]]:
    """Return the channels of the document."""
    return [{"name": "ops", "type": "slack-webhook", "url": inbox.url + inbox.hook_path("ops")}]


def names(inbox: Inbox) -> tuple[str, ...]:
    """Return the names of all channels."""
    return (*BY_PARAMETER, *(entry["name"] for entry in entries(inbox)))


def parameters(emulator: Emulator, found: list[dict[str, Any]]) -> dict[str, str]:
    """Write the document into a secret, and return the parameters that name it."""
    secrets = emulator.session().client("secretsmanager", endpoint_url=emulator.endpoint)
    text = json.dumps({"channels": found})
    known = {each["Name"]: each["ARN"] for each in secrets.list_secrets()["SecretList"]}
    if SECRET in known:
        secrets.put_secret_value(SecretId=known[SECRET], SecretString=text)
        return {"ChannelsSecretArn": known[SECRET]}
    return {"ChannelsSecretArn": secrets.create_secret(Name=SECRET, SecretString=text)["ARN"]}
