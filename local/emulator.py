"""An AWS account in a process of this machine, for as long as somebody wants it."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import boto3

from local import process
from local.session import Credentials, open_session

ROOT = Path(__file__).resolve().parent.parent
PYTHON = str(ROOT / ".venv-emulator" / "bin" / "python")
PROGRAM = (PYTHON, str(ROOT / "local" / "emulator_server.py"))
ACCOUNT = "111122223333"
REGION = "eu-west-1"
START_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """A running emulator: its address, and the folder that ends with it.

    `records_in` is the log group in which it keeps CloudTrail's records of keys; "" for none.
    """

    endpoint: str
    folder: Path
    region: str = REGION
    account: str = ACCOUNT
    records_in: str = ""

    @property
    def log(self) -> Path:
        """Everything that the emulator and its functions wrote."""
        return self.folder / "emulator.log"

    @property
    def root(self) -> Credentials:
        """The account's own credentials: the emulator reads the account from the key id."""
        return Credentials(key_id=self.account, secret="local", token=None)  # noqa: S106 - any secret will do

    def session(self, credentials: Credentials | None = None) -> boto3.Session:
        """A session of the account's root, or of somebody in it, whatever AWS settings the user has."""
        return open_session(credentials or self.root, self.region)


@contextmanager
def running_emulator(records_in: str = "") -> Iterator[Emulator]:
    """Start an emulator that enforces IAM; stop it and all of its functions on leaving.

    Raises:
        ProgramFailedError: it did not come up.
    """
    folder = Path(tempfile.mkdtemp(prefix="kms-reprieve-"))
    try:
        endpoint = f"http://127.0.0.1:{free_port()}"
        emulator = Emulator(endpoint=endpoint, folder=folder, records_in=records_in)
        with started(emulator):
            yield emulator
    finally:
        shutil.rmtree(folder)


@contextmanager
def started(emulator: Emulator) -> Iterator[None]:
    """The emulator's process group, ready to answer."""
    server = process.start(PROGRAM, env=environment(emulator), cwd=emulator.folder, log=emulator.log)
    try:
        wait_until_ready(emulator, server)
        yield
    finally:
        process.stop(server)


_FIXED: Final = {
    "LANG": "C.UTF-8",
    "BIND_HOST": "127.0.0.1",
    "AUTH": "true",
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
}


def environment(emulator: Emulator) -> dict[str, str]:
    """All that the emulator and its functions inherit: nothing of the user's but the search path."""
    temporary = emulator.folder / "tmp"
    temporary.mkdir()
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(emulator.folder),
        "TMPDIR": str(temporary),
        **_FIXED,
        "GATEWAY_PORT": emulator.endpoint.rpartition(":")[2],
        "MINISTACK_ACCOUNT_ID": emulator.account,
        "MINISTACK_REGION": emulator.region,
        "KMS_REPRIEVE_RECORDS_IN": emulator.records_in,
    }


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(emulator: Emulator, server: subprocess.Popen[bytes]) -> None:
    """Return once the emulator answers; give up when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        if is_ready(emulator.endpoint):
            return
        time.sleep(0.05)
    raise process.ProgramFailedError("the emulator", "did not start:", emulator.log)


def is_ready(endpoint: str) -> bool:
    """Whether the emulator behind an address takes requests."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{endpoint}/_ministack/ready", timeout=2) as response:
            return bool(response.status == 200)  # noqa: PLR2004 - HTTP's OK
    except OSError:  # refused, reset, or an answer that says "not yet"
        return False
