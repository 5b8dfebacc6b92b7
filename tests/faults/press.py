"""A press of a button in Slack, cell by cell: what the channel reads, and what became of the key."""

from typing import Any, Final

from local.slack_workspace import Workspace, signed
from reprieve.errors import AwsError, InProgressError
from tests.faults.cells import Cell, Row, Seen
from tests.faults.furnished import pending_key, queued, world
from tests.faults.outside import ANSWERS, SLACK_API
from tests.faults.weather import SKY
from tests.faults.world import World
from tests.slack_world import message, words

PRESSES: Final = "someone presses a button in Slack"
ROWS: Final = (
    Row("secretsmanager:GetSecretValue", PRESSES),
    Row("lambda:Invoke", PRESSES, permission="lambda:InvokeFunction"),
    Row("dynamodb:PutItem", f"{PRESSES}: that it is carried out", about=b'"press"'),
    Row(SLACK_API, f"{PRESSES}: who it was"),
    Row(ANSWERS, PRESSES),
    Row("dynamodb:UpdateItem", f"{PRESSES}: that it was carried out"),
)

_OK: Final = 200
_TRIES: Final = 2
"""How often Lambda tries again what it was handed."""

_WARNS: Final = "Slack warns"
_SAID: Final = {
    "The key works again": "rescued",
    "The deletion is already cancelled": "rescued",
    "Slack did not say who you are": "nothing changed",
}


class Presser:
    """Someone in a workspace with a message about a key that is pending deletion."""

    def __init__(self, made: World) -> None:
        """Have the app post a message with buttons."""
        self.made = made
        outside = made.cloud.outside
        self.workspace = outside.workspace = Workspace(url=outside.address(ANSWERS, ""))
        made.with_slack_app(outside.address(SLACK_API, "/api"), outside.address(ANSWERS, "/api"))
        self.key = pending_key(made)
        self.ts = "1.000001"
        self.workspace.messages[self.ts] = {**message(made.token(self.key, "security")), "ts": self.ts}

    def press(self) -> int:
        """Press the button, and return what Slack is answered."""
        body = self.workspace.pressed(self.ts, "cancel_and_enable")
        event = {
            "routeKey": "POST /slack",
            "headers": signed(body),
            "body": body.decode(),
            "isBase64Encoded": False,
            "requestContext": {"domainName": "abc123.execute-api.eu-west-1.amazonaws.com", "http": {}},
        }
        return int(self.made.invoke("respond", event)["statusCode"])

    def work(self) -> bool:
        """Let Lambda start the function with what it was handed, each once; return whether one failed."""
        handed = self.made.cloud.outside.handed
        failed = [event for event in handed if not self._is_done(event)]
        handed[:] = failed
        return bool(failed)

    def _is_done(self, event: dict[str, Any]) -> bool:
        try:
            self.made.invoke("respond", event)
        except (AwsError, InProgressError):
            return False
        return True

    def word(self) -> str:
        """What was said in the channel, or to the person who pressed."""
        told = " ".join([words(self.workspace.messages[self.ts]), *map(words, self._whispers())])
        return next((word for said, word in _SAID.items() if said in told), "")

    def _whispers(self) -> list[dict[str, Any]]:
        return [said for _, said in self.workspace.private]


def run(cell: Cell) -> Seen:
    """Press under the fault; then let Lambda try again, and press again where nothing was changed."""
    closed = tuple(call for call in (SLACK_API, ANSWERS) if cell.refuses(call))
    with world(*closed) as made:
        presser = Presser(made)
        with SKY.under(cell.weather()) as weather:
            status = presser.press()
            failed = presser.work()
        word = presser.word() if status == _OK else f"{_WARNS}, {presser.word() or 'nothing changed'}"
        for _ in range(_TRIES if failed else 0):
            made.end_invocations("press")
            failed = presser.work()
            word = f"{presser.word()}, again"
        assert not failed
        _end_well(presser, word)
        return Seen(word, weather)


def _end_well(presser: Presser, word: str) -> None:
    """See to it that the key works in the end, that all hear of it once, and that no button is left."""
    made = presser.made
    if "nothing changed" in word:
        assert made.state(presser.key) == "PendingDeletion"
        made.cloud.outside.closed = frozenset()
        made.with_slack_app(f"{made.cloud.url}/api")
        presser.workspace.url = made.cloud.url
        made.warm.clear()
        presser.press()
        presser.work()
    made.catch_up()
    assert made.state(presser.key) == "Enabled"
    told = {each["notice"]["id"] for each in queued(made) if each["notice"]["reason"] == "deletion-cancelled"}
    assert len(told) == 1
    blocks = presser.workspace.messages[presser.ts]["blocks"]
    assert "cancel_and_enable" not in str(blocks)
