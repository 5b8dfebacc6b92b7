"""`python -m local demo`: a key is rescued, from the refused request to the click."""

import argparse
import os
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from local import application, cloudtrail, person, up
from local.application import Application
from local.function_logs import last_lines
from local.inbox_messages import Message
from local.person import MissedError, Person
from local.up import Local, Say

CHANNELS = ("email", "slack")
IN_USE = ("key-in-use",)
HANDLED = ("deletion-cancelled",)
SECONDS_FOR_A_NOTICE = 30.0

HONESTY = dedent("""\
    Real       template.yaml, `sam build` and `sam deploy`, the functions' code and roles, the signed link,
               the page, the click.
    Emulated   the AWS services, in a process of this machine, with IAM enforced.
    Stand-ins  CloudTrail's record is written from the call that really failed, and at once instead of after
               some five minutes. The stored metric filter is evaluated here, and the alarm's minute is
               shorter. An inbox here takes the mail and the Slack message.
    """)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What the demo shows, in its order."""

    local: Local
    person: Person
    say: Say

    def tell(self) -> None:
        """Show all of it.

        Raises:
            MissedError: something did not happen.
        """
        app = application.install(self.local.emulator)
        self.say(f"key {application.ALIAS} is {app.key_arn}")
        self.expect_work(app)
        self.schedule_deletion(app)
        self.fail(app)
        notice = self.hear(IN_USE)["email"]
        if not notice.link or notice.key_arn != app.key_arn:
            raise MissedError(f"the mail has no link to {app.key_arn}")
        self.person.decide(self.local, notice.link, app.key_arn)
        self.expect_work(app)
        self.say(f"DescribeKey: KeyState {self.key_state(app)}")
        self.hear(HANDLED)
        self.person.look_around(self.local)

    def expect_work(self, app: Application) -> None:
        """The application has to decrypt."""
        if refusal := app.decrypt():
            raise MissedError(f"the application can't decrypt: {refusal}")
        self.say("the application decrypts: it works")

    def schedule_deletion(self, app: Application) -> None:
        """Somebody schedules the key for deletion."""
        somebody = application.administrator(self.local.emulator, app.key_arn)
        answer = somebody.kms.schedule_key_deletion(
            KeyId=app.key_arn, PendingWindowInDays=application.DELETION_DAYS
        )
        self.say(f"jane@example.com schedules the key for deletion on {answer['DeletionDate']:%Y-%m-%d}")
        parameters = {"keyId": app.key_arn, "pendingWindowInDays": application.DELETION_DAYS}
        self.deliver(
            cloudtrail.succeeded(
                "ScheduleKeyDeletion", answer, by=somebody, key_arn=app.key_arn, parameters=parameters
            )
        )

    def fail(self, app: Application) -> None:
        """The application fails, and CloudTrail has it."""
        refusal = app.decrypt()
        if refusal is None:
            raise MissedError("the application still decrypts with a key that is pending deletion")
        self.say(f"the application fails: {refusal}")
        parameters = {
            "encryptionContext": application.CONTEXT,
            "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
        }
        self.deliver(cloudtrail.refused(refusal, by=app.role, key_arn=app.key_arn, parameters=parameters))
        self.say("CloudTrail's record of it is in the log group")

    def deliver(self, record: cloudtrail.Record) -> None:
        """Put a record into the log group."""
        cloudtrail.deliver(self.local.emulator, self.local.stack.log_group, [record])

    def hear(self, reasons: tuple[str, ...]) -> dict[str, Message]:
        """Wait until every channel was told."""
        start = time.monotonic()
        found = self.local.inbox.wait_for(CHANNELS, reasons, SECONDS_FOR_A_NOTICE)
        if missing := [channel for channel in CHANNELS if channel not in found]:
            raise MissedError(f"no {reasons[0]} notice by {' and '.join(missing)}")
        self.say(
            f"notice {reasons[0]} arrived by {' and '.join(CHANNELS)}, in {time.monotonic() - start:.1f} s"
        )
        self.say(f"the mail's subject: {found['email'].payload['Subject']}")
        return found

    def key_state(self, app: Application) -> str:
        """The state of the key, which has to be Enabled."""
        emulator = self.local.emulator
        client = emulator.session().client("kms", endpoint_url=emulator.endpoint)
        state = client.describe_key(KeyId=app.key_arn)["KeyMetadata"]["KeyState"]
        if state != "Enabled":
            raise MissedError(f"the key is {state}")
        return state


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


def tell(story: Story) -> None:
    """Tell a story; when it breaks off, show what the functions logged."""
    try:
        story.tell()
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
