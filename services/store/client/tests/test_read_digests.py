"""Digests are read strictly: what is not as agreed is no answer, and nobody asks for ever."""

import pytest
from fake_store import book_row

from store_client import BookRange, OrderRange, StoreRefused, StoreUnavailable, digests, read

MD5 = "ab" * 16
BOOKS = {"first": 0, "count": 1, "books": MD5, "stock": MD5}
ORDERS = {"first": "0", "count": 1, "orders": MD5, "statuses": MD5}


def test_what_the_store_has_arrives_in_short_and_whole(store, client):
    store.tell(book_row(1), book_row(2, retired=True), book_row(1_500), {"id": 3, "version": 2, "deleted": True})
    page = client.book_ranges(0, 1)
    assert [(found.first, found.count) for found in page.ranges] == [(0, 1)] and page.next == 1_000
    assert [(row.id, row.gone) for row in client.book_rows(0)] == [(1, False), (2, True), (3, True)]
    assert [book.id for book in client.books_after(1, 10)] == [2, 1_500]


def test_a_book_that_cannot_be_read_costs_no_other(store, client):
    """L16"""
    store.tell(book_row(1), book_row(2, price="much"), book_row(3))
    assert [book.id for book in client.books_after(0, 10)] == [1, 3]


WRONG_BOOKS = {
    "no object": [],
    "no ranges": {"next": None},
    "no next": {"ranges": []},
    "another digest": {"ranges": [BOOKS | {"books": "x"}], "next": None},
    "within a range": {"ranges": [BOOKS | {"first": 7}], "next": None},
    "backwards": {"ranges": [BOOKS | {"first": 1000}, BOOKS], "next": None},
    "twice": {"ranges": [BOOKS, BOOKS], "next": None},
    "on the spot": {"ranges": [], "next": 0},
    "next within": {"ranges": [BOOKS | {"first": 2000}], "next": 1000},
}
WRONG_ORDERS = {
    "other digits": {"ranges": [ORDERS | {"first": "00"}], "next": None},
    "no digits": {"ranges": [ORDERS | {"first": "x"}], "next": None},
    "next of other digits": {"ranges": [ORDERS], "next": "01"},
    "on the spot": {"ranges": [ORDERS], "next": "0"},
}


@pytest.mark.parametrize("wrong", WRONG_BOOKS)
def test_a_page_of_books_that_is_not_as_agreed_is_no_answer(wrong):
    with pytest.raises(read.NotAsAgreed):
        digests.ranges(WRONG_BOOKS[wrong], BookRange.parse, read.integer, after=0)


@pytest.mark.parametrize("wrong", WRONG_ORDERS)
def test_a_page_of_orders_that_is_not_as_agreed_is_no_answer(wrong):
    with pytest.raises(read.NotAsAgreed):
        digests.ranges(WRONG_ORDERS[wrong], OrderRange.parse, read.prefix, after="0")


def test_pages_that_lead_on_are_read():
    page = digests.ranges({"ranges": [BOOKS | {"first": 1000}], "next": 5000}, BookRange.parse, read.integer, after=0)
    assert (page.ranges[0].first, page.next) == (1000, 5000)


@pytest.mark.parametrize("fault", ["500", "html", "empty", "not json", "no envelope", "hang up", "truncated"])
def test_a_bad_answer_is_no_answer(store, client, fault):
    for call in (lambda: client.book_ranges(0, 1), lambda: client.order_ranges("0", 1), lambda: client.order_rows("0")):
        store.faults.append(fault)
        with pytest.raises((StoreUnavailable, StoreRefused)):
            call()
