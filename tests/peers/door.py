"""What the peers have in common: a server on the loopback, a list of what was asked, and ways to fail."""

import json
import threading
from collections import deque
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

LONGEST_HANG_S = 30


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    query: dict
    headers: Message  # in whatever case
    raw: bytes

    @property
    def json(self):
        return json.loads(self.raw or b"{}")

    @property
    def form(self) -> dict:
        return dict(parse_qsl(self.raw.decode()))


@dataclass
class Answer:
    status: int
    body: dict | str
    headers: dict = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


def page(title: str, body: str, status: int = 200) -> Answer:
    html = "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    html += f"<title>{title}</title><main><h1>{title}</h1>{body}</main></html>"
    return Answer(status, html, {"Content-Type": "text/html; charset=utf-8"})


def to(url: str) -> Answer:
    return Answer(303, "", {"Location": url, "Content-Type": "text/plain"})


class Peer:
    """:ivar faults: pairs of a part of a path and what goes wrong with the next request there: "lose" (done, and the
    answer lost), "down" (not done, 503), "hang" (not done, no answer for long), "garbage", "redirect", "limit" (429).
    """

    def __init__(self):
        self.url = ""
        self.asked: list[Asked] = []
        self.faults: deque[tuple[str, str]] = deque()
        self.let_go = threading.Event()
        self.lock = threading.RLock()

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def count(self, method: str, part: str) -> int:
        return sum(asked.method == method and part in asked.path for asked in self.asked)

    def fault_for(self, asked: Asked) -> str:
        with self.lock:
            if self.faults and self.faults[0][0] in asked.path:
                return self.faults.popleft()[1]
        return ""


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    peer: Peer

    def do_GET(self):
        parts = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), self.headers, raw)
        with self.peer.lock:
            self.peer.asked.append(asked)
        self._fail_or(self.peer.fault_for(asked), lambda: self._answer(asked))

    do_POST = do_GET

    def _answer(self, asked: Asked) -> Answer:
        with self.peer.lock:
            return self.peer.answer(asked)

    def _fail_or(self, fault: str, work: Callable[[], Answer]) -> None:
        if fault == "lose":
            work()
            self.close_connection = True
        elif fault == "hang":
            self.peer.let_go.wait(LONGEST_HANG_S)
            self.close_connection = True
        else:
            self._send(FAULTS[fault] if fault else work())

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, text in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(answer.raw)))
        self.end_headers()
        self.wfile.write(answer.raw)

    def log_message(self, *_):
        pass


FAULTS = {
    "down": Answer(503, {"name": "SERVICE_UNAVAILABLE", "message": "Service Unavailable."}),
    "limit": Answer(429, {"name": "RATE_LIMIT_REACHED", "message": "Too many requests."}),
    "garbage": Answer(200, "<html>Maintenance</html>", {"Content-Type": "text/html"}),
    "redirect": Answer(307, "", {"Location": "http://127.0.0.1:9/elsewhere"}),
}


@contextmanager
def running(peer: Peer, port: int = 0):
    """This function will run a peer on the loopback; on a free port, unless one is given."""
    server = ThreadingHTTPServer(("127.0.0.1", port), type("ThisDoor", (Door,), {"peer": peer}))
    server.daemon_threads = True
    peer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        peer.let_go.set()
        server.shutdown()
        server.server_close()
