"""The list of cases that are looked at although nothing was read of them."""

from datetime import datetime

from reprieve.arn import KeyArn
from reprieve.cases.key import KmsAnswer
from reprieve.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A case's entry in the list of those that are looked at again and again.

    Attributes:
        key: Its key.
        name: What tells it from the key's other cases.
        is_open: Whether it has not ended.
        is_sure: Whether it has not, or KMS was asked and said so.
        state: The key's state as KMS said last; None where it did not answer.
        deletion_date: The key's deletion date as KMS said last.
        wake_at: When something else is to be done about it.
        knows_who: Whether it says who scheduled the deletion.
    """

    key: KeyArn
    name: str
    is_open: bool = True
    is_sure: bool = True
    state: str | None = None
    deletion_date: datetime | None = None
    wake_at: datetime | None = None
    knows_who: bool = False

    @property
    def answer(self) -> KmsAnswer:
        """What KMS said last."""
        return KmsAnswer(state=self.state, deletion_date=self.deletion_date)

    @property
    def is_reviewed(self) -> bool:
        """Whether KMS is asked about it in every run."""
        return self.is_open or not self.is_sure

    def is_due(self, now: datetime, answer: KmsAnswer) -> bool:
        """Return whether there is something to do: its time has come, or KMS says something else now."""
        if self.wake_at is not None and self.wake_at <= now:
            return True
        return self.is_reviewed and (self.state, self.deletion_date) != (answer.state, answer.deletion_date)
