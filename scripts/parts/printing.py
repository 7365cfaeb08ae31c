"""The machine's own tools that turn paper into pictures and read the barcodes on it, for the tests of what is printed."""

import os
import shutil

from parts.rabbitmq import apt_install

TOOLS = {"pdftoppm": "poppler-utils", "zbarimg": "zbar-tools"}


def missing() -> list[str]:
    """This function will answer the Debian packages of the tools that are not there."""
    return [package for tool, package in TOOLS.items() if not shutil.which(tool)]


def ensure_installed() -> list[str]:
    """This function will install what is missing where we are root, and answer the packages that are missing still."""
    packages = missing()
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"installing Debian's {' and '.join(packages)} …", flush=True)
        apt_install(*packages)
    return missing()
