"""What can be looked up about a key: one module for each fact, each allowed to fail by itself.

A module is a `Fact` (see `fact.py`): `FACT`, what a person calls it, `SCOPE`, what its answer holds for,
`FIELDS`, those of `Key` that it fills, `applies(sources, key)`, whether it is asked of a key at all, and
`look_up(sources, key)`, which returns the fields, or why they can't be known.
To add a fact, write its module and name it in `FACTS`.
"""

from typing import Final

from reprieve.investigate.facts import (
    account_name,
    aliases,
    grants,
    last_use,
    metadata,
    relatives,
    rescuable,
    scheduling,
    tags,
)
from reprieve.investigate.facts.fact import Fact

FACTS: Final[tuple[Fact, ...]] = (
    metadata,
    aliases,
    tags,
    rescuable,
    scheduling,
    relatives,
    last_use,
    grants,
    account_name,
)
"""In the order in which they are asked for: where time is short, the first ones are there."""
