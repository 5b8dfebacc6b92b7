"""A person opens the link, sees that nothing has happened, and presses the button."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding, expect, took
from kms_reprieve_cli.drill.steps.refusal import decrypt
from reprieve.errors import AwsError

ID: Final = "rescue"
WHAT: Final = "A person can rescue the key, with the real delays of KMS between the calls."
CHANGES: Final = "You cancel the deletion of the drill's key on the page behind the link."
USUAL: Final = True
NEEDS: Final = ("kms:Decrypt", "kms:DescribeKey")


def run(drill: Drill) -> Iterator[Finding]:
    """Ask the person, and look at the key."""
    yield from rescued(drill, drill.key)


def rescued(drill: Drill, key: str) -> Iterator[Finding]:
    """Ask the person to rescue a key, and look at it before and after."""
    yield expect(
        drill.state(key) == "PendingDeletion", "before you press the button, the key is pending deletion"
    )
    drill.person.asked(f'Open the link in the notice about {drill.alias(key)} and press "Rescue this key".')
    begun = drill.passing.clock()
    state = drill.wait("you, on the page", lambda: drill.state(key) == "Enabled")
    yield expect(state, f"the key is {drill.state(key)}")
    yield took("from the request to press the button to the enabled key", drill.passing.clock() - begun)
    works = drill.wait("KMS, which may refuse the key for some seconds more", lambda: _works(drill, key), 60)
    yield expect(works, "the key works again: KMS decrypted with it")


def _works(drill: Drill, key: str) -> bool:
    try:
        decrypt(drill, key)
    except AwsError:
        return False
    return True
