"""What a command prints on: on a terminal with colours and progress bars, elsewhere plain text."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.segment import Segment
from rich.text import Text

from reprieve.untrusted import printable


class _Terminal(Console):
    """Standard output or standard error. Nothing in a text is markup, and no line is broken.

    Nothing in a text, such as the name of a file, makes the terminal do anything either.
    """

    def __init__(self, *, is_error: bool) -> None:
        super().__init__(stderr=is_error, soft_wrap=True, markup=False, highlight=False, emoji=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield what is printed, with nothing in it that a terminal obeys but rich's own styles."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=printable(segment.text, also="\n\t"))

    def on_broken_pipe(self) -> NoReturn:
        """Let it out: `conclude` ends the command."""
        raise BrokenPipeError


def output() -> Console:
    """Return standard output, as people read it."""
    return _Terminal(is_error=False)


def messages() -> Console:
    """Return standard error: problems, progress, and what a command says about its own run."""
    return _Terminal(is_error=True)


def complain(problem: str) -> None:
    """Say what is wrong."""
    messages().print(Text(problem, style="red"))


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show that something takes time, on a terminal only. Nothing may be printed while it lasts."""
    console = messages()
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False))
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, disable=not console.is_terminal
    ) as progress:
        progress.add_task(what, total=None)
        yield


@contextmanager
def counting(what: str, seconds: float) -> Iterator[Callable[[float], None]]:
    """Show how much of so many seconds has passed, on a terminal only.

    Yields:
        What takes the seconds that have passed.
    """
    console = messages()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task(f"waiting for {what}", total=seconds)
        yield lambda passed: progress.update(task, completed=passed)


@contextmanager
def reading(size: int) -> Iterator[Progress]:
    """Show how much of `size` bytes has been read, while it lasts and on a terminal only.

    The progress has one task, whose description says what is being read.
    """
    console = messages()
    progress = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        redirect_stdout=False,  # it may be a file or a program
        disable=not console.is_terminal,
    )
    progress.add_task("", total=size)
    with progress:
        yield progress
