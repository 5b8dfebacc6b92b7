"""One thing that a check may find."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kms_reprieve_cli.doctor.check import Check, CheckStatus, Result
from kms_reprieve_cli.doctor.examination import examine
from tests.unit.cli.doctor.clouds import FakeCloud, Said
from tests.unit.cli.doctor.healthy import answers, before, entrances, subject

PASS, WARN, FAIL, UNKNOWN = CheckStatus


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is different from a healthy stack, and what the check says of it.

    Attributes:
        check: The check.
        status: What it comes to, or all that it comes to.
        says: A part of what it says: of the result with the worst status.
        differs: What AWS says instead, by `service:Operation`.
        others: The other accounts, by the operator's role there.
        subject: What else is different.
        is_before: Whether nothing is deployed yet.
    """

    check: Check
    status: CheckStatus | tuple[CheckStatus, ...]
    says: str = ""
    differs: Mapping[str, Said] = field(default_factory=dict)
    others: Mapping[str, Any] = field(default_factory=entrances)
    subject: Mapping[str, Any] = field(default_factory=dict)
    is_before: bool = False

    @property
    def statuses(self) -> tuple[CheckStatus, ...]:
        return self.status if isinstance(self.status, tuple) else (self.status,)

    def cloud(self, denies: frozenset[str] = frozenset()) -> FakeCloud:
        return FakeCloud({**answers(), **self.differs}, self.others, denies=denies)

    def results(self, cloud: FakeCloud | None = None) -> list[Result]:
        made = (before if self.is_before else subject)(cloud or self.cloud(), **self.subject)
        return list(examine(made, (self.check,), ()))

    def __str__(self) -> str:
        return f"{self.check.ID}-{'+'.join(self.statuses)}-{self.says[:30]}"
