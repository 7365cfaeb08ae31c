"""Books and stock of both sides are compared by digests, and the shop's are made like the store's."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from fake_store import book_row

from shop.catalogue.models import Book
from shop.notifications.models import Mail
from shop.storelink import reconcile_books
from shop.storelink.books import sync_books
from shop.storelink.models import Comparison, ComparisonUnderWay, Feed, SetAside
from shop.storelink.reconcile import reconcile

pytestmark = pytest.mark.django_db(transaction=True)
BOOKS, STOCK = "books", "stock"


@pytest.fixture
def heard(store, client, clock):
    """Three books on both sides, with all that a book can have; one is withdrawn."""
    whole = {"subtitle": "A “novel”", "authors": ["Charlotte Brontë", 'The "Bells"\\'], "first_published": None}
    store.tell(
        book_row(1, picture={"sha256": "ab" * 32, "url": "/api/books/1/picture/"}),
        book_row(2, **whole, description="Line one\nline\ttwo \x7f €", categories=[], price="0.50"),
        book_row(1_001, categories=[["Fiction", "Classics"], ["Ökologie"]], free=0),
        book_row(1_002, retired=True),
    )
    sync_books(client, clock)
    return store


def left(report, subject=BOOKS):
    return report.found[subject].differing, report.found[subject].repaired


def test_equal_sides_are_found_equal(heard, client, clock):
    report = reconcile(client, clock)
    assert report.is_clean, str(report)
    assert [found.compared for found in report.found.values()] == [3, 3, 0, 0, 0]
    kept = Comparison.objects.get(subject=BOOKS)
    assert (kept.at, kept.compared, kept.differing, kept.error) == (clock(), 3, 0, "")


DRIFT = {
    "a title": ("UPDATE catalogue_book SET title = 'Wrong' WHERE id = 2", BOOKS, "title 'Wrong' here"),
    "a price": ("UPDATE catalogue_book SET price = 1 WHERE id = 2", BOOKS, "price Decimal('1.00') here"),
    "a category": ("UPDATE catalogue_book SET categories = '[]' WHERE id = 1001", BOOKS, "categories ()"),
    "a picture": ("UPDATE catalogue_book SET picture_sha256 = '' WHERE id = 1", BOOKS, "picture ''"),
    "free copies": ("UPDATE catalogue_book SET store_free = 7 WHERE id = 1001", STOCK, "7 free here, 0 in the store"),
    "a lost row": ("DELETE FROM catalogue_book WHERE id = 1001", BOOKS, "on sale in the store, and not here"),
    "withdrawn here alone": ("UPDATE catalogue_book SET retired_at = now() WHERE id = 1", BOOKS, "and not here"),
}


@pytest.mark.parametrize("drift", DRIFT)
def test_drift_is_found_told_and_repaired_once(heard, client, clock, drift):
    statement, subject, words = DRIFT[drift]
    before = list(Book.objects.order_by("pk").values())
    with connection.cursor() as cursor:
        cursor.execute(statement)
    drifted = list(Book.objects.order_by("pk").values())

    dry = reconcile(client, clock)
    assert left(dry, subject) == (1, 0) and dry.left == 1 and not dry.is_clean
    assert words in dry.found[subject].examples[0]
    assert list(Book.objects.order_by("pk").values()) == drifted, "a dry run changes nothing"

    healed = reconcile(client, clock, repair=True)
    assert left(healed, subject) == (1, 1) and healed.is_clean, str(healed)
    assert list(Book.objects.order_by("pk").values()) == before
    again = reconcile(client, clock, repair=True)
    assert again.is_clean and not again.found[subject].differing
    assert not Mail.objects.exists()


def test_a_change_on_its_way_is_no_drift(heard, client, clock):
    """The feed is read to its end first, and what no feed can have told yet is left to it."""
    heard.tell(book_row(2, 2, title="New", free=3))
    assert reconcile(client, clock).is_clean
    assert Book.objects.get(pk=2).title == "New"
    heard.books = [
        (place, row | {"title": "Newer", "version": 3}) if row["id"] == 2 else (place, row)
        for place, row in heard.books
    ]
    heard.not_in_feed.add(2)
    assert reconcile(client, clock).is_clean
    heard.not_in_feed.clear()
    assert left(reconcile(client, clock)) == (1, 0), "the feed has passed it by"


def test_a_book_that_the_store_has_no_more_is_retired(heard, client, clock):
    """L11"""
    heard.books = [(place, row) for place, row in heard.books if row["id"] != 2]
    assert left(reconcile(client, clock)) == (1, 0)
    assert left(reconcile(client, clock, repair=True)) == (1, 1)
    assert Book.objects.get(pk=2).is_retired
    assert reconcile(client, clock).is_clean


def test_a_mass_retirement_asks_first(store, client, clock):
    """L13"""
    store.tell(*[book_row(pk) for pk in range(1, 61)])
    sync_books(client, clock)
    store.books = store.books[:20]
    stopped = reconcile(client, clock, repair=True)
    assert left(stopped) == (40, 0)
    assert "reconcile --repair --accept" in stopped.error
    assert "40 of 60 books" in Comparison.objects.get(subject=BOOKS).examples[0]
    assert Book.objects.listed().count() == 60
    assert left(reconcile(client, clock, repair=True, accept=True)) == (40, 40)
    assert Book.objects.listed().count() == 20


def test_an_empty_answer_retires_nothing(store, client, clock):
    """L13"""
    store.tell(*[book_row(pk) for pk in range(1, 31)])
    sync_books(client, clock)
    store.books = []
    reconcile(client, clock, repair=True)
    assert Book.objects.listed().count() == 30


def test_a_row_that_cannot_be_read_is_told_and_costs_no_other(heard, client, clock):
    """L16"""
    heard.tell(book_row(3, isbn13="no"))
    Book.objects.filter(pk=1).update(title="Wrong")
    report = reconcile(client, clock, repair=True)
    assert left(report) == (2, 1)
    assert SetAside.objects.get().key == "3"


@pytest.mark.parametrize("fault", ["500", "html", "empty", "no envelope", "truncated", "hang up", "html 404"])
def test_a_bad_answer_is_told_and_changes_nothing(heard, client, clock, fault):
    Book.objects.filter(pk=1).update(title="Wrong")
    heard.faults.extend(["", fault])  # the feed is read first
    report = reconcile(client, clock, repair=True)
    assert report.found[BOOKS].error and not report.is_clean
    assert Comparison.objects.get(subject=BOOKS).error == report.found[BOOKS].error
    assert Book.objects.get(pk=1).title == "Wrong"


def test_a_store_that_cannot_be_reached_or_a_stopped_feed_is_told(heard, client, clock):
    heard.faults.append("500")
    assert "could not be read to its end" in reconcile(client, clock).found[BOOKS].error
    Feed.objects.filter(name="books").update(stopped_because="A person must look.")
    assert "A person must look." in reconcile(client, clock).found[STOCK].error


@pytest.mark.parametrize("number", [3, 4_500])
def test_equal_sides_cost_one_request_for_many_ranges(store, client, clock, number, django_assert_max_num_queries):
    told = {"authors": ["Jane Austen"], "language": "en", "first_published": 1813, "price": "12.50", "currency": "EUR"}
    told |= {"store_free": 10, "categories": [["Fiction", "Classics"]], "version": 1, "epoch": "first"}
    Book.objects.bulk_create(
        Book(pk=pk, isbn13=str(9780000000000 + pk), title=f"Book {pk}", **told) for pk in range(1, number + 1)
    )
    store.books = [(pk, book_row(pk)) for pk in range(1, number + 1)]
    sync_books(client, clock)
    store.requests.clear()
    with django_assert_max_num_queries(75):
        report = reconcile(client, clock)
    assert report.is_clean and report.found[BOOKS].compared == number
    in_short = [path for _, path in store.requests if "digests" in path]
    assert in_short == [
        "/api/books/digests/?from=0&ranges=5",
        "/api/orders/digests/?from=0&ranges=100",
        "/api/returns/digests/?from=0&ranges=100",
    ]
    assert len(store.requests) == 6, "and each feed is read once"


def test_it_goes_on_where_its_time_ran_out(store, client, clock, monkeypatch):
    monkeypatch.setattr(reconcile_books, "RANGES", 1)
    store.tell(*[book_row(pk) for pk in (1, 1_001, 2_001)])
    sync_books(client, clock)
    Book.objects.update(store_free=1)
    calls, ticks = 0, iter(range(10_000))
    moving = lambda: timezone.now() + timedelta(seconds=next(ticks))  # noqa: E731
    while (report := reconcile(client, moving, run_for=timedelta(seconds=12))).unfinished:
        calls += 1
        assert calls < 30
    assert calls > 1
    assert left(report, STOCK) == (3, 0) and report.found[STOCK].compared == 3
    assert not ComparisonUnderWay.objects.exists()


def test_only_one_compares_at_a_time(heard, make_client, clock, together):
    reports = together(*[lambda: reconcile(make_client(), clock)] * 3)
    assert [report.is_clean for report in reports if not report.busy]
    assert all(report.busy or report.is_clean for report in reports)


def test_only_what_is_asked_for_is_compared(heard, client, clock):
    Book.objects.filter(pk=1).update(title="Wrong", store_free=3)
    report = reconcile(client, clock, repair=True, subjects=[STOCK])
    assert list(report.found) == [STOCK] and left(report, STOCK) == (1, 1)
