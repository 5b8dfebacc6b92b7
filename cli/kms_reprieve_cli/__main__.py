"""`python -m kms_reprieve_cli`: the command where its script is not on PATH."""

from kms_reprieve_cli.command import main

if __name__ == "__main__":
    main()
