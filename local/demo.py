"""`python -m local demo`: a key is rescued, from the refused request to the click, and another let go."""

import argparse
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from textwrap import dedent

from local import application, person, up
from local.application import Application, Role
from local.function_logs import last_lines
from local.person import MissedError, Person
from local.story import CHANNELS, Story
from local.up import Say

HONESTY = dedent("""\
    Real       template.yaml, `sam build` and `sam deploy`, the functions' code and roles, the signed link,
               the page, the click.
    Emulated   the AWS services, in a process of this machine, with IAM enforced.
    Stand-ins  CloudTrail's record is written from the call that really failed, and at once instead of after
               some five minutes. The stored metric filter is evaluated here, and the alarm's minute is
               shorter, as are the clock's five. An inbox here takes the mail and the Slack message.
    """)


def play(story: Story, *, in_short: bool = False) -> None:
    """Show all of it; in short, without the second act.

    Raises:
        MissedError: something did not happen.
    """
    emulator = story.local.emulator
    orders = application.install(emulator, application.ORDERS)
    reports = application.install(emulator, application.REPORTS)
    jane = application.administrator(emulator, orders.key_arn, reports.key_arn)
    link = first_act(story, orders, jane)
    if not in_short:
        second_act(story, orders, reports, jane)
    last_act(story, orders, link)


def first_act(story: Story, orders: Application, jane: Role) -> str:
    """An application fails on its dying key, and people hear of it; return the link that they get."""
    story.say(f"key {orders.alias} is {orders.key_arn}")
    story.expect_work(orders)
    story.schedule_deletion(orders, jane)
    story.fail(orders)
    return story.link(orders)


def second_act(story: Story, orders: Application, reports: Application, jane: Role) -> None:
    """The alarm rings on; another application fails on another key, and there the deletion is meant."""
    story.schedule_deletion(reports, jane)
    story.fail(orders)
    story.fail(reports)
    story.expect_alarm()
    story.tick()
    link = story.link(reports)
    story.person.keep(story.local, link, reports.key_arn)
    story.hear("deletion-kept", reports)
    story.expect_state(reports, "PendingDeletion")
    story.fail(orders)
    story.fail(reports)
    story.tick()
    story.hear_nothing()
    told = [message.reason for message in story.local.inbox.messages if message.key_arn == orders.key_arn]
    if told != ["key-in-use"] * len(CHANNELS):
        raise MissedError(f"of {orders.alias} people were told {told}")
    story.say(f"{orders.name} was told of once, and {reports.name} not again: both went on failing")


def last_act(story: Story, orders: Application, link: str) -> None:
    """Somebody brings the first key back."""
    story.person.decide(story.local, link, orders.key_arn)
    story.expect_work(orders)
    story.expect_state(orders, "Enabled")
    story.hear("deletion-cancelled", orders)
    story.person.look_around(story.local)


def main(arguments: list[str]) -> int:
    """Tell the story; status 1 when a part of it is missing, 130 when somebody interrupts it."""
    options = parser().parse_args(arguments)
    say = up.progress(sys.stdout)
    print(HONESTY)
    try:
        with up.running(say) as local, somebody(options, say) as reader:
            tell(Story(local=local, person=reader, say=say))
    except MissedError as error:
        print(f"The demo missed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("interrupted; everything that was started is ended")
        return 130
    say("done: the key is enabled, everything that was started is ended")
    return 0


def tell(story: Story, *, in_short: bool = False) -> None:
    """Tell a story; when it breaks off, show what the functions logged."""
    try:
        play(story, in_short=in_short)
    except MissedError:
        print(last_lines(story.local.emulator), file=sys.stderr)
        raise


def somebody(options: argparse.Namespace, say: Say) -> AbstractContextManager[Person]:
    """Chromium for a check, else whoever sits in front of the screen."""
    if options.check:
        return person.chromium(say, options.pictures)
    return nullcontext(person.Somebody(say))


def parser() -> argparse.ArgumentParser:
    """The demo's options."""
    made = argparse.ArgumentParser(prog="python -m local demo", description=__doc__)
    made.add_argument(
        "--check",
        action="store_true",
        default=bool(os.environ.get("CHECK")),
        help="without a person: Chromium clicks",
    )
    made.add_argument("--pictures", type=Path, metavar="DIR", help="with --check: take pictures of all pages")
    return made
