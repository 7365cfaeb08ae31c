"""Secrets are made by the machine, each in a file that only its owner may read."""

import os
import secrets
from pathlib import Path


def secret(file: Path, *, random_bytes: int = 24) -> str:
    """This function will return the secret kept in the file; the first call makes it up (4 characters for 3 bytes)."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text()
    with os.fdopen(handle, "w") as fresh:
        fresh.write(secrets.token_urlsafe(random_bytes))
    return file.read_text()
