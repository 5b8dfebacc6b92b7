"""The page's API refuses a flood, and its access log holds no path."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from kms_reprieve_cli.drill.drill import Drill
from kms_reprieve_cli.drill.finding import Finding, expect
from reprieve.errors import UnreachableError

ID: Final = "throttling"
WHAT: Final = "The page's API throttles, and its access log holds no path."
CHANGES: Final = "It sends 80 requests at once to the page, with a link that is not valid."
USUAL: Final = True
NEEDS: Final = ("logs:FilterLogEvents",)

REQUESTS: Final = 80
PATH: Final = "not-a-link"
_NO_ANSWER: Final = 0
_NOT_FOUND: Final = 404
_TOO_MANY: Final = 429
_PATIENCE: Final = 120


def run(drill: Drill) -> Iterator[Finding]:
    """Ask for the page, and read the access log."""
    address = f"{drill.stack.output('PageUrl')}{PATH}"
    with ThreadPoolExecutor(REQUESTS // 2) as pool:
        answers = Counter(pool.map(lambda _: _status(drill, address), range(REQUESTS)))
    yield expect(
        answers[_NOT_FOUND], f"{answers[_NOT_FOUND]} requests got the page for a link that is not valid"
    )
    yield expect(answers[_TOO_MANY], f"{answers[_TOO_MANY]} requests were refused as too many")
    group = drill.stack.required("LinkAccessLogs")
    logged = drill.wait("the access log", lambda: list(drill.lines(group)), _PATIENCE)
    yield expect(logged, f"the access log has {len(logged)} lines")
    yield expect(not any(PATH in line["message"] for line in logged), "none of them holds the path")


def _status(drill: Drill, address: str) -> int:
    try:
        return drill.subject.network.get(address).status
    except UnreachableError:
        return _NO_ANSWER
