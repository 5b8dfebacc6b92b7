"""What can be told in the demo: programs that work or fail, what people hear, and what nobody hears."""

import time
from dataclasses import dataclass
from typing import Final

from local import application, cloudtrail
from local.application import Application, Key, Role
from local.inbox_messages import Message
from local.person import MissedError, Person
from local.up import Local, Say
from reprieve.clock import day

SECONDS_FOR_A_NOTICE: Final = 30.0
SECONDS_OF_SILENCE: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The stack on this machine, whoever reads the notices, and what is said about both."""

    local: Local
    person: Person
    say: Say

    def expect_work(self, key: Key) -> None:
        """Everybody who needs the key has to be able to decrypt."""
        for app in key.applications:
            if refusal := app.decrypt():
                raise MissedError(f"{app.plan.told} can't decrypt: {refusal}")
            self.say(f"{app.plan.told} decrypts {app.plan.reads}: it works")

    def schedule_deletion(self, key: Key, somebody: Role) -> None:
        """Somebody schedules the key for deletion."""
        parameters = {"keyId": key.arn, "pendingWindowInDays": application.DELETION_DAYS}
        answer = somebody.kms.schedule_key_deletion(
            KeyId=key.arn, PendingWindowInDays=application.DELETION_DAYS
        )
        self.say(f"jane@example.com schedules {key.alias} for deletion on {day(answer['DeletionDate'])}")
        record = cloudtrail.succeeded(
            "ScheduleKeyDeletion", answer, by=somebody, key_arn=key.arn, parameters=parameters
        )
        self.deliver([record])

    def fail(self, key: Key) -> None:
        """Everybody who needs the key fails, and CloudTrail has it."""
        self.deliver([record for app in key.applications for record in self.refusals(app, key)])

    def refusals(self, app: Application, key: Key) -> list[cloudtrail.Record]:
        """The records of all the requests that somebody makes in vain."""
        parameters = {"encryptionContext": app.plan.context, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}
        refused = [refusal for _ in range(app.plan.requests) if (refusal := app.decrypt())]
        if len(refused) < app.plan.requests:
            raise MissedError(f"{app.plan.told} still decrypts with a key that is pending deletion")
        self.say(f"{app.plan.told} fails, {len(refused)} of {app.plan.requests} requests: {refused[0]}")
        told = [
            cloudtrail.refused(one, by=app.role, key_arn=key.arn, parameters=parameters) for one in refused
        ]
        return [cloudtrail.behind(record, app.plan) for record in told]

    def deliver(self, records: list[cloudtrail.Record]) -> None:
        """Put records into the log group, whichever account and Region they are from."""
        cloudtrail.deliver(self.local.emulator, self.local.stack.log_group, records)

    def hear(self, reason: str, key: Key) -> dict[str, Message]:
        """Wait until every channel was told of the key."""
        start, channels = time.monotonic(), self.local.channels
        found = self.local.inbox.wait_for(channels, (reason,), SECONDS_FOR_A_NOTICE, key.arn)
        if missing := [channel for channel in channels if channel not in found]:
            raise MissedError(f"no {reason} notice of {key.alias} by {' and '.join(missing)}")
        self.say(f"notice {reason} arrived by {' and '.join(channels)}, in {time.monotonic() - start:.1f} s")
        self.say(f"subject of the email: {found['email'].payload['Subject']}")
        return found

    def link(self, key: Key) -> str:
        """Wait for the notice that the key is in use, which names everybody, and return its mail's link."""
        notice = self.hear("key-in-use", key)["email"]
        if not notice.link:
            raise MissedError(f"the email has no link for {key.arn}")
        mail = " ".join(notice.payload["Message"].split())
        plans = [app.plan for app in key.applications]
        wanted = [words for plan in plans for words in (plan.told, plan.reads)]
        if missing := [words for words in wanted if words not in mail]:
            raise MissedError(f"the email does not say {', '.join(missing)}")
        self.say(f"the email names {'; '.join(f'{plan.told} with {plan.reads}' for plan in plans)}")
        return notice.link

    def told(self, key: Key) -> list[str | None]:
        """The reason of each message about a key; a message that names none has that of its notice."""
        messages = self.local.inbox.messages
        known = {message.notice_id: message.reason for message in messages if message.reason}
        about = [message for message in messages if message.key_arn == key.arn]
        return [message.reason or known.get(message.notice_id) for message in about]

    def hear_nothing(self) -> None:
        """See that nobody is told of anything."""
        inbox = self.local.inbox
        before = len(inbox.messages)
        time.sleep(SECONDS_OF_SILENCE)
        if told := inbox.messages[before:]:
            raise MissedError(f"a notice with nothing new: {told[0].reason} by {told[0].channel}")

    def expect_alarm(self) -> None:
        """The alarm has to ring, and so to be of no more help."""
        until = time.monotonic() + SECONDS_FOR_A_NOTICE
        while (state := self.alarm_state()) != "ALARM":
            if time.monotonic() > until:
                raise MissedError(f"the alarm is in {state}")
            time.sleep(0.05)
        self.say("the alarm is already in ALARM, so it will not fire again")

    def alarm_state(self) -> str:
        """The state of the alarm on refused calls, which the records reach within a moment."""
        emulator = self.local.emulator
        client = emulator.session().client("cloudwatch", endpoint_url=emulator.endpoint)
        (alarm,) = client.describe_alarms(AlarmNames=[self.local.stack.outputs["AlarmName"]])["MetricAlarms"]
        return alarm["StateValue"]

    def tick(self) -> None:
        """Let the clock strike that starts investigate every five minutes."""
        emulator = self.local.emulator
        client = emulator.session().client("lambda", endpoint_url=emulator.endpoint)
        names = [found["FunctionName"] for found in client.list_functions()["Functions"]]
        (investigate,) = [name for name in names if "Investigate" in name]
        answer = client.invoke(FunctionName=investigate, Payload=b'{"source": "aws.scheduler"}')
        if error := answer.get("FunctionError"):
            raise MissedError(f"investigate failed: {error}")

    def expect_state(self, key: Key, state: str) -> None:
        """The key has to be in that state."""
        if (found := key.state()) != state:
            raise MissedError(f"{key.alias} is {found}, not {state}")
        self.say(f"DescribeKey: {key.alias} is {state}")
