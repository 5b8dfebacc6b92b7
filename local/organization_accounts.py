"""Which accounts are of the emulated organization. The emulator's own Python reads this too."""

from typing import Final

ORGANIZATION: Final = "o-a1b2c3d4e5"
MANAGEMENT: Final = "111122223333"
MEMBER: Final = "444455556666"
NAMES: Final = {MANAGEMENT: "example-operations", MEMBER: "example-shop"}
