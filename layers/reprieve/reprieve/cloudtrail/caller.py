"""What is known about the one who made a request."""

from reprieve.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The caller of one request, as its CloudTrail record tells it.

    Attributes:
        kind: The `type` of the identity, in CloudTrail's own words.
        id: The most precise name there is: the ARN, else the account; of a service its principal or role.
        principal: The role of a role session: its sessions are counted together. None for all others.
        name: What a person calls it, such as `role orders-fn`; what is inferred begins with `likely`.
        arn: The ARN, where the record has one.
        account: The account the caller belongs to: 12 digits.
        behind: Whose permissions it acts with, where `name` does not say: `role web`, `permission set Admin`.
        session: The name of the role session.
        source_identity: Who started the chain of roles, where `sts:SourceIdentity` was set.
        on_behalf_of: The person of IAM Identity Center whom the request is made for.
        invoked_by: What CloudTrail calls the AWS service that made the request on the caller's behalf.
        service: The same service, as people call it.
        console_url: Where to look for it in the AWS console.
        is_service: Whether this is AWS itself, with nobody behind it.
        is_root: Whether it is the root user of an account.
        is_outside: Whether it belongs to another account than the key.
        from_console: Whether the request came out of a session of the AWS console.
        mfa: Whether there was multi-factor authentication; None where the record does not tell.
    """

    kind: str
    id: str
    name: str
    arn: str | None = None
    account: str | None = None
    behind: str | None = None
    session: str | None = None
    principal: str | None = None
    source_identity: str | None = None
    on_behalf_of: str | None = None
    invoked_by: str | None = None
    service: str | None = None
    console_url: str | None = None
    is_service: bool = False
    is_root: bool = False
    is_outside: bool = False
    from_console: bool = False
    mfa: bool | None = None

    @property
    def place(self) -> str:
        """What its requests are counted under: its role, or itself."""
        return self.principal or self.id

    @property
    def label(self) -> str:
        """The caller in a few words, as messages and pages show it."""
        words = f"{self.name} ({self.behind})" if self.behind else self.name
        if self.session and self.session not in self.name:
            words += f", session {self.session}"
        for person in (self.source_identity, self.on_behalf_of):
            if person and person not in words:
                words += f" (for {person})"
        words += "".join(f", {warning}" for warning in self.warnings)
        if self.service and not self.is_service:
            return f"{self.service} on behalf of {words}"
        return words

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should notice about this caller, in words."""
        flags = (
            (self.from_console, "in the AWS console"),
            (self.mfa is False, "without MFA"),
            (self.is_outside, "from outside" if self._tells_account else f"from account {self.account}"),
        )
        return tuple(words for raised, words in flags if raised)

    @property
    def _tells_account(self) -> bool:
        return bool(self.account and self.account in self.name)
