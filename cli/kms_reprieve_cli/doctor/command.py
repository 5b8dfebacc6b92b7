"""`kms-reprieve doctor`."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import boto3

from kms_reprieve_cli.doctor.aws_cloud import AwsCloud
from kms_reprieve_cli.doctor.check import CheckStatus
from kms_reprieve_cli.doctor.checks import CHECKS, GATES
from kms_reprieve_cli.doctor.examination import examine
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.doctor.http_network import HttpNetwork
from kms_reprieve_cli.doctor.policy import document
from kms_reprieve_cli.doctor.report import Report, as_json
from kms_reprieve_cli.doctor.subject import Reach, Subject
from kms_reprieve_cli.status import Status
from kms_reprieve_cli.terminal import output
from reprieve.arn import partition_of
from reprieve.errors import NotUnderstoodError

SAM_SETTINGS: Final = Path("samconfig.toml")
"""What `sam deploy` reads in the folder that it runs in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to check, and how to print it: the options of the command."""

    stack_name: str
    log_group: str
    only: Collection[Group]
    reach: Reach
    is_verbose: bool
    is_json: bool


def doctor(session: boto3.Session, wanted: Wanted) -> Status:
    """Examine, and print what is found; WRONG if a check failed.

    Raises:
        NotUnderstoodError: no Region is chosen.
    """
    results = examine(_subject(session, wanted), CHECKS, GATES, wanted.only)
    if wanted.is_json:
        found = list(results)
        print(json.dumps(as_json(found), indent=2, ensure_ascii=False))
        failed = sum(result.status is CheckStatus.FAIL for result in found)
    else:
        failed = Report(output(), wanted.is_verbose).tell(results)[CheckStatus.FAIL]
    return Status.WRONG if failed else Status.DONE


def print_policy(stack_name: str, region: str, role: str) -> Status:
    """Print the least policy that doctor needs."""
    print(json.dumps(document(stack_name, partition_of(region), role), indent=2))
    return Status.DONE


def _subject(session: boto3.Session, wanted: Wanted) -> Subject:
    if not session.region_name:
        raise NotUnderstoodError("Region", "none is chosen: use --region, or AWS_REGION")
    return Subject(
        cloud=AwsCloud(session),
        network=HttpNetwork(),
        region=session.region_name,
        now=datetime.now(UTC),
        stack_name=wanted.stack_name,
        log_group_name=wanted.log_group,
        reach=wanted.reach,
        sam_settings=_sam_settings(),
    )


def _sam_settings() -> str:
    try:
        return SAM_SETTINGS.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
