"""What a record says about its caller, read once and within bounds."""

from collections.abc import Mapping
from typing import Any, Final

from reprieve.cloudtrail.caller import Caller
from reprieve.dataclass import dataclass
from reprieve.untrusted import ARN_LIMIT, look, mapping, text

PAIRS: Final = frozenset({"PARAMETER_ARN", "aws:lambda:FunctionArn"})
"""The pairs of an encryption context that say something of the caller; no other is looked at here."""

_AGENT_LIMIT: Final = 1024  # CloudTrail user guide, "record contents": a userAgent has 1 KB at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The fields of a CloudTrail record that say who made the request.

    Attributes:
        identity: `userIdentity`.
        region: `awsRegion`: whose console shows the caller.
        source: `sourceIPAddress`: an address, or the host name of an AWS service.
        user_agent: `userAgent`, which the client chose itself.
        context: Of the encryption context of the request, the `PAIRS`.
        from_console: `sessionCredentialFromConsole`, which is there only where it is true.
    """

    identity: Mapping[str, Any]
    region: str = ""
    source: str = ""
    user_agent: str = ""
    context: Mapping[str, Any]
    from_console: bool = False

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Evidence":
        """Take a record apart.

        Source: CloudTrail user guide, "CloudTrail record contents for management events".
        """
        context = mapping(record, "requestParameters", "encryptionContext")
        return cls(
            identity=mapping(record, "userIdentity"),
            region=text(record, "awsRegion"),
            source=text(record, "sourceIPAddress"),
            user_agent=text(record, "userAgent", limit=_AGENT_LIMIT),
            context={pair: value for pair, value in context.items() if pair in PAIRS},
            from_console=says_yes(record.get("sessionCredentialFromConsole")),
        )

    @property
    def arn(self) -> str:
        """The ARN of the identity, or ""."""
        return text(self.identity, "arn", limit=ARN_LIMIT)

    @property
    def account(self) -> str:
        """The account of the identity, or ""."""
        return text(self.identity, "accountId")

    @property
    def principal(self) -> str:
        """The unique id of the identity, or ""."""
        return text(self.identity, "principalId")

    def text(self, *path: str, limit: int = 128) -> str:
        """Return the text at `path` in the identity, or ""."""
        return text(self.identity, *path, limit=limit)

    def session(self, *path: str) -> object:
        """Return what lies at `path` in the session's context, if anything."""
        return look(self.identity, "sessionContext", *path)

    def caller(self, kind: str, name: str, **more: Any) -> Caller:  # noqa: ANN401 - a caller's own fields
        """Return a caller with the most precise id that the identity holds."""
        return Caller(
            kind=kind,
            id=more.pop("id", None) or self.arn or self.account or self.principal or kind,
            name=name,
            arn=self.arn or None,
            account=self.account or None,
            **more,
        )


def says_yes(value: object) -> bool:
    """Return whether CloudTrail says `true`, which it writes as text in one place and bare in another."""
    return value is True or value == "true"
