"""What a guest collected comes along at log-in and at registration."""

import pytest
from django.test import Client
from shopping import log_in, put_in_cart, register, text

from shop.cart import operations
from shop.cart.models import Cart, CartLine

pytestmark = pytest.mark.django_db


def in_account(user):
    return dict(CartLine.objects.filter(cart__user=user).values_list("book", "quantity"))


def test_log_in_adds_up_both_carts_to_ninety_nine_at_most(client, alice, make_book):
    for number in (1, 2, 3):
        make_book(number, store_free=500)
    mine = operations.cart_of_user(alice)
    operations.add(mine, book_id=1, quantity=60)
    operations.add(mine, book_id=2, quantity=1)
    put_in_cart(client, CartLine.objects.get(book=1).book, 60)
    put_in_cart(client, CartLine.objects.get(book=2).book, 2)
    client.post("/cart/add/", {"book": "3", "quantity": "4"})

    assert log_in(client, alice.email).status_code == 302

    assert in_account(alice) == {1: 99, 2: 3, 3: 4}
    assert Cart.objects.count() == 1


def test_logging_in_twice_doubles_nothing(client, alice, make_book):
    put_in_cart(client, make_book(1), 2)
    guest_cookie = client.cookies["sessionid"].value
    log_in(client, alice.email)
    again = Client()
    again.cookies["sessionid"] = guest_cookie  # the session of before the log-in is dead
    log_in(again, alice.email)
    log_in(Client(), alice.email)
    assert in_account(alice) == {1: 2}


def test_registration_brings_the_cart_along_too(client, make_book, django_user_model):
    put_in_cart(client, make_book(1), 2)
    answer = register(client, "Carol@Example.org", next="/checkout/")
    assert answer.url == "/checkout/"
    assert in_account(django_user_model.objects.get(email="carol@example.org")) == {1: 2}


def test_the_cart_waits_in_the_account_and_is_not_shown_after_log_out(client, alice, make_book):
    log_in(client, alice.email)
    put_in_cart(client, make_book(1), 2)
    client.post("/accounts/logout/")
    assert "Nothing in it yet." in text(client.get("/cart/"))
    log_in(client, alice.email)
    assert "€25.00" in text(client.get("/cart/"))


def test_a_wrong_password_leaves_the_guests_cart_alone(client, alice, make_book):
    put_in_cart(client, make_book(1), 2)
    assert log_in(client, alice.email, "wrong-password").status_code == 200
    assert in_account(alice) == {} and "€25.00" in text(client.get("/cart/"))
