"""Feeds go by transaction: nothing that commits late is passed, and a restored database is noticed."""

import base64
import json
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction
from tests.conftest import all_is_told, isbn_number

from store.catalogue import feed
from store.catalogue.models import Book, BookChange
from store.feed.cursor import BadCursor, Cursor
from store.feed.models import FeedEpoch
from store.feed.page import FeedRestarted
from store.orders.models import OrderEvent


def new_book(n, **fields):
    return Book.objects.create(isbn13=isbn_number(n), title=f"Book {n}", price="1.00", **fields)


def read(after=None, limit=500):
    all_is_told()
    return read_now(after, limit)


def read_now(after=None, limit=500):
    page = feed.changes(after=after, limit=limit)
    return [row["id"] for row in told(page)], str(page.next)


def told(page):
    """The rows, which Postgres has written as JSON."""
    return [json.loads(row) for row in page.rows]


@pytest.fixture
def second_session(transactional_db):
    """Another session on the same database, in a transaction of its own."""
    settings = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    session = psycopg.connect(**{name: settings[name] for name in names if settings.get(name)})
    yield session
    session.close()


INSERT = """INSERT INTO catalogue_book (isbn13, title, subtitle, authors, publisher, series, series_number, language,
            description, price, currency, picture, picture_sha256, retired)
            VALUES (%s, %s, '', '{}', '', '', '', '', '', 1, 'EUR', '', '', false) RETURNING id"""


def insert(session, n):
    return session.execute(INSERT, [isbn_number(n), f"Book {n}"]).fetchone()[0]


def test_a_change_that_commits_late_is_not_passed(second_session):
    """L12, L17: the first transaction to write is the last to commit; a reader in between skips neither."""
    early = insert(second_session, 1)
    late = new_book(2).id
    ids, cursor = read_now()
    assert ids == []  # the later one waits for the earlier one, or the cursor would pass it
    second_session.commit()
    ids, cursor = read(cursor)
    assert ids == [early, late]
    assert read(cursor)[0] == []


def test_a_change_that_is_rolled_back_holds_nobody_up(second_session):
    insert(second_session, 1)
    late = new_book(2).id
    _, cursor = read_now()
    second_session.rollback()
    assert read(cursor)[0] == [late]


def test_a_deletion_while_a_reader_pages_costs_no_other_book(transactional_db):
    """L12"""
    ids = [new_book(n).id for n in range(6)]
    first, cursor = read(limit=3)
    Book.objects.filter(id=ids[0]).delete()
    all_is_told()
    rows = told(feed.changes(after=cursor, limit=500))
    assert first == ids[:3]
    assert [row["id"] for row in rows] == [*ids[3:], ids[0]]
    assert rows[-1] == {"id": ids[0], "version": 2, "deleted": True}


def test_transaction_numbers_are_sorted_as_numbers(transactional_db):
    """As text 1000 comes before 999, and a reader that stopped at 999 would never see it."""
    books = [new_book(n).id for n in range(3)]
    read()  # the first reading gives the epoch, and numbers all rows
    for book, xid in zip(books, (99, 100, 9)):
        BookChange.objects.filter(book_id=book).update(xid=xid)
    seen, cursor = read(limit=1)
    for _ in range(3):
        ids, cursor = read(cursor, limit=1)
        seen += ids
    assert seen == [books[2], books[0], books[1]]


def test_a_poll_with_nothing_new_goes_on_from_the_horizon(transactional_db):
    new_book(1)
    _, cursor = read()
    ids, further = read(cursor)
    assert ids == []
    assert read(further)[0] == []
    later = new_book(2).id
    assert read(further)[0] == [later]


def test_a_restored_database_makes_readers_start_again(transactional_db, accept):
    """The identity noted with the epoch is another database's: as after pg_dump and restore."""
    book = new_book(1)
    _, cursor = read()
    BookChange.objects.filter(book_id=book.id).update(xid=2**40)  # numbered by a busier database
    FeedEpoch.objects.update(system_identifier=1)
    with pytest.raises(FeedRestarted):
        read_now(cursor)
    assert read()[0] == [book.id]


def test_events_of_a_restored_database_keep_their_order(transactional_db, accept, books):
    from tests.conftest import NOW

    from store.orders import feed as order_feed
    from store.orders.operations import cancel_order

    order = accept((books[0], 1))
    cancel_order(number=order.number, client="shop", reason="", actor="shop", now=NOW)
    OrderEvent.objects.update(xid=2**40)
    FeedEpoch.objects.update_or_create(
        id=1, defaults={"epoch": uuid4(), "system_identifier": 1, "database_oid": 1, "feed_oid": 1}
    )
    order_feed.changes(client="shop", after=None, limit=500)  # the first reading numbers all rows
    all_is_told()
    rows = order_feed.changes(client="shop", after=None, limit=500).rows
    assert [(row["version"], row["status"]) for row in rows] == [(1, "received"), (2, "cancelled")]


def test_a_cursor_ahead_of_the_database_makes_its_reader_start_again(transactional_db):
    _, text = read()
    ahead = str(Cursor.read(text, feed="books")._replace(xid=2**50))
    with pytest.raises(FeedRestarted):
        read(ahead)


def test_cursors_of_other_feeds_and_nonsense_are_refused(transactional_db):
    epoch = uuid4()
    texts = ["x", "é", "=", "a" * 5_000, str(Cursor("orders", epoch, 1, 1)), str(Cursor("books", epoch, -1, 1))]
    for content in [1, [], ["books"], ["books", epoch.hex, "1", 1], ["books", 7, 1, 1], ["books", epoch.hex, 2**70, 1]]:
        texts.append(base64.urlsafe_b64encode(json.dumps(content).encode()).decode())
    for text in texts:
        with pytest.raises(BadCursor):
            read(text)


def test_many_writers_and_a_reader_lose_nothing(transactional_db, together):
    """L17: four writers, a third of them rolled back; what was committed is what was read."""
    from threading import Event

    stop, seen = Event(), []

    def write(first):
        kept = []
        for n in range(first, first + 30):
            with transaction.atomic():
                book = new_book(n)
                if n % 3 == 0:
                    transaction.set_rollback(True)
                else:
                    kept.append(book.id)
        return kept

    def read_all():
        cursor = None
        while True:
            finished = stop.is_set()
            ids, cursor = read(cursor, limit=7)
            seen.extend(ids)
            if finished and not ids:
                return seen

    def write_all():
        try:
            return [book for kept in together(*(lambda f=f: write(f) for f in (0, 100, 200, 300))) for book in kept]
        finally:
            stop.set()

    written, read_ids = together(write_all, read_all)
    assert len(written) == 80
    assert sorted(read_ids) == sorted(written)
