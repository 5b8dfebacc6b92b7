"""The commands: `python -m local up | demo`."""

import argparse
import os
import signal
import sys

from local.process import ProgramFailedError

DESCRIPTION = "Run kms-reprieve on this machine, in an emulator of AWS."


def main(arguments: list[str]) -> int:
    """Run one command; a wrong one ends with status 2."""
    parser = argparse.ArgumentParser(prog="python -m local", description=DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="run the stack until you press Ctrl+C")
    commands.add_parser("demo", help="rescue keys, from the refused request to the click", add_help=False)
    chosen, rest = parser.parse_known_args(arguments)
    if chosen.command == "up" and rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    interrupt_once()
    try:
        status = run(chosen.command, rest)
        sys.stdout.flush()
    except ProgramFailedError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever reads has seen enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 0 if chosen.command == "up" else 130
    return status


def interrupt_once() -> None:
    """Let the first SIGINT, SIGTERM or SIGHUP end what runs, and nothing disturb the cleaning up after it.

    A shell starts programs in the background with SIGINT ignored; here it counts all the same.
    """

    def interrupt(_number: int, _frame: object) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup leaves it
        numbers.append(signal.SIGHUP)
    for number in numbers:
        signal.signal(number, interrupt)


def run(command: str, rest: list[str]) -> int:
    """Import and run the module of a command, and no other."""
    if command == "up":
        from local import up  # noqa: PLC0415 - nobody waits for another command's libraries

        return up.main()
    from local import demo  # noqa: PLC0415 - as above

    return demo.main(rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
