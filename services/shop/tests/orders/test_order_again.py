"""U11: the same books once more, as far as they can be had."""

import pytest
from django.test import Client
from shopping import order, put_in_cart, text
from tests.cart.test_two_at_once import at_once

from shop.cart.models import Cart, CartLine
from shop.cart.operations import cart_of_user
from shop.catalogue.models import Book
from shop.orders.again import order_again
from shop.orders.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture
def placed(client, make_book):
    """A guest's order of two Emmas and one Persuasion, placed in `client`."""
    put_in_cart(client, make_book(1, title="Emma"), 2)
    put_in_cart(client, make_book(2, title="Persuasion"), 1)
    order(client)
    return Order.objects.get()


def again(browser, placed):
    return browser.post(f"/orders/{placed.number}/again/", follow=True)


def in_cart() -> dict:
    return dict(CartLine.objects.values_list("book", "quantity"))


def test_one_press_puts_its_books_into_the_cart(client, placed):
    assert "Order again" in text(client.get(placed.get_absolute_url()))
    page = text(again(client, placed))
    assert f"3 copies of order {placed.reference} are in your cart." in page and "Your cart" in page
    assert in_cart() == {1: 2, 2: 1}


def test_a_second_press_adds_nothing_and_what_was_there_is_kept(client, placed, make_book):
    put_in_cart(client, Book.objects.get(pk=1), 5)
    put_in_cart(client, make_book(3))
    again(client, placed), again(client, placed)
    assert in_cart() == {1: 5, 2: 1, 3: 1}


def test_what_cannot_be_had_is_said_line_by_line(client, placed, now):
    Book.objects.filter(pk=1).update(store_free=1 + 2)  # two of them are the first order's own
    Book.objects.filter(pk=2).update(retired_at=now)
    page = text(again(client, placed))
    assert "Of “Emma” only 1 copy can be had." in page and "“Persuasion” is no longer sold." in page
    assert f"1 copy of order {placed.reference} is in your cart." in page and in_cart() == {1: 1}


def test_if_nothing_can_be_had_the_order_stays_on_the_screen(client, placed):
    Book.objects.update(store_free=0)
    answer = again(client, placed)
    assert "“Emma” is not in stock at the moment." in text(answer) and "in your cart" not in text(answer)
    assert answer.redirect_chain[-1][0] == placed.get_absolute_url() and in_cart() == {}


def test_todays_price_counts(client, placed):
    Book.objects.filter(pk=1).update(price="99.00")
    again(client, placed)
    assert str(CartLine.objects.get(book=1).price_when_added) == "99.00"
    assert "it was" not in text(client.get("/cart/"))


def test_a_full_cart_takes_what_fits(client, placed, make_book, monkeypatch):
    monkeypatch.setattr("shop.cart.operations.MAX_LINES", 1)
    page = text(again(client, placed))
    assert "“Persuasion” found no room" in page and in_cart() == {1: 2}


def test_the_order_of_another_is_not_there(placed, alice):
    """L28"""
    for browser in (Client(), Client()):
        assert browser.post(f"/orders/{placed.number}/again/").status_code == 404
        browser.force_login(alice)
    assert browser.get(f"/orders/{placed.number}/again/").status_code == 405 and not CartLine.objects.exists()


def test_an_order_that_waits_for_its_money_or_can_be_put_back_has_no_such_button(client, placed, now):
    Order.objects.update(state="awaiting_payment", payment="prepaid", pay_until=now.replace(year=2099))
    assert "Order again" not in text(client.get(placed.get_absolute_url()))
    Order.objects.update(state="expired")
    page = text(client.get(placed.get_absolute_url()))
    assert "Order again" not in page and "Put its books back" in page


@pytest.mark.django_db(transaction=True)
def test_six_presses_at_once_are_one(alice, client, make_book):
    put_in_cart(client, make_book(1, store_free=50), 3)
    order(client)
    placed, cart = Order.objects.get(), cart_of_user(alice)
    assert at_once(*[lambda: order_again(placed, cart)] * 6) == []
    assert list(CartLine.objects.filter(cart=cart).values_list("book", "quantity")) == [(1, 3)]
    assert Cart.objects.filter(user=alice).count() == 1


def test_books_priced_in_another_currency_than_the_cart_stay_out_with_the_reason(client, placed, make_book):
    put_in_cart(client, make_book(3))
    Book.objects.filter(pk=2).update(currency="GBP")
    page = text(again(client, placed))
    assert "“Persuasion” is priced in GBP, and an order takes one currency." in page and in_cart() == {1: 2, 3: 1}
