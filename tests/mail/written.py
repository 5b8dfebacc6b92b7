"""Write the HTML mail of every example notice into a folder: `python -m tests.mail.written FOLDER`."""

import sys
from dataclasses import replace
from pathlib import Path

from reprieve.messages.headline import VERBS
from reprieve.messages.html_mail import html
from reprieve.messages.story import tell
from tests.unit.messages.test_block_kit import EVERY, IN_USE, hostile

WHY = "You receive this email because the channel owners of kms-reprieve lists your address."


def write(folder: Path) -> None:
    """Write one file for each."""
    folder.mkdir(parents=True, exist_ok=True)
    reasons = {f"reason {reason}": replace(IN_USE, reason=reason) for reason in VERBS}
    for name, notice in {**EVERY, **reasons, "hostile": hostile()}.items():
        (folder / f"{name}.html").write_text(html(tell(notice), WHY), "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
