"""A shop of a few lines on the loopback: it says what a test has written down for it, and notes what it was asked."""

import json
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bookshop_client import Client, Patience


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Shop:
    """:ivar answers: (status, body) or (status, body, headers), one for each request; "hang up" is none at all."""

    url: str
    answers: deque = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    judge: Any = None

    @property
    def calls(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.asked]


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _any(self):
        shop = self.server.shop
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, self.path, dict(self.headers), json.loads(raw) if raw else None)
        with shop.lock:
            shop.asked.append(asked)
            answer = shop.judge(asked) if shop.judge else shop.answers.popleft()
        if answer == "hang up":
            self.close_connection = True
            return
        status, body, *headers = answer
        self.send_response(status)
        for name, value in (headers[0] if headers else {}).items():
            self.send_header(name, value)
        said = b"" if body is None else json.dumps(body).encode()
        if status != 204:
            self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST = do_PUT = do_DELETE = _any

    def log_message(self, *args):
        pass


@contextmanager
def open_shop():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    server.shop = Shop(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server.shop
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def shop():
    with open_shop() as one:
        yield one


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def make_client(shop, pauses):
    """A client that notes its pauses instead of making them."""

    def make(**options) -> Client:
        patience = Patience(tries=4, sleep=pauses.append, chance=lambda: 1.0, timeouts_s=(2, 2))
        return Client(shop.url, patience=patience, **options)

    return make


@pytest.fixture
def client(make_client):
    return make_client()


def order_told(**more) -> dict:
    return {
        "id": "0b0e5b52-3f1c-4c4e-9a39-6c0fbd0c3a10",
        "reference": "0B0E-5B52",
        "status": "placed",
        "placed_at": "2026-11-26T10:00:00Z",
        "payment": "on_delivery",
        "goods": "25.00",
        "saved": "0.00",
        "delivery": "3.90",
        "total": "28.90",
        "currency": "EUR",
        "items": [],
        "email": "alice@example.org",
        "reason": "",
        "tax": "1.89",
        "paid": "0.00",
        "pay_until": None,
        "pay_page": None,
        "order_key": "abc",
        "something_new": [1],
        **more,
    }


def problem(status: int, slug: str = "refused", **more) -> tuple:
    return status, {"type": f"/problems/{slug}", "status": status, "detail": "Not so.", **more}
