"""The document of channels of the stack on this machine: one channel of each type that the inbox can play."""

import json
from functools import partial
from typing import Any, Final

from local import slack_workspace
from local.emulator import Emulator
from local.inbox import SLACK_APP, Inbox

SECRET: Final = "local-channels"  # noqa: S105 - its name
SIGNING_SECRET: Final = "whsec_b25seS1vbi10aGlzLW1hY2hpbmUtb25seQ=="  # noqa: S105 - of this machine
BY_PARAMETER: Final = ("email", "slack")
"""The channels that the stack's parameters stand for."""


_FIELDS: Final[dict[str, dict[str, Any]]] = {
    "google-chat": {},
    "pagerduty": {"routing_key": "0" * 32},
    "slack-webhook": {},
    "teams": {},
    "webhook": {"signing_secret": SIGNING_SECRET, "private": True},
}
"""What an entry of each type has beside its address."""


def entries(inbox: Inbox) -> list[dict[str, Any]]:
    """Return the channels of the document: those whose other side an address of the inbox can play."""
    app = {
        "name": SLACK_APP,
        "type": "slack-app",
        "bot_token": slack_workspace.TOKEN,
        "signing_secret": slack_workspace.SIGNING_SECRET,
        "channel": slack_workspace.CHANNEL,
        "url": inbox.workspace.api,
    }
    return [app, *map(partial(_hook, inbox), _FIELDS)]


def _hook(inbox: Inbox, kind: str) -> dict[str, Any]:
    name = f"by-{kind}"
    return {"name": name, "type": kind, "url": inbox.url + inbox.hook_path(name), **_FIELDS[kind]}


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
