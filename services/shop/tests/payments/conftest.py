import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from fake_store import TOKEN, fake_store

from peers.door import running
from peers.paypal import PayPalPeer
from peers.zarinpal import ZarinpalPeer
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

    def make(quantity: int = 2, pk: int = 1, in_store: int = 10, buyer=None, held: bool = True, **book_fields) -> Order:
        from shop.catalogue.models import Book
        from shop.orders import holding
        from store_client import HoldLine

        buyer = buyer or alice
        book = Book.objects.filter(pk=pk).first() or make_book(pk, title=f"Emma {pk}", store_free=1000, **book_fields)
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
        payment = Payment.objects.filter(order=order, gateway="test").latest("created_at")
        return payment, Session.objects.get(pk=payment.reference)

    return make


@pytest.fixture
def paypal(settings):
    """A peer of PayPal, and a shop that has an account there."""
    from shop.payments.gateways.paypal.api import forget_token

    forget_token()
    with running(PayPalPeer()) as peer:
        settings.PAYPAL_CLIENT_ID, settings.PAYPAL_CLIENT_SECRET = peer.client, peer.secret
        settings.PAYPAL_MERCHANT_ID, settings.PAYPAL_WEBHOOK_ID = peer.merchant, peer.webhook
        settings.PAYPAL_URL = peer.url
        yield peer


@pytest.fixture
def zarinpal(settings):
    """A peer of Zarinpal, and a shop that has a terminal there."""
    with running(ZarinpalPeer()) as peer:
        settings.ZARINPAL_MERCHANT_ID, settings.ZARINPAL_URL = peer.merchant, peer.url
        yield peer


@pytest.fixture
def transfers(settings):
    settings.BANK_TRANSFER_ACCOUNT, settings.BANK_TRANSFER_OWNER = "DE02 1203 0000 0000 2020 51", "Bookshop Ltd"
    settings.BANK_TRANSFER_CURRENCIES, settings.BANK_TRANSFER_DAYS = ["EUR"], 7


@pytest.fixture
def at_its_time(clock):
    """Doors read the real clock: in this, they read the test's."""
    return lambda: time_machine.travel(clock(), tick=False)


@pytest.fixture
def opened(awaiting, clock):
    """A try to pay at a gateway: the payment, and where its customer was sent."""

    def make(gateway: str, order: Order | None = None, **options):
        order = order or awaiting(**options)
        url = operations.start(
            order, gateway, now=clock(), back=lambda key: f"http://shop/orders/{order.pk}/paid/{key}/"
        )
        return Payment.objects.filter(order=order, gateway=gateway).latest("created_at"), url

    return make


@pytest.fixture
def approved(opened, paypal):
    """A payment that its customer has approved at PayPal."""

    def make(*args, declines=False, **options):
        payment, _ = opened("paypal", *args, **options)
        paypal.approve(payment.reference, declines=declines)
        return payment

    return make


@pytest.fixture
def tell(client, at_its_time):
    """PayPal posts a notice at the public door, without a log-in."""

    def post(told):
        headers, raw = told
        with at_its_time():
            return client.post("/payments/notices/paypal/", raw, "application/json", headers=headers)

    return post


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
