"""GET /api/books/changes/ and /api/orders/changes/, as the shop reads them."""

from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOW, all_is_told, isbn_number

from store.catalogue import feed
from store.catalogue.models import Book, Category
from store.feed.cursor import Cursor
from store.orders.operations import cancel_order, fail_order
from store.orders.packing import choose_copies, dispatch
from store.stock.models import Origin
from store.stock.operations import Delivery, receive_copies

# These tests commit: rows of an open transaction are not in a feed yet.
pytestmark = pytest.mark.django_db(transaction=True)


def changes(client, feed="books", **params):
    all_is_told()
    answer = client.get(f"/api/{feed}/changes/", params)
    assert answer.status_code == 200, answer.content
    return answer.json()


def statements(client, url, **params):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url, params).status_code == 200
    return len(queries)


def many_books(first, last):
    Book.objects.bulk_create(
        Book(isbn13=isbn_number(n), title=f"Book {n}", authors=["An Author"], price="5.00") for n in range(first, last)
    )
    with transaction.atomic():
        deliveries = [Delivery(book) for book in Book.objects.values_list("id", flat=True)]
        receive_copies(deliveries, origin=Origin.HAND, actor="olga@example.org", now=NOW)


def test_a_book_has_the_shape_of_the_contract(shop, books):
    fiction = Category.objects.create(name="Fiction")
    Category.objects.create(name="Classics", parent=fiction).books.add(books[0])
    Book.objects.filter(id=books[0].id).update(
        subtitle="A Novel",
        publisher="Penguin",
        series="Austen",
        series_number="2",
        first_published=1813,
        format="hardback",
        contributors=[{"name": "Hugh Thomson", "role": "A12"}],
        imprint_of="Penguin Random House",
        pages=368,
    )
    page = changes(shop)
    book = next(row for row in page["changes"] if row["id"] == books[0].id)
    assert book.pop("version") > 1
    assert book == {
        "id": books[0].id,
        "isbn13": "9780141439518",
        "title": "Pride and Prejudice",
        "subtitle": "A Novel",
        "authors": ["Jane Austen"],
        "contributors": [{"name": "Hugh Thomson", "role": "A12"}],
        "publisher": "Penguin",
        "imprint_of": "Penguin Random House",
        "pages": 368,
        "series": "Austen",
        "series_number": "2",
        "language": "en",
        "format": "hardback",
        "first_published": 1813,
        "description": "",
        "price": "12.50",
        "currency": "EUR",
        "categories": [["Fiction", "Classics"]],
        "picture": None,
        "free": 3,
        "retired": False,
    }
    assert page["more"] is False


def test_pages_follow_each_other_and_end(shop, books):
    first = changes(shop, limit=2)
    assert (len(first["changes"]), first["more"]) == (2, True)
    second = changes(shop, limit=2, after=first["next"])
    assert (len(second["changes"]), second["more"]) == (1, False)
    third = changes(shop, after=second["next"])
    assert (third["changes"], third["more"]) == ([], False)
    assert third["next"]


def test_a_change_raises_the_version_and_comes_once(shop, books):
    before = changes(shop)
    version = {row["id"]: row["version"] for row in before["changes"]}[books[0].id]
    Book.objects.filter(id=books[0].id).update(price="13.00")
    Book.objects.filter(id=books[0].id).update(price="14.00")
    after = changes(shop, after=before["next"])["changes"]
    assert [(row["id"], row["price"], row["version"]) for row in after] == [(books[0].id, "14.00", version + 2)]


def test_an_order_changes_the_free_number_of_its_books(shop, books, accept):
    before = changes(shop)["next"]
    accept((books[0], 2))
    assert [(row["id"], row["free"]) for row in changes(shop, after=before)["changes"]] == [(books[0].id, 1)]


def test_bad_cursors_and_limits_are_refused_with_a_problem(shop, books):
    assert shop.get("/api/books/changes/?after=nonsense").json()["type"] == "/problems/bad-cursor"
    orders_cursor = changes(shop, "orders")["next"]
    assert shop.get(f"/api/books/changes/?after={orders_cursor}").status_code == 400
    for limit in ("0", "2001", "-1", "many", "9" * 30, "²"):
        assert shop.get("/api/books/changes/", {"limit": limit}).status_code == 400


def test_the_cursor_of_another_epoch_is_gone(shop, books):
    from store.feed.models import FeedEpoch

    cursor = changes(shop)["next"]
    assert changes(shop)["epoch"] == changes(shop, "orders")["epoch"] == str(FeedEpoch.objects.get().epoch)
    FeedEpoch.objects.update(epoch=uuid4())
    answer = shop.get(f"/api/books/changes/?after={cursor}")
    assert (answer.status_code, answer.json()["type"]) == (410, "/problems/feed-restarted")


@pytest.mark.parametrize("number", [1_000, 9_000])
def test_a_poll_with_nothing_new_costs_three_statements(shop, number):
    """L15. For books a third one lets holds lapse; it finds none."""
    many_books(0, number)
    cursor, more = None, True
    while more:
        page = changes(shop, limit=1_000, **({"after": cursor} if cursor else {}))
        cursor, more = page["next"], page["more"]
    assert statements(shop, "/api/books/changes/", after=cursor) == 3
    assert statements(shop, "/api/orders/changes/", after=changes(shop, "orders")["next"]) == 2


