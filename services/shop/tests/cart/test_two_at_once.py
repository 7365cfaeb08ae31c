"""Two tabs, two devices, a double click: nothing is lost, nothing is doubled."""

import threading

import pytest
from django.db import connection, transaction

from shop.cart import operations
from shop.cart.models import Cart, CartLine

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """This function will run calls in threads that start together, and return what they raised."""
    gate, raised = threading.Barrier(len(calls)), []

    def run(call):
        gate.wait()
        try:
            call()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    [thread.start() for thread in threads]
    [thread.join(20) for thread in threads]
    assert not any(thread.is_alive() for thread in threads)
    return raised


def test_ten_additions_at_once_are_ten_copies_in_one_line(alice, make_book):
    make_book(1, store_free=50)
    raised = at_once(*[lambda: operations.add(operations.cart_of_user(alice), book_id=1)] * 10)
    assert raised == []
    assert list(CartLine.objects.values_list("cart__user", "quantity")) == [(alice.pk, 10)]


def test_ten_quick_steps_all_count(alice, make_book):
    make_book(1, store_free=50)
    cart = operations.cart_of_user(alice)
    operations.add(cart, book_id=1)
    assert at_once(*[lambda: operations.step(cart, book_id=1, by=1)] * 10) == []
    assert CartLine.objects.get().quantity == 11


def test_a_cart_merged_from_two_tabs_at_once_is_merged_once(alice, make_book):
    make_book(1), make_book(2)
    mine, guest = operations.cart_of_user(alice), Cart.objects.create()
    operations.add(mine, book_id=1, quantity=2)
    operations.add(guest, book_id=1, quantity=3)
    operations.add(guest, book_id=2, quantity=1)
    assert at_once(*[lambda: operations.merge(guest.key, into=alice)] * 4) == []
    assert dict(mine.lines.values_list("book", "quantity")) == {1: 5, 2: 1}
    assert not Cart.objects.filter(pk=guest.pk).exists()


def test_two_guests_merging_into_one_account_both_arrive(alice, make_book):
    make_book(1)
    guests = [Cart.objects.create() for _ in range(4)]
    for guest in guests:
        operations.add(guest, book_id=1, quantity=2)
    assert at_once(*[lambda g=guest: operations.merge(g.key, into=alice) for guest in guests]) == []
    assert CartLine.objects.get().quantity == 8


def test_what_is_added_while_an_order_takes_the_lines_stays_in_the_cart(alice, make_book):
    make_book(1), make_book(2)
    cart = operations.cart_of_user(alice)
    operations.add(cart, book_id=1)
    took, added = threading.Event(), threading.Event()

    def other_tab():
        took.wait(10)
        operations.add(cart, book_id=2)
        added.set()
        connection.close()

    thread = threading.Thread(target=other_tab)
    thread.start()
    with transaction.atomic():
        lines = operations.take_lines(cart)
        took.set()
        assert not added.wait(0.3), "the other tab waits for the order"
    thread.join(10)
    assert [line.book_id for line in lines] == [1]
    assert list(cart.lines.values_list("book", flat=True)) == [2]


def test_a_change_that_meets_a_merged_cart_is_told_instead_of_failing(alice, make_book):
    make_book(1)
    guest = Cart.objects.create()
    operations.merge(guest.key, into=alice)
    with pytest.raises(operations.NoSuchCart):
        operations.add(guest, book_id=1)
