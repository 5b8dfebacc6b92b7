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
LAYER_BYTES_AT_MOST = 25_000_000  # with bytecode, which is half of it

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
        "import app, threading\n"
        "from reprieve.adapters.aws import sdk_session\n"
        "print(callable(app.handler), sdk_session.cache_info().currsize, threading.active_count())"
    )

    done = run(function, runtime, code)

    assert (done.stdout, done.stderr, done.returncode) == ("True 0 1\n", "", 0)


IN_LAMBDA = {
    **dict.fromkeys(("TABLE_NAME", "LOG_GROUP_NAME", "AUDIT_LOG_GROUP", "ALARM_NAME", "OWNER_TAGS"), "some"),
    **dict.fromkeys(("REPEAT_NOTICE_HOURS", "AUDIT_DAYS", "LINK_HOURS"), "24"),
    **dict.fromkeys(("SIGNING_KEY_A", "SIGNING_KEY_ARN"), "arn:aws:kms:eu-west-1:111122223333:key/1"),
    **dict.fromkeys(("NOTICE_TOPIC_ARN", "HEALTH_TOPIC_ARN", "RESPOND_ROLE_ARN"), "arn:aws:sns:x"),
    "ACCOUNT_ID": "111122223333",
    "APPROVERS": "link",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_SECRET_ACCESS_KEY": "nothing",
    "CHANNELS_SECRET_ARN": "arn:aws:secretsmanager:x",
    "FUNCTION_NAMES": "deliver=f",
    "NOTIFICATION_EMAILS": "jane@example.com",
    "NOTIFY_ON_SCHEDULING": "yes",
    "PAGE_URL": "https://example.com/keys/",
    "QUEUE_NAMES": "deliver=q",
    "DEAD_LETTER_URL": "https://sqs.example.com/dead-letters",
    "QUEUE_URL": "https://sqs.example.com/queue",
    "SIGNING_KEY_LETTER": "a",
}
CLIENTS = {
    "InvestigateFunction": ["cloudtrail", "dynamodb", "kms", "logs", "sqs"],
    "DeliverFunction": ["dynamodb", "kms", "secretsmanager", "sns", "sqs"],
    "RespondFunction": ["dynamodb", "kms", "lambda", "secretsmanager", "sqs"],
    "AuditFunction": ["logs"],
    "HealthFunction": ["cloudwatch", "dynamodb", "secretsmanager", "sns"],
    "SubscribeFunction": ["sns"],
}


@pytest.mark.parametrize("function", CLIENTS)
def test_lambda_makes_the_clients_while_it_loads_a_function_and_opens_no_connection(
    function: str, runtime: Path
) -> None:
    code = (
        "import socket\n"
        "def refuse(*_): raise AssertionError('a connection was opened')\n"
        "socket.socket.connect = refuse\n"
        "import app, gc\n"
        "from botocore.client import BaseClient\n"
        "assert gc.isenabled()\n"
        "gc.unfreeze()\n"
        "made = [each for each in gc.get_objects() if isinstance(each, BaseClient)]\n"
        "print(*sorted({each.meta.service_model.service_name for each in made}))"
    )

    done = run(function, runtime, code, **IN_LAMBDA)

    assert (done.stdout.split(), done.stderr) == (CLIENTS[function], "")


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
    assert {"reprieve", "aws_lambda_powertools", "jinja2"} <= names
    assert not names & {"boto3", "botocore", "tests", "pytest"}
    assert all(name.startswith("_speedups") and "aarch64" in name for name in compiled)
    assert size < LAYER_BYTES_AT_MOST


def test_bytecode_is_lambda_s_and_is_used_unchecked() -> None:
    found = list(LAYER.rglob("*.pyc"))

    unchecked = (0b01).to_bytes(4, "little")
    assert {file.suffixes[0] for file in found} <= {".cpython-313"}
    assert all(file.read_bytes()[4:8] == unchecked for file in found)


def test_the_templates_of_the_layer_are_compiled() -> None:
    pages = LAYER / "reprieve" / "respond" / "pages"

    assert len(list((pages / "compiled").glob("*.py"))) == len(list(pages.glob("*.html")))


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
