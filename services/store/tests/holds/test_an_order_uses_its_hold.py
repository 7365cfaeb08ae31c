"""The order comes and takes over what was held for it, in the transaction that takes it in."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.conftest import NOW

from store.holds.models import Hold
from store.holds.operations import Line, lapse_due_holds, release_hold, take_hold
from store.orders.models import Order
from store.orders.operations import cancel_order
from store.orders.queries import books_with_wrong_level
from store.stock.models import StockLevel

LATE = NOW + timedelta(minutes=17)


@pytest.fixture
def held(books):
    """Two copies of the first book and the only one of the second are held."""
    number = uuid4()
    lines = [Line(1, books[0].id, 2), Line(2, books[1].id, 1)]
    take_hold(number=number, client="shop", lines=lines, now=NOW)
    return number


@pytest.fixture(autouse=True)
def all_adds_up(db):
    yield
    assert books_with_wrong_level() == []


def level(book):
    found = StockLevel.objects.get(book=book)
    return found.on_shelf, found.reserved


def state_of_hold():
    return Hold.objects.order_by("id").values_list("state", flat=True).last()


def test_held_copies_become_the_orders_own(held, books, accept):
    order = accept((books[0], 2), (books[1], 1), number=held)
    assert (order.state, state_of_hold()) == ("received", "used")
    assert (level(books[0]), level(books[1])) == ((3, 2), (1, 1))
    assert lapse_due_holds(now=LATE) == 0
    assert level(books[0]) == (3, 2)


@pytest.mark.parametrize(("quantity", "reserved"), [(1, 1), (3, 3)])
def test_an_order_of_fewer_or_more_gives_back_or_takes_the_difference(held, books, accept, quantity, reserved):
    assert accept((books[0], quantity), number=held).state == "received"
    assert (level(books[0]), level(books[1])) == ((3, reserved), (1, 0))


def test_an_order_of_more_than_held_and_free_is_rejected_and_nothing_stays_reserved(held, books, accept):
    order = accept((books[0], 4), (books[1], 1), number=held)
    assert order.state == "rejected"
    assert [(line["line"], line["wanted"], line["free"]) for line in order.shortage] == [(1, 4, 3)]
    assert (level(books[0]), level(books[1]), state_of_hold()) == ((3, 0), (1, 0), "used")


def test_an_order_that_comes_too_late_is_taken_in_while_there_are_copies(held, books, accept):
    lapse_due_holds(now=LATE)
    assert accept((books[0], 2), (books[1], 1), number=held).state == "received"
    assert (level(books[1]), state_of_hold()) == ((1, 1), "lapsed")


def test_an_order_that_comes_too_late_is_rejected_when_its_copies_are_gone(held, books, accept):
    lapse_due_holds(now=LATE)
    accept((books[1], 1))
    order = accept((books[0], 2), (books[1], 1), number=held)
    assert (order.state, [line["line"] for line in order.shortage]) == ("rejected", [2])


def test_an_order_after_the_release_is_taken_in_anew(held, books, accept):
    release_hold(number=held, client="shop", now=NOW)
    assert accept((books[0], 2), number=held).state == "received"
    assert level(books[0]) == (3, 2)


def test_an_order_of_somebody_else_gets_what_has_lapsed(held, books, accept, monkeypatch):
    """P4.4: without a schedule, when it is needed."""
    Hold.objects.update(held_until=NOW)
    assert accept((books[1], 1)).state == "received"
    assert (state_of_hold(), level(books[0])) == ("lapsed", (3, 0))


def test_the_cancel_of_an_order_that_never_came_releases_its_hold(held, books):
    """The tombstone keeps the order out, and the copies are free at once."""
    cancel_order(number=held, client="shop", reason="changed my mind", actor="shop", now=NOW)
    assert (level(books[0]), level(books[1]), state_of_hold()) == ((3, 0), (1, 0), "released")


def test_cancelling_the_order_gives_its_copies_back_once(held, books, accept):
    accept((books[0], 2), (books[1], 1), number=held)
    for _ in range(2):
        cancel_order(number=held, client="shop", reason="", actor="shop", now=NOW)
    assert (level(books[0]), state_of_hold()) == ((3, 0), "used")


@pytest.mark.django_db(transaction=True)
def test_the_order_the_lapse_and_a_rival_at_once_promise_each_copy_once(books, accept, together):
    """P4.2 in small: whoever is first, the one copy goes to one of them."""
    for _ in range(6):
        number = uuid4()
        take_hold(number=number, client="shop", lines=[Line(1, books[1].id, 1)], now=NOW)
        _, mine, rival = together(
            lambda: lapse_due_holds(now=LATE),
            lambda: accept((books[1], 1), number=number).state,
            lambda: accept((books[1], 1)).state,
        )
        assert sorted([mine, rival]) == ["received", "rejected"]
        assert level(books[1]) == (1, 1)
        for order in Order.objects.filter(state="received"):
            cancel_order(number=order.number, client="shop", reason="", actor="shop", now=NOW)
