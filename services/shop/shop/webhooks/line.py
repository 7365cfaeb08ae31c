"""The line to one endpoint: the address that was checked and no other, no redirect followed, nothing without its limit."""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError

from shop.webhooks.reach import NotAllowed, Target, check, target_of

CONNECT_S, READ_S = 3.0, 6.0
WITHIN_S = 8.0  # the whole of it, whatever trickles in; a task that begins one in its last second still ends in time
SHOWN_BYTES = 500
LONGEST_PAUSE_ASKED_S = 3600


@dataclass(frozen=True)
class Outcome:
    """What one attempt came to. `status` is None if there was no answer; `said` its first letters, or why there was none.

    :ivar pause_s: how long the partner asked us to wait; 0 if it did not.
    """

    status: int | None
    said: str
    ms: int
    pause_s: int = 0

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Line:
    """For one thread at a time. The host is asked for once, and its connection is kept for what follows."""

    def __init__(self, url: str, *, within_s: float = WITHIN_S):
        self._url, self._within_s = url, within_s
        self._session: requests.Session | None = None
        self._open_end: socket.socket | None = None

    def send(self, body: bytes, headers: dict[str, str]) -> Outcome:
        """This function will post once, and answer what came of it; nothing that a partner does is raised."""
        began = time.monotonic()
        # A read's time-out counts from the last byte: one byte every few seconds would hold us for hours.
        end = threading.Timer(self._within_s, self._cut)
        end.daemon = True
        end.start()
        try:
            with self._opened().post(
                self._url, data=body, headers=headers, timeout=(CONNECT_S, READ_S), allow_redirects=False, stream=True
            ) as answer:
                status, said, pause_s = answer.status_code, _beginning(answer), _pause(answer)
        except (NotAllowed, requests.RequestException, HTTPError, OSError) as error:
            self.close()
            is_late = time.monotonic() - began >= self._within_s
            status, said, pause_s = None, "It took too long." if is_late else _why(error), 0
        finally:
            end.cancel()
        return Outcome(status, said, round((time.monotonic() - began) * 1000), pause_s)

    def close(self) -> None:
        if self._session:
            self._session.close()
            self._session = None
        if self._open_end:
            self._open_end.close()
            self._open_end = None

    def _opened(self) -> requests.Session:
        """:raises NotAllowed, OSError:"""
        if self._session is None:
            target = target_of(self._url)
            session = requests.Session()
            session.trust_env = False  # no proxy of the environment, no .netrc
            session.headers = {"User-Agent": "Bookshop-Webhooks/1", "Content-Type": "application/json"}
            session.mount(f"{target.scheme}://", Pinned(target, self._keep_end))
            self._session = session
        else:
            check(self._url)
        return self._session

    def _keep_end(self, line: socket.socket) -> None:
        """A second hold on the connection, since TLS takes the first one over."""
        if self._open_end:
            self._open_end.close()
        self._open_end = line.dup()

    def _cut(self) -> None:
        if end := self._open_end:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it was closed meanwhile


class Pinned(HTTPAdapter):
    """Connects to what was checked, wherever the name leads meanwhile; the name stays in the Host and the certificate."""

    def __init__(self, target: Target, connected: Callable[[socket.socket], None]):
        self._target, self._connected = target, connected
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args, **kwargs) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": self._pool(HTTPConnectionPool, HTTPConnection),
            "https": self._pool(HTTPSConnectionPool, HTTPSConnection),
        }

    def _pool(self, pool: type, connection: type) -> type:
        target, connected = self._target, self._connected

        class ToTheTarget(connection):
            def _new_conn(self) -> socket.socket:
                try:
                    line = _connect(target)
                except OSError as error:
                    raise NewConnectionError(self, f"{target.host} cannot be reached: {error}") from error
                connected(line)
                return line

        return type("PinnedPool", (pool,), {"ConnectionCls": ToTheTarget})


def _connect(target: Target) -> socket.socket:
    """A connection to the first of the addresses that takes one."""
    ends, last = time.monotonic() + CONNECT_S, OSError("there was no time left")
    for place, ip in enumerate(target.ips):
        left = (ends - time.monotonic()) / min(2, len(target.ips) - place)
        if left <= 0:
            break
        try:
            line = socket.create_connection((ip, target.port), timeout=left)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # head and body are two pieces
            return line
        except OSError as error:
            last = error
    raise last


def _beginning(answer: requests.Response) -> str:
    """How the answer begins; the status stands, also if what follows breaks off."""
    try:
        return _printable(answer.raw.read(SHOWN_BYTES).decode("utf-8", "replace"))
    except (HTTPError, OSError):
        return ""


def _printable(text: str) -> str:
    """What a page and a log can show; the database takes no NUL."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()[:SHOWN_BYTES]


def _pause(answer: requests.Response) -> int:
    asked = answer.headers.get("Retry-After", "")
    return min(int(asked), LONGEST_PAUSE_ASKED_S) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0


def _why(error: Exception) -> str:
    """The reason itself, without the names of the libraries that passed it on."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    said = str(reason or error)
    if isinstance(reason, NewConnectionError):
        said = said.partition(": ")[2]
    return _printable(said) or type(error).__name__
