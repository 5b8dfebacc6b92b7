"""`kms-reprieve channels check FILE`: what is wrong in a document, and who gets what."""

from collections.abc import Iterator
from pathlib import Path

from kms_reprieve_cli.channels.dead_ends import dead_ends
from kms_reprieve_cli.channels.offline import Offline
from kms_reprieve_cli.status import Status
from kms_reprieve_cli.terminal import complain, output
from reprieve.errors import NotUnderstoodError
from reprieve.messages.channels import Channel
from reprieve.messages.channels.configured import BY_PARAMETER
from reprieve.messages.channels.document import Document, read_document
from reprieve.messages.channels.route import Route


def read_file(file: Path, tools: Offline) -> tuple[str, Document]:
    """Return the text of a file, and the document that it is.

    Raises:
        NotUnderstoodError: the file can't be read.
    """
    try:
        text = file.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise NotUnderstoodError(str(file), f"it can't be read: {type(error).__name__}") from None
    return text, read_document(text, tools, BY_PARAMETER)


def check(file: Path) -> Status:
    """Print each channel with its route, and what is wrong. Sends nothing, and makes no call to AWS."""
    _, document = read_file(file, Offline())
    for line in described(document):
        output().print(line)
    problems = [*map(str, document.faults), *_leading_nowhere(document)]
    for problem in problems:
        complain(problem)
    return Status.WRONG if problems else Status.DONE


def _leading_nowhere(document: Document) -> Iterator[str]:
    for channel, route in document.channels:
        yield from (f"{channel.name}: {end}" for end in dead_ends(route))


def described(document: Document) -> Iterator[str]:
    """Yield a line for each channel."""
    for channel, route in document.channels:
        yield f"{channel.name}: {_kind(channel)}, {_routed(route)}{'' if channel.has_link else ', no link'}"


def _kind(channel: Channel) -> str:
    return type(channel).__module__.rpartition(".")[2].replace("_", "-")


def _routed(route: Route) -> str:
    parts = {
        "reasons": route.reasons,
        "accounts": route.accounts,
        "Regions": route.regions,
        "owners": route.owners,
    }
    listed = [f"{name} {', '.join(sorted(wanted))}" for name, wanted in parts.items() if wanted]
    return f"gets {'; '.join(listed)}" if listed else "gets everything"
