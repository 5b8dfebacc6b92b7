"""What a command ends with."""

import os
import sys
from collections.abc import Callable
from enum import IntEnum
from typing import NoReturn

import typer

from kms_reprieve_cli.terminal import complain
from reprieve.errors import AwsError, NotUnderstoodError


class Status(IntEnum):
    """The exit codes of every command: docs/command.md."""

    DONE = 0
    WRONG = 1
    USAGE = 2


def conclude(work: Callable[[], Status]) -> NoReturn:
    """Do a command's work, and end with its status.

    Raises:
        typer.Exit: always.
    """
    try:
        status = work()
        sys.stdout.flush()
    except (AwsError, NotUnderstoodError) as error:
        complain(str(error))
        status = Status.WRONG
    except BrokenPipeError:  # the reader has seen enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = Status.DONE
    raise typer.Exit(status)
