"""A story in parts, for the media that show one after the other."""

from reprieve.cases.digest import digest
from reprieve.console import key_url
from reprieve.messages.parts import ROOMS, Kind, parts
from reprieve.messages.story import tell
from tests.examples import KEY, NOW, notice


def told(number: int) -> list[str]:
    """What is said of a digest of so many notices."""
    story = tell(digest([notice()] * number, NOW, key_url(KEY)))
    return [part.text for part in parts(story, ROOMS[0]) if part.kind is Kind.ROW]


def test_a_digest_that_fits_in_is_told_in_full_and_of_a_longer_one_how_much_is_left_out() -> None:
    assert len(told(2)) == 2
    assert not any("more, which are in the log group" in line for line in told(2))
    assert "more, which are in the log group" in told(200)[-1]
