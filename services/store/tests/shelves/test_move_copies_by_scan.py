"""A shelf is scanned, then the copies that go there; each move is a line of the ledger."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.conftest import NOW

from store.orders.packing import choose_copies, dispatch
from store.orders.queries import books_with_wrong_level
from store.shelves import codes
from store.stock.models import BookItem, CopyState, LedgerLine, StockLevel
from store.stock.operations import note_count

MOVE = reverse("shelves:move")
WHO = {"actor": "olga@example.org", "now": NOW}
MOST_STATEMENTS = 12


@pytest.fixture
def keeper(staff):
    return staff("keeper")


def scan(client, code, shelf=""):
    page = client.post(MOVE, {"code": code, "shelf": shelf})
    return page.context["shelf"], page.context["told"].tone, page.context["told"].words


def test_a_shelf_and_then_its_copies(keeper, books):
    assert "Scan a shelf first" in keeper.get(MOVE).content.decode()
    shelf, tone, words = scan(keeper, "shelf  B-7")
    assert (shelf, tone) == ("B-7", "note") and "Shelf B-7 is new: no copy stands there" in words
    assert scan(keeper, "B1-1", shelf)[1:] == (
        "good",
        "Copy B1-1 of “Pride and Prejudice” is on shelf B-7 now, not on A-0.",
    )
    assert scan(keeper, "b1-1", shelf)[1:] == ("note", "Copy B1-1 of “Pride and Prejudice” is on shelf B-7 already.")
    line = LedgerLine.objects.filter(copy__barcode="B1-1").latest("id")
    assert (line.reason, line.from_state, line.to_state) == ("shelved", "available", "available")
    assert (line.from_shelf, line.to_shelf, line.actor) == ("A-0", "B-7", "keeper@example.org")
    assert LedgerLine.objects.filter(copy__barcode="B1-1").count() == 2
    assert BookItem.objects.get(barcode="B1-1").shelf == "B-7"
    assert StockLevel.objects.get(book=books[0]).on_shelf == 3


def test_a_shelf_is_written_as_the_warehouse_writes_it_and_a_name_that_no_label_can_say_is_refused(keeper, books):
    assert scan(keeper, "shelf a-3") == ("A-3", "good", "Shelf A-3: now scan the copies that go there.")
    scan(keeper, "B1-1", "a-3")
    assert BookItem.objects.get(barcode="B1-1").shelf == "A-3"
    BookItem.objects.filter(barcode="B1-3").update(shelf="a-3")  # as it could be written before
    assert scan(keeper, "shelf a-3")[0] == "A-3", "of two spellings the capitals are meant"
    for code, shelf in (("shelf ä 7", ""), ("B1-2", "ä 7")):
        assert scan(keeper, code, shelf)[1:] == (
            "refused",
            "“ä 7” cannot be the name of a shelf: it has the letters A to Z, digits and dashes, 30 at most.",
        )
    assert BookItem.objects.get(barcode="B1-2").shelf == "A-1"
    BookItem.objects.filter(barcode="B2-1").update(shelf="ä 7")  # as it could be named before
    assert scan(keeper, "SHELF Ä 7")[0] == "ä 7", "what stands there has to be found"


def test_a_missing_copy_is_found_by_being_put_somewhere(keeper, books):
    note_count([BookItem.objects.get(barcode="B2-1").id], CopyState.MISSING, **WHO)
    assert "was missing and is found: it is on shelf C-1" in scan(keeper, "B2-1", "C-1")[2]
    copy = BookItem.objects.get(barcode="B2-1")
    assert (copy.state, copy.shelf) == ("available", "C-1")
    assert StockLevel.objects.get(book=books[1]).on_shelf == 1
    assert books_with_wrong_level() == []


def test_what_stands_on_no_shelf_is_refused_with_its_story(keeper, books, accept):
    sent, boxed = accept((books[0], 1)), accept((books[0], 1))
    dispatch(order_id=sent.id, barcodes=["B1-1"], **WHO)
    choose_copies(order_id=boxed.id, barcodes=["B1-2"], **WHO)
    note_count([BookItem.objects.get(barcode="B2-1").id], CopyState.WRITTEN_OFF, note="Wet", **WHO)
    lines = LedgerLine.objects.count()
    for code, words in (
        ("B1-1", f"was shipped for order {sent.reference} since 21 November 2026"),
        ("B1-2", f"is in the box for order {boxed.reference}"),
        ("B2-1", "was written off since 21 November 2026, 10:00 UTC, olga@example.org: Wet"),
        ("9780141439518", "the code of “Pride and Prejudice”, which all its copies share"),
        ("9780140449143", "is not a code we know"),
        ("x" * 200, "is not a code we know"),
        ("done", "a command of the packing bench"),
        ("\x00", "Nothing was scanned."),
        ("SHELF " + "x" * 31, "is not a code we know"),
    ):
        shelf, tone, said = scan(keeper, code, "Z-9")
        assert (shelf, tone) == ("Z-9", "refused") and words in said
    assert "Scan the shelf first" in scan(keeper, "B1-3")[2]
    assert LedgerLine.objects.count() == lines


def test_a_shelfs_label_is_read_in_any_case_and_with_a_scanners_prefix():
    for text in ("SHELF A-1", "shelf A-1", "]C0SHELF A-1\r", "  Shelf \t A-1 "):
        assert codes.read(text) == codes.Shelf("A-1")
    assert codes.read(codes.label_of("A-03-2")).name == "A-03-2"
    assert isinstance(codes.read("SHELFA"), codes.Code)


def test_a_scan_costs_a_dozen_statements(keeper, books):
    for code in ("B1-2", "SHELF A", "nonsense"):
        with CaptureQueriesContext(connection) as queries:
            scan(keeper, code, "Y")
        assert len(queries) <= MOST_STATEMENTS
