"""W3: the store fails an order or a line with a reason; page and letter name the book, the reason and the money."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from shopping import text
from tests.payments.conftest import HOME

from shop.cart.models import Cart, CartLine
from shop.notifications.models import Mail
from shop.orders.models import Order
from shop.orders.operations import place_order
from shop.payments import tidying
from shop.payments.gateways.test import bank
from shop.payments.models import Payment, Refund
from shop.storelink import statuses
from shop.storelink.delivery import send_orders
from shop.storelink.store import open_store

pytestmark = pytest.mark.django_db(transaction=True)

WATER, GONE = "The spine is water-damaged.", "Nobody finds it."
WAYS = pytest.mark.parametrize("payment", list(Order.Payment))


@pytest.fixture
def accepted(alice, make_book, clock, store, started, hear):
    """Two Emmas at €12.50 and one Persuasion at €6.25, accepted by the store; paid, or to be paid on delivery."""

    def make(payment) -> Order:
        cart = Cart.objects.create(user=alice)
        for pk, title, price, quantity in ((1, "Emma", "12.50", 2), (2, "Persuasion", "6.25", 1)):
            book = make_book(pk, title=title, price=price)
            store.free[pk] = 10
            CartLine.objects.create(cart=cart, book=book, quantity=quantity, price_when_added=price)
        order = place_order(
            cart=cart, buyer=alice, email=alice.email, ship_to=HOME, note="", checkout_key=uuid.uuid4(), now=clock(),
            payment=payment,
        )  # fmt: skip
        if payment == Order.Payment.PREPAID:
            attempt, session = started(order)
            bank.pay(session, now=clock())
            tidying.look(attempt, now=clock())
        with open_store() as line:
            send_orders(line, clock)
        hear()
        return Order.objects.get()

    return make


@pytest.fixture
def hear(clock):
    def run():
        with open_store() as line:
            statuses.sync_order_statuses(line, clock)

    return run


def last_letter() -> Mail:
    return Mail.objects.latest("id")


@WAYS
def test_a_failed_order_names_the_reason_of_each_line_and_the_money(accepted, store, hear, payment):
    order = accepted(payment)
    store.move(order.number, "failed", reason=GONE, short={1: 2, 2: 1}, line_reasons={1: WATER, 2: GONE})
    hear()
    mail = last_letter()
    assert mail.kind == "order_failed" and f"The reason: {GONE}" in mail.text
    for paper in (mail.text, mail.html):
        assert f"2 cannot be sent (€25.00): {WATER}" in paper and f"1 cannot be sent (€6.25): {GONE}" in paper
        if payment == Order.Payment.PREPAID:
            assert "€31.25 goes back to you" in paper and "nothing is due" not in paper
        else:
            assert "You have paid nothing and owe nothing." in paper and "goes back" not in paper
    refunded = [str(refund.amount) for refund in Refund.objects.all()]
    assert refunded == (["31.25"] if payment == Order.Payment.PREPAID else [])


@WAYS
def test_an_order_that_is_shipped_in_part_says_what_is_missing_and_why(accepted, store, hear, payment):
    order = accepted(payment)
    store.move(
        order.number, "dispatched", packed={1: 1, 2: 1}, shipped={1: 1, 2: 1}, short={1: 1}, line_reasons={1: WATER}
    )
    hear()
    mail = last_letter()
    assert mail.kind == "order_shipped" and "Part of your order" in mail.subject
    for paper in (mail.text, mail.html):
        assert "2 of the 3 copies" in paper and f"1 cannot be sent (€12.50): {WATER}" in paper
        assert ("€12.50, the price of the rest, goes back" in paper) is (payment == Order.Payment.PREPAID)
        assert ("Please have €18.75 ready" in paper) is (payment == Order.Payment.ON_DELIVERY)
    if payment == Order.Payment.PREPAID:
        refund = Refund.objects.get()
        assert str(refund.amount) == "12.50" and "“Emma” (1 of 2)" in refund.reason and WATER in refund.reason


@WAYS
def test_the_first_short_line_starts_the_packing_and_its_letter_says_so(accepted, store, hear, payment):
    """The store's move to packing and the shortage are one event, and one letter."""
    order = accepted(payment)
    store.move(order.number, "packing", short={2: 1}, line_reasons={2: GONE})
    hear()
    mail = last_letter()
    assert mail.kind == "order_packing"
    for paper in (mail.text, mail.html):
        assert "1 of the 3 copies" in paper and f"1 cannot be sent (€6.25): {GONE}" in paper
        assert ("€6.25 goes back to you" in paper) is (payment == Order.Payment.PREPAID)
        assert ("You pay €25.00 on delivery" in paper) is (payment == Order.Payment.ON_DELIVERY)


