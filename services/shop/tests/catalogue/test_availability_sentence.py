"""One honest sentence about the copies, with the age of what we know."""

from datetime import timedelta

import pytest
import time_machine
from shopping import text

from shop.catalogue.availability import Hearing
from shop.catalogue.models import Book
from shop.pages.wording import ago
from shop.storelink.models import Feed


def sentence(now, free, *, heard: timedelta | None, retired=False):
    book = Book(store_free=free, retired_at=now if retired else None)
    book.available = free
    return Hearing(now - heard if heard is not None else None, now).of(book)


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("free", "heard", "told"),
    [
        (4, 2 * MINUTE, "4 copies in the warehouse, heard 2 minutes ago."),
        (1, timedelta(seconds=20), "1 copy in the warehouse, heard just now."),
        (0, MINUTE, "Not in stock at the moment, heard 1 minute ago."),
        (4, 10 * MINUTE, "4 copies in the warehouse, heard 10 minutes ago."),
        (
            4,
            11 * MINUTE,
            "4 copies when we last heard from the warehouse, 11 minutes ago; it confirms after you order.",
        ),
        (0, 180 * MINUTE, "Not in stock when we last heard from the warehouse, 3 hours ago."),
        (4, None, "The warehouse has not reported its stock yet."),
    ],
)
def test_the_sentence_says_what_is_known_and_since_when(now, free, heard, told):
    assert sentence(now, free, heard=heard) == told


def test_a_retired_book_is_no_longer_sold(now):
    assert sentence(now, 4, heard=MINUTE, retired=True) == "No longer sold."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (3599, "59 minutes ago"),
        (7200, "2 hours ago"),
        (200_000, "2 days ago"),
    ],
)
def test_ages_are_told_in_the_largest_unit(now, seconds, words):
    assert ago(now - timedelta(seconds=seconds), now=now) == words


@pytest.mark.django_db
def test_pages_grow_old_with_the_last_word_of_the_warehouse(client, make_book, now):
    book = make_book(1, store_free=4)
    Feed.objects.update_or_create(name=Feed.Name.BOOKS, defaults={"heard_at": now})
    with time_machine.travel(now + 2 * MINUTE, tick=False):
        assert "4 copies in the warehouse, heard 2 minutes ago." in text(client.get(book.get_absolute_url()))
        assert "Stock as the warehouse told it 2 minutes ago." in text(client.get("/books/"))
    with time_machine.travel(now + 30 * MINUTE, tick=False):
        assert "We last heard from the warehouse 30 minutes ago" in text(client.get("/books/"))
