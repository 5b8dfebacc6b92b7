"""Every error this package raises on purpose.

ReprieveError
├── SettingsError            a function's environment lacks a variable, or it makes no sense
├── NotUnderstoodError       a message from outside is not what it should be
├── LinkError                a link that opens nothing
│   ├── MalformedLinkError   it was never one of ours
│   ├── ForgedLinkError      it looks like ours, and the signing key says that it is not
│   └── ExpiredLinkError     it was ours, and it has expired
├── SignInError              nobody is signed in
│   ├── LostSignInError      the browser no longer knows about the sign-in, or of another one
│   ├── RefusedSignInError   the provider says no, in its own word
│   ├── ProviderError        the provider gave no answer, or none that a provider gives
│   ├── IdTokenError         what it says about a person can't be trusted
│   ├── UnverifiedEmailError the address would do, and the provider has not verified it
│   └── NotApproverError     someone is signed in, and may not decide
├── ConflictError            someone else wrote first
├── IncompleteError          a run did all that it could, and something could not be done
├── OutOfTimeError           … because its time was up
├── TooMuchError             one minute holds more than one invocation can read
├── HealthError              the stack has a problem that no channel accepted, or a check failed
├── EntryError               an entry of the document of channels is not understood
├── InProgressError          the same delivery, or another one of its case, is under way elsewhere
├── NoAnswerError            an address outside AWS gave no answer
├── SlackError               Slack did not do what it was asked for
│   └── SlackBusyError       … and said when to come again
├── ChannelError             a channel did not accept a notice
│   ├── ChannelBusyError     … and said when to come again
│   └── ChannelRefusedError  … and never will
└── AwsError                 AWS answered with an error, told by its code
    ├── DeniedError          not permitted
    ├── AbsentError          what was asked for does not exist
    ├── WrongStateError      the key's state does not allow it
    ├── ThrottledError       too many requests
    └── UnreachableError     no answer, or one that reports a fault on the other side
"""

from datetime import datetime

from reprieve.dataclass import dataclass


class ReprieveError(Exception):
    """The root of this package's errors."""


@dataclass
class _ToldError(ReprieveError):
    """An error that `problem` describes completely."""

    problem: str

    def __str__(self) -> str:
        return self.problem


@dataclass
class SettingsError(ReprieveError):
    """A function can't start: its environment lacks `variable`, or holds nonsense there."""

    variable: str
    problem: str

    def __str__(self) -> str:
        return f"environment variable {self.variable} {self.problem}"


@dataclass
class NotUnderstoodError(ReprieveError):
    """`what` came in and is not what it should be: `problem` says why and, where it can, what to do."""

    what: str
    problem: str

    def __str__(self) -> str:
        return f"{self.what}: {self.problem}"


class LinkError(ReprieveError):
    """A link that opens nothing; people are shown the same page for all of them."""


class MalformedLinkError(LinkError):
    """Not of the form that links have: refused before anything is asked."""


class ForgedLinkError(LinkError):
    """Of the right form, and not signed by this stack's key."""


@dataclass
class ExpiredLinkError(LinkError):
    """Signed by this stack's key, and expired."""

    expired_at: datetime

    def __str__(self) -> str:
        return f"expired at {self.expired_at.isoformat()}"


class SignInError(ReprieveError):
    """Nobody is signed in. What these say is for the log, and never holds a code, a token or a secret."""


class LostSignInError(SignInError):
    """The browser holds no beginning of this sign-in: too old, another's, or its cookies are refused."""


@dataclass
class RefusedSignInError(SignInError):
    """The provider refused with `error`, its own code, such as `access_denied` or `invalid_grant`."""

    error: str

    def __str__(self) -> str:
        return f"the provider says {self.error}"


class ProviderError(_ToldError, SignInError):
    """The provider can't be asked, or answers nonsense: nothing is known about the person."""


@dataclass
class IdTokenError(SignInError):
    """The id token can't be trusted because of its `claim`."""

    claim: str
    problem: str

    def __str__(self) -> str:
        return f"{self.claim} {self.problem}"


@dataclass
class UnverifiedEmailError(SignInError):
    """`subject` has an address that may decide, but the provider has not verified that it is theirs."""

    subject: str

    def __str__(self) -> str:
        return f"the address of {self.subject} is not verified"


@dataclass
class NotApproverError(SignInError):
    """`subject` is who they say, and no rule lets them decide."""

    subject: str

    def __str__(self) -> str:
        return f"{self.subject} is not an approver"


class ConflictError(ReprieveError):
    """Someone else has changed what was to be written since it was read."""


@dataclass(frozen=True)
class Failure:
    """What could not be done, and why."""

    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


_FAILURES_TOLD = 10


@dataclass
class IncompleteError(ReprieveError):
    """A run did what it could; `failures` is the rest, which the next one takes up."""

    failures: tuple[Failure, ...]

    def __str__(self) -> str:
        told = "; ".join(map(str, self.failures[:_FAILURES_TOLD]))
        return f"{len(self.failures)} things could not be done: {told}"


class OutOfTimeError(ReprieveError):
    """No time is left in this invocation."""

    def __str__(self) -> str:
        return "no time was left for it"


@dataclass
class TooMuchError(ReprieveError):
    """After `lines` lines, not one whole minute had been read: the function needs a longer timeout."""

    lines: int

    def __str__(self) -> str:
        return f"{self.lines} lines were read, and not one whole minute: the function needs a longer timeout"


@dataclass
class TooManyTestsError(ReprieveError):
    """No more test notices for now; `after` says when there can be one, in words."""

    after: str

    def __str__(self) -> str:
        return f"too many test notices were sent: try again after {self.after}"


@dataclass
class HealthError(ReprieveError):
    """What could not be checked, and what no channel accepted."""

    failed: tuple[str, ...]

    def __str__(self) -> str:
        return "; ".join(self.failed)


class EntryError(_ToldError):
    """What is wrong with an entry of the document of channels: by its place, and never with its value."""


class InProgressError(ReprieveError):
    """The same notice, or another one of its case, is being sent to the same channel."""


class NoAnswerError(_ToldError):
    """An address gave no answer: `problem` says why, and never holds the address, which may be a secret."""

    def __str__(self) -> str:
        return f"no answer: {self.problem}"


@dataclass
class SlackError(_ToldError):
    """Slack did not do what it was asked for; `code` is its own word, "" where it gave none."""

    code: str = ""


@dataclass
class SlackBusyError(SlackError):
    """Slack asks to wait `retry_after` seconds."""

    retry_after: int = 0


@dataclass
class ChannelError(ReprieveError):
    """`channel` did not accept the notice. Never holds an address: a webhook's is a secret."""

    channel: str
    problem: str

    def __str__(self) -> str:
        return f"{self.channel}: {self.problem}"


@dataclass
class ChannelBusyError(ChannelError):
    """`channel` asks to wait `retry_after` seconds."""

    retry_after: int = 0


class ChannelRefusedError(ChannelError):
    """`channel` will never accept the notice, however often it is tried."""


@dataclass
class AwsError(ReprieveError):
    """AWS refused `operation` with `code`; `message` is AWS' own text."""

    operation: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.code}: {self.message}"


class DeniedError(AwsError):
    """The role, the key policy or a control policy does not permit it."""


class AbsentError(AwsError):
    """There is no such key, log group, secret, …."""


class WrongStateError(AwsError):
    """KMS refuses the call in the key's present state."""


class ThrottledError(AwsError):
    """Too many requests; the SDK's own retries are used up."""


class UnreachableError(AwsError):
    """The service did not answer, or answered with a fault of its own: nothing is known."""
