"""How long a function takes to start, against bare boto3 that makes the same clients.

What `sam build` made runs as Lambda runs it: the function, the layer and the runtime's boto3, all of it with
bytecode, in a process of its own. Only processor time counts. AWS is on this machine, and without TLS.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from tests.faults.cloudtrail import refused
from tests.faults.deliver import as_record
from tests.faults.furnished import pending_key, world
from tests.faults.world import World, variables
from tests.recorded import event

ROOT: Final = Path(__file__).parent.parent
BUILT: Final = ROOT / ".aws-sam" / "build"
CHILD: Final = Path(__file__).parent / "cold_start.py"
ROUNDS: Final = 15
IN_THE_RUNTIME: Final = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
ONLY_MAIL: Final = {"SLACK_SECRET_ARN": "", "CHANNELS_SECRET_ARN": "", "ORGANIZATION_ID": ""}


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its name, the clients that it makes in its init phase, and how its first event is made."""

    name: str
    clients: tuple[str, ...]
    first_event: Callable[[World], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Started:
    """The seconds of processor time that a start took: up to the first event, and that event."""

    init: float
    first: float


def _alarm(made: World) -> dict[str, Any]:
    made.write(refused(pending_key(made)))
    return event("alarms/schedule")


def _notice(made: World) -> dict[str, Any]:
    made.queue_notice(pending_key(made), "email")
    return {"Records": [as_record(message) for message in made.receive()]}


def _page(made: World) -> dict[str, Any]:
    key = pending_key(made)
    made.write(refused(key))
    made.catch_up()
    return event("http/get") | {"pathParameters": {"token": made.token(key)}}


FUNCTIONS: Final = (
    Function("investigate", ("cloudtrail", "dynamodb", "kms", "logs", "sqs"), _alarm),
    Function("deliver", ("dynamodb", "kms", "sns", "sqs"), _notice),
    Function("respond", ("dynamodb", "kms", "sqs"), _page),
)


def measure() -> dict[str, float]:
    """Return the figures: medians of `ROUNDS` starts, taken in turns with those of bare boto3."""
    figures: dict[str, float] = {}
    shares: list[float] = []
    with _runtime() as runtime:
        for function in FUNCTIONS:
            bare, started = _starts(function, runtime)
            first = median(each.first / (each.init + each.first) for each in started)
            shares.append(first)
            figures |= {
                f"cold_ratio_{function.name}": median(each.init for each in started) / median(bare),
                f"cold_ms_{function.name}": median(each.init for each in started) * 1000,
                f"first_request_ms_{function.name}": median(each.first for each in started) * 1000,
            }
    return {**figures, "first_request_share": max(shares)}


def _starts(function: Function, runtime: Path) -> tuple[list[float], list[Started]]:
    bare, started = [], []
    for _ in range(ROUNDS):
        with world() as made:
            made.settings |= ONLY_MAIL
            with redirect_stdout(StringIO()):  # for what a function logs meanwhile
                first = function.first_event(made)
            bare.append(_run(runtime, made, "", {"clients": function.clients})["init"])
            told = _run(runtime, made, function.name, {"event": first})
            if tuple(told["clients"]) != function.clients:
                raise AssertionError(f"{function.name} makes clients of {told['clients']}")
            started.append(Started(told["init"], told["first"]))
    return bare, started


def _run(runtime: Path, made: World, function: str, what: Mapping[str, Any]) -> dict[str, Any]:
    paths = (
        [runtime / function, runtime / "layer", runtime / "runtime"] if function else [runtime / "runtime"]
    )
    environment = {name: made.settings[name] for name in variables(function)} if function else {}
    done = subprocess.run(
        [python(), "-S", "-s", str(CHILD)],
        input=json.dumps(what),
        env={**_common(made), **environment, "PYTHONPATH": os.pathsep.join(map(str, paths))},
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _common(made: World) -> dict[str, str]:
    names = ("PATH", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_REGION")
    return {
        **{name: os.environ[name] for name in names},
        "AWS_ENDPOINT_URL": made.cloud.url,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "NO_PROXY": "127.0.0.1",
        "POWERTOOLS_SERVICE_NAME": "kms-reprieve",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@contextmanager
def _runtime() -> Iterator[Path]:
    """Yield a folder with the runtime's packages, the layer and the functions, all of them compiled.

    Raises:
        AssertionError: there is nothing built.
    """
    if not BUILT.is_dir():
        raise AssertionError("there is nothing built here: run `make build` first")
    with TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(BUILT / "ReprieveLayer" / "python", folder / "layer")
        for function in FUNCTIONS:
            shutil.copytree(BUILT / f"{function.name.capitalize()}Function", folder / function.name)
        for package in IN_THE_RUNTIME:
            _copy(package, folder / "runtime")
        subprocess.run([python(), "-m", "compileall", "-q", str(folder)], check=True)
        yield folder


def _copy(package: str, folder: Path) -> None:
    found = find_spec(package)
    if found is None or found.origin is None:
        raise AssertionError(f"{package} is not installed")
    origin = Path(found.origin)
    if origin.name == "__init__.py":
        shutil.copytree(origin.parent, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(origin, folder)


@cache
def python() -> str:
    """Return the interpreter: Lambda's, where `LAMBDA_PYTHON` or PATH has one that runs; else this one."""
    for name in filter(None, (os.environ.get("LAMBDA_PYTHON"), shutil.which("python3.13"))):
        if subprocess.run([name, "-c", ""], capture_output=True, check=False).returncode == 0:
            return name
    return sys.executable