@WAYS
def test_a_line_that_falls_short_while_the_order_is_packed_has_a_letter_of_its_own(accepted, store, hear, payment):
    order = accepted(payment)
    store.move(order.number, "packing")
    store.move(order.number, "packing", packed={2: 1}, short={1: 1}, line_reasons={1: WATER})
    hear()
    hear()
    mail, paid = last_letter(), payment == Order.Payment.PREPAID
    assert mail.kind == ("payment_returned" if paid else "order_short")
    assert Mail.objects.filter(kind=mail.kind).count() == 1
    for paper in (mail.text, mail.html):
        assert "Emma" in paper and WATER in paper and "€12.50" in paper
        assert paid or "You pay €18.75 on delivery" in paper
    store.move(order.number, "packing", packed={1: 1, 2: 1}, short={1: 1}, line_reasons={1: WATER})
    hear()
    assert last_letter().pk == mail.pk, "only copies were put into the box"


@WAYS
def test_the_page_says_why_and_what_is_still_to_be_paid(accepted, store, hear, client, alice, payment):
    order = accepted(payment)
    client.force_login(alice)
    with CaptureQueriesContext(connection) as before:
        client.get(order.get_absolute_url())
    store.move(order.number, "packing", short={1: 1, 2: 1}, line_reasons={1: WATER, 2: GONE})
    hear()
    with CaptureQueriesContext(connection) as after:
        page = text(client.get(order.get_absolute_url()))
    assert f"1 cannot be sent: {WATER}" in page and f"1 cannot be sent: {GONE}" in page
    paid = payment == Order.Payment.PREPAID
    assert ("What will be sent, paid €12.50" if paid else "What will be sent, to be paid on delivery €12.50") in page
    assert len(after) - len(before) <= 1, "one statement more, however many lines are short"


def test_what_was_given_back_line_by_line_is_not_called_never_paid(accepted, store, hear):
    order = accepted(Order.Payment.PREPAID)
    store.move(order.number, "packing", short={1: 2}, line_reasons={1: WATER})
    hear()
    Payment.objects.update(refunded="31.25")  # such as by a person, at the bank
    store.move(order.number, "failed", reason=GONE, short={1: 2, 2: 1})
    hear()
    assert "What you paid has gone back to you already." in last_letter().text


def test_each_refund_names_only_what_fell_short_with_it_and_ends_with_one_full_stop(accepted, store, hear):
    order = accepted(Order.Payment.PREPAID)
    store.move(order.number, "packing", short={1: 1}, line_reasons={1: WATER})
    store.move(order.number, "packing", short={1: 2}, line_reasons={1: WATER})
    store.move(order.number, "dispatched", packed={}, shipped={}, short={1: 2, 2: 1}, line_reasons={1: WATER, 2: GONE})
    hear()
    said = list(Refund.objects.order_by("id").values_list("reason", flat=True))
    emma = "The warehouse cannot deliver “Emma” (1 of 2): The spine is water-damaged."
    assert said == [emma, emma, "The warehouse cannot deliver “Persuasion” (1 of 1): Nobody finds it."]
    order.refresh_from_db()
    both = "“Emma” (2 of 2): The spine is water-damaged; “Persuasion” (1 of 1): Nobody finds it."
    assert order.reason == f"The warehouse cannot deliver {both}"
