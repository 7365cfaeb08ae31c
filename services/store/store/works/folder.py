"""Files that were sent in for some work: kept under names of ours, out of every web server's reach."""

import os
import shutil
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, NamedTuple
from uuid import uuid4

from django.conf import settings

BLOCK_BYTES = 1024 * 1024
LEFT_OVER_AFTER = timedelta(days=1)


class Folder(NamedTuple):
    """A folder of its own for each kind of work, below PRIVATE_ROOT, which the store shares with its worker."""

    name: str

    def path(self) -> Path:
        place = Path(settings.PRIVATE_ROOT) / self.name
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        return place

    def keep(self, file: IO[bytes]) -> tuple[str, int]:
        """This function will keep what is left of the open file; it answers our name for it, and its size.

        It is copied, unless it lies in our folder already (`importing.uploads.Arrived`). What dies half-way is a file that no
        row names, and is removed a day later.
        """
        name = uuid4().hex
        if arrived_at := getattr(file, "arrived_at", None):
            os.link(arrived_at, self.path() / name)
            return name, file.size
        with os.fdopen(os.open(self.path() / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as ours:
            shutil.copyfileobj(file, ours, BLOCK_BYTES)
            return name, ours.tell()

    def open(self, name: str) -> IO[bytes]:
        return (self.path() / name).open("rb")

    def remove(self, name: str) -> None:
        (self.path() / name).unlink(missing_ok=True)

    def remove_left_overs(self, named: Collection[str], *, now: datetime) -> None:
        """This function will remove the files that no row names, and that are older than a day."""
        for path in self.path().iterdir():
            if path.name not in named and path.stat().st_mtime < (now - LEFT_OVER_AFTER).timestamp():
                path.unlink(missing_ok=True)
