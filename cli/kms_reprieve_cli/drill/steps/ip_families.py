"""The page answers over IPv4 and over IPv6."""

import socket
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding, expect, note

ID: Final = "ip-families"
WHAT: Final = "The page is reachable over IPv4 and over IPv6 (from a network that has both)."
CHANGES: Final = ""
USUAL: Final = False
NEEDS: Final = ()

FAMILIES: Final = {"IPv4": socket.AF_INET, "IPv6": socket.AF_INET6}
_SECONDS: Final = 5


def run(drill: Drill) -> Iterator[Finding]:
    """Connect to each address that the name of the page has."""
    parts = urlsplit(drill.stack.output("PageUrl"))
    port = parts.port or 443
    for name, family in FAMILIES.items():
        try:
            found = socket.getaddrinfo(parts.hostname, port, family, socket.SOCK_STREAM)
        except OSError as error:
            yield note(f"the page has no {name} address: {error}")
            continue
        yield expect(any(_connects(each) for each in found), f"the page answers over {name}")


def _connects(found: tuple[Any, ...]) -> bool:
    """Return whether what getaddrinfo found can be connected to."""
    family, kind, protocol, _, address = found
    with socket.socket(family, kind, protocol) as connection:
        connection.settimeout(_SECONDS)
        try:
            connection.connect(address)
        except OSError:
            return False
        return True
