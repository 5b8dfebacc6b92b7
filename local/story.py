"""What can be told in the demo: a program that works or fails, what people hear, and what nobody hears."""

import time
from dataclasses import dataclass
from typing import Final

from local import application, cloudtrail
from local.application import Application, Role
from local.inbox_messages import Message
from local.person import MissedError, Person
from local.up import Local, Say

CHANNELS: Final = ("email", "slack")
SECONDS_FOR_A_NOTICE: Final = 30.0
SECONDS_OF_SILENCE: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The stack on this machine, whoever reads the notices, and what is said about both."""

    local: Local
    person: Person
    say: Say

    def expect_work(self, app: Application) -> None:
        """The application has to decrypt."""
        if refusal := app.decrypt():
            raise MissedError(f"{app.name} can't decrypt: {refusal}")
        self.say(f"{app.name} decrypts: it works")

    def schedule_deletion(self, app: Application, somebody: Role) -> None:
        """Somebody schedules the key for deletion."""
        parameters = {"keyId": app.key_arn, "pendingWindowInDays": application.DELETION_DAYS}
        answer = somebody.kms.schedule_key_deletion(
            KeyId=app.key_arn, PendingWindowInDays=application.DELETION_DAYS
        )
        self.say(f"jane@example.com schedules {app.alias} for deletion on {answer['DeletionDate']:%Y-%m-%d}")
        record = cloudtrail.succeeded(
            "ScheduleKeyDeletion", answer, by=somebody, key_arn=app.key_arn, parameters=parameters
        )
        self.deliver(record)

    def fail(self, app: Application) -> None:
        """The application fails, and CloudTrail has it."""
        refusal = app.decrypt()
        if refusal is None:
            raise MissedError(f"{app.name} still decrypts with a key that is pending deletion")
        self.say(f"{app.name} fails: {refusal}")
        parameters = {"encryptionContext": app.context, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}
        self.deliver(cloudtrail.refused(refusal, by=app.role, key_arn=app.key_arn, parameters=parameters))

    def deliver(self, record: cloudtrail.Record) -> None:
        """Put a record into the log group."""
        cloudtrail.deliver(self.local.emulator, self.local.stack.log_group, [record])

    def hear(self, reason: str, app: Application) -> dict[str, Message]:
        """Wait until every channel was told of the application's key."""
        start = time.monotonic()
        found = self.local.inbox.wait_for(CHANNELS, (reason,), SECONDS_FOR_A_NOTICE, app.key_arn)
        if missing := [channel for channel in CHANNELS if channel not in found]:
            raise MissedError(f"no {reason} notice of {app.alias} by {' and '.join(missing)}")
        self.say(f"notice {reason} arrived by {' and '.join(CHANNELS)}, in {time.monotonic() - start:.1f} s")
        self.say(f"the mail's subject: {found['email'].payload['Subject']}")
        return found

    def link(self, app: Application) -> str:
        """Wait for the notice that the application's key is in use, and return the link in its mail."""
        notice = self.hear("key-in-use", app)["email"]
        if not notice.link:
            raise MissedError(f"the mail has no link to {app.key_arn}")
        return notice.link

    def hear_nothing(self) -> None:
        """See that nobody is told of anything."""
        inbox = self.local.inbox
        before = len(inbox.messages)
        time.sleep(SECONDS_OF_SILENCE)
        if told := inbox.messages[before:]:
            raise MissedError(f"people were told of nothing new: {told[0].reason} by {told[0].channel}")

    def expect_alarm(self) -> None:
        """The alarm has to ring, and so to be of no more help."""
        emulator = self.local.emulator
        client = emulator.session().client("cloudwatch", endpoint_url=emulator.endpoint)
        (alarm,) = client.describe_alarms(AlarmNames=[self.local.stack.outputs["AlarmName"]])["MetricAlarms"]
        if alarm["StateValue"] != "ALARM":
            raise MissedError(f"the alarm is in {alarm['StateValue']}")
        self.say("the alarm is in ALARM, so it tells nobody of anything else")

    def tick(self) -> None:
        """Let the clock strike that starts investigate every five minutes."""
        emulator = self.local.emulator
        client = emulator.session().client("lambda", endpoint_url=emulator.endpoint)
        names = [found["FunctionName"] for found in client.list_functions()["Functions"]]
        (investigate,) = [name for name in names if "Investigate" in name]
        answer = client.invoke(FunctionName=investigate, Payload=b'{"source": "aws.scheduler"}')
        if error := answer.get("FunctionError"):
            raise MissedError(f"investigate failed: {error}")

    def expect_state(self, app: Application, state: str) -> None:
        """The key of the application has to be in that state."""
        emulator = self.local.emulator
        client = emulator.session().client("kms", endpoint_url=emulator.endpoint)
        found = client.describe_key(KeyId=app.key_arn)["KeyMetadata"]["KeyState"]
        if found != state:
            raise MissedError(f"{app.alias} is {found}, not {state}")
        self.say(f"DescribeKey: {app.alias} is {state}")
