"""One launcher over one folder: the kernel frees the lock when its holder ends, however it ends."""

import fcntl
import os
from pathlib import Path
from typing import IO


class Busy(Exception):
    """Somebody holds the lock; the message is what they wrote into it."""


class Lock:
    def __init__(self, home: Path):
        self.file = Path(home) / "launcher"

    def take(self, note: str) -> IO[str]:
        """This function will hold the lock until the returned file is closed.

        :param note: who we are, for those who come too late.
        :raises Busy: if it is held.
        """
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = self.file.open("a+")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.close()
            raise Busy(self.file.read_text().partition(" ")[2]) from None
        held.truncate(0)
        held.write(f"{os.getpid()} {note}")
        held.flush()
        return held

    def holder(self) -> int | None:
        """This function will return the pid of the one who holds the lock, if anybody does."""
        if not self.file.exists():
            return None
        with self.file.open() as asked:
            try:
                fcntl.flock(asked, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(asked.read().partition(" ")[0])
        return None
