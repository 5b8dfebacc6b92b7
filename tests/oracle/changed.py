"""A process of its own for each mutant, forked from one that has everything imported but the product."""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

from tests.oracle.mutants import Mutant, mutated

_SPEC = importlib.util.find_spec("reprieve")
PACKAGE: Final = Path(_SPEC.origin if _SPEC and _SPEC.origin else "").parent
MEMORY: Final = 3 * 1024**3
"""What a mutant that never ends may take."""

_MADE_ANEW: Final = ("reprieve", "tests")


def path_of(module: str) -> Path:
    """Return the file of a module of the package."""
    return PACKAGE / f"{module}.py"


def with_mutant(mutant: Mutant | None, seconds: int, do: Callable[[], str]) -> str | None:
    """Return what a function returns, or None if it does not, where the package has one change in it.

    Args:
        mutant: The change, if there is to be one.
        seconds: How long it may take.
        do: Must import the product, and whatever imports it, by itself.
    """
    receiver, sender = os.pipe()
    child = os.fork()
    if not child:
        os.close(receiver)
        _be(mutant, seconds, do, sender)
    os.close(sender)
    with os.fdopen(receiver) as answer:
        said = answer.read()
    _, status = os.waitpid(child, 0)
    return said if os.waitstatus_to_exitcode(status) == 0 else None


def _be(mutant: Mutant | None, seconds: int, do: Callable[[], str], sender: int) -> None:
    """Be the process of a mutant, to the end: whatever goes wrong in it is the mutant's doing."""
    try:
        signal.alarm(seconds)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        if mutant:
            sys.meta_path.insert(0, _Finder(mutant))
        for name in [name for name in sys.modules if name.split(".")[0] in _MADE_ANEW]:
            del sys.modules[name]
        os.write(sender, do().encode())
        os._exit(0)
    finally:
        os._exit(1)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module of the package with one change in it."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = f"reprieve.{mutant.module.replace('/', '.')}"

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the finder's signature
        target: ModuleType | None = None,  # noqa: ARG002 - as above
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(path_of(self.mutant.module)))

    def exec_module(self, module: ModuleType) -> None:
        path = path_of(self.mutant.module)
        tree = mutated(self.mutant.module, path.read_text(), self.mutant.number)
        exec(compile(tree, str(path), "exec"), module.__dict__)  # noqa: S102 - our own module
