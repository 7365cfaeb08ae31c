"""The machine's own Chromium, for the journeys of tests/e2e."""

import os
import shutil

from parts.rabbitmq import apt_install

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """This function will return the browser's path; CHROMIUM in the environment names another."""
    candidates = (os.environ.get("CHROMIUM", ""), *NAMES)
    return next((path for name in candidates if name and (path := shutil.which(name))), None)


def ensure_installed() -> str | None:
    """This function will return the browser's path, after installing Debian's where we are root; None if there is none."""
    if not find() and os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing Debian's chromium …", flush=True)
        apt_install("chromium")
    return find()


def launch(playwright):
    """This function will start the browser for Playwright, without a window.

    Chromium's own sandbox needs namespaces, which root and containers do not give it.
    """
    return playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"] if os.geteuid() == 0 else [])
