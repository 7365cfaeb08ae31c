"""A partner who listens to the shop's webhooks on this machine, and takes some of them badly.

It keeps what it heard with a signature that is the shop's; the checks hold that against the orders.
"""

import threading
import time
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bookshop_client import webhooks
from parts.ports import HOST

BUSY_EVERY, SLOW_EVERY, SLOW_S = 9, 25, 0.3
FIRST_HANG_UP = 4  # and then twice as late each time: the shop leaves a partner alone for a while after each
NOT_OURS = "not ours"


@dataclass(frozen=True)
class Heard:
    """A delivery that was taken, or that the partner kept without an answer."""

    id: str
    order: str
    version: int
    state: str


class Partner:
    """:ivar heard: in the order in which it came.
    :ivar treated: how often it was how.
    """

    def __init__(self, secret_file: Path):
        self.heard: list[Heard] = []
        self.treated: Counter[str] = Counter()
        self._secret_file, self._lock, self._hang_up_at = secret_file, threading.Lock(), FIRST_HANG_UP
        self._server = _Server((HOST, 0), _Door)
        self._server.partner = self
        self._listens = False
        self.port = self._server.server_port
        self.url = f"http://{HOST}:{self.port}/hook"

    @property
    def shop_settings(self) -> dict[str, str]:
        """What lets the shop reach us: by default it sends nothing to private addresses."""
        return {"WEBHOOK_HTTP": "1", "WEBHOOK_PORTS": str(self.port), "WEBHOOK_NETWORKS": f"{HOST}/32"}

    def start(self) -> None:
        self._listens = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def stop(self) -> None:
        if self._listens:
            self._server.shutdown()  # which would wait for ever for one that never began
        self._server.server_close()

    def take(self, body: bytes, headers: dict[str, str]) -> int | None:
        """The status to answer; None for none at all, though it was heard."""
        try:
            event = webhooks.verify(body, headers, self._secret_file.read_text())
        except webhooks.NotGenuine:
            with self._lock:
                self.treated[NOT_OURS] += 1
            return 400
        with self._lock:
            how = self._mood()
            self.treated[how] += 1
            if how == "busy":
                return 503
            told = event.data
            self.heard.append(Heard(event.id, told["order"], told["version"], told["state"]))
        if how == "slow":
            time.sleep(SLOW_S)
        return None if how == "hung up" else 204

    def _mood(self) -> str:
        number = self.treated.total() + 1
        if number == self._hang_up_at:
            self._hang_up_at *= 2
            return "hung up"
        if number % BUSY_EVERY == 0:
            return "busy"
        return "slow" if number % SLOW_EVERY == 0 else "taken"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    partner: Partner

    def handle_error(self, request, client_address):
        """That workers are killed in the middle of a request is what the proof is about."""


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        status = self.server.partner.take(self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers))
        if status is None:
            self.close_connection = True
            return
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass
