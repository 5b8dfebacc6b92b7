"""How the buttons that decide in Slack are known: who sends them and who takes their presses agree here."""

from typing import Final

CANCEL_AND_ENABLE: Final = "cancel_and_enable"
CANCEL_ONLY: Final = "cancel_only"
DECIDE: Final = "decide"
"""The id of the block that holds the buttons of a decision."""
