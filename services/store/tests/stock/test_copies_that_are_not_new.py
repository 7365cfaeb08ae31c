"""Only new copies are sold by the shop. A used one stands on the shelf with its price, a damaged one is put aside."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse
from tests.conftest import NOW

from store.catalogue import feed
from store.catalogue.models import Book
from store.holds.operations import Line, OutOfStock, take_hold
from store.orders.models import Order
from store.orders.packing import PackingRefused, choose_copies, dispatch, propose_copies
from store.orders.queries import books_with_wrong_level, copies_to_choose_from
from store.orders.shortfall import fall_short
from store.stock.checking import differences
from store.stock.models import BookItem, CopyState, LedgerLine, Origin, StockLevel
from store.stock.operations import (
    Delivery,
    IllegalMove,
    PromisedToOrders,
    describe_copy,
    lock_copies,
    lock_levels,
    note_count,
    receive_copies,
)

WHO = {"actor": "olga@example.org", "now": NOW}
USED = {"condition": "used", "condition_note": "A name inside", "own_price": Decimal("4.50")}


@pytest.fixture(autouse=True)
def all_adds_up(db):
    yield
    assert books_with_wrong_level() == list(differences(lambda number: None)) == []


@pytest.fixture
def used(books):
    """Of the second book a used copy, U1, which has stood longer than the new one, B2-1."""
    with transaction.atomic():
        receive_copies([Delivery(books[1].id, barcode="U1", shelf="A-1", **USED)], origin=Origin.HAND, **WHO)
    return BookItem.objects.get(barcode="U1")


def level(book):
    found = StockLevel.objects.get(book=book)
    return found.on_shelf, found.not_new, found.free


def described(copy, condition, note="Creased", price=None):
    with transaction.atomic():
        lock_levels([copy.book_id])
        (locked,) = lock_copies([copy.pk])
        describe_copy(locked, condition=condition, condition_note=note, own_price=price, **WHO)


def test_a_used_copy_is_on_the_shelf_and_not_free(books, used, accept):
    assert level(books[1]) == (2, 1, 1)
    assert feed.books(book_id=books[1].pk)[0]["free"] == Book.objects.with_stock().get(pk=books[1].pk).free == 1
    assert accept((books[1], 2)).state == "rejected"
    with pytest.raises(OutOfStock):
        take_hold(number=uuid4(), client="shop", lines=[Line(1, books[1].id, 2)], now=NOW)
    assert accept((books[1], 1)).state == "received"
    assert level(books[1]) == (2, 1, 0)


def test_a_used_copy_is_neither_offered_nor_packed(staff, books, used, accept):
    dan, order = staff("packer"), accept((books[1], 1))
    bench = reverse("packing:bench", args=[order.pk])
    assert [one["barcode"] for one in dan.get(bench).context["offered"].next] == ["B2-1"]
    told = dan.post(bench, {"code": "U1"}).context["told"]
    assert told.tone == "refused" and told.words.startswith("Copy U1 of “Jane Eyre” is used: orders are of new copies.")
    revision = Order.objects.get(pk=order.pk).revision
    lost = dan.post(bench, {"code": "can't find", "offered": "U1", "revision": revision}).context["told"]
    assert lost.tone == "refused" and used.state == CopyState.AVAILABLE
    with pytest.raises(PackingRefused, match="Copy U1 of “Jane Eyre” is used"):
        choose_copies(order_id=order.pk, barcodes=["U1"], **WHO)
    assert [copy.barcode for copy in propose_copies(order)] == ["B2-1"]
    assert [copy.barcode for copy in copies_to_choose_from(order, "", page=1, size=9)[0]] == ["B2-1"]
    assert dan.post(bench, {"code": books[1].isbn13, "revision": revision}).context["told"].tone == "good"
    assert BookItem.objects.get(barcode="B2-1").state == CopyState.ALLOCATED and level(books[1]) == (1, 1, 0)


def test_a_copy_that_is_added_as_damaged_is_put_aside(staff, books):
    form = {"book": books[2].id, "number": 1, "barcode": "D1", "shelf": "A-9", "condition": "damaged"}
    staff("keeper").post(reverse("admin:stock_bookitem_add"), form | {"condition_note": "Water", "own_price": ""})
    copy = BookItem.objects.get(barcode="D1")
    (line,) = LedgerLine.objects.filter(copy=copy)
    assert (copy.state, line.from_state, line.to_state, level(books[2])) == ("damaged", "", "damaged", (0, 0, 0))
    with pytest.raises(IllegalMove, match="described as damaged: write on its page what it is by now"):
        note_count([copy.pk], CopyState.AVAILABLE, **WHO)
    described(copy, "used", price=Decimal(3))
    note_count([copy.pk], CopyState.AVAILABLE, **WHO)
    assert level(books[2]) == (1, 1, 0)


def test_what_a_copy_is_found_to_be_changes_what_is_free(books, used, accept):
    new = BookItem.objects.get(barcode="B1-1")
    described(new, "used", price=Decimal(5))
    assert level(books[0]) == (3, 1, 2)
    described(new, "damaged")
    new.refresh_from_db()
    assert (new.state, level(books[0])) == ("damaged", (2, 0, 2))
    accept((books[0], 2))
    with pytest.raises(PromisedToOrders, match="wait for 2 of the 2 copies on the shelf"):
        described(BookItem.objects.get(barcode="B1-2"), "used", price=Decimal(5))
    described(used, "new", note="")
    assert level(books[1]) == (2, 0, 2)


def test_a_promised_copy_keeps_its_condition_and_its_page_says_why(staff, books, accept):
    accept((books[1], 1))
    page = reverse("admin:stock_bookitem_change", args=[BookItem.objects.get(barcode="B2-1").pk])
    form = {"shelf": "A-3", "condition": "used", "condition_note": "Creased", "own_price": "3.00"}
    form |= {"ledger-TOTAL_FORMS": 0, "ledger-INITIAL_FORMS": 0}
    answer = staff("keeper").post(page, form, follow=True).content.decode()
    assert "The condition stays as it was." in answer
    assert BookItem.objects.get(barcode="B2-1").condition == "new"


def test_a_used_copy_goes_missing_although_all_new_ones_are_promised(books, used, accept):
    accept((books[1], 1))
    note_count([used.pk], CopyState.MISSING, **WHO)
    assert level(books[1]) == (1, 0, 0)
    note_count([used.pk], CopyState.AVAILABLE, **WHO)
    assert level(books[1]) == (2, 1, 0)


def test_orders_that_were_promised_used_copies_long_ago_are_noted_as_short(books, accept):
    orders = [accept((books[0], 1)) for _ in range(3)]
    BookItem.objects.filter(barcode__in=("B1-1", "B1-2")).update(condition="used")
    StockLevel.objects.filter(book=books[0]).update(not_new=2)
    for order in orders[:2]:
        fall_short(order_id=order.pk, line=1, number=1, reason="Only used ones are left", **WHO)
    dispatch(order_id=orders[2].pk, barcodes=["B1-3"], **WHO)
    assert level(books[0]) == (2, 2, 0)


def test_pages_tell_new_and_used_apart(staff, books, used):
    olga = staff("owner")
    assert "1 new, 1 used" in olga.get(reverse("admin:catalogue_book_changelist")).content.decode()
    assert "1 new, 1 used" in olga.get(reverse("admin:catalogue_book_change", args=[books[1].pk])).content.decode()
    words = " ".join(olga.get(reverse("shelves:book", args=[books[1].pk])).content.decode().split())
    assert "<dt>On the shelf</dt><dd>2</dd>" in words and "<dt>− Used, not sold by the shop</dt><dd>1</dd>" in words


def test_a_wrong_number_of_used_copies_is_found(books, used):
    StockLevel.objects.filter(book=books[1]).update(not_new=0)
    assert books_with_wrong_level() == [books[1].id]
    (difference,) = differences(lambda number: None)
    assert difference.sentences == ["by the copies 1 on the shelf are not new, by its level 0"]
    StockLevel.objects.filter(book=books[1]).update(not_new=1)


@pytest.mark.django_db(transaction=True)
def test_a_copy_described_as_used_while_it_is_ordered_is_one_or_the_other(books, accept, together):
    for _ in range(3):
        copy = BookItem.objects.get(barcode="B2-1")
        order, refused = together(lambda: accept((books[1], 1)), lambda c=copy: described(c, "used", price=Decimal(5)))
        assert (order.state == "received") == isinstance(refused, PromisedToOrders)
        if order.state == "received":
            return
        described(copy, "new", note="")
