"""Secrets in files that only their owner, or its group, can read."""

import os
import secrets
from pathlib import Path

TOKEN_BYTES = 32


def read(path: Path) -> str:
    """The secret in the file, or "" if there is none yet."""
    try:
        return path.read_text("utf-8").strip()
    except FileNotFoundError:
        return ""


def write(path: Path, secret: str, *, group_may_read: bool = False) -> None:
    """This function will put the secret in place whole: a reader sees the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o640 if group_may_read else 0o600)
        file.write(secret + "\n")
    os.replace(beside, path)


def new_secret() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)
