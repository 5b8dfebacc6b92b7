"""`kms-reprieve channels`: its commands with their arguments."""

from pathlib import Path
from typing import Annotated

import typer

from kms_reprieve_cli.options import EXIT_CODES, STACK_NAME, Profile, Region, StackName
from kms_reprieve_cli.plain_help import PlainCommand, PlainGroup
from kms_reprieve_cli.status import conclude
from reprieve.cases.notice import Reason

app = typer.Typer(
    cls=PlainGroup,
    help="Check, preview and store the document of channels.",
    no_args_is_help=True,
    epilog=EXIT_CODES,
)
Document = Annotated[Path, typer.Argument(metavar="FILE", exists=True, help="The document, as JSON.")]


@app.command(cls=PlainCommand, epilog=EXIT_CODES)
def check(file: Document) -> None:
    """Print each channel of a document with its route, and what is wrong. Sends nothing."""
    from kms_reprieve_cli.channels.document_file import check as command  # noqa: PLC0415 - nobody waits for another command's libraries

    conclude(lambda: command(file))


@app.command(cls=PlainCommand, epilog=EXIT_CODES)
def preview(
    file: Document,
    *,
    reason: Annotated[
        Reason,
        typer.Option("--reason", metavar="REASON", help=f"Why the example is sent: {', '.join(Reason)}."),
    ] = Reason.KEY_IN_USE,
) -> None:
    """Print an HTML page with what each channel of a document would send. Sends nothing."""
    from kms_reprieve_cli.channels.preview import preview as command  # noqa: PLC0415 - as above

    conclude(lambda: command(file, reason))


@app.command(cls=PlainCommand, epilog=EXIT_CODES)
def put(
    file: Document,
    *,
    stack_name: StackName = STACK_NAME,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    profile: Profile = None,
    region: Region = None,
) -> None:
    """Store a document in the secret of a stack, after showing which channels change.

    Needs `cloudformation:DescribeStacks`, and on the secret `secretsmanager:GetSecretValue` and
    `secretsmanager:PutSecretValue`.
    """
    from kms_reprieve_cli.channels.put import put as command  # noqa: PLC0415 - as above
    from kms_reprieve_cli.session import open_session  # noqa: PLC0415 - as above

    conclude(
        lambda: command(
            open_session(profile, region), stack_name, file, lambda question: yes or typer.confirm(question)
        )
    )


@app.command(cls=PlainCommand, name="slack-manifest", epilog=EXIT_CODES)
def slack_manifest(
    *,
    stack_name: StackName = STACK_NAME,
    url: Annotated[
        str | None,
        typer.Option(
            "--url",
            metavar="URL",
            help="URL of the page, as in the output PageUrl. If given: no call to AWS.",
        ),
    ] = None,
    profile: Profile = None,
    region: Region = None,
) -> None:
    """Print the manifest from which Slack creates the app of a stack.

    Needs `cloudformation:DescribeStacks`, unless you give `--url`.
    """
    from kms_reprieve_cli.channels.slack_manifest import slack_manifest as command  # noqa: PLC0415 - as above
    from kms_reprieve_cli.session import open_session  # noqa: PLC0415 - as above

    conclude(lambda: command(lambda: open_session(profile, region), stack_name, url))
