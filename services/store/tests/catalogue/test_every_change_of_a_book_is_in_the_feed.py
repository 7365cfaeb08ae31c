"""Whatever changes what a reader sees of a book puts it into the feed, and nothing else does."""

import pytest
from django.db import connection, transaction
from tests.conftest import isbn_number

from store.catalogue.models import Book, BookChange, Category
from store.stock.models import StockLevel


@pytest.fixture
def changed(db):
    """Answer the books that changed since the last call."""
    known = {}

    def since_last():
        now = dict(BookChange.objects.values_list("book_id", "version"))
        different = [book for book, version in now.items() if known.get(book) != version]
        known.clear()
        known.update(now)
        return sorted(different)

    return since_last


def test_a_new_a_changed_and_a_deleted_book(changed):
    book = Book.objects.create(isbn13=isbn_number(1), title="One", price=1)
    assert changed() == [book.id]
    Book.objects.filter(id=book.id).update(price=2)
    assert changed() == [book.id]
    Book.objects.all().update(price=2)
    assert changed() == []  # an update that changes nothing is no change
    Book.objects.filter(id=book.id).delete()
    assert BookChange.objects.get(book_id=book.id).deleted


def test_a_book_put_into_and_taken_out_of_a_category(changed, books):
    category = Category.objects.create(name="Fiction")
    changed()
    category.books.add(books[0], books[2])
    assert changed() == [books[0].id, books[2].id]
    category.books.remove(books[0])
    assert changed() == [books[0].id]


def test_a_category_renamed_or_moved_with_all_below_it(changed, books):
    fiction = Category.objects.create(name="Fiction")
    classics = Category.objects.create(name="Classics", parent=fiction)
    poetry = Category.objects.create(name="Poetry")
    classics.books.add(books[0])
    poetry.books.add(books[1])
    changed()
    Category.objects.filter(id=fiction.id).update(name="Novels")
    assert changed() == [books[0].id]
    Category.objects.filter(id=classics.id).update(parent=poetry)
    assert changed() == [books[0].id]
    Category.objects.filter(id=fiction.id).update(name="Novels")
    assert changed() == []


def test_the_number_of_free_copies(changed, books):
    changed()
    StockLevel.objects.filter(book=books[0]).update(reserved=1)
    assert changed() == [books[0].id]
    StockLevel.objects.filter(book=books[0]).update(reserved=0, on_shelf=2)
    StockLevel.objects.filter(book=books[0]).update(reserved=1, on_shelf=3)
    changed()
    StockLevel.objects.filter(book=books[0]).update(reserved=0, on_shelf=2)
    assert changed() == []  # two are free, as before


@pytest.mark.django_db(transaction=True)
def test_everything_truncated_is_a_deletion_of_every_book(changed, books):
    changed()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE catalogue_book CASCADE")
    assert changed() == sorted(book.id for book in books)
    assert set(BookChange.objects.values_list("deleted", flat=True)) == {True}


def test_a_copy_of_a_hundred_thousand_books_is_one_statement_for_the_feed(changed):
    """Row by row the triggers would take minutes; the statement's time is limited so that this would be seen."""
    columns = (
        "isbn13, title, price, subtitle, authors, publisher, series, series_number, language, description, currency"
    )
    columns += ", picture, picture_sha256, retired"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '120s'")
        with cursor.copy(f"COPY catalogue_book ({columns}) FROM STDIN WITH (FORMAT csv, NULL 'none')") as copy:
            for n in range(100_000):
                copy.write(f"{isbn_number(n)},Book {n},1,,{{}},,,,,,EUR,,,false\n")
    assert BookChange.objects.count() == 100_000
    assert len(set(BookChange.objects.values_list("xid", flat=True))) == 1
