"""`python -m local up`: the stack and everything around it, until it is interrupted."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from textwrap import dedent
from typing import TextIO

from local import channels, cloudtrail, inbox_server, metric_filters, organization, stack
from local.emulator import Emulator, running_emulator
from local.inbox import Inbox

EMAILS = "jane@example.com,on-call@example.com"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """The stack on this machine."""

    emulator: Emulator
    inbox: Inbox
    stack: stack.Stack
    filters: metric_filters.Following
    channels: tuple[str, ...] = channels.BY_PARAMETER

    def guide(self) -> str:
        """How the AWS CLI and `kms-reprieve` reach the stack from another terminal."""
        root = self.emulator.root
        return dedent(f"""\
            In another terminal, in this folder:
              unset AWS_PROFILE AWS_SESSION_TOKEN
              export AWS_ENDPOINT_URL={self.emulator.endpoint} AWS_REGION={self.emulator.region}
              export AWS_ACCESS_KEY_ID={root.key_id} AWS_SECRET_ACCESS_KEY={root.secret}
              .venv/bin/kms-reprieve doctor
              .venv/bin/kms-reprieve test-notice
              .venv/bin/kms-reprieve drill
            """)

    def as_json(self) -> str:
        """Where everything is, on one line."""
        return json.dumps(
            {
                "aws_endpoint": self.emulator.endpoint,
                "region": self.emulator.region,
                "account": self.emulator.account,
                "log_group": self.stack.log_group,
                "page": self.stack.page_url,
                "inbox": self.inbox.url,
            }
        )


@contextmanager
def running(say: Say, *, every_channel: bool = False, with_records: bool = False) -> Iterator[Local]:
    """Emulator, inbox, stack and the stand-in for metric filters, ready; all of it ends on leaving.

    With `every_channel`, the stack has a channel of each type, and not only those of its parameters.
    With `with_records`, the emulator writes CloudTrail's records itself; without, whoever runs it does.

    Raises:
        ProgramFailedError: the emulator did not start, or `sam` failed.
    """
    say("starting the emulator, with IAM enforced")
    with ExitStack() as opened:
        emulator = opened.enter_context(running_emulator(stack.LOG_GROUP if with_records else ""))
        inbox = opened.enter_context(inbox_server.running_inbox(inbox_server.confirming(emulator)))
        logs = emulator.session().client("logs", endpoint_url=emulator.endpoint)
        logs.create_log_group(logGroupName=stack.LOG_GROUP)
        cloudtrail.make_trail(emulator, stack.LOG_GROUP)
        say("sam build")
        built = stack.build(emulator)
        say("sam deploy")
        found = channels.entries(inbox) if every_channel else []
        document = channels.parameters(emulator, found) if found else {}
        deployed = stack.deploy(emulator, built, {**parameters(inbox), **document})
        organization.let_in(emulator, deployed)
        inbox.page_url = deployed.page_url
        inbox_server.subscribe(emulator, inbox, deployed.notice_topic)
        filters = opened.enter_context(metric_filters.following(emulator, deployed.log_group))
        yield Local(
            emulator=emulator,
            inbox=inbox,
            stack=deployed,
            filters=filters,
            channels=channels.names(inbox) if every_channel else channels.BY_PARAMETER,
        )


def parameters(inbox: Inbox) -> dict[str, str]:
    """What a person would answer to `sam deploy --guided`."""
    return {
        "CloudTrailLogGroupName": stack.LOG_GROUP,
        "NotificationEmails": EMAILS,
        "SlackWebhookUrl": inbox.url + inbox.hook_path("slack"),
        **organization.PARAMETERS,
    }


def progress(output: TextIO) -> Say:
    """Lines for a person, with the seconds since the beginning."""
    start = time.monotonic()
    return lambda text: print(f"[{time.monotonic() - start:5.1f} s] {text}", file=output, flush=True)


def main() -> int:
    """Run until SIGINT or SIGTERM, which `local.__main__` makes a KeyboardInterrupt; 1 if it ends before."""
    say = progress(sys.stderr)
    try:
        with running(say, with_records=True) as local:
            say(f"ready: {local.inbox.url} shows what arrives; end with Ctrl+C")
            print(local.guide(), file=sys.stderr, flush=True)
            print(local.as_json(), flush=True)
            local.filters.wait()
    except KeyboardInterrupt:
        say("ended")
        return 0
    say("the emulator ended by itself")
    return 1
