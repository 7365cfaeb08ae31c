"""The catalogue follows the store's feed of books: all of it, nothing twice, and nothing lost by a bad answer."""

import threading
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from fake_store import book_row

from shop.cart.models import Cart, CartLine
from shop.catalogue.models import Book
from shop.orders.models import Order, OrderLine
from shop.storelink.books import sync_books
from shop.storelink.models import Feed, SetAside
from shop.storelink.one_run import one_run
from store_client import StoreClient

pytestmark = pytest.mark.django_db(transaction=True)


def on_sale() -> list[int]:
    return list(Book.objects.listed().order_by("pk").values_list("pk", flat=True))


@pytest.fixture
def filled(store, client, clock):
    """A shop that has heard of 60 books."""
    store.tell(*[book_row(pk) for pk in range(1, 61)])
    sync_books(client, clock)
    return store


def test_a_book_comes_over_with_all_its_facts(store, client, clock):
    picture = {"sha256": "ab" * 32, "url": "/api/books/1/picture/"}
    facts = {
        "subtitle": "A Novel", "authors": ["Jane Austen", "Another Lady"], "publisher": "Egerton", "series": "Novels",
        "series_number": "2", "format": "audio CD", "first_published": -44, "description": "Long.", "price": "9.90", "free": 3,
        "contributors": [{"name": "Hugh Thomson", "role": "A12"}], "imprint_of": "Whitehall & Co", "pages": 474,
    }  # fmt: skip
    store.tell(
        book_row(1, 7, title="Pride “and” Prejudice", picture=picture, categories=[["Fiction", "Classics"]], **facts)
    )
    run = sync_books(client, clock)
    book = Book.objects.get()
    for name, value in facts.items():
        if name not in ("price", "free"):
            assert getattr(book, name) == value, name
    assert (book.id, book.version, book.epoch, book.title) == (1, 7, "first", "Pride “and” Prejudice")
    assert (book.price, book.store_free, book.categories) == (Decimal("9.90"), 3, [["Fiction", "Classics"]])
    assert (book.picture_sha256, book.picture_url, book.retired_at) == ("ab" * 32, "/api/books/1/picture/", None)
    assert (run.requests, run.rows, run.changed) == (1, 1, 1)
    assert Feed.objects.get().heard_at == clock()


@pytest.fixture(autouse=True)
def pages_of_500(monkeypatch):
    """A test needs fewer books to have several pages."""
    monkeypatch.setattr(StoreClient.book_changes, "__defaults__", ("", 500))


def test_all_pages_are_read(store, client, clock):
    """L16"""
    store.tell(*[book_row(pk) for pk in range(1, 1202)])
    run = sync_books(client, clock)
    assert (run.requests, run.changed, Book.objects.count()) == (3, 1201, 1201)


def test_a_page_fetched_ahead_counts_for_nothing_until_it_is_applied(store, client, clock):
    store.tell(*[book_row(pk) for pk in range(1, 1202)])
    store.faults.extend(["", "", "503"])
    run = sync_books(client, clock)
    assert run.error and Book.objects.count() == 1000, "the pages before the one that failed"
    asked = len(store.requests)
    assert sync_books(client, clock).rows == 201
    assert len(store.requests) - asked == 1


