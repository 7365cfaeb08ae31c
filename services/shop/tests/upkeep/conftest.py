"""The road as ops find it: a store to talk to, orders on their way, and people who may look or act."""

import json
import threading
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from fake_store import TOKEN, fake_store

from shop.cart.models import Cart, CartLine
from shop.orders.operations import ShipTo, place_order
from shop.storelink.models import Comparison, Feed
from shop.storelink.store import open_store

HOME = ShipTo("Alice Example", "1 High Street", "", "10115", "Berlin", "DE", "")


@pytest.fixture
def store(settings, tmp_path):
    """The store that the shop's own settings lead to."""
    (tmp_path / "token").write_text(TOKEN)
    with fake_store() as running:
        settings.STORE_URL, settings.STORE_TOKEN_FILE = running.url, str(tmp_path / "token")
        yield running


@pytest.fixture
def place(alice, make_book, store):
    """Alice orders a book that the store has, to be paid on delivery."""

    def make(quantity: int = 1, pk: int = 1):
        from shop.catalogue.models import Book

        book = Book.objects.filter(pk=pk).first() or make_book(pk, store_free=1000)
        store.free.setdefault(pk, 100)
        cart, _ = Cart.objects.get_or_create(user=alice)
        CartLine.objects.create(cart=cart, book=book, quantity=quantity, price_when_added=book.price)
        return place_order(
            cart=cart,
            buyer=alice,
            email=alice.email,
            ship_to=HOME,
            note="",
            checkout_key=uuid.uuid4(),
            now=timezone.now(),
        )

    return make


@pytest.fixture
def deliver(store):
    """Hand over what is due, as the worker does."""

    def run():
        from shop.storelink.delivery import send_orders

        with open_store() as line:
            return send_orders(line, timezone.now)

    return run


@pytest.fixture
def all_is_well(settings):
    """Feeds heard just now, both sides compared and equal, no broker."""
    settings.BROKER_URL = ""
    now = timezone.now()
    for name in Feed.Name:
        Feed.objects.create(name=name, position="first:1", epoch="first", heard_at=now, walking=False)
    for subject in Comparison.Subject:
        Comparison.objects.create(subject=subject, at=now, seconds=1, compared=10, differing=0)


@pytest.fixture
def owner(olga):
    browser = Client()
    browser.force_login(olga)
    return browser


@pytest.fixture
def onlooker(make_user):
    """Staff who may look at the road and not touch it."""
    clerk = make_user("Clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_feed", "view_mail"]))
    browser = Client()
    browser.force_login(clerk)
    return browser


@pytest.fixture
def customer(alice):
    browser = Client()
    browser.force_login(alice)
    return browser


@pytest.fixture
def statements() -> Callable[[Callable], int]:
    def count(call) -> int:
        with CaptureQueriesContext(connection) as spent:
            call()
        return len(spent)

    return count


@contextmanager
def fake_catcher(message_ids: list[str], *, at: datetime | None = None):
    """This function will speak MailHog's API over these mails, newest first; its address is a base for MAIL_API_URL."""
    created = (at or datetime.now(UTC)).isoformat()

    class Door(BaseHTTPRequestHandler):
        def log_message(self, *args) -> None:
            pass

        def do_GET(self) -> None:
            query = dict(pair.split("=") for pair in self.path.partition("?")[2].split("&"))
            start, limit = int(query["start"]), int(query["limit"])
            items = [
                {"Created": created, "Content": {"Headers": {"Message-ID": [f" {one}"]}}}
                for one in message_ids[::-1][start : start + limit]
            ]
            body = json.dumps({"total": len(message_ids), "count": len(items), "start": start, "items": items}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def catcher(settings):
    """This function will let the shop's mail catcher hold these Message-IDs."""
    running = []

    def hold(message_ids: list[str]) -> None:
        one = fake_catcher(message_ids)
        settings.MAIL_API_URL = one.__enter__()
        running.append(one)

    yield hold
    for one in running:
        one.__exit__(None, None, None)
