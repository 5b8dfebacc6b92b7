"""What a step of a drill is.

A module of `steps` has `ID`, `WHAT` it shows, `CHANGES` ("" if it only reads), `USUAL`, which is whether it
is done unless others are chosen, `NEEDS`, the IAM actions of its calls, and `run(drill)`, which yields what
it finds.
"""

from collections.abc import Iterable
from typing import Protocol

from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding


class Step(Protocol):
    """What every module of a step is."""

    @property
    def ID(self) -> str:  # noqa: N802 - a module's constant
        """Its name: that of its file, with hyphens."""
        ...

    @property
    def WHAT(self) -> str:  # noqa: N802 - as above
        """What it shows, in one sentence."""
        ...

    @property
    def CHANGES(self) -> str:  # noqa: N802 - as above
        """What it changes, which you are asked to allow; "" where it only reads."""
        ...

    @property
    def USUAL(self) -> bool:  # noqa: N802 - as above
        """Whether it is done unless others are chosen with `--only`."""
        ...

    @property
    def NEEDS(self) -> tuple[str, ...]:  # noqa: N802 - as above
        """The IAM actions of its calls."""
        ...

    def run(self, drill: Drill, /) -> Iterable[Finding]:
        """Yield what is found.

        Raises:
            StoppedError: it can't go on.
            AwsError: AWS did not let it.
        """
        ...
