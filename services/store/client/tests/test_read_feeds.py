"""A feed is read page by page; a bad row is named and costs no other row."""

from decimal import Decimal

import pytest
from fake_store import book_row

from store_client import Book, DeletedBook, FeedRestarted, StoreUnavailable

ORDER = "4b9b3c1e-7a1f-4f2e-9d26-0d6a5f0e9a10"


def test_a_book_arrives_with_the_types_of_its_facts(store, client):
    picture = {"sha256": "ab" * 32, "url": "/api/books/1/picture/"}
    store.tell(book_row(1, 3, price="9.90", picture=picture, categories=[["Fiction", "Classics"]]))
    page = client.book_changes()
    book = page.rows[0]
    assert isinstance(book, Book)
    assert (book.id, book.version, book.price, book.authors) == (1, 3, Decimal("9.90"), ("Jane Austen",))
    assert (book.categories, book.picture.sha256) == ((("Fiction", "Classics"),), "ab" * 32)
    assert (page.epoch, page.more, page.bad) == ("first", False, ())


def test_pages_follow_each_other_to_the_end(store, client):
    store.tell(*[book_row(pk) for pk in range(1, 6)])
    seen, after = [], ""
    while True:
        page = client.book_changes(after, limit=2)
        seen += [book.id for book in page.rows]
        after = page.next
        if not page.more:
            break
    assert seen == [1, 2, 3, 4, 5]
    assert client.book_changes(after).rows == ()


def test_a_deleted_book_is_no_more_than_its_key(store, client):
    store.tell({"id": 7, "version": 4, "deleted": True})
    assert client.book_changes().rows == (DeletedBook(id=7, version=4),)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"price": "-1.00"}, "price"),
        ({"price": "1.005"}, "price"),
        ({"price": "NaN"}, "price"),
        ({"price": "1e400000000000"}, "price"),
        ({"price": 12.5}, "price"),
        ({"isbn13": "978"}, "isbn13"),
        ({"isbn13": "٩٧٨٠٠٠٠٠٠٠٠٠١"}, "isbn13"),
        ({"title": "  "}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"authors": "Jane Austen"}, "authors"),
        ({"authors": [""]}, "authors"),
        ({"free": -1}, "free"),
        ({"free": True}, "free"),
        ({"free": 10**12}, "free"),
        ({"version": "3"}, "version"),
        ({"first_published": 10**9}, "first_published"),
        ({"retired": 0}, "retired"),
        ({"currency": "eur"}, "currency"),
        ({"picture": {"sha256": "../../etc", "url": "/x"}}, "sha256"),
        ({"categories": [[]]}, "categories"),
        ({"contributors": ["Hugh Thomson"]}, "an object"),
        ({"contributors": [{"name": "Hugh Thomson"}]}, "role"),
        ({"imprint_of": None}, "imprint_of"),
        ({"pages": "many"}, "pages"),
        ({"pages": 10**6}, "pages"),
    ],
)
def test_a_bad_row_is_named_and_the_others_arrive(store, client, wrong, named):
    """L16"""
    store.tell(book_row(1), book_row(2, **wrong), book_row(3))
    page = client.book_changes()
    assert [book.id for book in page.rows] == [1, 3]
    assert [bad.key for bad in page.bad] == ["2"]
    assert named in page.bad[0].reason


def test_a_row_without_a_readable_key_is_named_by_its_place(store, client):
    store.tell(book_row(1))
    store.books.append((2, "not even an object"))
    page = client.book_changes()
    assert [bad.key for bad in page.bad] == ["first:2 row 1"]


def test_events_of_orders_arrive_with_their_counts(store, client):
    store.move(ORDER, "received")
    store.move(ORDER, "packing")
    page = client.order_changes()
    assert [(str(event.order), event.version, event.status) for event in page.rows] == [
        (ORDER, 1, "received"),
        (ORDER, 2, "packing"),
    ]
    assert page.rows[0].at.tzinfo is not None


def test_an_unknown_status_is_a_bad_row(store, client):
    store.move(ORDER, "teleported")
    page = client.order_changes()
    assert page.rows == () and page.bad[0].key == f"{ORDER} v1"


def test_a_position_of_an_earlier_life_says_so(store, client):
    store.tell(book_row(1))
    after = client.book_changes().next
    store.epoch = "second"
    with pytest.raises(FeedRestarted):
        client.book_changes(after)


@pytest.mark.parametrize(
    "envelope",
    [[], {}, {"changes": []}, {"epoch": "e", "changes": {}, "next": "n", "more": False}]
    + [{"epoch": "e", "changes": [], "next": "", "more": False}, {"epoch": "e", "changes": [], "next": "n", "more": 0}],
)
def test_a_broken_envelope_is_no_answer(store, client, monkeypatch, envelope):
    """L13"""
    monkeypatch.setattr(store, "page", lambda *a: (200, envelope))
    with pytest.raises(StoreUnavailable):
        client.book_changes()
