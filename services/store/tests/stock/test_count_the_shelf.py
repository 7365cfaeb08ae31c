"""Copies come in, go missing, are found, damaged and written off."""

import pytest
from django.db import IntegrityError, transaction
from tests.conftest import NOW, badly_named

from store.orders.packing import choose_copies
from store.orders.queries import books_with_wrong_level
from store.stock.models import COPY_MOVES, BookItem, CopyState, LedgerLine, Origin, StockLevel
from store.stock.operations import (
    Delivery,
    IllegalMove,
    NoReason,
    PromisedToOrders,
    move_copies,
    note_count,
    receive_copies,
)

WHO = {"actor": "dan@example.org", "now": NOW}


def ids(*barcodes):
    return list(BookItem.objects.filter(barcode__in=barcodes).values_list("id", flat=True))


def test_copies_that_come_in_get_numbers_of_their_own(books):
    with transaction.atomic():
        assert (
            receive_copies([Delivery(books[2].id, 3, "C-1"), Delivery(books[1].id, 0)], origin=Origin.HAND, **WHO) == 3
        )
    copies = BookItem.objects.filter(book=books[2])
    assert len({copy.barcode for copy in copies}) == 3
    assert {copy.shelf for copy in copies} == {"C-1"}
    assert StockLevel.objects.get(book=books[2]).on_shelf == 3
    assert LedgerLine.objects.filter(copy__book=books[2], reason="received").count() == 3


def test_a_barcode_that_is_taken_is_refused(books):
    with pytest.raises(IntegrityError), transaction.atomic():
        receive_copies([Delivery(books[2].id, barcode="B1-1")], origin=Origin.HAND, **WHO)


@pytest.mark.parametrize("barcode", ["ÄÖ <b>", " B3-1", "b000000001", "b1-1"])
def test_the_database_takes_no_barcode_that_cannot_be_scanned_whoever_names_it(books, barcode):
    with pytest.raises(IntegrityError, match="barcode"), transaction.atomic():
        receive_copies([Delivery(books[2].id, barcode=barcode)], origin=Origin.HAND, **WHO)
    with pytest.raises(IntegrityError, match="barcode"), transaction.atomic():
        BookItem.objects.filter(barcode="B2-1").update(barcode=barcode)


def test_a_copy_that_was_named_badly_before_still_goes_its_way(books):
    copy = badly_named(BookItem.objects.get(barcode="B1-1"), "ÄÖ <b>")
    note_count([copy.id], CopyState.MISSING, **WHO)
    copy.refresh_from_db()
    copy.save()
    assert copy.state == CopyState.MISSING


@pytest.mark.django_db(transaction=True)
def test_two_who_name_copies_alike_at_the_same_moment_in_another_case(books, together):
    def name(barcode):
        with transaction.atomic(durable=True):
            receive_copies([Delivery(books[2].id, barcode=barcode)], origin=Origin.HAND, **WHO)

    results = together(lambda: name("own-1"), lambda: name("OWN-1"))
    assert sum(isinstance(result, IntegrityError) for result in results) == 1
    assert BookItem.objects.filter(barcode__iexact="own-1").count() == 1


def test_a_missing_copy_leaves_the_stock_and_a_found_one_returns(books):
    assert note_count(ids("B1-1", "B1-2"), CopyState.MISSING, note="shelf A", **WHO) == 2
    assert StockLevel.objects.get(book=books[0]).on_shelf == 1
    assert note_count(ids("B1-1", "B1-3"), CopyState.AVAILABLE, **WHO) == 1
    assert StockLevel.objects.get(book=books[0]).on_shelf == 2
    moves = LedgerLine.objects.filter(copy__barcode="B1-1").order_by("id").values_list("from_state", "to_state")
    assert list(moves) == [("", "available"), ("available", "missing"), ("missing", "available")]
    assert books_with_wrong_level() == []


def test_a_written_off_copy_stays_so(books):
    with pytest.raises(NoReason):
        note_count(ids("B1-1"), CopyState.WRITTEN_OFF, note=" ", **WHO)
    note_count(ids("B1-1"), CopyState.WRITTEN_OFF, note="Wet", **WHO)
    with pytest.raises(IllegalMove, match="Copy B1-1 of “Pride and Prejudice” is written off"):
        note_count(ids("B1-1"), CopyState.AVAILABLE, **WHO)


def test_copies_open_orders_wait_for_are_not_counted_away(books, accept):
    accept((books[0], 2))
    note_count(ids("B1-1"), CopyState.DAMAGED, **WHO)
    with pytest.raises(PromisedToOrders, match="open orders and checkouts wait for 2 of the 2 copies"):
        note_count(ids("B1-2"), CopyState.MISSING, **WHO)


def test_a_copy_in_an_order_is_the_orders_affair(books, accept):
    order = accept((books[0], 1))
    choose_copies(order_id=order.id, barcodes=["B1-1"], **WHO)
    with pytest.raises(IllegalMove, match="see its order"):
        note_count(ids("B1-1"), CopyState.MISSING, **WHO)


def test_a_copy_makes_only_the_moves_of_the_table(books):
    copy = BookItem.objects.get(barcode="B1-1")
    for state in CopyState:
        for to in CopyState:
            copy.state = state
            if to not in COPY_MOVES[state]:
                with pytest.raises(IllegalMove):
                    move_copies([copy], to, reason="counted", **WHO)


@pytest.mark.django_db(transaction=True)
def test_a_step_alone_is_refused(books):
    with pytest.raises(transaction.TransactionManagementError):
        receive_copies([Delivery(books[0].id)], origin=Origin.HAND, **WHO)
