"""What doctor asks of the world: AWS in botocore's own words, and addresses over HTTP. It only reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

Reply = Mapping[str, Any]
"""What AWS answers, in the shape that botocore's service model gives it."""


class Cloud(Protocol):
    """AWS in one account, by the operator's credentials."""

    def ask(self, service: str, operation: str, /, *, region: str = "", **parameters: Any) -> Reply:  # noqa: ANN401 - botocore's
        """Return the answer of one call; the same question is asked once.

        Args:
            service: As botocore calls it, such as `kms`.
            operation: As AWS calls it, such as `DescribeKey`.
            region: Another Region than the subject's.
            parameters: Those of the call.

        Raises:
            AwsError: of its kind; `operation` is the IAM action that the call needs.
        """
        ...

    def ask_all(self, service: str, operation: str, /, *, region: str = "", **parameters: Any) -> Reply:  # noqa: ANN401 - botocore's
        """Return the answer of a call with all of its pages in one; else as `ask`."""
        ...

    def entered(self, role_arn: str) -> "Cloud":
        """Return the account of a role, by that role.

        Raises:
            AwsError: the role can't be assumed.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What an address answered. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]


class Network(Protocol):
    """Addresses outside of AWS' API."""

    def get(self, address: str) -> HttpAnswer:
        """Return what an address answers to GET; no redirect is followed.

        Raises:
            UnreachableError: nothing, or nothing that is HTTP.
        """
        ...

    def sign_in_address(self, issuer: str, client_id: str, redirect_uri: str) -> str:
        """Ask an OpenID provider what it says about itself, and return the address to sign in at.

        Raises:
            UnreachableError: it can't be reached.
            ProviderError: what it says is not what a provider says.
        """
        ...


_ACTIONS: Final = {
    "apigatewayv2:GetApi": "apigateway:GET",
    "lambda:Invoke": "lambda:InvokeFunction",
    "sesv2:GetAccount": "ses:GetAccount",
    "sesv2:GetEmailIdentity": "ses:GetEmailIdentity",
}
"""Source: Service Authorization Reference, "Actions, resources, and condition keys for …"."""


def action(service: str, operation: str) -> str:
    """Return the IAM action that a call needs, such as `kms:DescribeKey`."""
    named = f"{service}:{operation}"
    return _ACTIONS.get(named, named)
