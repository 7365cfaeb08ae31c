"""An order that the store could not be asked about is confirmed, if possible, before money is taken for it."""

import pytest

from shop.orders.models import Order
from shop.payments import operations
from shop.payments.models import Payment

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_store_that_is_back_holds_the_copies_before_the_customer_pays(awaiting, clock, store):
    order = awaiting(held=False)
    assert order.is_unconfirmed
    operations.start(order, "test", now=clock(), back=str)
    assert Order.objects.get().held and store.holds[str(order.number)][0] == "held"


def test_nobody_pays_for_copies_that_are_not_there(awaiting, clock, store):
    order = awaiting(held=False, quantity=2, in_store=1)
    with pytest.raises(operations.NotPayable, match="Nothing was charged"):
        operations.start(order, "test", now=clock(), back=str)
    assert not Payment.objects.exists() and not Order.objects.get().held


def test_a_store_that_is_still_away_does_not_stop_the_sale(awaiting, clock, store, settings):
    order = awaiting(held=False)
    settings.STORE_URL = "http://127.0.0.1:9"
    operations.start(order, "test", now=clock(), back=str)
    assert Payment.objects.get().state == "pending" and Order.objects.get().is_unconfirmed
