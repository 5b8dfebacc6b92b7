"""The real template, built and deployed by the real `sam`, into the emulator."""

import fcntl
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from local import process
from local.emulator import PYTHON, ROOT, Emulator

NAME = "kms-reprieve"
LOG_GROUP = "local/cloudtrail"
ARTIFACTS_BUCKET = "local-artifacts"
CAPABILITIES = ("CAPABILITY_IAM",)
BUILT = "template.json"
_DOCUMENTS = ("LicenseUrl", "ReadmeUrl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What a deployed stack tells about itself."""

    log_group: str
    outputs: Mapping[str, str]

    @property
    def page_url(self) -> str:
        """The base address of the pages of the keys, with its last slash."""
        return self.outputs["PageUrl"]

    @property
    def notice_topic(self) -> str:
        """The topic that the people's addresses are subscribed to."""
        return self.outputs["NoticeTopicArn"]


def build(emulator: Emulator, template: Path = ROOT / "template.yaml") -> Path:
    """Build what changed since the last time; the folder that is returned is a copy of our own."""
    work = template.parent / ".aws-sam" / "local" / str(sys.implementation.cache_tag)
    work.mkdir(parents=True, exist_ok=True)
    built = emulator.folder / "build"
    with alone(work / "lock"):
        sam(
            emulator,
            "build",
            *("--template-file", str(template), "--build-dir", str(work / "build")),
            *("--cache-dir", str(work / "cache"), "--cached", "--parallel"),
        )
        shutil.copytree(work / "build", built)
    with (built / "template.yaml").open("rb") as template_file:
        found = yaml.load(template_file, Loader=yaml.CSafeLoader)
    (built / BUILT).write_text(json.dumps(placed(found, work / "build")), "utf-8")
    return built


def placed(template: dict[str, Any], origin: Path) -> dict[str, Any]:
    """A template whose paths are absolute which the repository of applications is to get: it was moved.

    As JSON, `sam` and the emulator read it many times as fast as the YAML that it was.
    """
    about = template["Metadata"]["AWS::ServerlessRepo::Application"]
    moved = {name: str((origin / about[name]).resolve()) for name in _DOCUMENTS}
    metadata = {**template["Metadata"], "AWS::ServerlessRepo::Application": {**about, **moved}}
    return {**template, "Metadata": metadata}


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Wait until no other process of this checkout builds."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def deploy(emulator: Emulator, built: Path, parameters: Mapping[str, str]) -> Stack:
    """Deploy a built template, for the first time or again, and read what it made."""
    make_bucket(emulator)
    sam(
        emulator,
        "deploy",
        *("--template-file", str(built / BUILT), "--use-json", "--stack-name", NAME),
        *("--s3-bucket", ARTIFACTS_BUCKET, "--capabilities", *CAPABILITIES),
        *("--no-confirm-changeset", "--no-fail-on-empty-changeset"),
        *("--no-progressbar", "--region", emulator.region),
        *("--parameter-overrides", *overrides(parameters)),
    )
    return Stack(log_group=parameters["CloudTrailLogGroupName"], outputs=read_outputs(emulator))


def make_bucket(emulator: Emulator) -> None:
    """Make the bucket that `sam deploy` uploads to, unless it is there."""
    s3 = emulator.session().client("s3", endpoint_url=emulator.endpoint)
    if ARTIFACTS_BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(
            Bucket=ARTIFACTS_BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )


def overrides(parameters: Mapping[str, str]) -> list[str]:
    """Parameters as `sam` takes them on its command line."""
    return [f"ParameterKey={key},ParameterValue={value}" for key, value in parameters.items()]


def read_outputs(emulator: Emulator, name: str = NAME) -> dict[str, str]:
    """The outputs of a stack."""
    client = emulator.session().client("cloudformation", endpoint_url=emulator.endpoint)
    (stack,) = client.describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def sam(emulator: Emulator, command: str, *arguments: str) -> None:
    """Run `sam` on the emulator, away from the user's own settings and with its telemetry off."""
    configuration = emulator.folder / "samconfig.toml"
    configuration.write_text("version = 0.1\n")
    process.run(
        [sam_program(), command, "--config-file", str(configuration), *arguments],
        env=environment(emulator),
        cwd=ROOT,
        log=emulator.folder / f"sam-{command}.log",
    )


def sam_program() -> str:
    """The `sam` of this Python's environment, else the one on PATH."""
    return shutil.which("sam", path=search_path()) or "sam"


def search_path() -> str:
    """PATH, with this Python's own programs first."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def environment(emulator: Emulator) -> dict[str, str]:
    """The user's environment (proxies, package indexes) with all that is AWS' replaced."""
    kept = {name: value for name, value in os.environ.items() if not is_aws_setting(name)}
    nowhere = str(emulator.folder / "no-such-file")
    return kept | {
        "PATH": search_path(),
        "TMPDIR": str(emulator.folder / "tmp"),
        "NO_PROXY": without_proxy(os.environ.get("NO_PROXY", "")),
        "no_proxy": without_proxy(os.environ.get("no_proxy", "")),
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": emulator.root.key_id,
        "AWS_SECRET_ACCESS_KEY": emulator.root.secret,
        "AWS_DEFAULT_REGION": emulator.region,
        "AWS_CONFIG_FILE": nowhere,
        "AWS_SHARED_CREDENTIALS_FILE": nowhere,
        "AWS_EC2_METADATA_DISABLED": "true",
        "LAMBDA_PYTHON": PYTHON,
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.3",
        "__SAM_CLI_APP_DIR": str(emulator.folder / "sam"),
    }


def is_aws_setting(name: str) -> bool:
    """Whether a variable belongs to AWS' tools."""
    return name.startswith(("AWS_", "SAM_"))


def without_proxy(hosts: str) -> str:
    """A NO_PROXY list that has this machine in it."""
    here: Sequence[str] = ("127.0.0.1", "localhost", ".localhost")
    return ",".join([*filter(None, [hosts]), *here])
