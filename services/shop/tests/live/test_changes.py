"""What pages of an order show beside its moves: each change is told at once, whichever way it is made, and none is skipped."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from live_clients import browser_of, move, new_order

from shop.live.models import Change
from shop.orders import queries
from shop.orders.models import Order, OrderLine, Parcel
from shop.orders.states import State
from shop.payments.models import Payment, Refund
from shop.returns.models import Return

LONG_AGO = timedelta(days=31)


def open_page(served, browser):
    served.has_told_all()  # so that nothing of before comes a second time
    return served.follow(browser).wait_for("placed")


def edition_of(order) -> int:
    return queries.any_order(order.number).edition


def parcel(order, number=1, sent_at=None):
    return Parcel.objects.create(order=order, number=number, price=1, sent_at=sent_at or timezone.now())


def payment_of(order):
    now = timezone.now()
    return Payment.objects.create(order=order, gateway="test", amount=10, captured=10, currency="EUR", created_at=now)


def refund_of(payment, key="refund:1"):
    now = timezone.now()
    return Refund.objects.create(key=key, payment=payment, amount=1, reason="Short.", next_at=now, created_at=now)


def sent_back(order):
    return Return.objects.create(number=order.number, order=order, why="other", asked_at=timezone.now())


def a_parcel_arrives(order):
    Parcel.objects.filter(order=order).update(state=Parcel.State.DELIVERED)


def money_arrives(order):
    Payment.objects.filter(order=order).update(state="captured")


def money_is_back(order):
    assert Refund.claim_next(now=timezone.now()).mark_sent(now=timezone.now())


def a_return_is_approved(order):
    Return.objects.filter(order=order).update(state="approved", version=1)


def copies_fall_short(order):
    OrderLine.objects.filter(order=order).update(short=1)


def copies_are_awaited(order):
    OrderLine.objects.filter(order=order).update(awaited=1)


def there_is_more_time_to_pay(order):
    Order.objects.filter(pk=order.pk).update(pay_until=timezone.now())


@pytest.fixture
def order(alice, make_book, db):
    order = new_order(alice)
    OrderLine.objects.create(
        order=order, position=1, book=make_book(1), isbn13="1", title="Emma", list_price=10, unit_price=10, quantity=2
    )
    return order


@pytest.fixture
def whole(order):
    """With all that can change."""
    parcel(order)
    refund_of(payment_of(order))
    sent_back(order)
    return order


CHANGES = [
    a_parcel_arrives, money_arrives, money_is_back, a_return_is_approved, copies_fall_short, copies_are_awaited,
]  # fmt: skip


@pytest.mark.parametrize("change", [*CHANGES, there_is_more_time_to_pay], ids=lambda change: change.__name__)
def test_each_change_is_noted_once_and_what_no_page_shows_is_not(whole, change):
    Change.objects.all().delete()  # the test is one transaction, and what it began with is noted in it
    before = edition_of(whole)
    OrderLine.objects.filter(order=whole).update(packed=1)
    Refund.objects.update(attempts=1, next_at=timezone.now())
    assert edition_of(whole) == before
    change(whole)
    change_again = OrderLine.objects.filter(order=whole).update
    change_again(shipped=1)
    assert edition_of(whole) == before + 1, "one transaction, one change"


def test_open_pages_hear_of_changes_at_once_and_who_was_away_when_back(served, order, alice):
    browser = browser_of(alice)
    page = open_page(served, browser)
    payment = payment_of(order)
    parcel(order)
    page.wait_until(lambda one: one.editions() == [1, 2])
    last = page.up_to_date()
    page.close()
    refund_of(payment)
    money_is_back(order)
    served.has_told_all()
    back = served.follow(browser, **{"Last-Event-ID": last})
    assert back.editions() == [4, 4] and set(back.states()) == {"placed"}, "both, each with how the order is by then"
    assert served.follow(browser).editions() == [4], "who is new hears how it is"


def test_nobody_else_hears_of_a_change(served, order, alice, bob):
    his = new_order(bob)
    page = open_page(served, browser_of(bob))
    parcel(order)
    parcel(his)
    page.wait_until(lambda one: one.editions() == [1, 2])
    assert str(order.number) not in "".join(page.lines)


def test_a_move_with_its_parcel_is_told_once(served, order, alice):
    page = open_page(served, browser_of(alice))
    with transaction.atomic():
        parcel(order)
        move(order, State.ACCEPTED)
    page.wait_for("placed", "accepted")
    page.up_to_date()
    assert page.editions() == [1, 3]


def test_a_change_that_commits_late_is_heard_and_its_edition_is_newer_than_what_the_page_shows(served, order, alice):
    """L17, between both logs: its number is lower than that of a change which is seen first."""
    page = open_page(served, browser_of(alice))
    payment, written, may_commit = payment_of(order), threading.Event(), threading.Event()

    def write_slowly():
        try:
            with transaction.atomic():
                refund_of(payment)
                written.set()
                may_commit.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=write_slowly)
    thread.start()
    assert written.wait(30)
    parcel(order)
    page.wait_until(lambda one: one.editions() == [1, 2])
    shown = edition_of(order)
    may_commit.set()
    thread.join()
    page.wait_until(lambda one: one.editions()[-1:] == [shown + 1])


def test_a_sent_order_is_followed_while_parcel_money_or_books_are_on_their_way(order, alice):
    move(order, State.ACCEPTED, State.SHIPPED)

    def followed():
        return b"data-live" in browser_of(alice).get(order.get_absolute_url()).content

    assert not followed()
    parcel(order, sent_at=timezone.now() - LONG_AGO)
    assert not followed(), "it has arrived, though nobody said so"
    for begin in (lambda: parcel(order, 2), lambda: refund_of(payment_of(order)), lambda: sent_back(order)):
        begin()
        assert followed()
        a_parcel_arrives(order)
        Refund.objects.update(state="sent", done_at=timezone.now())
        assert followed() == Return.objects.exists(), "a return is open still"
