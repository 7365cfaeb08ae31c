import threading
import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection
from fake_store import TOKEN, fake_store

from shop.cart.models import Cart, CartLine
from shop.orders.operations import ShipTo, place_order
from store_client import StoreClient, TokenFile

HOME = ShipTo("Alice Example", "1 High Street", "", "10115", "Berlin", "DE", "")


@pytest.fixture
def store():
    with fake_store() as running:
        yield running


@pytest.fixture
def make_client(store, tmp_path):
    """Each thread needs a line of its own."""
    token = tmp_path / "token"
    token.write_text(TOKEN)
    lines = []

    def make():
        lines.append(StoreClient(store.url, TokenFile(token), timeouts=(2, 2)))
        return lines[-1]

    yield make
    for line in lines:
        line.__exit__()


@pytest.fixture
def client(make_client):
    return make_client()


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self):
        self.now = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def place(alice, make_book, clock, store):
    """Alice orders one or more copies of a book that the store has."""

    def make(quantity: int = 1, pk: int = 1, in_store: int | None = 10):
        from shop.catalogue.models import Book

        book = Book.objects.filter(pk=pk).first() or make_book(pk, store_free=1000)
        if in_store is not None:
            store.free.setdefault(pk, in_store)
        cart, _ = Cart.objects.get_or_create(user=alice)
        CartLine.objects.create(cart=cart, book=book, quantity=quantity, price_when_added=book.price)
        return place_order(
            cart=cart, buyer=alice, email=alice.email, ship_to=HOME, note="", checkout_key=uuid.uuid4(), now=clock()
        )

    return make


@pytest.fixture
def together():
    """Runs calls in threads that start at the same moment; answers what each returned, or raises what one raised."""

    def run(*calls):
        gate, outcomes, failures = threading.Barrier(len(calls)), [None] * len(calls), []

        def one(place, call):
            try:
                gate.wait()
                outcomes[place] = call()
            except BaseException as error:
                failures.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=one, args=pair) for pair in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        if failures:
            raise failures[0]
        return outcomes

    return run
