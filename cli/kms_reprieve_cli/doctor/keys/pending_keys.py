"""Which keys are pending deletion, and which of them the page could not bring back."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from kms_reprieve_cli.doctor.check import Phase, Result, passed, unknown, warning
from kms_reprieve_cli.doctor.cloud import Reply
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.subject import Subject
from reprieve.arn import KeyArn
from reprieve.clock import day, rfc3339
from reprieve.errors import AwsError
from reprieve.investigate.facts.policy import Verdict, judge

ID: Final = "pending-keys"
GROUP: Final = Group.KEYS
WHEN: Final = Phase.BOTH
NEEDS: Final = ("ec2:DescribeRegions", "kms:DescribeKey", "kms:GetKeyPolicy", "kms:ListKeys")

AT_ONCE: Final = 8
_PENDING: Final = frozenset({"PendingDeletion", "PendingReplicaDeletion"})
_SAYS: Final = {
    Verdict.REFUSED: "the page can't cancel the deletion of",
    Verdict.UNSURE: "the page may not be able to cancel the deletion of",
}


def look(subject: Subject) -> Iterator[Result]:
    """Ask KMS for every key of the Region, or of all Regions."""
    for region in _regions(subject):
        try:
            yield from _in_region(subject, region)
        except AwsError as error:
            yield unknown(
                f"the keys in {region} could not be checked",
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
        found = list(pool.map(partial(_described, subject, region), (each["KeyArn"] for each in listed)))
    keys = [each for each in found if not isinstance(each, AwsError)]
    refusals = [each for each in found if isinstance(each, AwsError)]
    pending = sorted((key for key in keys if key["KeyState"] in _PENDING), key=_deadline)
    yield passed(_counted(region, len(keys), pending))
    if refusals:
        yield unknown(
            f"{len(refusals)} of {len(found)} keys in {region} could not be checked",
            cause=str(refusals[0]),
            fix="Allow kms:DescribeKey to your credentials, in IAM and in the policies of these keys.",
        )
    if subject.is_deployed:
        yield from (result for key in pending for result in _unsaved(subject, KeyArn.parse(key["Arn"])))


def _described(subject: Subject, region: str, key: str) -> Reply | AwsError:
    """Return what KMS says about a key, or why it does not: a key's policy may keep everyone else out."""
    try:
        told: Reply = subject.cloud.ask("kms", "DescribeKey", region=region, KeyId=key)["KeyMetadata"]
    except AwsError as error:
        return error
    return told


def _deadline(key: Reply) -> tuple[bool, str]:
    """Sort by the deletion date; a primary that waits for its replicas has none."""
    date = key.get("DeletionDate")
    return date is None, rfc3339(date) if date else ""


def _counted(region: str, number: int, pending: Sequence[Reply]) -> str:
    said = (
        f"{len(pending)} of {number} keys in {region} {'is' if len(pending) == 1 else 'are'} pending deletion"
    )
    dated = [key for key in pending if "DeletionDate" in key]
    return f"{said}, the next on {day(dated[0]['DeletionDate'])}: {dated[0]['Arn']}" if dated else said


def _unsaved(subject: Subject, key: KeyArn) -> Iterator[Result]:
    """Yield that the page can't help a key, or may not be able to."""
    role = subject.stack.output("RespondRoleArn")
    try:
        policy = subject.cloud.ask(
            "kms", "GetKeyPolicy", region=key.region, KeyId=str(key), PolicyName="default"
        )
    except AwsError as error:
        yield unknown(
            f"doctor can't tell whether the page can cancel the deletion of {key}",
            cause=str(error),
            fix="Allow kms:GetKeyPolicy to your credentials, in IAM and in the key's policy.",
        )
        return
    judged = judge(policy["Policy"], key, role)
    if judged.verdict in _SAYS:
        yield warning(
            f"{_SAYS[judged.verdict]} {key}",
            cause=judged.why,
            fix=f"Allow kms:CancelKeyDeletion and kms:EnableKey to {role} in the key's policy.",
        )
