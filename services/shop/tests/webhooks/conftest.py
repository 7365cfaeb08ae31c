"""A partner who listens on the loopback, and takes it badly in every way there is."""

import threading
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest

from shop.webhooks import endpoints
from shop.webhooks.models import Delivery, Endpoint
from shop.webhooks.sending import send_due

THEN = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)


@dataclass
class Heard:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Partner:
    """:ivar answers: statuses of the next answers, one each; then the usual one. A text is something worse, see Door.
    :ivar let_go: ends the wait of one that is slow.
    """

    heard: list[Heard] = field(default_factory=list)
    answers: deque = field(default_factory=deque)
    usual: int | str = 204
    headers: dict[str, str] = field(default_factory=dict)
    said: bytes = b""
    url: str = ""
    port: int = 0
    let_go: threading.Event = field(default_factory=threading.Event)
    was_let_go: bool = False
    server: ThreadingHTTPServer | None = None

    @property
    def ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.heard]


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        partner = self.server.partner
        body = self.rfile.read(int(self.headers["Content-Length"]))
        partner.heard.append(Heard(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        answer = partner.answers.popleft() if partner.answers else partner.usual
        if answer == "hang up":
            self.close_connection = True
            return
        if answer == "trickle":
            self._trickle()
            return
        if answer == "slow":
            partner.was_let_go = partner.let_go.wait(5)
            answer = 204
        self.send_response(answer)
        for name, value in partner.headers.items():
            self.send_header(name, value)
        if answer != 204:
            self.send_header("Content-Length", str(len(partner.said)))
        self.end_headers()
        if answer != 204:
            self.wfile.write(partner.said)

    do_GET = do_POST

    def _trickle(self) -> None:
        """A byte now and then, for ever: no single read takes too long."""
        self.close_connection = True
        try:
            for letter in "HTTP/1.1 200 OK\r\n" + "X" * 1000:
                self.wfile.write(letter.encode())
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """That we hang up in the middle of an answer is what some tests are about."""


@contextmanager
def listening():
    server = Server(("127.0.0.1", 0), Door)
    address = f"http://127.0.0.1:{server.server_port}/hook"
    server.partner = Partner(port=server.server_port, url=address, server=server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.partner
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def partner(settings):
    with listening() as one:
        _let_in(settings, one)
        yield one


@pytest.fixture
def other_partner(settings, partner):
    with listening() as one:
        _let_in(settings, one)
        yield one


def _let_in(settings, partner: Partner) -> None:
    settings.WEBHOOK_HTTP, settings.WEBHOOK_NETWORKS = True, [ip_network("127.0.0.0/8")]
    settings.WEBHOOK_PORTS = [*settings.WEBHOOK_PORTS, partner.port]


class Clock:
    """Stands still until a test moves it."""

    def __init__(self):
        self.now = THEN

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def make_endpoint(db, clock):
    """This function will make an endpoint for a partner; its secret is kept as `shown`."""

    def make(partner: Partner | None = None, name: str = "Warehouse Ltd", *, url: str = "", **fields) -> Endpoint:
        wanted = fields or {"wants_stock": True}
        url = url or (partner.url if partner else "https://partner.example/hook")
        endpoint = Endpoint(name=name, url=url, created_at=clock(), **wanted)
        endpoint.shown = endpoints.give_secret(endpoint)
        endpoint.save()
        return endpoint

    return make


@pytest.fixture
def send(clock):
    """One run of the worker, without chance."""
    return lambda **options: send_due(clock, chance=lambda: 0.5, **options)


@pytest.fixture
def due(db, clock):
    """This function will write so many deliveries for an endpoint, of one subject or of many, and answer them in their order."""
    from shop.webhooks.models import Event, Kind

    def write(endpoint: Endpoint, number: int = 1, *, subject: str = "") -> list[Delivery]:
        rows = []
        for place in range(number):
            about = subject or f"book:{place + 1}"
            event = Event.objects.create(kind=Kind.STOCK, subject=about, data={"place": place}, at=clock())
            key, at = f"{endpoint.pk}:{about}", {"next_at": clock(), "created_at": clock()}
            rows.append(Delivery.objects.create(endpoint=endpoint, event=event, key=key, **at))
        return rows

    return write


def states(endpoint) -> list[str]:
    return list(endpoint.deliveries.order_by("id").values_list("state", flat=True))


def fresh(row):
    return type(row).objects.get(pk=row.pk)
