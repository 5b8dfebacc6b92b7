"""Layers as Lambda has them, which are unpacked once. The emulator's server runs this.

The emulator unpacks the layers of a function for each process that it starts for it, and Python compiles them
there each time: that takes many times as long as the function itself.
"""

import tempfile
from collections.abc import Callable
from functools import cache
from io import BytesIO
from os import pathsep
from threading import Lock
from typing import Any, Final
from zipfile import ZipFile

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

Configuration = dict[str, Any]
FOLDERS: Final = "_LAMBDA_LAYERS_DIRS"
"""The variable that tells the process of a function where its layers are."""

unpacking = Lock()


def with_layers_unpacked_once(start: Callable[[Any], None]) -> Callable[[Any], None]:
    """What starts the process of a function, which finds its layers where they are already."""

    def started(worker: Any) -> None:  # noqa: ANN401 - the emulator's own types
        configuration = worker.config
        worker.config = with_folders(configuration)
        try:
            start(worker)
        finally:
            worker.config = configuration

    return started


def with_folders(configuration: Configuration) -> Configuration:
    """The configuration of a function, with a variable that names the folders in place of its layers."""
    uploaded = map(lambda_svc._resolve_layer_zip, configuration.get("Layers") or [])  # noqa: SLF001 - no public name
    with unpacking:
        folders = [unpacked(layer) for layer in uploaded if layer]
    usual = configuration.get("Environment", {})
    variables = {**usual.get("Variables", {}), FOLDERS: pathsep.join(folders)}
    return {**configuration, "Layers": [], "Environment": {**usual, "Variables": variables}}


@cache
def unpacked(layer: bytes) -> str:
    """The folder of a layer that was uploaded."""
    folder = tempfile.mkdtemp(prefix="layer-")
    with ZipFile(BytesIO(layer)) as archive:
        archive.extractall(folder)
    return folder


def add_layers() -> None:
    """Put it into the emulator."""
    worker = lambda_runtime.Worker
    worker._spawn = with_layers_unpacked_once(worker._spawn)  # noqa: SLF001 - as above
