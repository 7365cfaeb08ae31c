"""Where the caller's token comes from."""

from pathlib import Path
from typing import Protocol

from store_client.errors import StoreUnavailable


class TokenSource(Protocol):
    """Answers the token; with `again` it must look anew, since the one it gave was not accepted."""

    def __call__(self, *, again: bool = False) -> str: ...


class TokenFile:
    """A token in a file that somebody else may rotate at any time."""

    def __init__(self, path: str | Path):
        self._path = Path(path)
        self._token = ""

    def __call__(self, *, again: bool = False) -> str:
        """:raises StoreUnavailable: while there is no token; it comes with the pairing of the services."""
        if again or not self._token:
            try:
                self._token = self._path.read_text().strip()
            except (OSError, UnicodeDecodeError) as error:
                raise StoreUnavailable(f"The store's token cannot be read: {error}") from error
            if not self._token:
                raise StoreUnavailable(f"The store's token file {self._path} is empty.")
        return self._token
