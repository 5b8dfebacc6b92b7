"""What a request's data belongs to."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Final

from reprieve.arn import Arn
from reprieve.console import page
from reprieve.dataclass import dataclass
from reprieve.untrusted import one_line

_NAME_LIMIT: Final = 200
_ARN_LIMIT: Final = 300


UNREAD: Final = "encryption context"
"""The service of pairs that no module reads: they are shown, and say nothing of what is at stake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A thing that a key protects.

    Attributes:
        service: What kind of thing it is, as people call it: `EBS volume`.
        name: Its name or id; "" where the record tells no more than the kind.
        place: Where it is, if that helps to find it: `bucket orders`.
        arn: Its ARN, where the record has it.
        console_url: Where to look at it in the AWS console.
    """

    service: str
    name: str
    place: str | None = None
    arn: str | None = None
    console_url: str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        words = f"{self.service} {self.name}" if self.name else self.service
        return f"{words} in {self.place}" if self.place else words


def named(service: str, name: str, region: str = "", path: str = "") -> Resource:
    """Return a resource that only a name identifies.

    Args:
        service: What kind of thing it is.
        name: Its name.
        region: The Region of the console that shows it; "" means no console.
        path: The console's page, with `{region}` and `{name}`.
    """
    return Resource(
        service=service, name=one_line(name, _NAME_LIMIT), console_url=page(region, path, name=name)
    )


def by_arn(service: str, text: str, prefix: str, path: str) -> Resource:
    """Return a resource that its ARN identifies; by the text as it is, if that is not such an ARN.

    Args:
        service: What kind of thing it is.
        text: The ARN.
        prefix: What stands before the name in the ARN's last part, such as `table/`.
        path: The console's page, with `{region}`, `{account}`, `{name}` and `{arn}`.
    """
    arn = Arn.parse(text)
    if not arn or not arn.resource.startswith(prefix) or arn.resource == prefix:
        return named(service, text)
    name = arn.resource.removeprefix(prefix)
    return Resource(
        service=service,
        name=one_line(name, _NAME_LIMIT),
        arn=kept(text),
        console_url=page(arn.region, path, name=name, arn=text, account=arn.account),
    )


def arn_reader(
    service: str, pair: str, prefix: str, path: str
) -> Callable[[Mapping[str, str], str], Resource | None]:
    """Return the `read` of a service that writes an ARN into one pair; the rest is as of `by_arn`."""

    def read(context: Mapping[str, str], _region: str) -> Resource | None:
        """Return the resource of the pair, or None where there is no such pair."""
        text = context.get(pair)
        return by_arn(service, text, prefix, path) if text else None

    return read


def kept(arn: str) -> str | None:
    """Return an ARN that is short enough to be kept whole; an ARN cut short would name something else."""
    return arn if len(arn) <= _ARN_LIMIT else None
