"""Whether CloudWatch may use the keys of encrypted topics, and whether those keys are safe themselves.

Alarms publish to all three topics: the one on refused requests, and those on the stack itself.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from kms_reprieve_cli.doctor import kms_keys
from kms_reprieve_cli.doctor.check import CheckStatus, Phase, Result, failure, passed, warning
from kms_reprieve_cli.doctor.detection import alarms
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.statements import Answer, judge
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.arn import Arn

ID: Final = "topic-keys"
GROUP: Final = Group.DETECTION
WHEN: Final = Phase.AFTER
NEEDS: Final = (*alarms.TOPIC_NEEDS, *kms_keys.NEEDS, "kms:GetKeyPolicy")

TOPICS: Final[Mapping[str, str]] = {
    "AlarmTopicArn": "the alarm's topic",
    "HealthTopicArn": "the topic of the stack's own alarms",
    "NoticeTopicArn": "the notice topic",
}
"""The outputs that name the topics, and what people call them."""

_ACTIONS: Final = ("kms:Decrypt", "kms:GenerateDataKey")
_FIX: Final = "Allow kms:Decrypt and kms:GenerateDataKey* to cloudwatch.amazonaws.com in the key's policy."


def look(subject: Subject) -> Iterator[Result]:
    """Ask KMS for the key of each encrypted topic, and for its policy."""
    keys = {output: _key_of(subject, output) for output in TOPICS}
    for output, key in keys.items():
        if key:
            yield from _judged(subject, key, TOPICS[output])
    if not any(keys.values()):
        yield passed("the topics are not encrypted with a key")


def _key_of(subject: Subject, output: str) -> str:
    found: str = alarms.attributes(subject, subject.stack.output(output)).get("KmsMasterKeyId", "")
    return found


def _judged(subject: Subject, key: str, whose: str) -> Iterator[Result]:
    results = tuple(kms_keys.usable(subject, key, whose))
    if any(result.status is not CheckStatus.PASS for result in results):
        yield from results
    else:
        yield _of_policy(subject, key, whose)


def _of_policy(subject: Subject, key: str, whose: str) -> Result:
    told = kms_keys.metadata(subject, key)
    if told.get("KeyManager") == "AWS":
        return failure(
            f"{whose} is encrypted with AWS' key aws/sns",
            cause="CloudWatch may not use that key, and its policy can't be changed",
            fix="Encrypt the topic with a key of your own, or not at all.",
        )
    match min(_answer(subject, told["Arn"], action) for action in _ACTIONS):
        case Answer.ALLOWED:
            return passed(f"CloudWatch may use the key of {whose}, {told['Arn']}")
        case Answer.UNSURE:
            return warning(
                f"CloudWatch may use the key of {whose} under conditions",
                cause=f"the policy of {told['Arn']} has conditions that doctor can't evaluate",
                fix=_FIX,
            )
        case Answer.REFUSED:
            return failure(
                f"CloudWatch may not use the key of {whose}",
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
