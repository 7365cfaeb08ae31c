"""The tokens of one log-in. A refresh token is good once, so threads must not use the same one."""

import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Tokens:
    """Keep them as you would a password: who holds them is logged in."""

    access: str
    refresh: str


class Keyring:
    """Holds the tokens for all threads of a client.

    :param changed: called with each new pair, before it is used; None for the end of a log-in.
    """

    def __init__(self, tokens: Tokens | None, changed: Callable[[Tokens | None], None]):
        self._tokens, self._changed = tokens, changed
        self._lock = threading.Lock()

    @property
    def tokens(self) -> Tokens | None:
        return self._tokens

    def put(self, tokens: Tokens | None) -> None:
        with self._lock:
            self._put(tokens)

    def renew(self, used: Tokens, ask: Callable[[str], Tokens | None]) -> Tokens | None:
        """This function will answer good tokens in place of those that were used, and ask for new ones once for all threads.

        :param ask: trades a refresh token for a new pair; None if the log-in is over.
        """
        with self._lock:
            if self._tokens == used:
                self._put(ask(used.refresh))
            return self._tokens

    def _put(self, tokens: Tokens | None) -> None:
        self._changed(tokens)
        self._tokens = tokens
