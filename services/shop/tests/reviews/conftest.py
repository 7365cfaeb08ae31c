import uuid

import pytest
from django.test import Client
from tests.payments.conftest import HOME

from shop.cart.models import Cart, CartLine
from shop.orders.models import Order, OrderLine
from shop.orders.operations import place_order
from shop.orders.states import State
from shop.reviews import operations


@pytest.fixture
def buys(now):
    """This function will have somebody buy one copy of a book, of which the parcel has left."""

    def make(user, book, *, email="", state=State.SHIPPED, shipped=1) -> Order:
        cart = Cart.objects.create()
        CartLine.objects.create(cart=cart, book=book, quantity=1, price_when_added=book.price)
        order = place_order(
            cart=cart, buyer=user, email=email or user.email, ship_to=HOME, note="", checkout_key=uuid.uuid4(), now=now
        )  # fmt: skip
        Order.objects.filter(pk=order.pk).update(state=state)
        OrderLine.objects.filter(order=order).update(shipped=shipped)
        return order

    return make


@pytest.fixture
def emma(make_book):
    return make_book(1, title="Emma")


@pytest.fixture
def browser_of():
    def make(user) -> Client:
        browser = Client()
        browser.force_login(user)
        return browser

    return make


@pytest.fixture
def says(now):
    """This function will write a review of a book that the user has bought."""

    def make(user, book, rating=4, text="A clever heroine, badly wrong.", signature="", at=None):
        return operations.write(user, book, rating=rating, text=text, signature=signature, now=at or now)

    return make
