"""Invoice numbers have no gap and no double, whatever fails and whoever comes at once."""

import importlib
import uuid
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from tests.cart.test_two_at_once import at_once

from shop.invoices import operations
from shop.invoices.models import Invoice, Series
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.orders.states import State
from shop.storelink import inbox
from store_client import OrderEvent as Heard

pytestmark = pytest.mark.django_db


@pytest.fixture
def accepted(make_book, now):
    """This function will make orders of one Emma each that the warehouse has accepted."""

    def make(number) -> list[Order]:
        book, orders = make_book(1, title="Emma"), []
        for _ in range(number):
            order = Order.objects.create(
                number=uuid.uuid4(), checkout_key=uuid.uuid4(), email="guest@example.org", placed_at=now, currency="EUR",
                total="12.50", state=State.ACCEPTED, version=2, store_version=1, ship_name="A", ship_line1="B",
                ship_postcode="C", ship_city="D", ship_country="DE",
            )  # fmt: skip
            OrderLine.objects.create(
                order=order, position=1, book=book, isbn13=book.isbn13, title="Emma", unit_price="12.50",
                list_price="12.50", quantity=1,
            )  # fmt: skip
            orders.append(order)
        return orders

    return make


def dispatched(order, now, version=2) -> Heard:
    line = {"line": 1, "ordered": 1, "packed": 1, "shipped": 1, "short": 0}
    body = {
        "order": str(order.number), "version": version, "status": "dispatched", "at": now.isoformat(), "reason": "",
        "lines": [line], "line_reasons": {},
    }  # fmt: skip
    return Heard.parse(body)


def numbers() -> list[int]:
    return list(Invoice.objects.order_by("number").values_list("number", flat=True))


def test_an_order_has_its_invoice_when_the_shop_hears_that_it_was_sent_and_not_before(accepted, now):
    first, second = accepted(2)
    assert numbers() == []
    inbox.hear_events([dispatched(first, now)], now=now)
    inbox.hear_events([dispatched(second, now)], now=now)
    assert numbers() == [1, 2]
    written = Invoice.objects.get(order=first)
    assert (str(written.total), written.reference, written.issued_at) == ("12.50", "000001", now)


def test_hearing_it_again_gives_no_second_number(accepted, now):
    (order,) = accepted(1)
    for _ in range(3):
        inbox.hear_events([dispatched(order, now)], now=now)
    operations.issue([(order, list(order.lines.all()))], now=now)
    assert numbers() == [1] and Series.objects.get().last == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.create(number=2, order=order, issued_at=now, total=1)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_fails_takes_its_number_back(accepted, now, monkeypatch):
    first, second = accepted(2)
    monkeypatch.setattr(inbox.notifications, "write_all", lambda mails: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        inbox.hear_events([dispatched(first, now)], now=now)
    monkeypatch.undo()
    assert numbers() == []
    inbox.hear_events([dispatched(second, now), dispatched(first, now)], now=now)
    assert numbers() == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_some_of_which_fail_leave_no_gap_and_no_double(accepted, now):
    orders = accepted(12)

    def hear(order):
        inbox.hear_events([dispatched(order, now)], now=now)

    def fail(order):
        with transaction.atomic():
            operations.issue([(order, list(order.lines.all()))], now=now)
            raise ZeroDivisionError

    calls = [lambda order=order: hear(order) for order in orders] + [
        lambda order=order: hear(order) for order in orders
    ]
    raised = at_once(*calls, *[lambda order=order: fail(order) for order in orders[:4]])
    assert all(isinstance(error, (ZeroDivisionError, IntegrityError)) for error in raised)
    for order in orders:  # whoever lost to a failing rival is heard again, as the feed would
        hear(order)
    assert numbers() == list(range(1, 13)) and Invoice.objects.values("order").distinct().count() == 12
    assert Series.objects.get().last == 12


def test_orders_sent_before_there_were_invoices_are_numbered_in_the_order_of_their_sending(accepted, now):
    later, earlier, never = accepted(3)
    for order, hours in ((later, 2), (earlier, 1)):
        Order.objects.filter(pk=order.pk).update(state=State.SHIPPED)
        order.lines.update(shipped=1)
        OrderEvent.objects.create(
            order=order, version=3, state=State.SHIPPED, at=now + timedelta(hours=hours), actor="x"
        )
    Series.objects.all().delete()
    importlib.import_module("shop.invoices.migrations.0002_sent_before").number(apps, None)
    found = Invoice.objects.order_by("number").values_list("number", "order", "total")
    assert [(number, order, str(total)) for number, order, total in found] == [
        (1, earlier.pk, "12.50"), (2, later.pk, "12.50"),
    ]  # fmt: skip
    inbox.hear_events([dispatched(never, now)], now=now)
    assert numbers() == [1, 2, 3]
