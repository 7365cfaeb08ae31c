import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from fake_store import TOKEN, fake_store

from shop.cart.models import Cart, CartLine
from shop.orders.models import Order
from shop.orders.operations import Held, ShipTo, place_order
from shop.payments import operations
from shop.payments.models import Payment

HOME = ShipTo("Alice Example", "1 High Street", "", "10115", "Berlin", "DE", "")


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self):
        self.now = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def goes_on(self, **time) -> datetime:
        self.now += timedelta(**time)
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(autouse=True)
def bank_is_open(settings):
    settings.TEST_BANK = True
    settings.PAYMENT_WINDOW_S = 15 * 60


@pytest.fixture
def store(settings, tmp_path, monkeypatch):
    """The store that the shop's own settings lead to; nothing that an earlier test made of it is remembered."""
    from shop.orders import holding
    from shop.storelink.breaker import Breaker

    monkeypatch.setattr(holding, "breaker", Breaker())
    (tmp_path / "token").write_text(TOKEN)
    with fake_store() as running:
        settings.STORE_URL, settings.STORE_TOKEN_FILE = running.url, str(tmp_path / "token")
        yield running


@pytest.fixture
def awaiting(alice, make_book, clock, store):
    """Alice orders copies that the store holds for her, and has not paid yet."""

    def make(quantity: int = 2, pk: int = 1, in_store: int = 10, buyer=None, held: bool = True) -> Order:
        from shop.catalogue.models import Book
        from shop.orders import holding
        from store_client import HoldLine

        buyer = buyer or alice
        book = Book.objects.filter(pk=pk).first() or make_book(pk, title=f"Emma {pk}", store_free=1000)
        store.free.setdefault(pk, in_store)
        cart, _ = Cart.objects.get_or_create(user=buyer)
        CartLine.objects.create(cart=cart, book=book, quantity=quantity, price_when_added=book.price)
        key = uuid.uuid4()
        if held:
            holding.hold(holding.order_number(key), [HoldLine(1, pk, quantity)])
        return place_order(
            cart=cart,
            buyer=buyer,
            email=buyer.email,
            ship_to=HOME,
            note="",
            checkout_key=key,
            now=clock(),
            payment=Order.Payment.PREPAID,
            held=Held({pk: quantity}) if held else None,
        )

    return make


@pytest.fixture
def started(awaiting, clock):
    """An order whose customer stands before the bank: the payment and the bank's own session."""

    def make(order: Order | None = None, **options):
        from shop.payments.gateways.test.models import Session

        order = order or awaiting(**options)
        operations.start(order, "test", now=clock(), back=lambda key: f"http://shop/{key}")
        payment = Payment.objects.filter(order=order).latest("created_at")
        return payment, Session.objects.get(pk=payment.reference)

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
        [thread.start() for thread in threads]
        [thread.join(60) for thread in threads]
        if failures:
            raise failures[0]
        return outcomes

    return run
