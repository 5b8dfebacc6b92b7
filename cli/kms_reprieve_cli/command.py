"""The command line: every command with its arguments. A command's module is imported when it is run."""

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final

import typer

from kms_reprieve_cli import drill_options
from kms_reprieve_cli.channels.command import app as channels_app
from kms_reprieve_cli.doctor.group import Group
from kms_reprieve_cli.options import EXIT_CODES, STACK_NAME, AsJson, Policy, Profile, Region, StackName
from kms_reprieve_cli.plain_help import PlainCommand, PlainGroup
from kms_reprieve_cli.status import Status, conclude
from kms_reprieve_cli.test_notice.until import Until
from reprieve.arn import KeyArn
from reprieve.errors import NotUnderstoodError

NAME: Final = "kms-reprieve"
app = typer.Typer(
    name=NAME,
    cls=PlainGroup,
    help="Check, test and inspect a stack of kms-reprieve; replay CloudTrail files.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


app.add_typer(channels_app, name="channels")


def _print_version(*, wanted: bool) -> None:
    if wanted:
        print(f"{NAME} {version(NAME)}")
        raise typer.Exit(Status.DONE)


def _key(arn: str) -> KeyArn:
    try:
        return KeyArn.parse(arn)
    except NotUnderstoodError as error:
        raise typer.BadParameter(str(error)) from None


@app.callback()
def main_options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    """Take the options that belong to no command."""


@app.command(cls=PlainCommand, epilog=EXIT_CODES)
def doctor(
    *,
    stack_name: Annotated[
        str | None,
        typer.Option(
            "--stack-name",
            metavar="NAME",
            help=f"After deploying: name of the stack. If not given: {STACK_NAME}.",
        ),
    ] = None,
    log_group: Annotated[
        str | None,
        typer.Option(
            "--log-group", metavar="NAME", help="Before deploying: the log group that CloudTrail delivers to."
        ),
    ] = None,
    only: Annotated[
        list[Group] | None,
        typer.Option(
            "--only",
            metavar="GROUP",
            help=f"Run only the checks of this group: {', '.join(Group)}. Can be repeated.",
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Also show what passed.")] = False,
    as_json: AsJson = False,
    policy: Policy = False,
    audit_role: Annotated[
        str,
        typer.Option(
            "--member-audit-role",
            metavar="ROLE",
            help="Role in the other accounts that you can assume and that can read IAM there.",
        ),
    ] = "",
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Check every other account, not a sample of five, and the keys of every Region.",
        ),
    ] = False,
    profile: Profile = None,
    region: Region = None,
) -> None:
    """Check that everything is set up correctly, before you deploy and after. Changes nothing.

    Before: `kms-reprieve doctor --log-group NAME --region REGION`.

    After: `kms-reprieve doctor --stack-name NAME`.

    Each check passes, warns or fails, or says which permission it lacks. Exit code 1: a check failed.
    """
    from kms_reprieve_cli.doctor import command  # noqa: PLC0415 - nobody waits for another command's libraries
    from kms_reprieve_cli.doctor.subject import Reach  # noqa: PLC0415 - as above
    from kms_reprieve_cli.session import open_session  # noqa: PLC0415 - as above

    if stack_name is not None and log_group is not None:
        raise typer.BadParameter("give --log-group before deploying or --stack-name after it, not both")
    name = "" if log_group is not None else stack_name or STACK_NAME
    wanted = command.Wanted(
        stack_name=name,
        log_group=log_group or "",
        only=only or (),
        reach=Reach(role=audit_role, is_all=everything),
        is_verbose=verbose,
        is_json=as_json,
    )
    if policy:
        conclude(lambda: command.print_policy(name or STACK_NAME, region or "", audit_role))
    conclude(lambda: command.doctor(open_session(profile, region), wanted))


@app.command("test-notice", cls=PlainCommand, epilog=EXIT_CODES)
def send_test_notice(
    *,
    stack_name: StackName = STACK_NAME,
    until: Annotated[
        Until,
        typer.Option(
            "--until",
            metavar="accepted|opened",
            help="Wait until every channel accepted the notice, or until someone pressed the button on its"
            " page.",
        ),
    ] = Until.OPENED,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0, metavar="SECONDS", help="How long to wait.")
    ] = 900,
    as_json: AsJson = False,
    policy: Policy = False,
    profile: Profile = None,
    region: Region = None,
) -> None:
    """Send a test notice to every channel, and wait until someone has opened it. Touches no key.

    The notice and its page say that they are a test. The page has one button, "I have seen this".

    Exit code 1: a channel did not accept the notice, or no one opened it from that channel in time.
    """
    from kms_reprieve_cli.session import open_session  # noqa: PLC0415 - as above
    from kms_reprieve_cli.test_notice import command  # noqa: PLC0415 - as above
    from kms_reprieve_cli.test_notice.aws_stack import AwsStack  # noqa: PLC0415 - as above

    if policy:
        conclude(lambda: command.print_policy(stack_name, region or ""))
    wanted = command.Wanted(until=until, timeout=timeout, is_json=as_json)
    conclude(lambda: command.send_test_notice(AwsStack(open_session(profile, region), stack_name), wanted))


