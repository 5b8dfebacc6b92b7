"""The part of a rescue that talks to KMS: cancel, enable, and prove the outcome.

CancelKeyDeletion leaves a key `Disabled`: the outage goes on until EnableKey.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from reprieve.arn import KeyArn
from reprieve.cases.key import Key, KeyState
from reprieve.dataclass import dataclass
from reprieve.errors import AwsError, WrongStateError
from reprieve.ports import KeyControl, KeyDirectory, Log
from reprieve.respond.case_view import as_told

CONSISTENCY_PAUSES: Final = (0.2, 0.4, 0.8, 1.6)
"""Seconds to wait, each time, until KMS is consistent."""


@dataclass(frozen=True, slots=True)
class Enabled:
    """What came of EnableKey: AWS' id of the request, or why it failed."""

    request_ids: tuple[str, ...] = ()
    problem: AwsError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecovery:
    """Brings a key back, and checks that it is back."""

    keys: KeyDirectory
    control: KeyControl
    sleep: Callable[[float], None]
    log: Log

    def cancel(self, key: KeyArn, by: str) -> str:
        """Cancel the deletion; return AWS' id of the request.

        Raises:
            AwsError: KMS refused, or its answer was lost.
        """
        return self.control.cancel_deletion(key, by=by)

    def enable(self, key: KeyArn, by: str) -> Enabled:
        """Enable the key.

        Straight after CancelKeyDeletion, KMS may still take the key for one that is pending deletion.
        """
        pauses = iter(CONSISTENCY_PAUSES)
        while True:
            try:
                return Enabled((self.control.enable(key, by=by),))
            except WrongStateError as error:
                self.failed(error, key)
                pause = next(pauses, None)
                if pause is None:
                    return Enabled(problem=error)
                self.sleep(pause)
            except AwsError as error:
                self.failed(error, key)
                return Enabled(problem=error)

    def prove(self, key: Key, expected: KeyState) -> Key:
        """Read the key until KMS shows what was done, or time is up; state None if it can't be read."""
        pauses = iter(CONSISTENCY_PAUSES)
        while True:
            try:
                key = as_told(key, self.keys.describe(key.arn))
            except AwsError as error:
                self.log.error(
                    "Could not verify a key after a decision", problem=str(error), key=str(key.arn)
                )
                return replace(key, state=None, deletion_date=None)
            pause = next(pauses, None)
            if key.state == expected or pause is None:
                return key
            self.sleep(pause)

    def failed(self, error: Exception, key: KeyArn) -> None:
        """Log that a step failed."""
        self.log.warning("A step of a rescue failed", problem=str(error), key=str(key))
