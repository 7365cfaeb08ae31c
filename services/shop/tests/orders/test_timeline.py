"""U11: how far an order has come, drawn as a line and told in words; short copies and money that goes back with their sums."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from shopping import order, put_in_cart, text

from shop.orders import timeline
from shop.orders.models import Order, OrderEvent
from shop.orders.states import State
from shop.outbox.models import Deliverable
from shop.payments.models import Payment, Refund
from shop.payments.states import State as Paid
from shop.storelink.models import StoreEvent

pytestmark = pytest.mark.django_db

SHOWN = {"done": "●", "now": "◉", "todo": "○", "ended": "■"}


@pytest.fixture
def placed(client, make_book):
    put_in_cart(client, make_book(1, title="Emma"), 3)
    order(client)
    return Order.objects.get()


def goes(placed, *states, at):
    for hours, state in enumerate(states, start=1):
        placed.move_to(state, at=at + timedelta(hours=hours)).save()
        placed.save()


def line(placed, now, **more) -> str:
    placed = Order.objects.prefetch_related("events").get(pk=placed.pk)
    return " ".join(SHOWN[stage.status] + stage.label for stage in timeline.stages(placed, now=now, **more))


@pytest.mark.parametrize(
    ("states", "drawn"),
    [
        ((), "◉Ordered ○Accepted ○Packing ○Shipped"),
        ((State.ACCEPTED,), "●Ordered ◉Accepted ○Packing ○Shipped"),
        ((State.ACCEPTED, State.PACKING), "●Ordered ●Accepted ◉Packing ○Shipped"),
        ((State.ACCEPTED, State.SHIPPED), "●Ordered ●Accepted ●Packing ●Shipped"),
        ((State.ACCEPTED, State.PACKING, State.FAILED), "●Ordered ●Accepted ●Packing ■Not possible"),
        ((State.REJECTED,), "●Ordered ■Not possible"),
        ((State.CANCEL_REQUESTED,), "●Ordered ◉Cancelling"),
        ((State.ACCEPTED, State.CANCEL_REQUESTED, State.CANCELLED), "●Ordered ●Accepted ■Cancelled"),
        ((State.ACCEPTED, State.CANCEL_REQUESTED, State.PACKING), "●Ordered ●Accepted ◉Packing ○Shipped"),
        ((State.ACCEPTED, State.PACKING, State.PARTLY_SHIPPED), "●Ordered ●Accepted ●Packing ◉Partly shipped ○Shipped"),
        ((State.ACCEPTED, State.PLACED), "◉Ordered ○Accepted ○Packing ○Shipped"),
    ],
)
def test_the_line_of_an_order_on_delivery(placed, now, states, drawn):
    goes(placed, *states, at=now)
    assert line(placed, now) == drawn


def test_the_line_of_an_order_paid_now(placed, now):
    OrderEvent.objects.all().delete()
    Order.objects.update(version=0, payment=Order.Payment.PREPAID, pay_until=now + timedelta(minutes=15))
    placed.refresh_from_db()
    goes(placed, State.AWAITING_PAYMENT, at=now)
    assert line(placed, now) == "◉Ordered ○Paid ○Accepted ○Packing ○Shipped"
    assert line(placed, now + timedelta(hours=1)) == "●Ordered ■Not paid", "also while nothing has tidied up"
    goes(placed, State.PLACED, State.ACCEPTED, State.CANCELLED, at=now)
    assert line(placed, now, returned=1) == "●Ordered ●Paid ●Accepted ■Cancelled ●Money back"


def test_the_page_draws_and_tells_it_for_the_guest_with_the_signed_link_too(placed, now):
    goes(placed, State.ACCEPTED, at=now)
    answer = Client().get(placed.get_absolute_url(), {"key": placed.link_token})
    page = text(answer)
    assert "Ordered , done Accepted , now Packing , still to come" in page
    assert answer.content.decode().count('aria-current="step"') == 1


def test_what_fell_short_and_what_goes_back_is_told_in_its_place_with_its_sum(client, placed):
    now = placed.placed_at
    Order.objects.update(payment=Order.Payment.PREPAID)
    placed.refresh_from_db()
    goes(placed, State.ACCEPTED, State.SHIPPED, at=now)
    placed.lines.update(short=1, shipped=2)
    _heard(placed, 1, "received", at=now + timedelta(hours=1), short=0)
    _heard(placed, 2, "packing", at=now + timedelta(hours=1, minutes=10), short=1, reason="Nobody finds it.")
    refund = _refund(placed, "12.50", at=now + timedelta(hours=1, minutes=20))
    page = text(client.get(placed.get_absolute_url()))
    told = [
        "has put the copies aside",
        "1 copy of “Emma” cannot be sent, €12.50. Reason: Nobody finds it.",
        "€12.50 goes back to you. Reason: One fell short.",
        "Your parcel left the warehouse",
    ]
    assert [page.index(each) for each in told] == sorted(page.index(each) for each in told)
    Refund.objects.filter(pk=refund.pk).update(state=Deliverable.State.SENT, done_at=now + timedelta(days=2))
    page = text(client.get(placed.get_absolute_url()))
    assert page.index("€12.50 was paid back.") > page.index("Your parcel left") and "Money back , done" in page


def test_my_orders_show_the_line_and_the_sums_at_a_constant_cost(alice, make_book, now):
    browser, spent = Client(), []
    browser.force_login(alice)
    for pk in range(1, 9):
        put_in_cart(browser, make_book(pk, title=f"Book {pk}"), 2)
        order(browser)
        if pk in (1, 8):
            with CaptureQueriesContext(connection) as statements:
                page = text(browser.get("/orders/"))
            spent.append(len(statements))
    assert spent[0] == spent[1] <= 7 and page.count("Ordered , now") == 8
    last = Order.objects.first()
    last.lines.update(short=1)
    _refund(last, "12.50", at=now)
    page = text(browser.get("/orders/"))
    assert page.count("1 copy cannot be sent. €12.50 paid back or on its way to you.") == 1
    assert page.count("Money back , done") == 1 and "16 books" not in page and page.count("2 books") == 8


def test_the_page_of_an_order_costs_the_same_for_many_lines_and_shortages(client, make_book, now):
    spent = []
    for books in (range(1, 2), range(10, 25)):
        for pk in books:
            put_in_cart(client, make_book(pk))
        order(client)
        placed = Order.objects.order_by("-placed_at").first()
        placed.lines.update(short=1)
        for version in range(1, 1 + len(books)):
            _heard(placed, version, "packing", at=now, short=1)
            _refund(placed, "1.00", at=now, cause=f"v{version}")
        with CaptureQueriesContext(connection) as statements:
            client.get(placed.get_absolute_url())
        spent.append(len(statements))
    assert spent[0] == spent[1]


def _heard(placed, version, status, *, at, short, reason=""):
    body = {
        "order": str(placed.number), "version": version, "status": status, "at": at.isoformat(), "reason": "",
        "lines": [
            {"line": each.position, "ordered": each.quantity, "packed": 0, "shipped": 0, "short": short}
            for each in placed.lines.all()
        ],
        "line_reasons": {"1": reason} if reason else {},
    }  # fmt: skip
    StoreEvent.objects.create(order=placed, version=version, body=body, heard_at=at)


def _refund(placed, amount, *, at, cause="x"):
    payment, _ = Payment.objects.get_or_create(
        order=placed,
        defaults={
            "gateway": "test", "state": Paid.CAPTURED, "amount": placed.total, "currency": "EUR", "captured_at": at,
            "captured": placed.total, "captured_currency": "EUR", "created_at": at, "settled_at": at, "charge": str(placed.pk),
        },
    )  # fmt: skip
    return Refund.objects.create(
        key=f"refund:{payment.key}:{cause}", payment=payment, amount=amount, reason="One fell short.", next_at=at,
        created_at=at,
    )  # fmt: skip
