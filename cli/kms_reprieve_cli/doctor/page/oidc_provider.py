"""Whether the OpenID provider can be reached, and is who it should be."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, failure, passed, unknown
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.page.sign_in import provider
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.errors import ProviderError, UnreachableError

ID: Final = "oidc-provider"
GROUP: Final = Group.PAGE
WHEN: Final = Phase.AFTER
NEEDS: Final = ()


def look(subject: Subject) -> Iterator[Result]:
    """Read the provider's discovery document, as respond does at every sign-in."""
    if found := provider(subject.stack):
        try:
            subject.network.sign_in_address(found.issuer, found.client_id, found.redirect_uri)
        except UnreachableError as error:
            yield unknown(
                f"{found.issuer} could not be reached from here",
                cause=f"{error.operation}: {error.code}",
                fix="Sign in once, with the link of a notice.",
            )
        except ProviderError as error:
            yield failure(
                f"nobody can sign in with {found.issuer}",
                cause=str(error),
                fix="Compare OidcIssuer, letter for letter, with issuer in"
                f" {found.issuer.removesuffix('/')}/.well-known/openid-configuration.",
            )
        else:
            yield passed(f"{found.issuer} can be reached, and says that it is the issuer")
