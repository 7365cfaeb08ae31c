"""An order's Idempotency-Key: the same request again is the same order for ever, and another request is refused."""

import threading
from datetime import timedelta

import pytest
from asking import ADDRESS, KEY, order, problem, program
from django.db import connection
from django.utils import timezone

from shop.api import tidying
from shop.cart.models import Cart
from shop.orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True)
OTHERWISE = [
    {"address": {**ADDRESS, "line1": "2 Low Road"}},
    {"coupon": "SAVE10"},
    {"note": "At the back door."},
    {"if_short": "wait"},
    {"payment": "prepaid"},
    {"agreed_total": "12.50"},
]


@pytest.fixture
def book(make_book, make_coupon, settings):
    settings.TEST_BANK = True
    make_coupon("SAVE10")
    return make_book(1)


def all_at_once(*calls):
    answers = []

    def run(call):
        answers.append(call())
        connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    [one.start() for one in threads], [one.join() for one in threads]
    return answers


def test_the_same_request_is_the_same_order_as_it_is_by_now(hers, his, book):
    first, again = order(hers, (book, 1), key=KEY), order(hers, (book, 1), key=KEY)
    assert (first.status_code, again.status_code) == (201, 200) and first.json()["id"] == again.json()["id"]
    assert "Idempotency-Replayed" not in first and again["Idempotency-Replayed"] == "true"
    hers.delete(f"/api/orders/{first.json()['id']}/")
    tidying.tidy(now=timezone.now() + timedelta(days=2))
    assert order(hers, (book, 1), key=KEY).json()["status"] == "cancel_requested"
    assert order(his, (book, 1), key=KEY).json()["id"] != first.json()["id"]
    assert Order.objects.count() == 2


@pytest.mark.parametrize("otherwise", OTHERWISE, ids=lambda one: next(iter(one)))
def test_with_anything_else_in_the_body_it_is_refused(hers, book, otherwise):
    placed = order(hers, (book, 1), key=KEY).json()
    for _ in range(2):
        refused = order(hers, (book, 1), key=KEY, **otherwise)
        problem(refused, 422, "key-reused")
        assert refused.json()["order"] == placed["id"]
    assert Order.objects.get().ship_line1 == ADDRESS["line1"]


def test_with_other_goods_or_none_it_is_refused(hers, book):
    order(hers, (book, 1), key=KEY)
    problem(order(hers, (book, 2), key=KEY), 422, "key-reused")
    problem(hers.post("/api/orders/", {"address": ADDRESS}, headers={"Idempotency-Key": KEY}), 422, "key-reused")
    assert Order.objects.count() == 1


def test_a_guest_s_order_is_not_opened_by_address_and_key_alone(guest, book):
    mine = {"email": "guest@example.org", "key": KEY}
    placed = order(guest, (book, 1), **mine).json()
    assert order(guest, (book, 1), **mine).json()["order_key"] == placed["order_key"]
    guessed = order(guest, (book, 1), **mine, address={**ADDRESS, "name": "Mallory"})
    problem(guessed, 422, "key-reused")
    for told in ("order_key", placed["order_key"], ADDRESS["line1"], "Alice"):
        assert told not in guessed.content.decode()


def test_an_order_that_no_mark_was_kept_of_is_not_placed_twice_nor_shown(guest, book):
    """As those of versions before."""
    order(guest, (book, 1), email="guest@example.org", key=KEY)
    Order.objects.update(asked_mark="")
    problem(order(guest, (book, 1), email="guest@example.org", key=KEY), 422, "key-reused")
    assert Order.objects.count() == 1


def test_a_key_that_is_too_short_or_empty_is_refused(hers, book):
    for wrong in ("short", ""):
        asked = hers.post(
            "/api/orders/",
            {"cart_items": [{"product_id": 1}], "address": ADDRESS},
            headers={"Idempotency-Key": wrong},
        )
        assert problem(asked, 400, "invalid") == ["Idempotency-Key"]
    assert not Order.objects.exists()


def test_of_twins_with_one_key_one_order_comes_and_one_is_told_that_it_is_new(alice, book):
    answers = all_at_once(*[lambda: order(program(alice), (book, 1), key=KEY)] * 3)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == Order.objects.count() == 1
    assert not Cart.objects.exists()


def test_of_two_that_differ_at_once_one_is_done_and_the_other_refused(alice, book):
    other = {"address": {**ADDRESS, "line1": "2 Low Road"}}
    answers = all_at_once(
        lambda: order(program(alice), (book, 1), key=KEY), lambda: order(program(alice), (book, 1), key=KEY, **other)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    done = next(answer.json() for answer in answers if answer.status_code == 201)
    assert Order.objects.get().ship_line1 == done["ship_to"]["line1"]
