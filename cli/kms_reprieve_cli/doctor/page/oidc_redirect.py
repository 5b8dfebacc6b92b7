"""Whether the OpenID provider knows the client and its redirect URI."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, unknown
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.page.sign_in import Provider, provider
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.errors import ProviderError, UnreachableError

ID: Final = "oidc-redirect"
GROUP: Final = Group.PAGE
WHEN: Final = Phase.AFTER
NEEDS: Final = ()

_REFUSED: Final = range(400, 500)
"""RFC 6749, section 4.1.2.1: a wrong client or redirect address is told there and not at that address."""


def look(subject: Subject) -> Iterator[Result]:
    """Begin a sign-in, as a browser would, and go no further; `oidc-provider` says where that can't be."""
    if found := provider(subject.stack):
        with suppress(ProviderError, UnreachableError):
            address = subject.network.sign_in_address(found.issuer, found.client_id, found.redirect_uri)
            yield _asked(subject, found, address)


def _asked(subject: Subject, found: Provider, address: str) -> Result:
    register = f"Register {found.redirect_uri} as a redirect URI of client {found.client_id}"
    try:
        status = subject.network.get(address).status
    except UnreachableError as error:
        return unknown(
            "doctor can't tell whether the provider knows the redirect URI",
            cause=f"{error.operation.partition('?')[0]}: {error.code}",
            fix=f"{register}, and sign in once.",
        )
    if status in _REFUSED:
        return failure(
            "the provider does not accept the client or its redirect URI",
            cause=f"it answers a sign-in with HTTP {status}",
            fix=f"{register}.",
        )
    return passed(f"the provider accepts client {found.client_id} with redirect URI {found.redirect_uri}")
