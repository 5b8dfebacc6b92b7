"""Whether the key's policy lets the page cancel the deletion and enable the key: kms:GetKeyPolicy.

IAM permissions count only where the key policy lets them: people are to know beforehand that the link
can't help, and whom to ask.
"""

from collections.abc import Mapping
from typing import Any

from reprieve.arn import KeyArn
from reprieve.cases.key import Rescuable, Unknown
from reprieve.investigate.facts.fact import Scope, Sources, within_reach
from reprieve.investigate.facts.policy import Verdict, judge

FACT = "whether the link can help"
SCOPE = Scope.KEY
FIELDS = frozenset({"rescuable"})
applies = within_reach


def look_up(sources: Sources, key: KeyArn) -> Mapping[str, Any] | Unknown:
    """Ask KMS for the policy, and read it as far as it can be read from outside."""
    judged = judge(sources.keys.policy(key), key, sources.responder_for(key))
    match judged.verdict:
        case Verdict.NAMED:
            return {"rescuable": Rescuable(allowed=True, why=judged.why)}
        case Verdict.DELEGATED if key.account == sources.account:
            return {"rescuable": Rescuable(allowed=True, why=judged.why)}
        case Verdict.REFUSED:
            return {"rescuable": Rescuable(allowed=False, why=judged.why)}
        case _:
            return Unknown(fact=FACT, why=judged.why)
