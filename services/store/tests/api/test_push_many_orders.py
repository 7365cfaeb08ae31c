"""The shop pushes many orders in one request: POST /api/orders/batch/. Each is answered as by its own PUT."""

from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.conftest import NOW

from store.holds.models import Hold
from store.holds.operations import Line, take_hold
from store.orders.models import Order
from store.orders.operations import cancel_order
from store.orders.queries import books_with_wrong_level
from store.stock.models import StockLevel


def push(client, *orders):
    entries = [{"number": str(number), "order": body} for number, body in orders]
    return client.post("/api/orders/batch/", {"orders": entries}, format="json")


def statuses(answer):
    assert answer.status_code == 200, answer.json()
    return [entry["status"] for entry in answer.json()["answers"]]


@pytest.fixture(autouse=True)
def all_adds_up(db):
    yield
    assert books_with_wrong_level() == []


def reserved(book):
    return StockLevel.objects.get(book=book).reserved


def test_each_is_answered_as_its_own_put_would_be(shop, books, order_body):
    known, cancelled, taken = uuid4(), uuid4(), uuid4()
    shop.put(f"/api/orders/{known}/", order_body((books[0], 1)), format="json")
    shop.put(f"/api/orders/{taken}/", order_body((books[0], 1), note="another"), format="json")
    cancel_order(number=cancelled, client="shop", reason="", actor="shop", now=NOW)
    wrong = order_body((books[0], 1)) | {"currency": "euro"}
    orders = [
        (uuid4(), order_body((books[0], 1))),
        (known, order_body((books[0], 1))),
        (taken, order_body((books[0], 1))),
        (cancelled, order_body((books[0], 1))),
        (uuid4(), order_body((books[2], 1))),
        (uuid4(), wrong),
    ]
    answer = push(shop, *orders)
    assert statuses(answer) == [201, 200, 409, 410, 409, 422]
    told = answer.json()["answers"]
    assert [entry["order"] for entry in told] == [str(number) for number, _ in orders]
    kinds = [entry["body"].get("type", "").rpartition("/")[2] for entry in told]
    assert kinds == ["", "", "order-differs", "order-cancelled", "out-of-stock", "invalid"]
    assert told[5]["body"]["errors"][0]["field"] == "currency"
    for entry, (number, body) in zip(told, orders):
        again = shop.put(f"/api/orders/{number}/", body, format="json")
        assert again.json() == entry["body"]


def test_the_same_batch_again_changes_nothing(shop, books, order_body):
    orders = [(uuid4(), order_body((books[0], 1))) for _ in range(2)]
    assert statuses(push(shop, *orders)) == [201, 201]
    assert statuses(push(shop, *orders)) == [200, 200]
    assert (Order.objects.count(), reserved(books[0])) == (2, 2)


def test_the_last_copies_go_to_the_earlier_order_and_held_ones_to_their_own(shop, books, order_body):
    """L7"""
    first, second, third, fourth = (uuid4() for _ in range(4))
    take_hold(number=fourth, client="shop", lines=[Line(1, books[0].id, 1)], now=timezone.now())
    orders = [(first, 2), (second, 1), (third, 1), (fourth, 1)]
    answer = push(shop, *[(number, order_body((books[0], quantity))) for number, quantity in orders])
    assert statuses(answer) == [201, 409, 409, 201]
    assert answer.json()["answers"][1]["body"]["short"][0]["free"] == 0
    assert (reserved(books[0]), Hold.objects.get().state) == (3, "used")


def test_a_hold_of_more_than_its_order_wants_serves_the_next_one(shop, books, order_body):
    first, second = uuid4(), uuid4()
    take_hold(number=first, client="shop", lines=[Line(1, books[0].id, 3)], now=timezone.now())
    answer = push(shop, (first, order_body((books[0], 1))), (second, order_body((books[0], 2))))
    assert (statuses(answer), reserved(books[0])) == ([201, 201], 3)


def test_one_that_breaks_keeps_none_of_the_others_out(shop, books, order_body):
    from store.orders import accepting

    true_line, bad = accepting._line, uuid4()

    def broken_line(order, line):
        if order.number == bad:
            raise RuntimeError("a fault of ours")
        return true_line(order, line)

    with patch.object(accepting, "_line", broken_line):
        answer = push(shop, *[(number, order_body((books[0], 1))) for number in (uuid4(), bad, uuid4())])
    assert statuses(answer) == [201, 500, 201]
    assert answer.json()["answers"][1]["body"]["type"] == "/problems/fault"
    assert (Order.objects.count(), reserved(books[0])) == (2, 2)


def test_many_cost_the_statements_of_one(shop, books, order_body):

    def cost(how_many):
        orders = [(uuid4(), order_body((books[2], 1))) for _ in range(how_many)]
        with CaptureQueriesContext(connection) as statements:
            assert set(statuses(push(shop, *orders))) == {409}
        return len(statements)

    assert cost(1) == cost(20)


@pytest.mark.parametrize(
    "orders", [[], None, [{}], [{"number": "x", "order": {}}], [{"number": str(uuid4()), "order": []}]]
)
def test_what_is_no_list_of_orders_is_refused_whole(shop, orders):
    answer = shop.post("/api/orders/batch/", {"orders": orders}, format="json")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid")


def test_a_number_may_stand_in_a_batch_once_and_fifty_at_most(shop, books, order_body):
    number = uuid4()
    assert push(shop, (number, order_body((books[0], 1))), (number, order_body((books[0], 1)))).status_code == 422
    assert push(shop, *[(uuid4(), {}) for _ in range(51)]).status_code == 422
    assert not Order.objects.exists()


def test_who_may_not_push_one_order_may_not_push_many(service, staff, books, order_body):
    order = (uuid4(), order_body((books[0], 1)))
    assert push(service("feeds:read"), order).status_code == 403
    assert staff("owner").post("/api/orders/batch/", {}, content_type="application/json").status_code == 403
    assert not Order.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_batches_of_the_same_orders_in_every_sequence_take_each_in_once(shop, service, books, order_body, together):
    """L4, and no two wait for each other."""
    orders = [(uuid4(), order_body((books[n % 2], 1))) for n in range(4)]
    sequences = [orders, orders[::-1], orders[1:] + orders[:1], orders[2:] + orders[:2]]
    answers = together(*[lambda these=these: push(service("orders:push"), *these) for these in sequences])
    told = [entry for answer in answers for entry in answer.json()["answers"]]
    assert Order.objects.count() == 4
    assert sum(entry["status"] == 201 for entry in told) == Order.objects.filter(state="received").count() == 3
