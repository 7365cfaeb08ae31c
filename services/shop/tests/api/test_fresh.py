"""Answers about products are kept, and never a moment longer than they are true; the test's cache is a real one."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from asking import order
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.api import at_hand, fresh
from shop.api.models import CatalogueTurn
from shop.catalogue.models import Book
from shop.coupons.models import Discount
from shop.orders.models import Order
from shop.reviews.models import Rating

pytestmark = pytest.mark.django_db(transaction=True)
LISTS = ("/api/products/?page_size=100", "/api/products/1/", "/api/categories/", "/api/authors/")


@pytest.fixture
def book(make_book):
    return make_book(1, authors=["Jane Austen"], categories=[["Fiction"]])


def elsewhere(do):
    """In another connection, as another process would."""
    thread = threading.Thread(target=lambda: (do(), connection.close()))
    thread.start()
    thread.join()


@pytest.mark.parametrize("path", LISTS)
def test_what_nobody_changed_costs_one_statement_and_is_the_same_to_the_byte(
    guest, book, path, django_assert_num_queries
):
    first = guest.get(path)
    at_hand.shelf.clear()  # as in a process that has not told of it yet
    with django_assert_num_queries(1):
        again = guest.get(path)
    assert (again.content, again["ETag"]) == (first.content, first["ETag"]) and again["Cache-Control"] == "no-cache"
    assert again["Content-Type"] == "application/json"
    at_hand.shelf.clear()
    with django_assert_num_queries(1):
        assert guest.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304


def changes(book, make_discount, bob):
    later = timezone.now() + timedelta(seconds=1)
    discount = make_discount(percent="50", is_active=False)
    return {
        "title": lambda: Book.objects.update(title="Persuasion"),
        "price": lambda: Book.objects.update(price=Decimal("1.00")),
        "stock": lambda: Book.objects.update(store_free=3),
        "cover": lambda: Book.objects.update(cover_sha256="ab" * 32),
        "discount": lambda: Discount.objects.update(is_active=True),
        "discount of none": lambda: Discount.objects.update(every_book=False),
        "discount of some": lambda: discount.books.add(book),
        "new price of a discount": lambda: Discount.objects.update(percent=Decimal("60"), every_book=True),
        "review": lambda: Rating.objects.create(book=book, count=1, stars=5),
        "new book": lambda: Book.objects.create(
            pk=2, version=1, epoch="first", isbn13="9780000000002", title="B", price=1, currency="EUR", store_free=1
        ),
        "withdrawn": lambda: Book.objects.filter(pk=2).update(retired_at=later),
    }


def test_every_change_is_seen_at_once(guest, book, make_discount, bob):
    for what, change in changes(book, make_discount, bob).items():
        before = guest.get(LISTS[0]).content
        elsewhere(change)
        assert guest.get(LISTS[0]).content != before, what


def test_an_order_takes_its_copies_off_the_list_and_its_end_gives_them_back(guest, hers, book):
    assert guest.get("/api/products/1/").json()["available"] == 10
    number = order(hers, (book, 3)).json()["id"]
    assert guest.get("/api/products/1/").json()["available"] == 7
    Order.objects.filter(pk=number).update(state="cancelled")
    assert guest.get("/api/products/1/").json()["available"] == 10


def test_a_discount_begins_and_ends_by_the_clock(guest, book, make_discount):
    now = timezone.now()
    make_discount(percent="50", starts_at=now - timedelta(days=2), ends_at=now + timedelta(milliseconds=1500))
    assert guest.get("/api/products/1/").json()["price"] == "6.25"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_sleep(GREATEST(0, EXTRACT(EPOCH FROM %s - clock_timestamp())))", [now + timedelta(seconds=2)]
        )
    assert guest.get("/api/products/1/").json()["price"] == "12.50"


def test_what_commits_between_reading_and_keeping_is_not_hidden(guest, book, monkeypatch):
    """The number is read first: an answer may be too new for its key, never too old."""
    read = fresh._state

    def then_somebody_commits():
        state = read()
        elsewhere(lambda: Book.objects.update(title="Persuasion"))
        return state

    with monkeypatch.context() as slow:
        slow.setattr(fresh, "_state", then_somebody_commits)
        guest.get("/api/products/1/")
    elsewhere(lambda: Book.objects.update(title="Emma"))
    assert guest.get("/api/products/1/").json()["title"] == "Emma"


def test_two_that_commit_out_of_order_are_both_seen(guest, book, make_book):
    """L17: the one that began first ends last; a highest number alone would not tell of it."""
    make_book(2)
    first_wrote, second_done = threading.Event(), threading.Event()

    def first():
        with transaction.atomic():
            Book.objects.filter(pk=1).update(title="First")
            first_wrote.set()
            assert second_done.wait(10)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert first_wrote.wait(10)
    elsewhere(lambda: Book.objects.filter(pk=2).update(title="Second"))
    titles = lambda: {row["title"] for row in guest.get("/api/products/").json()["results"]}  # noqa: E731
    assert titles() == {"Book 1", "Second"}
    second_done.set(), thread.join()
    assert titles() == {"First", "Second"}


def test_adding_the_turns_up_changes_nothing(guest, book):
    before = fresh._state()
    assert CatalogueTurn.objects.exists()
    fresh.count_turns()
    assert fresh._state() == before and not CatalogueTurn.objects.exists()
    elsewhere(lambda: Book.objects.update(title="Emma"))
    assert fresh._state() != before
    fresh.count_turns(), fresh.count_turns()
    assert fresh._state() != before


def test_a_transaction_that_sees_more_than_others_keeps_nothing(guest, book):
    with transaction.atomic():
        Book.objects.update(title="Never")
        assert guest.get("/api/products/1/").json()["title"] == "Never"
        transaction.set_rollback(True)
    assert guest.get("/api/products/1/").json()["title"] == "Book 1"


def test_without_the_cache_the_answer_is_the_same(guest, book, settings):
    with_it = guest.get(LISTS[0]).content
    at_hand.shelf.clear()
    settings.CACHES = {"default": {"BACKEND": "shop.cache.ForgivingRedisCache", "LOCATION": "redis://127.0.0.1:9/0"}}
    with CaptureQueriesContext(connection) as asked:
        assert guest.get(LISTS[0]).content == with_it
    assert len(asked) == 3 and cache.get("anything") is None


def test_hosts_and_parameters_are_kept_apart(guest, book, make_book):
    make_book(2)
    assert "localhost" in guest.get("/api/products/?page_size=1", HTTP_HOST="localhost").json()["next"]
    assert "127.0.0.1" in guest.get("/api/products/?page_size=1", HTTP_HOST="127.0.0.1").json()["next"]
    assert guest.get("/api/products/?page_size=1&page=2").json()["next"] is None
