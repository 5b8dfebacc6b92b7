"""What a look at KMS does to a case of which nothing was read."""

from dataclasses import replace
from datetime import datetime

from reprieve.arn import KeyArn
from reprieve.cases.case import Case, Closure, Ending, open_case
from reprieve.cases.due import NoticeRules
from reprieve.cases.transitions import note_answer, of_deletion
from reprieve.dataclass import dataclass
from reprieve.investigate.case_change import CaseChange, Left, Telling, as_answered, succeeding, with_facts
from reprieve.investigate.facts.key_facts import KeyFacts


@dataclass(frozen=True, slots=True)
class Review:
    """A look at a case of which nothing was read."""

    case_name: str
    facts: KeyFacts
    rules: NoticeRules
    now: datetime

    @property
    def key(self) -> KeyArn:
        """The key that it is about."""
        return self.facts.key.arn

    def apply(self, cases: tuple[Case, ...]) -> CaseChange | None:
        """Return what is to be stored; None if nothing is new."""
        return replace(self, facts=self.facts.apart_from(cases)).change(cases)

    def change(self, cases: tuple[Case, ...]) -> CaseChange | None:
        """Return what is to be stored, where no record is of a deletion that is another case's."""
        before = next((case for case in cases if case.name == self.case_name), None)
        if before is None:
            return None
        answer = self.facts.answer
        if answer.deletion_date and self._is_dated_by(before, answer.deletion_date):
            return self._dated(before, cases)
        case = note_answer(with_facts(before, self.facts), answer, self.now)
        return Telling(cases, self.rules, self.now).change(as_answered(case, answer), unless=before)

    def _is_dated_by(self, case: Case, date: datetime) -> bool:
        """Return whether a case without a date belongs to the deletion that KMS reports.

        One that only a record calls cancelled is, unless the key was scheduled after that.
        """
        closure = case.closure
        if case.deletion_date or (closure and (closure.confirmed or closure.how is not Ending.CANCELLED)):
            return False
        scheduling = of_deletion(self.facts.schedulings, date)
        return closure is None or scheduling is None or scheduling.at <= closure.at

    def _dated(self, undated: Case, cases: tuple[Case, ...]) -> CaseChange | None:
        """Return the case that continues with the date that KMS reports now."""
        left = Left(replace(undated, closure=Closure(how=Ending.CONTINUED, at=self.now)), continues=True)
        same = (case for case in cases if case.deletion_date == self.facts.answer.deletion_date)
        new = replace(
            open_case(self.facts.key, self.now, undated.settled_until),
            number=max(case.number for case in cases) + 1,
            previous=undated.id,
        )
        case = succeeding(next(same, new), (left,))
        case = note_answer(
            with_facts(replace(case, recent=undated.recent), self.facts), self.facts.answer, self.now
        )
        return Telling(cases, self.rules, self.now).change(case, (left.case,))
