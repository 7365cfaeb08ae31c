"""Two customers, one use left: the database decides, and the other is told."""

import threading
import uuid

import pytest
from allauth.account.models import EmailAddress
from django.db import connection

from shop.cart.models import Cart, CartLine
from shop.coupons.models import CouponUse
from shop.coupons.operations import CouponRefused
from shop.orders.models import Order
from shop.orders.operations import ShipTo, place_order

pytestmark = pytest.mark.django_db(transaction=True)
HOME = ShipTo("Alice Example", "1 High Street", "", "10115", "Berlin", "DE", "")


def cart_with(book):
    cart = Cart.objects.create()
    CartLine.objects.create(cart=cart, book=book, quantity=1, price_when_added=book.price)
    return cart


def together(number, place):
    """What each of so many orders at the same moment came to."""
    gate, outcomes = threading.Barrier(number), []

    def run(n):
        gate.wait()
        try:
            outcomes.append(place(n))
        except CouponRefused as refusal:
            outcomes.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[n]) for n in range(number)]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    return outcomes


def order_of(cart, email, now, buyer=None):
    return place_order(
        cart=cart, buyer=buyer, email=email, ship_to=HOME, note="", checkout_key=uuid.uuid4(), now=now, coupon="save10"
    )


def test_the_last_use_goes_to_one_of_six_orders(make_book, make_coupon, now):
    make_coupon(most_uses=3)
    carts = [cart_with(make_book(n + 1)) for n in range(6)]
    outcomes = together(6, lambda n: order_of(carts[n], f"guest-{n}@example.org", now))
    assert sorted(isinstance(one, Order) for one in outcomes) == [False] * 3 + [True] * 3
    assert CouponUse.objects.count() == Order.objects.count() == 3
    assert {one for one in outcomes if isinstance(one, str)} == {"The coupon SAVE10 has been used up."}


def test_one_customer_with_many_windows_uses_it_once(make_book, make_coupon, now):
    make_coupon()
    carts = [cart_with(make_book(n + 1)) for n in range(5)]
    outcomes = together(5, lambda n: order_of(carts[n], ("alice@example.org", "Alice@example.org")[n % 2], now))
    assert sum(isinstance(one, Order) for one in outcomes) == CouponUse.objects.count() == Order.objects.count() == 1


def test_a_refused_coupon_leaves_cart_and_books_as_they_were(make_book, make_coupon, now):
    make_coupon(most_uses=0)
    cart = cart_with(make_book(1))
    with pytest.raises(CouponRefused):
        order_of(cart, "alice@example.org", now)
    assert cart.lines.count() == 1 and not Order.objects.exists()


def test_one_account_with_two_addresses_uses_it_once_however_close(make_book, make_coupon, alice, now):
    """Half of the orders come with the address that the account had until a moment ago."""
    make_coupon()
    carts = [cart_with(make_book(n + 1)) for n in range(5)]
    sent = [{"buyer": alice, "email": ("old@example.org", alice.email)[n % 2]} for n in range(5)]
    EmailAddress.objects.create(user=alice, email="old@example.org", verified=True)
    outcomes = together(5, lambda n: order_of(carts[n], now=now, **sent[n]))
    assert sum(isinstance(one, Order) for one in outcomes) == CouponUse.objects.count() == Order.objects.count() == 1
