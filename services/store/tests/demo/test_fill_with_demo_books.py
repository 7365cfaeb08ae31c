"""populate_db: the same books for the same number, copies through the ledger, nothing of the store's own touched."""

from io import BytesIO
from itertools import islice

import psycopg
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from store.catalogue.models import Book, BookChange, Category
from store.demo import operations
from store.demo.classics import classics
from store.demo.offers import offer_of
from store.demo.operations import demo_books
from store.orders.queries import books_with_wrong_level
from store.stock.models import BookItem, LedgerLine, Origin
from store.stock.queries import copies_that_differ_from_ledger
from store.works.turn import Turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def populate(capsys):
    """Run populate_db; answer what it said."""

    def run(*options):
        call_command("populate_db", *options)
        return capsys.readouterr().out

    return run


def everything():
    return (
        list(Book.objects.order_by("id").values()),
        list(BookItem.objects.order_by("id").values()),
        LedgerLine.objects.count(),
        list(BookChange.objects.order_by("book_id").values_list("book_id", "version")),
    )


def test_books_come_with_copies_a_cover_and_their_places_in_the_tree(populate):
    assert "Added 20 demo books" in populate("--books", "20")
    for classic in demo_books(20):
        book = Book.objects.get(isbn13=classic.isbn13)
        assert (book.title, tuple(book.authors), book.language) == (classic.title, classic.authors, classic.language)
        assert (book.series, book.series_number, book.price) == (
            classic.series,
            classic.series_number,
            offer_of(book.isbn13).price,
        )
        places = {(place.parent.name, place.name) for place in book.categories.select_related("parent")}
        assert places == set(classic.categories)
        copies = list(book.copies.all())
        assert len(copies) == offer_of(book.isbn13).copies
        assert all(copy.shelf == offer_of(book.isbn13).shelf and copy.origin == Origin.DEMO for copy in copies)
        with default_storage.open(book.picture) as file:
            assert Image.open(BytesIO(file.read())).size == (600, 900)
        book.full_clean()


def test_copies_levels_and_ledger_agree(populate):
    populate("--books", "40")
    assert copies_that_differ_from_ledger() == []
    assert books_with_wrong_level() == []
    assert LedgerLine.objects.count() == BookItem.objects.count() > 0
    assert BookItem.objects.values("barcode").distinct().count() == BookItem.objects.count()


def test_the_same_number_again_changes_nothing(populate):
    populate("--books", "15")
    before = everything()
    assert "Nothing to add" in populate("--books", "15")
    assert "Nothing to add" in populate("--books", "3")
    assert everything() == before


def test_a_larger_number_adds_the_rest_and_leaves_the_first_alone(populate):
    populate("--books", "10")
    first = Book.objects.get(isbn13=next(classics()).isbn13)
    Book.objects.filter(pk=first.pk).update(price="1.00", retired=True)
    assert "Added 5 demo books" in populate("--books", "15")
    first.refresh_from_db()
    assert (str(first.price), first.retired) == ("1.00", True)
    assert Book.objects.count() == 15


@pytest.fixture
def two_classics(monkeypatch):
    """Only two classics, so that the invented books come soon and no time is spent on covers."""
    monkeypatch.setattr(operations, "classics", lambda: islice(classics(), 2))


def test_after_the_classics_come_invented_books_without_a_picture(populate, two_classics):
    populate("--books", "32")
    assert Book.objects.filter(picture="").count() == 30
    assert Book.objects.filter(picture="", isbn13__startswith="978690").count() == 30
    assert Category.objects.filter(parent=None, name="Fiction").count() == 1


def test_the_number_of_statements_does_not_grow_with_the_books(populate, two_classics):
    populate("--books", "400")  # all categories of invented books are there then
    with CaptureQueriesContext(connection) as few:
        populate("--books", "410")
    with CaptureQueriesContext(connection) as many:
        populate("--books", "990")
    assert len(few) == len(many)


def test_every_demo_book_is_in_the_feed(populate):
    populate("--books", "25")
    changed = set(BookChange.objects.filter(deleted=False).values_list("book_id", flat=True))
    assert changed == set(Book.objects.values_list("id", flat=True))


def test_a_store_with_books_of_its_own_is_left_alone_unless_told_otherwise(populate, books):
    """L32: starting the system says populate_db each time, and must never mix into real data."""
    before = everything()
    assert "Nothing added: the store has 3 books of its own. Say --yes" in populate("--books", "5")
    assert everything() == before
    assert "Added 5 demo books" in populate("--books", "5", "--yes")
    assert Book.objects.count() == 8


def test_a_dry_run_tells_the_number_and_adds_nothing(populate):
    assert "Would add 12 demo books" in populate("--books", "12", "--dry-run")
    assert not Book.objects.exists() and not Category.objects.exists()


@pytest.mark.parametrize("wrong", ["0", "-5", "ten", "3.5", "", "99999999999", "²"])
def test_a_wrong_number_is_refused_with_what_to_give(wrong):
    with pytest.raises(CommandError, match="give a whole number from 1 to 9,000,"):
        call_command("populate_db", f"--books={wrong}")


def test_it_waits_its_turn_behind_an_import(populate):
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [int(Turn.IMPORTS)])
        with pytest.raises(CommandError, match="An import is running. Wait for its end"):
            populate("--books", "5")
    assert not Book.objects.exists()
