"""The list of mutants that change nothing keeps up with the rules."""

from tests.oracle.equivalent import EQUIVALENT
from tests.oracle.mutate import all_mutants


def test_each_mutant_that_changes_nothing_is_one_that_is_made() -> None:
    made = {mutant.name for mutant in all_mutants()}

    assert not EQUIVALENT.keys() - made
