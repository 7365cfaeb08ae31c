import pytest
from tests.payments.conftest import (  # noqa: F401
    HOME,
    at_its_time,
    awaiting,
    bank_is_open,
    clock,
    started,
    store,
    together,
)

from shop.cart.models import Cart, CartLine
from shop.orders.models import Order
from shop.orders.operations import place_order
from shop.payments import tidying
from shop.payments.gateways.test import bank
from shop.returns import asking
from shop.storelink.delivery import send_orders
from shop.storelink.statuses import sync_order_statuses, sync_returns
from shop.storelink.store import open_store


@pytest.fixture
def road(store, clock):  # noqa: F811
    """Everything that waits goes to the store, and what it has told comes back."""

    def walk():
        with open_store() as line:
            send_orders(line, clock)
            sync_order_statuses(line, clock)
            sync_returns(line, clock)

    return walk


@pytest.fixture
def shipped(started, clock, store, road):  # noqa: F811
    """Alice has paid for copies of a book, and they were sent."""

    def make(quantity: int = 2, **options) -> Order:
        payment, session = started(quantity=quantity, **options)
        bank.pay(session, now=clock())
        tidying.look(payment, now=clock())
        road()
        store.move(payment.order_id, "dispatched", packed=quantity, shipped=quantity)
        road()
        return Order.objects.get(pk=payment.order_id)

    return make


@pytest.fixture
def shipped_on_delivery(alice, make_book, store, clock, road):  # noqa: F811
    import uuid

    def make() -> Order:
        book = make_book(7)
        store.free[7] = 5
        cart, _ = Cart.objects.get_or_create(user=alice)
        CartLine.objects.create(cart=cart, book=book, quantity=1, price_when_added=book.price)
        order = place_order(
            cart=cart, buyer=alice, email=alice.email, ship_to=HOME, note="", checkout_key=uuid.uuid4(), now=clock()
        )
        road()
        store.move(order.number, "dispatched", packed=1, shipped=1)
        road()
        return Order.objects.get(pk=order.pk)

    return make


@pytest.fixture
def ask(clock):  # noqa: F811
    import uuid

    def make(order, copies=1, key=None, **changes):
        facts = {"wanted": {1: copies}, "why": "damaged", "words": ""} | changes
        return asking.ask(order, key=key or uuid.uuid4(), now=clock(), **facts)

    return make
