"""A whole catalogue comes first and is filed for finding afterwards; whatever interrupts that, every book is filed once."""

from collections import Counter
from datetime import timedelta

import pytest
from fake_store import book_row

from shop.catalogue import filing
from shop.catalogue.models import Book, Heading, IndexCard, Unfiled
from shop.storelink.books import sync_books
from shop.storelink.models import Feed
from store_client import StoreClient

pytestmark = pytest.mark.django_db(transaction=True)
BOOKS = 61


@pytest.fixture(autouse=True)
def small_pages(monkeypatch):
    monkeypatch.setattr(StoreClient.book_changes, "__defaults__", ("", 20))
    monkeypatch.setattr(filing.file_some, "__defaults__", (20,))


@pytest.fixture
def stocked(store):
    store.tell(*[book_row(pk, authors=[f"Author {pk % 7}"]) for pk in range(1, BOOKS + 1)])
    return store


def cards() -> int:
    """How many books are filed, after seeing that each heading counts exactly its books."""
    under = Counter(
        heading for headings in IndexCard.objects.values_list("headings", flat=True) for heading in headings
    )
    assert under == Counter(dict(Heading.objects.exclude(books=0).values_list("id", "books")))
    return IndexCard.objects.count()


def test_after_a_walk_every_book_is_filed(stocked, client, clock):
    run = sync_books(client, clock)
    assert (run.requests, run.changed, run.unfinished) == (4, BOOKS, False)
    assert cards() == BOOKS and not Unfiled.objects.exists()
    assert not Feed.objects.get().left_over


def test_the_books_are_there_before_they_are_filed(stocked, client, clock, monkeypatch):
    seen = []

    def look_first(most: int = 20) -> int:
        seen.append((Book.objects.count(), IndexCard.objects.count(), Feed.objects.get().heard_at))
        return file_some(most)

    file_some = filing.file_some
    monkeypatch.setattr(filing, "file_some", look_first)
    sync_books(client, clock)
    assert seen[0] == (BOOKS, 1, clock()), "all but those of the last page"
    assert cards() == BOOKS


def test_a_run_whose_time_is_over_says_so_and_the_next_one_goes_on(stocked, client, clock, monkeypatch):
    def slowly(most: int = 20) -> int:
        clock.now += timedelta(seconds=8)
        return file_some(most)

    file_some = filing.file_some
    monkeypatch.setattr(filing, "file_some", slowly)
    assert sync_books(client, clock, run_for=timedelta(seconds=10)).unfinished
    assert (Book.objects.count(), cards()) == (BOOKS, 41)
    assert not sync_books(client, clock, run_for=timedelta(seconds=30)).unfinished
    assert cards() == BOOKS


def test_a_run_that_breaks_off_while_filing_is_made_good_by_the_next(stocked, client, clock, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("shop.catalogue.filing.LOCK", "SELECT 1 / 0 WHERE %s IS NOT NULL")
        with pytest.raises(Exception, match="division by zero"):
            sync_books(client, clock)
    assert Unfiled.objects.count() == BOOKS - 1, "what was taken was put back"
    assert sync_books(client, clock).rows == 0
    assert cards() == BOOKS


def test_a_book_that_changes_or_goes_before_it_is_filed_is_counted_once(stocked, client, clock, monkeypatch):
    with monkeypatch.context() as waiting:
        waiting.setattr(filing, "file_some", lambda: 0)
        sync_books(client, clock)
    assert Unfiled.objects.count() == BOOKS - 1
    Book.objects.filter(pk=1).update(title="Another")
    Book.objects.filter(pk=2).update(retired_at=clock())
    Book.objects.filter(pk=3).delete()
    Feed.objects.update(left_over=True)
    sync_books(client, clock)
    assert cards() == BOOKS - 2


def test_what_changes_later_is_filed_at_once_with_it(stocked, client, clock):
    sync_books(client, clock)
    stocked.tell(*[book_row(pk) for pk in range(100, 150)])
    assert sync_books(client, clock).requests == 3
    assert not Unfiled.objects.exists() and cards() == BOOKS + 50
