"""Codes of coupons are not to be guessed by programs, neither on the cart nor by orders that come to nothing."""

import pytest
from asking import order, problem
from django.core.cache import cache

from shop.coupons.visitors import MOST_GUESSES
from shop.orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_guesses_yet():
    cache.clear()


@pytest.fixture
def book(make_book, make_coupon):
    make_coupon("SAVE10")
    return make_book(1, price="20.00")


def guesses(client, book, number):
    """So many codes that there are not, by orders that nothing may come of."""
    for guess in range(number):
        answer = order(client, (book, 1), coupon=f"GUESS-{guess}", agreed_total="0.01", email="g@example.org")
        assert answer.status_code == 409 and "do not know this code" in answer.json()["detail"]


def test_whoever_guesses_by_orders_is_told_when_to_come_back_wherever_they_ask(guest, book):
    guesses(guest, book, MOST_GUESSES)
    answers = [
        order(guest, (book, 1), coupon="SAVE10", agreed_total="0.01", email="g@example.org"),
        order(guest, (book, 1), coupon="SAVE10", email="g@example.org"),
        guest.get("/api/cart/", {"coupon": "SAVE10"}),
        guest.get("/api/cart/total/", {"coupon": "SAVE10"}),
    ]
    for answer in answers:
        problem(answer, 429, "too-many-guesses")
        assert answer["Retry-After"] == "600"
    assert not Order.objects.exists()
    assert order(guest, (book, 1), email="g@example.org").status_code == 201, "without a coupon everything goes on"


def test_tries_on_the_cart_and_by_orders_are_counted_together(guest, book):
    guesses(guest, book, MOST_GUESSES - 1)
    assert guest.get("/api/cart/total/", {"coupon": "GUESS"}).status_code == 409
    problem(order(guest, (book, 1), coupon="SAVE10", email="g@example.org"), 429, "too-many-guesses")


def test_who_knows_a_code_makes_no_guess(hers, book):
    for _ in range(MOST_GUESSES + 2):
        assert order(hers, (book, 1), coupon="SAVE10", agreed_total="0.01").status_code == 409
    assert order(hers, (book, 1), coupon="save10", agreed_total="18.00").status_code == 201
