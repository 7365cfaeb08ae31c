"""What happens is written for partners in the transaction that makes it true, however it is made; and nothing for nobody."""

import json
import re
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from fake_store import book_row
from tests.payments.conftest import HOME

from shop.cart.models import Cart, CartLine
from shop.catalogue import filing
from shop.catalogue.models import Book
from shop.coupons import beginning
from shop.orders import cancelling
from shop.orders.operations import place_order
from shop.orders.paying import expire_next
from shop.storelink import book_rows, inbox
from shop.webhooks.models import Delivery, Event
from shop.webhooks.sending import body_of
from store_client import Book as Told
from store_client import OrderEvent as Heard

pytestmark = pytest.mark.django_db(transaction=True)


def told(kind: str) -> list[dict]:
    return list(Event.objects.filter(kind=kind).order_by("id").values_list("data", flat=True))


@pytest.fixture
def place(alice, now):
    def make(book, quantity=2, **options):
        cart, _ = Cart.objects.get_or_create(user=alice)
        CartLine.objects.create(cart=cart, book=book, quantity=quantity, price_when_added=book.price)
        key = uuid.uuid4()
        return place_order(
            cart=cart,
            buyer=alice,
            email=alice.email,
            ship_to=HOME,
            note="Ring twice",
            checkout_key=key,
            now=now,
            **options,
        )

    return make


def hear(order, version: int, status: str, **counts) -> None:
    body = {
        "order": str(order.number),
        "version": version,
        "status": status,
        "at": "2026-11-21T11:00:00Z",
        "reason": "Alice was not at home" if status == "failed" else "",
        "lines": [{"line": 1, "ordered": 2, "packed": 0, "shipped": 0, "short": 0, **counts}],
        "line_reasons": {},
    }
    inbox.hear_events([Heard.parse(body)], now=timezone.now())


def test_each_move_of_an_order_is_told_with_its_lines_and_nothing_of_its_customer(
    make_endpoint, make_book, place, alice
):
    endpoint = make_endpoint(wants_orders=True)
    order = place(make_book(7), 2)
    hear(order, 1, "received")
    hear(order, 2, "failed", short=2)
    moves = told("order.moved")
    assert [(move["state"], move["version"]) for move in moves] == [("placed", 1), ("accepted", 2), ("failed", 3)]
    assert moves[2]["order"] == str(order.number)
    line = {"product_id": 7, "isbn13": "9780000000007", "quantity": 2, "packed": 0, "shipped": 0, "short": 2}
    assert moves[2]["lines"] == [line], "as they are after the move"
    assert {name for move in moves for name in move} == {"order", "state", "version", "at", "lines"}
    assert not any(word in str(moves) for word in ("Alice", "alice", "High Street", "Ring", "home"))
    said = [json.loads(body_of(event)) for event in Event.objects.order_by("id")]
    times = [time for one in said for time in (one["timestamp"], one["data"]["at"])]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", time) for time in times), times
    assert said[1]["data"]["at"] == "2026-11-21T11:00:00Z"
    keys = set(Delivery.objects.values_list("key", flat=True))
    assert keys == {f"{endpoint.pk}:order:{order.number}"}, "one after the other"


def test_orders_that_expire_or_are_cancelled_are_told_as_well(make_endpoint, make_book, place, now):
    make_endpoint(wants_orders=True)
    first = place(make_book(1), payment="prepaid")
    assert expire_next(now=now + timedelta(days=1))
    second = place(make_book(2), payment="prepaid")
    cancelling.cancel(second, now=now)
    cancelling.cancel(place(make_book(3)), now=now)
    states = [move["state"] for move in told("order.moved")]
    assert states == ["awaiting_payment", "expired", "awaiting_payment", "cancelled", "placed", "cancel_requested"]
    assert first.pk


def test_what_did_not_happen_is_not_told(make_endpoint, make_book):
    make_endpoint(wants_stock=True, wants_prices=True)
    book = make_book(1)
    before = Event.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Book.objects.filter(pk=book.pk).update(store_free=3, price=Decimal("1.00"))
        raise ZeroDivisionError
    Book.objects.filter(pk=book.pk).update(title="Another", store_free=10)  # the number is as it was
    assert Event.objects.count() == before


def test_stock_is_told_when_the_number_changes_and_when_a_book_goes_or_comes_back(make_endpoint, make_book, now):
    make_endpoint(wants_stock=True)
    book = Book.objects.filter(pk=make_book(1, store_free=10).pk)
    book.update(store_free=3)
    book.update(retired_at=now)
    book.update(store_free=2)  # nobody can have them
    book.update(retired_at=None)
    seen = [(one["product_id"], one["available"], one["on_sale"]) for one in told("book.stock")]
    assert seen == [(1, 10, True), (1, 3, True), (1, 0, False), (1, 2, True)]
    assert told("book.price") == [], "nobody asked for it"
    sequence = list(Event.objects.order_by("at", "id").values_list("id", flat=True))
    assert sequence == sorted(sequence)


def test_a_price_is_told_when_the_store_changes_it_and_when_a_discount_begins_and_ends(
    make_endpoint, make_book, make_discount
):
    make_endpoint(wants_prices=True)
    book = make_book(1, price=Decimal("10.00"))
    Book.objects.filter(pk=book.pk).update(price=Decimal("12.00"))
    sale = make_discount(book, percent="25")
    beginning.begin_and_end(timezone.now, run_for=timedelta(seconds=5))
    sale.is_active = False
    sale.save()
    beginning.begin_and_end(timezone.now, run_for=timedelta(seconds=5))
    filing.file_some()
    seen = [(one["price"], one["list_price"], one["currency"]) for one in told("book.price")]
    assert seen == [
        ("10.00", "10.00", "EUR"), ("12.00", "12.00", "EUR"), ("9.00", "12.00", "EUR"), ("12.00", "12.00", "EUR"),
    ]  # fmt: skip


def test_each_endpoint_gets_what_it_wants_while_it_is_active(make_endpoint, make_book):
    stock, both = make_endpoint(name="Stock"), make_endpoint(name="Both", wants_stock=True, wants_prices=True)
    asleep = make_endpoint(name="Asleep", wants_stock=True, is_active=False)
    failing = make_endpoint(name="Off", wants_stock=True, switched_off_at=timezone.now())
    make_book(1)
    got = {
        one.name: sorted(one.deliveries.values_list("event__kind", flat=True)) for one in (stock, both, asleep, failing)
    }
    assert got["Stock"] == got["Off"] == ["book.stock"], "who was switched off for failing misses nothing"
    assert got["Both"] == ["book.price", "book.stock"] and got["Asleep"] == []
    assert Event.objects.filter(kind="book.stock").count() == 1, "one event for all, under one id"


@pytest.mark.parametrize("listens", [False, True])
def test_many_books_cost_no_statement_more_whether_somebody_listens_or_not(make_endpoint, listens):
    if listens:
        make_endpoint(wants_stock=True, wants_prices=True)
    rows = [Told.parse(book_row(pk)) for pk in range(1, 301)]
    with CaptureQueriesContext(connection) as spent, transaction.atomic():
        book_rows.write(rows, epoch="first", now=timezone.now())
    writing = [one["sql"] for one in spent if not one["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]
    assert len(writing) == 1 and Book.objects.count() == 300
    assert Delivery.objects.count() == (600 if listens else 0)
    assert Event.objects.count() == Delivery.objects.count()