def test_a_page_costs_the_same_for_any_number_of_books(shop):
    many_books(0, 1_000)
    changes(shop)
    one = statements(shop, "/api/books/changes/", limit=1)
    assert statements(shop, "/api/books/changes/", limit=1_000) == one == 3


@pytest.mark.django_db(transaction=True)
def test_a_page_within_one_large_transaction_looks_at_each_book_a_few_times(shop):
    """As after a restore, when all rows have one number: Postgres expects hardly any more of them, whatever there is."""
    with transaction.atomic():
        many_books(0, 2_000)
        category = Category.objects.create(name="All of them")
        Book.categories.through.objects.bulk_create(
            Book.categories.through(book=book, category=category) for book in Book.objects.all()
        )
    all_is_told()
    after = Cursor.read(changes(shop, limit=1_000)["next"], feed="books")
    place = {"xid": str(after.xid), "id": after.id, "limit": 1_001}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {feed.CHANGES_SQL}", place)
        plan = cursor.fetchone()[0][0]["Plan"]
    assert plan["Actual Rows"] == 1_000
    assert looked_at(plan) < 50 * 1_000


def looked_at(plan: dict) -> float:
    """Rows that each part of a plan has come by, those that it then left alone included."""
    passed_by = sum(rows for name, rows in plan.items() if name.startswith("Rows Removed by"))
    return plan["Actual Loops"] * (plan["Actual Rows"] + passed_by) + sum(map(looked_at, plan.get("Plans", ())))


def test_long_texts_end_a_page_early_and_none_is_left_out(shop, books):
    """A reader takes only so many bytes at once."""
    for book in books:
        book.description = "é" * 1_500_000
        book.save()
    first = changes(shop)
    assert ([row["id"] for row in first["changes"]], first["more"]) == ([books[0].id, books[1].id], True)
    second = changes(shop, after=first["next"])
    assert ([row["id"] for row in second["changes"]], second["more"]) == ([books[2].id], False)


def test_a_book_longer_than_a_page_is_a_page_of_its_own(shop, books):
    books[0].description = "x" * 4_100_000
    books[0].save()
    cursor, told, more = None, [], True
    while more:
        page = changes(shop, **({"after": cursor} if cursor else {}))
        cursor, more = page["next"], page["more"]
        told.append([row["id"] for row in page["changes"]])
    assert sorted(told) == sorted([[books[1].id, books[2].id], [books[0].id]])


def test_every_status_of_an_order_is_told_in_order(shop, books, accept):
    order = accept((books[0], 2))
    cursor = changes(shop, "orders")["next"]
    who = {"actor": "dan@example.org", "now": NOW}
    choose_copies(order_id=order.id, barcodes=["B1-1"], **who)
    dispatch(order_id=order.id, barcodes=["B1-1", "B1-2"], **who)
    rows = changes(shop, "orders", after=cursor)["changes"]
    assert [(row["version"], row["status"]) for row in rows] == [(2, "packing"), (3, "dispatched")]
    assert rows[0] == {
        "order": str(order.number),
        "version": 2,
        "status": "packing",
        "at": "2026-11-21T10:00:00Z",
        "reason": "",
        "lines": [{"line": 1, "ordered": 2, "packed": 1, "shipped": 0, "short": 0}],
        "line_reasons": {},
        "parcels": [],
    }
    assert rows[1]["lines"] == [{"line": 1, "ordered": 2, "packed": 2, "shipped": 2, "short": 0}]


def test_two_statuses_in_one_second_are_two_events(shop, books, accept):
    order = accept((books[0], 1))
    who = {"actor": "dan@example.org", "now": NOW}
    choose_copies(order_id=order.id, barcodes=["B1-1"], **who)
    dispatch(order_id=order.id, barcodes=["B1-1"], **who)
    statuses = [row["status"] for row in changes(shop, "orders")["changes"]]
    assert statuses == ["received", "packing", "dispatched"]


def test_copies_and_success_in_one_save_are_one_event(shop, books, accept):
    """The customer has one letter, not two in the same second."""
    order = accept((books[0], 1))
    dispatch(order_id=order.id, barcodes=["B1-1"], actor="dan@example.org", now=NOW)
    rows = changes(shop, "orders")["changes"]
    assert [(row["version"], row["status"]) for row in rows] == [(1, "received"), (2, "dispatched")]
    assert rows[1]["lines"] == [{"line": 1, "ordered": 1, "packed": 1, "shipped": 1, "short": 0}]


def test_a_failed_order_tells_its_reason_and_what_is_short(shop, books, accept):
    order = accept((books[0], 2))
    fail_order(order_id=order.id, reason="Water damage", actor="dan@example.org", now=NOW)
    row = changes(shop, "orders")["changes"][-1]
    assert (row["status"], row["reason"]) == ("failed", "Water damage")
    assert row["lines"] == [{"line": 1, "ordered": 2, "packed": 0, "shipped": 0, "short": 2}]


def test_a_service_reads_only_its_own_orders(shop, service, books, accept):
    """L28"""
    mine, theirs = accept((books[0], 1)), accept((books[0], 1), client="other")
    cancel_order(number=theirs.number, client="other", reason="", actor="other", now=NOW)
    assert {row["order"] for row in changes(shop, "orders")["changes"]} == {str(mine.number)}
    other = service("feeds:read", name="other")
    assert {row["order"] for row in changes(other, "orders")["changes"]} == {str(theirs.number)}
