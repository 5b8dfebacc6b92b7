"""Whether CloudWatch may use the key of an encrypted alarm topic, and whether that key is safe itself."""

from collections.abc import Iterator
from typing import Final

from kms_reprieve_cli.doctor import kms_keys
from kms_reprieve_cli.doctor.check import CheckStatus, Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.detection import alarms
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.statements import Answer, judge
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.arn import Arn

ID: Final = "alarm-topic-key"
GROUP: Final = Group.DETECTION
WHEN: Final = Phase.AFTER
NEEDS: Final = (*alarms.TOPIC_NEEDS, *kms_keys.NEEDS, "kms:GetKeyPolicy")

_ACTIONS: Final = ("kms:Decrypt", "kms:GenerateDataKey")
_FIX: Final = "Allow kms:Decrypt and kms:GenerateDataKey* to cloudwatch.amazonaws.com in the key's policy."


def look(subject: Subject) -> Iterator[Result]:
    """Ask KMS for the key and its policy, if the topic is encrypted."""
    key = alarms.topic(subject).get("KmsMasterKeyId")
    if not key:
        yield passed("the alarm's topic is not encrypted with a key")
        return
    results = tuple(kms_keys.usable(subject, key, "the alarm's topic"))
    if any(result.status is not CheckStatus.PASS for result in results):
        yield from results
    else:
        yield _judged(subject, key)


def _judged(subject: Subject, key: str) -> Result:
    told = kms_keys.metadata(subject, key)
    if told.get("KeyManager") == "AWS":
        return failure(
            "the alarm's topic is encrypted with AWS' key aws/sns",
            cause="CloudWatch may not use that key, and its policy can't be changed",
            fix="Encrypt the topic with a key of your own, or not at all.",
        )
    match min(_answer(subject, told["Arn"], action) for action in _ACTIONS):
        case Answer.ALLOWED:
            return passed(f"CloudWatch may use the key of the alarm's topic, {told['Arn']}")
        case Answer.UNSURE:
            return warning(
                "CloudWatch may use the key of the alarm's topic under conditions",
                cause=f"the policy of {told['Arn']} has conditions that can't be told beforehand",
                fix=_FIX,
            )
        case Answer.REFUSED:
            return failure(
                "CloudWatch may not use the key of the alarm's topic",
                cause=f"the policy of {told['Arn']} does not allow it",
                fix=_FIX,
            )


def _answer(subject: Subject, key: str, action: str) -> Answer:
    arn = Arn.parse(key)
    policy = subject.cloud.ask(
        "kms", "GetKeyPolicy", region=arn.region if arn else "", KeyId=key, PolicyName="default"
    )
    return judge(
        policy["Policy"], principals=alarms.CLOUDWATCH, action=action, context=alarms.context(subject)
    )
