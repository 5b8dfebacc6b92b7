"""The command line: every command with its arguments. A command's module is imported when it is run."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final

import typer

from kms_reprieve_cli.status import Status, conclude
from reprieve.arn import KeyArn
from reprieve.errors import NotUnderstoodError

NAME: Final = "kms-reprieve"
STACK_NAME: Final = "kms-reprieve"
"""What `sam deploy` calls the stack, by samconfig.toml."""

EXIT_CODES: Final = "Exit codes: 0 done, 1 something is wrong, 2 wrong usage."

app = typer.Typer(
    name=NAME,
    help="What an operator does with a stack of kms-reprieve, an account or an archive of CloudTrail files.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(*, wanted: bool) -> None:
    if wanted:
        print(f"{NAME} {version(NAME)}")
        raise typer.Exit(Status.DONE)


def _key(arn: str) -> KeyArn:
    try:
        return KeyArn.parse(arn)
    except NotUnderstoodError as error:
        raise typer.BadParameter(str(error)) from None


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for a program.")]
StackName = Annotated[str, typer.Option("--stack-name", help="Name of the stack.")]
Profile = Annotated[str | None, typer.Option("--profile", help="A profile of your AWS settings.")]
Region = Annotated[
    str | None,
    typer.Option("--region", help="Region of the stack. If not given: that of your AWS settings."),
]


@app.callback()
def main_options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    """Take the options that belong to no command."""


@app.command(epilog=EXIT_CODES)
def replay(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", exists=True, help="CloudTrail files, or folders of them."),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Print the notices that CloudTrail files would have caused. Makes no call to AWS.

    Reads what S3 holds (`.json`, `.json.gz`) and files of one record a line (`.jsonl`, `.jsonl.gz`).
    The last line, on standard error, says how many records were read, and how many were skipped and why.
    """
    from kms_reprieve_cli import replay as command  # noqa: PLC0415 - nobody waits for another command's libraries

    conclude(lambda: command.replay(paths, as_json=as_json))


@app.command(epilog=EXIT_CODES)
def audit(
    *,
    stack_name: StackName = STACK_NAME,
    key: Annotated[
        KeyArn | None,
        typer.Option(
            "--key", metavar="ARN", parser=_key, help="Of this key only. If not given: of all keys."
        ),
    ] = None,
    as_json: AsJson = False,
    profile: Profile = None,
    region: Region = None,
) -> None:
    """Print who was told, who opened a page and who decided what, from a stack's table.

    Needs `cloudformation:DescribeStacks` and, on the table, `dynamodb:Query` (with `--key`) or
    `dynamodb:Scan`.

    The entries of a key are in order, the keys are not.
    With `--json`: one line each, as in `events/audit.schema.json`.
    """
    from kms_reprieve_cli import audit as command  # noqa: PLC0415 - as above
    from kms_reprieve_cli.session import open_session  # noqa: PLC0415 - as above

    conclude(lambda: command.audit(open_session(profile, region), stack_name, key, as_json=as_json))


def main() -> None:
    """Run the command that the command line names."""
    app(prog_name=NAME)
