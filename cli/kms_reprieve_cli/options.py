"""The options that several commands have, and what their help ends with."""

from typing import Annotated, Final

import typer

STACK_NAME: Final = "kms-reprieve"
"""What `sam deploy` calls the stack, by samconfig.toml."""

EXIT_CODES: Final = "Exit codes: 0 done, 1 something is wrong, 2 wrong usage."

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for a program.")]
StackName = Annotated[str, typer.Option("--stack-name", metavar="NAME", help="Name of the stack.")]
Policy = Annotated[
    bool,
    typer.Option("--policy", help="Print the IAM policy that this command needs, and do nothing else."),
]
Profile = Annotated[
    str | None, typer.Option("--profile", metavar="PROFILE", help="Profile in your AWS settings.")
]
Region = Annotated[
    str | None,
    typer.Option(
        "--region", metavar="REGION", help="Region of the stack. If not given: from your AWS settings."
    ),
]
