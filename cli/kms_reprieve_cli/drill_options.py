"""The options of `kms-reprieve drill`."""

from pathlib import Path
from typing import Annotated

import typer

Yes = Annotated[bool, typer.Option("--yes", help="Allow every change without being asked.")]
Report = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="PATH",
        help="Write PATH.md and PATH.json. If not given: kms-reprieve-drill-TIME.",
    ),
]
ReplicaRegion = Annotated[
    str,
    typer.Option("--replica-region", metavar="REGION", help="For the step replica: Region of the replica."),
]
MemberProfile = Annotated[
    str,
    typer.Option(
        "--member-profile",
        metavar="PROFILE",
        help="For the step member-account: profile with credentials of the other account.",
    ),
]
MemberRegion = Annotated[
    str,
    typer.Option(
        "--member-region",
        metavar="REGION",
        help="For the step member-account: Region of the key. If not given: the stack's.",
    ),
]
MemberKey = Annotated[
    str,
    typer.Option("--member-key", metavar="ARN", help="For the step member-key: a key of another account."),
]
Patience = Annotated[
    float,
    typer.Option(
        "--patience", min=0, metavar="SECONDS", help="How long to wait for CloudTrail, and for you."
    ),
]
Steps = Annotated[bool, typer.Option("--steps", help="Print all steps, and do nothing else.")]
