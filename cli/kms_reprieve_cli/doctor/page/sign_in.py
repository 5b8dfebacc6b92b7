"""How approvers sign in, by the stack's parameters."""

from dataclasses import dataclass
from typing import Final

from kms_reprieve_cli.doctor.subject import Stack

SIGN_IN: Final = "sign-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The OpenID provider; `secret` is the ARN of the client's secret, "" for none."""

    issuer: str
    client_id: str
    redirect_uri: str
    secret: str


def provider(stack: Stack) -> Provider | None:
    """Return the provider; None where nobody has to sign in."""
    told = stack.parameters
    if told.get("Approvers") != SIGN_IN:
        return None
    return Provider(
        issuer=told.get("OidcIssuer", ""),
        client_id=told.get("OidcClientId", ""),
        redirect_uri=stack.output("SignInRedirectUri"),
        secret=stack.named("OidcSecret") or told.get("OidcClientSecretArn", ""),
    )
