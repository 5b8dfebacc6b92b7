"""The wheel that an operator installs: both packages, the script, and nothing of the rest."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (made,) = folder.glob("*.whl")
    return zipfile.ZipFile(made)


def test_it_holds_the_two_packages_whole_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    folders = {"reprieve": ROOT / "layers" / "reprieve", "kms_reprieve_cli": ROOT / "cli"}
    written = {
        str(file.relative_to(folder))
        for name, folder in folders.items()
        for file in (folder / name).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }

    assert held == written


def test_it_brings_the_script(wheel: zipfile.ZipFile) -> None:
    (points,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))

    assert wheel.read(points).decode().split() == [
        "[console_scripts]",
        *("kms-reprieve", "=", "kms_reprieve_cli.command:main"),
    ]
