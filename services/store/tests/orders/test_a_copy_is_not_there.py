"""A copy that is missing or damaged, in one press: another is named, or what the customer chose is done."""

import pytest
from django.db import transaction
from django.urls import reverse
from tests.conftest import NOW

from store.orders.models import Order
from store.orders.queries import books_with_wrong_level
from store.stock.models import BookItem, CopyState, CountTask, Origin, StockLevel
from store.stock.operations import Delivery, receive_copies

WHO = {"actor": "olga@example.org", "now": NOW}


@pytest.fixture
def dan(staff):
    return staff("packer")


def press(client, order, command, offered=""):
    revision = Order.objects.get(pk=order.pk).revision
    form = {"code": command, "offered": offered, "revision": revision}
    return client.post(reverse("packing:bench", args=[order.pk]), form)


def state(barcode):
    return BookItem.objects.get(barcode=barcode).state


def newest(order):
    return order.events.latest("version")


def test_a_damaged_copy_is_noted_another_is_named_and_its_shelf_is_to_be_counted(dan, books, accept):
    """W11"""
    order = accept((books[0], 1))
    words = press(dan, order, "damaged", "B1-1").context["told"].words
    assert words == "Copy B1-1 of “Pride and Prejudice” is noted as damaged. Take B1-2 from shelf A-1 instead."
    task = CountTask.objects.get()
    assert (state("B1-1"), task.shelf, task.book, task.done_at) == (CopyState.DAMAGED, "A-0", books[0], None)
    assert task.why == f"Copy B1-1 was found damaged for order {order.reference}."
    assert (StockLevel.objects.get(book=books[0]).free, newest(order).version) == (1, 1)
    assert books_with_wrong_level() == []


def test_when_none_is_free_the_order_goes_on_without_it(dan, books, accept):
    order, later = accept((books[0], 2)), accept((books[0], 1))
    words = press(dan, order, "can't find", "B1-1").context["told"].words
    assert words.endswith("No other is free: the order goes on without it, and its customer is told.")
    line = newest(order).lines[0]
    assert (line["short"], newest(order).status) == (1, "packing")
    assert newest(order).line_reasons == {"1": "A copy was looked for in vain, and no other is free."}
    assert newest(later).version == 1  # its copy is still promised to it
    press(dan, order, "B1-2")
    assert press(dan, order, "done").status_code == 302
    assert books_with_wrong_level() == []


def test_when_nothing_is_left_the_order_has_failed(dan, books, accept):
    order = accept((books[1], 1))
    gone = press(dan, order, "can't find", "B2-1")
    assert gone.status_code == 302 and "nothing is left of order" in dan.get(gone["Location"]).content.decode()
    assert newest(order).status == "failed"
    assert (StockLevel.objects.get(book=books[1]).on_shelf, books_with_wrong_level()) == (0, [])


def test_who_waits_for_all_stays_short_until_a_copy_comes(dan, books, accept):
    order = accept((books[1], 1), (books[0], 1), if_short="wait")
    words = press(dan, order, "can't find", "B2-1").context["told"].words
    assert words.endswith("as its customer chose. Leave it and take the next.")
    line = newest(order).lines[0]
    assert (line["short"], line["awaited"], newest(order).status) == (0, 1, "packing")
    assert books_with_wrong_level() == []
    assert "waits for 1 × Jane Eyre" in dan.get(reverse("packing:queue") + "?short=yes").content.decode()
    with transaction.atomic():
        receive_copies([Delivery(books[1].id, barcode="B2-2")], origin=Origin.HAND, **WHO)
    other = accept((books[1], 1))
    assert (other.state, books_with_wrong_level()) == ("rejected", [])  # who waits comes first
    before = newest(order).version
    press(dan, order, "B2-2")
    told = newest(order)
    assert (told.version, told.status, told.lines[0].get("awaited", 0)) == (before + 1, "packing", 0)
    for code in ("B1-1", "done"):
        last = press(dan, order, code)
    assert (last.status_code, newest(order).status, books_with_wrong_level()) == (302, "dispatched", [])


def test_an_order_that_waits_gives_its_promise_back_when_it_is_cancelled(dan, books, accept):
    from store.orders.operations import cancel_order

    order = accept((books[1], 1), (books[0], 2), if_short="wait")
    press(dan, order, "can't find", "B2-1")
    press(dan, order, "B1-1")
    cancel_order(number=order.number, client="shop", reason="", actor="shop", now=NOW)
    assert (StockLevel.objects.get(book=books[0]).free, books_with_wrong_level()) == (3, [])