@app.command(cls=PlainCommand, epilog=EXIT_CODES)
def drill(
    *,
    stack_name: StackName = STACK_NAME,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="STEP", help="Do only this step. Can be repeated. See --steps."),
    ] = None,
    yes: drill_options.Yes = False,
    report: drill_options.Report = None,
    replica_region: drill_options.ReplicaRegion = "us-east-1",
    member_profile: drill_options.MemberProfile = "",
    member_region: drill_options.MemberRegion = "",
    member_key: drill_options.MemberKey = "",
    patience: drill_options.Patience = 1200,
    steps: drill_options.Steps = False,
    as_json: AsJson = False,
    policy: Policy = False,
    profile: Profile = None,
    region: Region = None,
) -> None:
    """Prove that a stack works, with a throwaway key. Asks before each change.

    It creates a KMS key, schedules its deletion, tries to use it, and waits for CloudTrail and the notice.
    You press the button on the page; it then checks the key and the audit trail.

    It writes a report with every latency. Exit code 1: something failed, or could not be shown.
    """
    from kms_reprieve_cli.drill import command  # noqa: PLC0415 - as above
    from kms_reprieve_cli.drill.all_steps import STEPS  # noqa: PLC0415 - as above
    from kms_reprieve_cli.drill.drill import Choices  # noqa: PLC0415 - as above
    from kms_reprieve_cli.session import open_session  # noqa: PLC0415 - as above

    chosen = frozenset(only or ())
    if unknown := sorted(chosen - {step.ID for step in STEPS}):
        raise typer.BadParameter(f"there is no step {', '.join(unknown)}: see --steps", param_hint="--only")
    if "member-account" in chosen and not (member_profile or policy):
        raise typer.BadParameter(
            f"member-account needs a profile of the other account. {command.BY_HAND}",
            param_hint="--member-profile",
        )
    if steps:
        conclude(command.print_steps)
    if policy:
        conclude(lambda: command.print_policy(chosen, region or "", stack_name))
    wanted = command.Wanted(
        stack_name=stack_name,
        only=chosen,
        choices=Choices(replica_region=replica_region, member_key=member_key, patience=patience),
        says_yes=yes,
        report=report or Path(f"kms-reprieve-drill-{datetime.now(UTC):%Y-%m-%dT%H%MZ}"),
        is_json=as_json,
    )

    def begin() -> Status:
        session = open_session(profile, region)
        there = member_region or session.region_name
        return command.drill(session, wanted, open_session(member_profile, there) if member_profile else None)

    conclude(begin)


@app.command(cls=PlainCommand, epilog=EXIT_CODES)
def replay(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", exists=True, help="CloudTrail files, or folders of them."),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Print the notices that CloudTrail files would have caused. Makes no call to AWS.

    Reads files as CloudTrail writes them to S3 (`.json`, `.json.gz`), and files with one record a line
    (`.jsonl`, `.jsonl.gz`). The last line, on standard error, says how many records were read, and how
    many were skipped and why.
    """
    from kms_reprieve_cli import replay as command  # noqa: PLC0415 - as above

    conclude(lambda: command.replay(paths, as_json=as_json))


@app.command(cls=PlainCommand, epilog=EXIT_CODES)
def audit(
    *,
    stack_name: StackName = STACK_NAME,
    key: Annotated[
        KeyArn | None,
        typer.Option("--key", metavar="ARN", parser=_key, help="Only this key. If not given: all keys."),
    ] = None,
    as_json: AsJson = False,
    profile: Profile = None,
    region: Region = None,
) -> None:
    """Print who was notified, who opened a page and who decided what, from a stack's table.

    Needs `cloudformation:DescribeStacks` and, on the table, `dynamodb:Query` (with `--key`) or
    `dynamodb:Scan`.

    The entries of each key are in order of time; the keys are in no order.
    With `--json`: one line each, as in `events/audit.schema.json`.
    """
    from kms_reprieve_cli import audit as command  # noqa: PLC0415 - as above
    from kms_reprieve_cli.session import open_session  # noqa: PLC0415 - as above

    conclude(lambda: command.audit(open_session(profile, region), stack_name, key, as_json=as_json))


def main() -> None:
    """Run the command that the command line names."""
    app(prog_name=NAME)
