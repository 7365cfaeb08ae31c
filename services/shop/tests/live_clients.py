"""The process of the open streams in a thread of the test, clients that read what it sends, and orders that move."""

import asyncio
import json
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from socket import SHUT_RDWR

import uvicorn
from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone

WITHIN_S = 10
WORTH = {"payment": "on_delivery", "currency": "EUR", "total": 10}
SHIP = {"ship_name": "A", "ship_line1": "1", "ship_postcode": "1", "ship_city": "B", "ship_country": "DE"}


class Client:
    """Reads one stream in its own thread."""

    def __init__(self, port, path, headers):
        connection = HTTPConnection("127.0.0.1", port, timeout=WITHIN_S * 2)
        connection.request("GET", path, headers=headers)
        self._socket = connection.sock
        self.answer = connection.getresponse()
        self.status, self.headers = self.answer.status, self.answer.headers
        self.lines, self.is_over = [], False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            while line := self.answer.readline():
                self.lines.append(line.decode().rstrip())
        except (OSError, HTTPException):
            pass
        self.is_over = True

    def field(self, name):
        return [line.partition(": ")[2] for line in list(self.lines) if line.startswith(f"{name}:")]

    def wait_until(self, condition):
        deadline = time.monotonic() + WITHIN_S
        while not condition(self):
            assert time.monotonic() < deadline, self.lines
            time.sleep(0.01)
        return self

    def states(self):
        """In the order they were told in; an event may be told twice."""
        told = [json.loads(data) for data in self.field("data")]
        return list({(one["order"], one["version"]): one["state"] for one in told}.values())

    def editions(self):
        return [json.loads(data)["edition"] for data in self.field("data")]

    def up_to_date(self):
        """The number a browser would come back with, once all before it is settled."""
        from shop.live.reading import newest as last_written

        newest = last_written()
        self.wait_until(lambda client: client.field("id")[-1:] == [str(newest)])
        return str(newest)

    def wait_for(self, *states):
        return self.wait_until(lambda client: client.states() == list(states))

    def close(self):
        with suppress(OSError):
            self._socket.shutdown(SHUT_RDWR)


class Served:
    def __init__(self, live, port):
        self.live, self.port, self.clients = live, port, []

    def has_told_all(self):
        """So that who comes now hears of what was before from the table alone."""
        from shop.live.reading import newest

        deadline = time.monotonic() + WITHIN_S
        while self.live.listener.settled != newest():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def follow(self, browser=None, query="", **headers):
        """:param browser: Django's test client, whose cookies are sent along."""
        cookies = browser.cookies.items() if browser else ()
        headers = {"Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in cookies), **headers}
        client = Client(self.port, f"/sse/orders/{query}", headers)
        self.clients.append(client)
        if client.status == 200:
            client.wait_until(lambda one: one.field("id"))
        return client


@contextmanager
def serving():
    from shop.live.application import Live

    live = Live()
    options = {"port": 0, "log_config": None, "proxy_headers": False, "timeout_graceful_shutdown": 3}
    server = uvicorn.Server(uvicorn.Config(live, lifespan="on", **options))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    deadline = time.monotonic() + WITHIN_S
    while not (server.started and live.listener.settled is not None):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    served = Served(live, server.servers[0].sockets[0].getsockname()[1])
    try:
        yield served
    finally:
        for client in served.clients:
            client.close()
        server.should_exit = True
        thread.join(WITHIN_S)


def new_order(user=None):
    from shop.orders.models import Order
    from shop.orders.states import State

    order = Order(
        user=user, email="a@example.org", checkout_key=uuid.uuid4(), placed_at=timezone.now(), **WORTH, **SHIP
    )
    event = order.move_to(State.PLACED, at=timezone.now())
    with transaction.atomic():
        order.save(force_insert=True)
        event.save(force_insert=True)
    return order


def move(order, *states):
    for state in states:
        with transaction.atomic():
            event = order.move_to(state, at=timezone.now())
            order.save()
            event.save(force_insert=True)


def browser_of(user):
    browser = Browser()
    browser.force_login(user)
    return browser
