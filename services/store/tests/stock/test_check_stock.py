"""`check_stock` finds what does not add up."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from tests.conftest import NOW

from store.orders.packing import dispatch
from store.stock.models import BookItem, StockLevel


def test_all_adds_up_after_orders_came_and_went(books, accept, capsys):
    accept((books[0], 2))
    order = accept((books[1], 1))
    dispatch(order_id=order.id, barcodes=["B2-1"], actor="dan@example.org", now=NOW)
    call_command("check_stock")
    assert "All levels and ledgers add up." in capsys.readouterr().out


def test_a_wrong_level_and_a_copy_moved_past_its_ledger_are_named(books, capsys):
    StockLevel.objects.filter(book=books[1]).update(on_shelf=7)
    copy = BookItem.objects.get(barcode="B1-1")
    BookItem.objects.filter(pk=copy.pk).update(state="shipped")
    with pytest.raises(CommandError, match="2 books and 1 copies do not add up"):
        call_command("check_stock")
    said = capsys.readouterr().out
    assert f"book {books[0].id}:" in said
    assert f"book {books[1].id}:" in said
    assert f"copy {copy.id}:" in said
