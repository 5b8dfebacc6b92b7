"""The `Network` of this machine."""

from secrets import token_urlsafe
from typing import Final

from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError

from kms_reprieve_cli.doctor.cloud import HttpAnswer
from reprieve.adapters.openid import OpenIdProvider
from reprieve.errors import UnreachableError

_TIMEOUT: Final = Timeout(connect=5, read=30)
_AGENT: Final = "kms-reprieve doctor"


class HttpNetwork:
    """HTTP without a proxy, a retry or a redirect."""

    def get(self, address: str) -> HttpAnswer:
        """Send GET."""
        try:
            answer = PoolManager().request(
                "GET",
                address,
                headers={"User-Agent": _AGENT},
                timeout=_TIMEOUT,
                redirect=False,
                retries=False,
            )
        except (HTTPError, ValueError) as error:
            raise UnreachableError(f"GET {address}", type(error).__name__, str(error)) from error
        return HttpAnswer(
            status=answer.status, headers={name.lower(): value for name, value in answer.headers.items()}
        )

    def sign_in_address(self, issuer: str, client_id: str, redirect_uri: str) -> str:
        """Read the provider's discovery document, as respond does: first whether it can be reached at all."""
        self.get(f"{issuer.removesuffix('/')}/.well-known/openid-configuration")
        provider = OpenIdProvider(issuer=issuer, client_id=client_id, redirect_uri=redirect_uri, timeout=10)
        secrets = (token_urlsafe(32) for _ in range(3))
        return provider.authorization_url(state=next(secrets), nonce=next(secrets), verifier=next(secrets))
