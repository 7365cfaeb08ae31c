"""The bars of a packing slip say the order's reference, and lead to it wherever an order can be meant."""

from uuid import UUID

import pytest
from django.urls import reverse
from tests.conftest import NOW

from store.orders.codes import read
from store.orders.models import Order
from store.orders.packing import dispatch
from store.stock.models import BookItem

NUMBER = UUID("498d92bc-0000-4000-8000-000000000000")
QUEUE, NEXT = reverse("packing:queue"), reverse("packing:next")
STOCK, DESK = reverse("shelves:stock"), reverse("admin:returns_return_receive")


@pytest.fixture
def dan(staff):
    return staff("packer")


@pytest.fixture
def order(books, accept):
    return accept((books[0], 2), number=NUMBER)


def bench_of(order):
    return reverse("packing:bench", args=[order.pk])


def said(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


@pytest.mark.parametrize("scanned", ["498D-92BC", "498d92bc", "]C0498D-92BC", "498Dß92BC", "498D'92BC"])
def test_a_reference_is_read_however_the_scanner_sends_it(scanned):
    assert read(scanned).order == "498d92bc"


@pytest.mark.parametrize("scanned", ["498D-92B", "498G-92BC", "R-498D-92BC", "9780141439518", "498D-92BC-1"])
def test_nothing_else_is_a_reference(scanned):
    assert read(scanned).order == ""


def test_at_the_queue_it_opens_the_orders_bench_and_claims_nothing(dan, books, accept, order):
    earlier = accept((books[1], 1), placed_at="2026-11-20T10:00:00Z")
    assert 'name="code" autofocus' in dan.get(QUEUE).content.decode()
    assert dan.post(f"{NEXT}?late=yes", {"code": "498D-92BC\r"})["Location"] == f"{bench_of(order)}?late=yes"
    assert Order.objects.get(pk=order.pk).packer == ""
    for nothing in ("", " ", "next"):
        assert dan.post(NEXT, {"code": nothing})["Location"] == bench_of(earlier)
        Order.objects.update(packer="", claimed_until=None)
    for rubbish in ("B1-1", "0000-0000", "done", "x" * 99):
        answer = dan.post(NEXT, {"code": rubbish}, follow=True)
        assert answer.redirect_chain == [(QUEUE, 302)] and len(said(answer)) == 1


def test_at_another_orders_bench_it_leads_to_its_own(dan, books, accept, order):
    other = accept((books[1], 1))
    assert dan.post(bench_of(other), {"code": "498D-92BC"})["Location"] == bench_of(order)
    page = dan.post(bench_of(order), {"code": "498D-92BC"})
    assert page.context["told"].words == "That is this order: scan its copies."


def test_a_copy_with_such_a_label_is_a_copy(dan, order):
    BookItem.objects.filter(barcode="B1-1").update(barcode="498D-92BC")
    page = dan.post(bench_of(order), {"code": "498D-92BC"})
    assert "Copy 498D-92BC." in page.context["told"].words


def test_an_order_that_may_not_be_packed_is_not_found(dan, books, accept):
    accept((books[0], 1), number=NUMBER, payment="prepaid", paid="1.00", total="12.50")
    answer = dan.post(NEXT, {"code": "498D-92BC"}, follow=True)
    assert said(answer) == ["“498D-92BC” is no order that you may pack: scan its packing slip."]
    assert dan.get(STOCK, {"code": "498D-92BC"}).context["told"].words.startswith("“498D-92BC” is no copy of ours.")
    assert "is no copy of ours" in dan.post(DESK, {"code": "498D-92BC"}).context["told"].words


def test_at_the_stock_it_leads_to_the_order_for_those_who_see_orders(dan, staff, order):
    assert dan.get(STOCK, {"code": "498D-92BC"})["Location"] == bench_of(order)
    page = staff("keeper").get(STOCK, {"code": "498D-92BC"})
    assert page.context["told"].words.endswith("If it stands on a packing slip, it is the order's reference.")


def test_at_the_return_desk_it_says_which_order_and_lists_its_copies(dan, order):
    dispatch(order_id=order.id, barcodes=["B1-1", "B1-2"], actor="dan@example.org", now=NOW)
    page = dan.post(DESK, {"code": "498D-92BC"})
    assert page.context["told"].words == "That is order 498D-92BC, dispatched."
    words = page.content.decode()
    assert words.count("Parcel 1 · B1-") == 2 and words.count("It is here") == 2
    dan.post(DESK, {"code": "B1-1", "make": "1"})
    words = dan.post(DESK, {"code": "498D-92BC"}).content.decode()
    assert "B1-1 · Pride and Prejudice · came back" in words and words.count("It is here") == 1
