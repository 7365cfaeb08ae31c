"""clear_db: empties books, copies and orders, keeps people and keys, and the shop hears of it."""

import psycopg
import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from tests.conftest import NOW, all_is_told

from store.api.models import ServiceCredential
from store.catalogue.models import Book, BookChange, Category
from store.demo import operations
from store.orders.models import Order, OrderEvent
from store.orders.packing import choose_copies
from store.stock.models import BookItem, LedgerLine, StockLevel

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clear(capsys):
    def run(*options):
        call_command("clear_db", *options)
        return capsys.readouterr().out

    return run


@pytest.fixture
def busy_store(books, accept):
    """A store with an order that is being packed, and a category."""
    order = accept((books[0], 2))
    choose_copies(order_id=order.id, barcodes=["B1-1"], actor="dan@example.org", now=NOW)
    books[0].categories.add(Category.objects.create(name="Fiction"))
    return books


def test_everything_but_people_and_keys_is_gone(clear, busy_store, shop, staff, settings, django_user_model):
    settings.DEMO = True
    staff("owner")
    said = clear()
    assert "Removed 3 books, 4 copies, 1 orders, 1 categories." in said
    for model in (Book, Category, BookItem, LedgerLine, StockLevel, Order, OrderEvent):
        assert not model.objects.exists(), model
    assert django_user_model.objects.filter(email="olga@example.org").exists()
    assert ServiceCredential.objects.count() == 1


def test_the_shop_reads_in_the_feed_that_each_book_is_gone(clear, busy_store, shop, settings):
    settings.DEMO = True
    all_is_told()
    before = shop.get("/api/books/changes/").json()
    clear()
    all_is_told()
    page = shop.get("/api/books/changes/", {"after": before["next"]})
    assert page.status_code == 200
    gone = page.json()["changes"]
    assert {row["id"] for row in gone} == {book.id for book in busy_store}
    assert all(row["deleted"] for row in gone)
    versions = {row["id"]: row["version"] for row in before["changes"]}
    assert all(row["version"] > versions[row["id"]] for row in gone)


def test_books_that_come_afterwards_are_new_books(clear, busy_store, settings):
    settings.DEMO = True
    clear()
    call_command("populate_db", "--books", "4")
    assert not set(Book.objects.values_list("id", flat=True)) & {book.id for book in busy_store}
    assert BookChange.objects.filter(deleted=False).count() == 4
    assert BookChange.objects.filter(deleted=True).count() == 3


def test_the_pictures_files_go_too(clear, settings):
    settings.DEMO = True
    call_command("populate_db", "--books", "3")
    names = list(Book.objects.values_list("picture", flat=True))
    assert all(default_storage.exists(name) for name in names)
    clear()
    assert not any(default_storage.exists(name) for name in names)


def test_outside_the_demo_it_refuses_and_says_what_it_would_remove(clear, busy_store, settings):
    """L32: nothing is erased by the way."""
    settings.DEMO = False
    with pytest.raises(CommandError, match="would remove 3 books, 4 copies, 1 orders.*say --yes"):
        clear()
    assert Book.objects.count() == 3 and Order.objects.count() == 1


def test_outside_the_demo_it_obeys_a_yes(clear, busy_store, settings):
    settings.DEMO = False
    clear("--yes")
    assert not Book.objects.exists()


def test_a_dry_run_removes_nothing(clear, busy_store, settings):
    settings.DEMO = True
    assert "Would remove 3 books, 4 copies, 1 orders" in clear("--dry-run", "--yes")
    assert Book.objects.count() == 3


def test_an_empty_store_can_be_emptied(clear, settings):
    settings.DEMO = True
    assert "Removed 0 books" in clear()


def test_it_gives_up_when_somebody_holds_the_tables(clear, busy_store, settings, monkeypatch):
    settings.DEMO = True
    monkeypatch.setattr(operations, "LONGEST_WAIT_FOR_TABLES", "200ms")
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as packer:
        packer.execute("SELECT 1 FROM orders_order FOR UPDATE")
        with pytest.raises(CommandError, match="Nothing was removed.*Try again when nobody"):
            clear()
    assert Book.objects.count() == 3


def test_no_table_that_points_at_books_or_orders_is_forgotten():
    """A new table that points at one of these must be named in EMPTIED, or the database refuses to empty them."""
    pointing = {
        model
        for model in apps.get_models(include_auto_created=True)
        if any(field.concrete and field.related_model in operations.EMPTIED for field in model._meta.get_fields())
    }
    assert Order in operations.EMPTIED and OrderEvent in pointing
    assert pointing <= set(operations.EMPTIED)
