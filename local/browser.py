"""A Chromium for the demo's click and for the tests of the pages.

`python -m local.browser` makes sure that there is one: the one on PATH, else the package of the system where
root may install it, else the one that Playwright downloads. A window of the headless shell, which draws
nothing but pages, costs a fifth of what one of the whole browser does.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

PACKAGES = ("chromium-headless-shell", "chromium")
NAMES = (*PACKAGES, "chromium-browser", "google-chrome")
FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """A headless Chromium; it ends on leaving."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=on_path(), args=[*FLAGS, *flags_of_root()])
        try:
            yield browser
        finally:
            browser.close()


def on_path() -> str | None:
    """The Chromium of this machine; None stands for Playwright's own."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def flags_of_root() -> tuple[str, ...]:
    """Chromium's sandbox refuses to work for root."""
    return ("--no-sandbox",) if os.geteuid() == 0 else ()


def is_there() -> bool:
    """Whether a Chromium can be started."""
    if on_path():
        return True
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def install() -> None:
    """Get a Chromium.

    Raises:
        CalledProcessError: neither the system nor Playwright could get one.
    """
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quietly(["apt-get", "update"])
        for package in PACKAGES:
            if not on_path():
                quietly(["apt-get", "install", "--yes", "--no-install-recommends", package])
    if not is_there():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


def quietly(command: list[str]) -> None:
    """Run a program of the system; when it fails, Playwright's own download is still left."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)


def make_sure() -> None:
    """Get a Chromium if there is none."""
    if not is_there():
        print("installing Chromium", file=sys.stderr)
        install()


if __name__ == "__main__":
    make_sure()
