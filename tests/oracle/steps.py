"""The steps of a random history, taken one by one: each does something to the world, and lets time pass."""

from collections.abc import Callable
from typing import Any, Final

from tests.oracle.course import Course
from tests.oracle.log_group import Scan
from tests.oracle.plans import KEYS, PRINCIPALS, Step
from tests.oracle.records import largest_context
from tests.oracle.strangers import forge
from tests.oracle.table import TimeToLive
from tests.oracle.troubles import EVERYWHERE, Call, How, Trouble
from tests.oracle.world import MINUTE


def take(course: Course, step: Step) -> None:
    """Take one step, and let the time pass that it takes."""
    word, *arguments = step
    _TAKE[word](course, *arguments)


def _use(  # noqa: PLR0917 - as it was drawn
    course: Course,
    key: int,
    who: int,
    operation: str,
    delay: float,
    lag: float,
    copies: list[float],
    session: str,
) -> None:
    course.life.world.use(
        KEYS[key].arn,
        PRINCIPALS[who],
        operation,
        delay=delay * MINUTE,
        lag=lag * MINUTE,
        copies=[copy * MINUTE for copy in copies],
        session=session,
    )
    course.pass_time(20.0)


def _burst(course: Course, key: int, who: int, number: int, script: str) -> None:
    """Many sessions of one role, each with what KMS lets it write into its encryption context."""
    for place in range(number):
        context = largest_context(place, script) if script else None
        course.life.world.use(
            KEYS[key].arn, PRINCIPALS[who], session=f"worker-{place % 24}", delay=MINUTE, context=context
        )
    course.pass_time(MINUTE)


def _trouble(course: Course, call: str, how: str, scope: int, minutes: int) -> None:
    world = course.life.world
    arn = EVERYWHERE if scope < 0 else KEYS[scope].arn
    world.troubles.open.append(Trouble(Call(call), How(how), world.now + minutes * MINUTE, arn))


def _change(name: str) -> Callable[..., None]:
    def taken(course: Course, key: int, *arguments: Any) -> None:
        world, arn = course.life.world, KEYS[key].arn
        match name:
            case "schedule":
                days, delay, replicas = arguments
                world.schedule(arn, days, delay * MINUTE, replicas=replicas)
            case "cancel":
                world.cancel(arn, arguments[0] * MINUTE)
            case "enable":
                world.enable(arn, arguments[0] * MINUTE)
            case "disable":
                world.disable(arn, arguments[0] * MINUTE)
            case "replicas gone":
                world.kms.replicas_gone(arn, world.now)
            case "policy":
                world.kms.set_policy(arn, is_locked=arguments[0])
        course.pass_time(30.0)

    return taken


def _manage(course: Course, key: int, who: int, operation: str, delay: float) -> None:
    course.life.world.manage(KEYS[key].arn, PRINCIPALS[who], operation, delay * MINUTE)
    course.pass_time(20.0)


def _page(course: Course, key: int, choice: str, enable: bool) -> None:  # noqa: FBT001 - drawn
    course.life.decide(KEYS[key].arn, choice, enable=enable)
    course.pass_time(20.0)


def _wait(course: Course, minutes: float) -> None:
    course.pass_time(minutes * MINUTE)


def _days(course: Course, days: int) -> None:
    """Days in which nothing runs but once in six hours: an outage of the schedule."""
    for _ in range(days * 4):
        course.life.world.pass_time(6 * 60 * MINUTE)
        course.life.world.troubles.note(EVERYWHERE, course.life.world.now - 1)
        course.run_by_itself()
    course.next_tick = course.life.world.now + MINUTE


def _skew(course: Course, seconds: int) -> None:
    world = course.life.world
    world.skew = float(seconds)
    world.furthest_skew = max(world.furthest_skew, world.skew)
    course.life.world.troubles.note(EVERYWHERE, course.life.world.now)


def _scan(course: Course, empty: int, seconds: float) -> None:
    course.life.world.logs.scan = Scan(empty, seconds)
    course.is_slow = empty > 0


def _time_to_live(course: Course, when: str) -> None:
    course.life.world.table.time_to_live = TimeToLive(when)


def _forge(course: Course, kind: str, key: int, number: int) -> None:
    forge(course.life.world, kind, KEYS[key].arn, number)
    course.pass_time(10.0)


_TAKE: Final[dict[str, Callable[..., None]]] = {
    **{
        name: _change(name) for name in ("schedule", "cancel", "enable", "disable", "replicas gone", "policy")
    },
    "use": _use,
    "burst": _burst,
    "manage": _manage,
    "page": _page,
    "wait": _wait,
    "days": _days,
    "trouble": _trouble,
    "lose": lambda course, number: setattr(course, "lost_ticks", number),
    "die": lambda course, number, is_after: course.fates.append(("die", number, is_after)),
    "beside": lambda course, number, is_after: course.fates.append(("beside", number, is_after)),
    "skew": _skew,
    "scan": _scan,
    "time to live": _time_to_live,
    "messages": lambda course, how: setattr(course, "messages", how),
    "history": lambda course, lag: setattr(course.life.world, "history_lag", lag * MINUTE),
    "forge": _forge,
}
