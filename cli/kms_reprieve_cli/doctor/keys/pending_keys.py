"""Which keys are pending deletion, and which of them the page could not bring back."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, passed, unknown, warning
from kms_reprieve_cli.doctor.cloud import Reply
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.arn import KeyArn
from reprieve.errors import AwsError
from reprieve.investigate.facts.policy import Judged, Verdict, judge

ID: Final = "pending-keys"
GROUP: Final = Group.KEYS
WHEN: Final = Phase.BOTH
NEEDS: Final = ("ec2:DescribeRegions", "kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListKeys")

AT_ONCE: Final = 8
_PENDING: Final = frozenset({"PendingDeletion", "PendingReplicaDeletion"})


def look(subject: Subject) -> Iterator[Result]:
    """Ask KMS for every key of the Region, or of all Regions."""
    for region in _regions(subject):
        try:
            yield from _in_region(subject, region)
        except AwsError as error:
            yield unknown(
                f"the keys of {region} could not be looked at",
                cause=str(error),
                fix=f"Allow {error.operation} to your credentials.",
            )


def _regions(subject: Subject) -> Sequence[str]:
    if not subject.reach.is_all:
        return [subject.region]
    return sorted(each["RegionName"] for each in subject.cloud.ask("ec2", "DescribeRegions")["Regions"])


def _in_region(subject: Subject, region: str) -> Iterator[Result]:
    listed = subject.cloud.ask_all("kms", "ListKeys", region=region)["Keys"]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        keys = list(pool.map(partial(_described, subject, region), (each["KeyArn"] for each in listed)))
    pending = sorted((key for key in keys if key["KeyState"] in _PENDING), key=_deadline)
    yield passed(_counted(region, len(keys), pending))
    if subject.is_deployed:
        yield from _unsaved(subject, pending)


def _described(subject: Subject, region: str, key: str) -> Reply:
    told: Reply = subject.cloud.ask("kms", "DescribeKey", region=region, KeyId=key)["KeyMetadata"]
    return told


def _deadline(key: Reply) -> tuple[bool, str]:
    """Sort by the deletion date; a primary that waits for its replicas has none."""
    date = key.get("DeletionDate")
    return date is None, f"{date:%Y-%m-%dT%H:%M}" if date else ""


def _counted(region: str, number: int, pending: Sequence[Reply]) -> str:
    said = (
        f"{len(pending)} of {number} keys in {region} {'is' if len(pending) == 1 else 'are'} pending deletion"
    )
    dated = [key for key in pending if "DeletionDate" in key]
    return f"{said}, the next on {dated[0]['DeletionDate']:%Y-%m-%d}: {dated[0]['Arn']}" if dated else said


def _unsaved(subject: Subject, pending: Iterable[Reply]) -> Iterator[Result]:
    role = subject.stack.output("RespondRoleArn")
    for key in pending:
        judged = _judged(subject, KeyArn.parse(key["Arn"]), role)
        if judged.verdict in {Verdict.REFUSED, Verdict.UNSURE}:
            yield _warned(key["Arn"], judged, role)


def _warned(arn: str, judged: Judged, role: str) -> Result:
    sure = judged.verdict is Verdict.REFUSED
    return warning(
        f"the page {'can' if sure else 'may'} not {'' if sure else 'be able to '}cancel the deletion of"
        f" {arn}",
        cause=judged.why,
        fix=f"Allow kms:CancelKeyDeletion and kms:EnableKey to {role} in the key's policy.",
    )


def _judged(subject: Subject, key: KeyArn, role: str) -> Judged:
    policy = subject.cloud.ask("kms", "GetKeyPolicy", region=key.region, KeyId=str(key), PolicyName="default")
    return judge(policy["Policy"], key, role)
