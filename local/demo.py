"""`python -m local demo`: two keys are rescued, from the refused request to the click, and one is let go."""

import argparse
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from textwrap import dedent

from local import application, organization, person, plans, up
from local.application import Key, Role
from local.function_logs import last_lines
from local.inbox import SLACK_APP
from local.person import MissedError, Person
from local.story import Story
from local.up import Say

DESCRIPTION = (
    "Rescue two keys, from the refused request to the click, and confirm that the deletion of a third is"
    " intentional."
)
HONESTY = dedent("""\
    Real       template.yaml, `sam build` and `sam deploy`, the functions' code and roles, the role in the
               other account, the signed link, the page, the click.
    Emulated   the AWS services, in a process of this machine, with IAM enforced. What the emulator lacks of
               organizations and source identities is added here.
    Stand-ins  A function, a person, a program is a session of a role that calls KMS itself, for the secret,
               parameter, object or queue that its encryption context names; in AWS a service calls for it.
               CloudTrail's record is written from the call that really failed, with that service's name,
               and at once instead of after some five minutes. The stored metric filter is evaluated here,
               and the alarm's minute is shorter, as are the clock's five. The role in the other account is
               deployed as a stack, without a StackSet. An inbox here takes the mail and the Slack message.
    """)


def play(story: Story, *, in_short: bool = False) -> None:
    """Show all of it; in short, the first key alone.

    Raises:
        MissedError: something did not happen.
    """
    home = story.local.emulator
    orders, reports = application.install(home, plans.ORDERS), application.install(home, plans.REPORTS)
    jane = application.administrator(home, orders, reports)
    link = first_act(story, orders, jane)
    if not in_short:
        second_act(story, orders, reports, jane)
        third_act(story)
    last_act(story, orders, link)


def first_act(story: Story, orders: Key, jane: Role) -> str:
    """Three kinds of callers fail on one dying key, and people hear of it; return the link that they get."""
    story.say(f"key {orders.alias} is {orders.arn}")
    story.expect_work(orders)
    story.schedule_deletion(orders, jane)
    story.fail(orders)
    return story.link(orders)


def second_act(story: Story, orders: Key, reports: Key, jane: Role) -> None:
    """The alarm rings on; another application fails on another key, and there the deletion is meant."""
    story.schedule_deletion(reports, jane)
    story.fail(orders)
    story.fail(reports)
    story.expect_alarm()
    story.tick()
    link = story.link(reports)
    story.person.keep(story.local, link, reports)
    story.hear("deletion-kept", reports)
    story.expect_state(reports, "PendingDeletion")
    story.fail(orders)
    story.fail(reports)
    story.tick()
    story.hear_nothing()
    told = story.told(orders)
    if told != ["key-in-use"] * len(story.local.channels):
        raise MissedError(f"notices about {orders.alias}: {told}; expected one in each channel")
    story.say(f"one notice about {orders.alias} and no more about {reports.alias}, while both keep failing")


def third_act(story: Story) -> None:
    """A key of another account, in another Region, is in use: the stack's role there brings it back."""
    there = organization.member_account(story.local.emulator)
    shop = application.install(there, plans.SHOP)
    story.say(f"key {shop.alias} is {shop.arn}, of another account")
    story.expect_work(shop)
    story.schedule_deletion(shop, application.administrator(there, shop))
    story.fail(shop)
    story.tick()
    story.person.decide(story.local, story.link(shop), shop)
    expect_rescue(story, shop)


def last_act(story: Story, orders: Key, link: str) -> None:
    """Somebody brings the first key back."""
    if SLACK_APP in story.local.channels:
        story.person.press(story.local, orders)
    else:
        story.person.decide(story.local, link, orders)
    expect_rescue(story, orders)
    story.person.look_around(story.local)


def expect_rescue(story: Story, key: Key) -> None:
    """The key is back: it is enabled, everybody can decrypt, and everybody was told."""
    story.expect_state(key, "Enabled")
    story.expect_work(key)
    story.hear("deletion-cancelled", key)


def main(arguments: list[str]) -> int:
    """Tell the story; status 1 when a part of it is missing, 130 when somebody interrupts it."""
    options = parser().parse_args(arguments)
    say = up.progress(sys.stdout)
    print(HONESTY)
    try:
        with (
            up.running(say, every_channel=options.channels == "all") as local,
            somebody(options, say) as reader,
        ):
            tell(Story(local=local, person=reader, say=say))
    except MissedError as error:
        print(f"Demo failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("interrupted; every program that was started is stopped")
        return 130
    say("done: the keys that are needed are enabled, every program that was started is stopped")
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
    made = argparse.ArgumentParser(prog="python -m local demo", description=DESCRIPTION)
    made.add_argument(
        "--check",
        action="store_true",
        default=bool(os.environ.get("CHECK")),
        help="Chromium clicks, so that nobody has to",
    )
    made.add_argument(
        "--channels",
        choices=("few", "all"),
        default=os.environ.get("CHANNELS") or "few",
        help="all: one channel of each type",
    )
    made.add_argument("--pictures", type=Path, metavar="DIR", help="with --check: save pictures of all pages")
    return made
