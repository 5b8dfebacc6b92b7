"""What `sam build` made, started as Lambda starts it: the function, the layer, boto3, and nothing else."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

BUILT = Path(__file__).parent.parent.parent / ".aws-sam" / "build"
LAYER = BUILT / "ReprieveLayer" / "python"
FUNCTIONS = {
    "InvestigateFunction": "TABLE_NAME",
    "DeliverFunction": "TABLE_NAME",
    "RespondFunction": "TABLE_NAME",
    "AuditFunction": "AUDIT_LOG_GROUP",
    "HealthFunction": "TABLE_NAME",
}
LAYER_BYTES_AT_MOST = 15_000_000

# boto3 and what it needs are in the runtime: nothing else of this environment may be found.
IN_THE_RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    if not LAYER.is_dir():
        pytest.fail("there is nothing built here: run `make build` first")


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with boto3, as Lambda's runtime has one."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in IN_THE_RUNTIME:
        spec = find_spec(name)
        assert spec
        assert spec.origin
        origin = Path(spec.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (folder / source.name).symlink_to(source)
    return folder


def run(function: str, runtime: Path, code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run code where a function would run, without this environment's packages."""
    paths = os.pathsep.join(map(str, (BUILT / function, LAYER, runtime)))
    return subprocess.run(
        [sys.executable, "-B", "-S", "-W", "error", "-c", code],
        env={"PYTHONPATH": paths, "PATH": os.environ["PATH"], "AWS_REGION": "eu-west-1", **environment},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("function", [*FUNCTIONS, "SubscribeFunction"])
def test_a_function_can_be_imported_and_does_nothing_while_it_is(function: str, runtime: Path) -> None:
    code = (
        "import app, boto3, threading\n"
        "print(callable(app.handler), boto3.DEFAULT_SESSION, threading.active_count())"
    )

    done = run(function, runtime, code)

    assert (done.stdout, done.stderr, done.returncode) == ("True None 1\n", "", 0)


@pytest.mark.parametrize(("function", "variable"), FUNCTIONS.items())
def test_a_function_without_its_settings_names_what_is_missing(
    function: str, variable: str, runtime: Path
) -> None:
    code = (
        "import app, json\n"
        "class Context:\n"
        "    aws_request_id = 'r'\n"
        "    function_name = 'f'\n"
        "event = {'Records': [{'messageId': 'm', 'body': '{}', 'eventSource': 'aws:sqs',"
        " 'receiptHandle': 'h', 'attributes': {'ApproximateReceiveCount': '1'}}]}\n"
        "app.handler(event, Context())"
    )

    done = run(function, runtime, code)

    assert f"environment variable {variable} is missing" in done.stdout + done.stderr


def test_the_layer_holds_the_package_and_no_more_than_it_needs() -> None:
    files = [file for file in LAYER.rglob("*") if file.is_file()]

    names = {file.relative_to(LAYER).parts[0] for file in files}
    compiled = [file.name for file in files if file.suffix == ".so"]
    size = sum(file.stat().st_size for file in files)
    assert {"reprieve", "aws_lambda_powertools", "cattrs", "jinja2"} <= names
    assert not names & {"boto3", "botocore", "tests", "pytest"}
    assert not [file for file in files if "__pycache__" in file.parts]
    assert all(name.startswith("_speedups") and "aarch64" in name for name in compiled)
    assert size < LAYER_BYTES_AT_MOST


def test_the_pages_of_the_layer_render_where_the_layer_is(runtime: Path) -> None:
    code = (
        "from reprieve.respond.pages.case_page import outcome_page\n"
        "from reprieve.respond.pages.link_outcomes import BAD_LINK\n"
        "from reprieve.respond.pages.rendering import security_headers\n"
        "import json; page = outcome_page(BAD_LINK)\n"
        "policy = security_headers()['Content-Security-Policy']\n"
        "print(json.dumps([page.status, '<h1' in page.html, 'sha256-' in policy]))"
    )

    done = run("RespondFunction", runtime, code)

    assert json.loads(done.stdout) == [404, True, True]
