"""Does the steps one after the other, and cleans up whatever became of them."""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding, StoppedError, expect, not_shown, note
from kms_reprieve_cli.drill.step import Step
from reprieve.errors import AwsError, NotUnderstoodError, ReprieveError

CLEAN_UP: Final = "clean-up"
_PATIENCE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Done:
    """One finding of one step, by its name."""

    step: str
    finding: Finding


def run(drill: Drill, steps: Iterable[Step]) -> Generator[Done]:
    """Yield what the steps find, and at last what is left of the throwaway keys.

    The keys are cleaned up whatever ends it: nothing is yielded before all of them are.
    """
    left: list[Finding] = []
    try:
        for step in steps:
            for finding in _findings(drill, step):
                yield Done(step.ID, finding)
    finally:
        left += clean_up(drill)
    for finding in left:
        yield Done(CLEAN_UP, finding)


def _findings(drill: Drill, step: Step) -> Iterator[Finding]:
    try:
        if step.CHANGES:
            drill.allow(step.CHANGES)
        yield from step.run(drill)
    except (StoppedError, AwsError, NotUnderstoodError) as error:
        yield not_shown(f"stopped: {error}")


def clean_up(drill: Drill) -> Iterator[Finding]:
    """Schedule the deletion of every key that was made: KMS allows no more than that.

    A key keeps its tag and its alias, so that a notice about it says what it is.
    """
    for key in drill.keys:
        try:
            state = drill.wait(f"{key} to be created", partial(_made, drill, key), _PATIENCE)
            if not state.startswith("Pending"):
                drill.schedule_deletion(key)
            state = drill.state(key)
        except ReprieveError as error:
            yield expect(False, f"{key} needs your attention, schedule its deletion yourself: {error}")
            continue
        yield expect(state.startswith("Pending"), f"{key} is {state}")
    if drill.keys and drill.stack.parameters.get("NotifyOnScheduling") == "yes":
        yield note(
            "a deletion-scheduled notice about alias/kms-reprieve-drill… may come: it is about this key"
        )


def _made(drill: Drill, key: str) -> str:
    """Return a key's state; "" while KMS still creates it, as it does with a replica."""
    state = drill.state(key)
    return "" if state == "Creating" else state
