"""What is known of the one who made a request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The caller of one request, as its CloudTrail `userIdentity` tells it.

    Attributes:
        kind: The `type` of the identity, in CloudTrail's own words.
        id: The most precise name there is: the ARN, else the account, else the service principal.
        name: What a person calls it, such as `role orders-fn`.
        arn: The ARN, where the record has one.
        account: The account the caller belongs to: 12 digits.
        session: The name of the role session.
        source_identity: Who started the chain of roles, where `sts:SourceIdentity` was set.
        invoked_by: The AWS service that made the request on the caller's behalf.
    """

    kind: str
    id: str
    name: str
    arn: str | None = None
    account: str | None = None
    session: str | None = None
    source_identity: str | None = None
    invoked_by: str | None = None

    @property
    def label(self) -> str:
        """The caller in a few words, as messages and pages show it."""
        words = self.name
        if self.session:
            words += f", session {self.session}"
        if self.source_identity:
            words += f" (for {self.source_identity})"
        if self.invoked_by and self.invoked_by not in self.name:
            words += f", through {self.invoked_by}"
        return words
