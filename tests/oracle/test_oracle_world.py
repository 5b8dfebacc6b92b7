"""The oracle's world is AWS as it is documented, and shares nothing with the product."""

import ast
from pathlib import Path

import pytest

from tests.oracle.judge import Judge, Ran
from tests.oracle.kms import DAY, Key, Kms, State
from tests.oracle.log_group import LogGroup, Question, Scan, matching
from tests.oracle.table import ConditionError, Table, TimeToLive, TooLargeError, Write
from tests.oracle.world import Place, World

HERE = Path(__file__).parent
MEETING_POINT = "driver.py"
ARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
LINE = (
    '{"eventSource": "kms.amazonaws.com", "eventName": "Decrypt", "errorMessage": "x is pending deletion."}'
)


def _imported(path: Path) -> set[str]:
    """Return the modules that a file imports, by their whole names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(HERE.glob("*.py")) if path.name != MEETING_POINT],
    ids=lambda path: path.name,
)
def test_only_the_driver_knows_the_product_and_nothing_knows_its_other_tests(path: Path) -> None:
    imported = _imported(path)

    assert not [name for name in imported if name.split(".")[0] in {"reprieve", "local", "bench"}]
    assert not [
        name for name in imported if name.startswith("tests.") and not name.startswith("tests.oracle")
    ]


def test_the_driver_knows_no_other_test() -> None:
    imported = _imported(HERE / MEETING_POINT)

    assert not [
        name for name in imported if name.startswith("tests.") and not name.startswith("tests.oracle")
    ]


def test_a_cancelled_key_is_disabled_until_it_is_enabled() -> None:
    kms = Kms()
    kms.add(Key(arn=ARN))

    assert kms.schedule(ARN, 0.0, 7)
    assert not kms.schedule(ARN, 1.0, 7)
    assert not kms.enable(ARN)
    assert kms.cancel(ARN, 2.0)
    assert kms.keys[ARN].state is State.DISABLED
    assert kms.enable(ARN)
    assert kms.keys[ARN].state is State.ENABLED


def test_a_key_is_gone_when_its_date_has_come() -> None:
    kms = Kms()
    kms.add(Key(arn=ARN))
    kms.schedule(ARN, 0.0, 7)

    kms.pass_time(7 * DAY - 1)
    assert kms.keys[ARN].is_pending
    kms.pass_time(7 * DAY)
    assert kms.keys[ARN].state is State.GONE


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ('{ $.errorMessage = "* is pending deletion." }', True),
        ('{ $.errorMessage = "* is pending deletion*" }', True),
        ('{ $.errorMessage = "is pending deletion." }', False),
        ('{ ($.eventName = "Sign") || ($.eventName = "Decrypt") }', True),
        ('{ ($.eventSource = "kms.amazonaws.com") && (($.eventName = "Sign") || ($.a = "b")) }', False),
        ('{ $.eventName != "Decrypt" }', False),
    ],
)
def test_a_filter_pattern_selects_lines(pattern: str, *, matches: bool) -> None:
    assert matching(pattern)(LINE) is matches
    assert not matching(pattern)("no JSON")


def test_a_slow_log_group_answers_with_empty_pages_first() -> None:
    logs = LogGroup(scan=Scan(empty_an_hour=12))
    logs.put(LINE, 100.0)
    logs.put(LINE, 200.0, appears=900.0)

    question = Question(0.0, 900.0, '{ $.eventName = "Decrypt" }')
    page, sizes = logs.page(question, "", 600.0), []
    while page.token:
        sizes.append(len(page.lines))
        page = logs.page(question, page.token, 600.0)

    assert [*sizes, len(page.lines)] == [0, 0, 0, 1]


def test_a_transaction_is_written_whole_or_not_at_all() -> None:
    table = Table()
    table.put([Write("a", "1", {}, 0, None)], [], 0.0)

    with pytest.raises(ConditionError):
        table.put([Write("b", "1", {}, 0, None), Write("a", "1", {}, 0, None)], [], 0.0)
    with pytest.raises(TooLargeError):
        table.put(
            [Write("b", "1", {}, 0, None), Write("a", "1", {"x": "\u9375" * 150_000}, 1, None)], [], 0.0
        )

    assert table.get("b", "1", 0.0) is None


@pytest.mark.parametrize(
    ("when", "after_an_hour", "after_a_week"),
    [(TimeToLive.AT_ONCE, False, False), (TimeToLive.LATE, True, False), (TimeToLive.NEVER, True, True)],
)
def test_an_expired_item_goes_at_once_or_late_or_never(
    when: TimeToLive, *, after_an_hour: bool, after_a_week: bool
) -> None:
    table = Table(time_to_live=when)
    table.put([Write("a", "1", {}, 0, 10.0)], [], 0.0)

    assert table.get("a", "1", 5.0)
    assert bool(table.get("a", "1", 3600.0)) is after_an_hour
    assert bool(table.get("a", "1", 7 * DAY)) is after_a_week


def test_a_run_that_ends_well_and_does_not_move_the_bookmark_is_stuck() -> None:
    judge, world = Judge(), World()

    judge.after_run(
        world, Ran(world.now, is_done=True, was_killed=False, bookmark=(Place(world.now - 9000),) * 2)
    )

    assert [violation.promise for violation in judge.violations] == ["P5 moving"]
