"""The product in the world, under the judge's eyes: what every history is made of."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.oracle.driver import ALARM, Driver, End
from tests.oracle.judge import Judge, Ran, Violation
from tests.oracle.log_group import Scan
from tests.oracle.records import moment
from tests.oracle.troubles import EVERYWHERE
from tests.oracle.world import MINUTE, World

SCHEDULE: Final[Mapping[str, Any]] = {"source": "aws.scheduler"}
EVERY: Final = 5 * MINUTE
"""How often the schedule starts a run."""

SELDOM: Final = 10 * MINUTE
"""How seldom runs may come while nothing is wrong: the promise allows for one in ten minutes."""

_RESTING: Final = 5
"""Runs after which a history is judged: most of an hour, in which everything works."""

_A_DAY_OF_HOURS: Final = 26


@dataclass(slots=True)
class Life:
    """One history, as it goes on."""

    driver: Driver
    world: World
    judge: Judge = field(default_factory=Judge)

    def fork(self) -> "Life":
        """Return a history that goes its own way from here."""
        return Life(self.driver, self.world.copy(), self.judge.copy())

    def run(self, event: Mapping[str, Any] = SCHEDULE) -> End:
        """Let one invocation run, and judge it; a run that dies is judged only by what follows."""
        self.driver.world = self.world
        before, began = self.driver.bookmark(), self.world.now
        end = self.driver.invoke(event)
        if end is End.DIED:
            self.world.troubles.note(EVERYWHERE, self.world.now)
        ran = Ran(began, end is End.DONE, end is End.KILLED, (before, self.driver.bookmark()))
        self.judge.after_run(self.world, ran)
        return end

    def decide(self, arn: str, choice: str, *, enable: bool = False) -> str:
        """Let somebody decide on the page, if a notice has brought them its link."""
        latest = self.world.kms.latest(arn)
        if not any(latest and heard.key == arn and heard.date == latest.date for heard in self.world.heard):
            return "no link"
        self.driver.world = self.world
        said = self.driver.decide(arn, choice, enable=enable)
        self.judge.after_decision(self.world)
        return said

    def rest(self) -> list[Violation]:
        """Let everything work, let the schedule run, and judge what must hold in the end."""
        self.world.troubles.end()
        self.world.skew = 0.0
        self.world.logs.scan = Scan()
        self.world.fate.action = None
        for number in range(_RESTING):
            self.world.pass_time(SELDOM if number else EVERY)
            self.run()
        for _ in range(_A_DAY_OF_HOURS):
            if not self.judge.unnamed(self.world):
                break
            self.world.pass_time(60 * MINUTE)
            self.run()
        counts = {arn: self._counts(arn) for arn in self.world.kms.keys}
        self.judge.at_rest(self.world, counts, self.driver.bookmark())
        return self.judge.violations

    def _counts(self, arn: str) -> Mapping[str, int] | None:
        counted = self.driver.counts(arn)
        return None if counted is None else {each.case: each.uses for each in counted}


def alarm(at: float, state: str = "ALARM") -> Mapping[str, Any]:
    """Return the event by which SNS tells of a change of the alarm.

    Source: CloudWatch user guide, "Notifying users on alarm changes"; Lambda developer guide, "SNS".
    """
    message = {
        "AlarmName": ALARM,
        "NewStateValue": state,
        "StateChangeTime": moment(at).replace("Z", ".000+0000"),
        "Region": "EU (Ireland)",
        "AlarmArn": f"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:{ALARM}",
        "Trigger": {"Period": 60, "EvaluationPeriods": 1},
    }
    return {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(message)}}]}