def test_a_page_that_cannot_be_applied_leaves_the_position_though_the_next_is_here(store, client, clock, monkeypatch):
    store.tell(*[book_row(pk) for pk in range(1, 1202)])
    with monkeypatch.context() as broken:
        broken.setattr("shop.storelink.book_rows.write", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sync_books(client, clock)
    assert Feed.objects.get().position == "" and not Book.objects.exists()
    assert sync_books(client, clock).changed == 1201


@pytest.mark.parametrize("size", [1000, 9000])
def test_with_nothing_new_one_request_and_a_handful_of_statements_whatever_the_size(store, client, clock, size):
    """L15"""
    store.tell(*[book_row(1)])
    store.books = [(pk, book_row(pk)) for pk in range(1, size + 1)]
    sync_books(client, clock)
    assert Book.objects.count() == size
    asked = len(store.requests)
    with CaptureQueriesContext(connection) as statements:
        run = sync_books(client, clock)
    assert len(store.requests) - asked == run.requests == 1
    assert len(statements) <= 6
    assert run.changed == 0


def test_a_page_of_changes_is_one_statement_and_not_one_for_each_book(filled, client, clock):
    filled.tell(*[book_row(pk, 2, free=9) for pk in range(1, 51)])
    few = sync_books(client, clock)
    filled.tell(book_row(1, 3, free=8))
    one = sync_books(client, clock)
    assert (few.changed, one.changed) == (50, 1)
    assert few.statements == one.statements <= 14


def test_an_older_version_changes_nothing(filled, client, clock, store):
    filled.tell(book_row(1, 5, title="Newest"))
    sync_books(client, clock)
    filled.tell(book_row(1, 4, title="Older"))
    assert sync_books(client, clock).changed == 0
    assert Book.objects.get(pk=1).title == "Newest"


def test_a_book_deleted_in_the_store_is_retired_and_the_orders_keep_what_they_said(filled, client, clock, place):
    """L11"""
    order = place(pk=5)
    for row in ({"id": 5, "version": 2, "deleted": True}, book_row(6, 2, retired=True)):
        filled.tell(row)
    sync_books(client, clock)
    assert Book.objects.get(pk=5).retired_at == clock() and Book.objects.get(pk=6).is_retired
    line = OrderLine.objects.get(order=order)
    assert (line.title, line.unit_price) == ("Book 5", Decimal("12.50"))
    assert Order.objects.count() == 1


def test_a_book_in_a_cart_may_be_retired(filled, client, clock, alice):
    cart = Cart.objects.create(user=alice)
    CartLine.objects.create(cart=cart, book_id=5, quantity=1, price_when_added=1)
    filled.tell({"id": 5, "version": 2, "deleted": True})
    sync_books(client, clock)
    assert cart.lines.count() == 1


def test_a_deletion_between_two_pages_takes_no_other_book_along(store, client, clock, monkeypatch):
    """L12"""
    store.tell(*[book_row(pk) for pk in range(1, 11)])
    real = client.book_changes

    def page_by_page(after=""):
        if after:
            store.tell({"id": 1, "version": 2, "deleted": True}, {"id": 2, "version": 2, "deleted": True})
            monkeypatch.setattr(client, "book_changes", lambda after="": real(after, limit=4))
        return real(after, limit=4)

    monkeypatch.setattr(client, "book_changes", page_by_page)
    sync_books(client, clock)
    assert on_sale() == list(range(3, 11))


def test_a_book_sold_again_is_back(filled, client, clock):
    filled.tell(book_row(5, 2, retired=True))
    sync_books(client, clock)
    filled.tell(book_row(5, 3))
    sync_books(client, clock)
    assert 5 in on_sale()


BAD_ANSWERS = [
    "500",
    "503",
    "html",
    "html 404",
    "empty",
    "not json",
    "no envelope",
    "truncated",
    "slow",
    "hang up",
    "403",
]


@pytest.mark.parametrize("fault", BAD_ANSWERS)
def test_a_bad_answer_changes_nothing_and_is_noted(filled, client, clock, fault):
    """L13"""
    before, position = on_sale(), Feed.objects.get().position
    filled.tell(book_row(1, 2, title="New"))
    filled.faults.append(fault)
    clock.now += timedelta(minutes=2)
    run = sync_books(client, clock)
    feed = Feed.objects.get()
    assert run.error and feed.last_error == run.error and feed.failed_at == clock()
    assert (on_sale(), feed.position) == (before, position)
    assert feed.heard_at < clock()

    sync_books(client, clock)
    feed.refresh_from_db()
    assert Book.objects.get(pk=1).title == "New"
    assert (feed.last_error, feed.failed_at, feed.heard_at) == ("", None, clock())


def test_an_empty_answer_changes_nothing(filled, client, clock):
    """L13"""
    filled.books = []
    assert sync_books(client, clock).changed == 0
    assert len(on_sale()) == 60


def test_a_store_that_suddenly_knows_no_book_stops_the_feed(filled, client, clock):
    """L13"""
    filled.books, filled.epoch = [], "second"
    run = sync_books(client, clock)
    assert "not one of the shop's 60 books" in run.stopped_because
    assert len(on_sale()) == 60
    asked = len(filled.requests)
    assert sync_books(client, clock).stopped_because, "it stays stopped until a person decides"
    assert len(filled.requests) == asked and len(on_sale()) == 60


def test_a_mass_retirement_stops_and_goes_on_when_accepted(filled, client, clock):
    """L13"""
    filled.tell(*[{"id": pk, "version": 2, "deleted": True} for pk in range(1, 31)])
    run = sync_books(client, clock)
    assert "30 of 60 books" in run.stopped_because and "sync_books --accept" in run.stopped_because
    assert len(on_sale()) == 60
    accepted = sync_books(client, clock, accept=True)
    assert (accepted.stopped_because, Feed.objects.get().stopped_because) == ("", "")
    assert on_sale() == list(range(31, 61))


def test_a_mass_retirement_in_small_steps_stops_too_and_a_slow_one_does_not(filled, client, clock):
    """L13"""
    for first in (1, 11):
        filled.tell(*[{"id": pk, "version": 2, "deleted": True} for pk in range(first, first + 10)])
        assert not sync_books(client, clock).stopped_because
    filled.tell({"id": 21, "version": 2, "deleted": True})
    assert "21 of 60 books" in sync_books(client, clock).stopped_because
    clock.now += timedelta(hours=2)
    sync_books(client, clock, accept=True)
    filled.tell(*[{"id": pk, "version": 2, "deleted": True} for pk in range(22, 27)])
    assert not sync_books(client, clock).stopped_because


def test_a_restored_store_is_walked_from_the_beginning_and_what_it_lost_is_retired(filled, client, clock):
    filled.epoch = "second"
    filled.books = [(pk, book_row(pk, 1, title=f"Restored {pk}")) for pk in range(1, 58)]
    run = sync_books(client, clock)
    assert run.requests == 2, "one answered 410, one from the beginning"
    assert on_sale() == list(range(1, 58)), "58, 59 and 60 are unknown to the restored store"
    assert Book.objects.get(pk=1).title == "Restored 1", "an equal version of another epoch is news"
    feed = Feed.objects.get()
    assert (feed.epoch, feed.walking) == ("second", False)


def test_a_walk_cut_short_goes_on_and_retires_only_at_its_end(filled, client, clock, monkeypatch):
    filled.epoch = "second"
    filled.books = [(pk, book_row(pk)) for pk in range(3, 61)]
    monkeypatch.setattr(client, "book_changes", lambda after="", real=client.book_changes: real(after, limit=20))
    first = sync_books(client, clock, run_for=timedelta(0))
    assert first.unfinished and len(on_sale()) == 60 and Feed.objects.get().walking
    second = sync_books(client, clock)
    assert not second.unfinished and on_sale() == list(range(3, 61))


def test_two_first_syncs_at_once_make_each_book_once(store, make_client, clock, together):
    """L14"""
    store.tell(*[book_row(pk) for pk in range(1, 1500)])
    runs = together(*[lambda line=make_client(): sync_books(line, clock) for _ in range(4)])
    assert Book.objects.count() == 1499
    assert sum(run.changed for run in runs) == 1499
    assert not any(run.error for run in runs)
    assert sync_books(make_client(), clock).changed == 0, "and the next one works as ever"


def test_without_the_turn_the_position_still_lets_only_one_apply_a_page(
    store, make_client, clock, together, monkeypatch
):
    """L14"""
    from contextlib import nullcontext

    monkeypatch.setattr("shop.storelink.feeds.one_run", lambda work: nullcontext(True))
    store.tell(*[book_row(pk) for pk in range(1, 600)])
    runs = together(*[lambda line=make_client(): sync_books(line, clock) for _ in range(4)])
    assert Book.objects.count() == 599
    assert sum(run.changed for run in runs) == 599


def test_one_waits_for_its_turn_and_the_others_leave():
    order, started = [], threading.Event()

    def run(name, hold):
        try:
            with one_run("something") as ours:
                order.append((name, ours))
                started.set()
                hold.wait(5 if ours else 0)
        finally:
            connection.close()

    release = threading.Event()
    first = threading.Thread(target=run, args=("first", release))
    first.start()
    started.wait(5)
    second = threading.Thread(target=run, args=("second", release))
    second.start()
    wait_for_a_waiting_lock()
    run("third", release)
    assert order == [("first", True), ("third", False)]
    release.set()
    first.join(5), second.join(5)
    assert order[-1] == ("second", True)


def wait_for_a_waiting_lock(kind: str = "advisory") -> None:
    statement = (
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE locktype = %s AND NOT granted AND datname = current_database()"
    )
    ends = time.monotonic() + 5
    while time.monotonic() < ends:
        with connection.cursor() as cursor:
            cursor.execute(statement, [kind])
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("Nobody waits.")


def test_bad_rows_are_set_aside_and_go_when_a_good_version_comes(store, client, clock):
    """L16"""
    store.tell(book_row(1), book_row(2, price="-3.00", title="a\x00b"), book_row(3))
    run = sync_books(client, clock)
    assert (on_sale(), run.bad) == ([1, 3], 1)
    shown = SetAside.objects.get()
    assert (shown.feed, shown.key) == ("books", "2") and "title" in shown.reason
    store.tell(book_row(2, 2))
    sync_books(client, clock)
    assert on_sale() == [1, 2, 3] and not SetAside.objects.exists()


def test_rows_the_database_does_not_take_are_found_among_many(store, client, clock):
    """L16"""
    store.tell(*[book_row(pk) for pk in range(1, 100)])
    store.tell(book_row(50, 2, title="x" * 501), book_row(77, 2, series_number="y" * 31))
    sync_books(client, clock)
    assert Book.objects.count() == 97
    assert set(SetAside.objects.values_list("key", flat=True)) == {"50", "77"}
    assert "too long" in SetAside.objects.get(key="50").reason


def test_a_sync_and_a_checkout_of_the_same_books_do_not_wait_for_each_other_in_a_circle(filled, make_client, clock):
    """A checkout locks books in the order of their keys; so must a sync, whatever order the feed names them in."""
    filled.tell(book_row(60, 2), {"id": 3, "version": 2, "deleted": True})
    checkout = connection.copy()
    try:
        checkout.set_autocommit(False)
        with checkout.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '3s'")
            cursor.execute("SELECT FROM catalogue_book WHERE id = 3 FOR NO KEY UPDATE")
            sync = threading.Thread(target=lambda: (sync_books(make_client(), clock), connection.close()))
            sync.start()
            wait_for_a_waiting_lock("transactionid")
            cursor.execute("SELECT FROM catalogue_book WHERE id = 60 FOR NO KEY UPDATE")
        checkout.commit()
    finally:
        checkout.close()
    sync.join(5)
    assert Book.objects.get(pk=3).is_retired and Book.objects.get(pk=60).version == 2


def test_a_feed_that_does_not_move_on_is_an_error_and_no_endless_loop(filled, client, clock, monkeypatch):
    feed = Feed.objects.get()
    stuck = {"epoch": "first", "changes": [], "next": feed.position, "more": True}
    monkeypatch.setattr(filled, "page", lambda *a: (200, stuck))
    assert "does not move on" in sync_books(client, clock).error


def test_nothing_is_open_while_the_store_is_asked(filled, client, clock, monkeypatch):
    real = client.book_changes

    def asked(after=""):
        assert not connection.in_atomic_block
        return real(after)

    monkeypatch.setattr(client, "book_changes", asked)
    filled.tell(book_row(1, 2))
    assert sync_books(client, clock).changed == 1
    with transaction.atomic():
        pass


def test_files_of_a_store_put_back_in_place_count_anew_under_the_same_name(store, client, clock):
    """A database restored file by file keeps the name of its feed's life, with lower versions and fewer books."""
    store.tell(book_row(1, 5, title="Late"), book_row(2, 3), *[book_row(pk) for pk in range(3, 8)])
    sync_books(client, clock)
    store.books, store.told = [(1, book_row(1, 2, title="Early")), (2, book_row(3))], 2
    Feed.objects.update(position="other:7")  # what the store does not know any more
    sync_books(client, clock)
    assert Book.objects.get(pk=1).title == "Early"
    assert set(Book.objects.listed().values_list("pk", flat=True)) == {1, 3}
    assert Feed.objects.get().began_anew_at == clock()
