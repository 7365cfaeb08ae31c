"""What the store has in short, spoken by both sides; the arrays are worded in store_client.digests."""

import hashlib
import json
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from tests.conftest import NOW, all_is_told
from tests.lines import order_of, read_all, refusal
from tests.returns.conftest import asked, sent  # noqa: F401

from store.catalogue.models import Book as DbBook
from store.catalogue.models import Category
from store.orders.models import Order
from store.orders.shortfall import fall_short
from store.returns.inspecting import note_instead
from store.returns.operations import approve
from store_client import Book, BookRow, OrderRow, ReturnRow, StoreUnavailable

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(line_to_store):
    return line_to_store("orders:push", "feeds:read")


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def row_digest(*values) -> str:
    """As store_client.digests words it."""
    return md5(json.dumps(values, ensure_ascii=False))


def book_digest(told: Book) -> str:
    first = (told.id, told.isbn13, told.title, told.subtitle, told.authors, told.publisher, told.series)
    rest = (
        told.series_number,
        told.language,
        told.format,
        told.first_published,
        told.description,
        str(told.price),
        told.currency,
    )
    return row_digest(*first, *rest, told.categories, told.picture.sha256 if told.picture else "")


@pytest.mark.django_db(transaction=True, reset_sequences=True)  # all in the first range
def test_books_in_short_are_what_the_contract_says(shop, books):
    fiction = Category.objects.create(name="Fiction")
    books[0].categories.add(Category.objects.create(name="Classics", parent=fiction), Category.objects.create(name="Ä"))
    books[0].description, books[0].publisher = 'Line "one"\n\ttwo \\ €', "Penguin"
    books[0].picture_sha256, books[0].first_published = "ab" * 32, -800
    books[0].save()
    far = DbBook.objects.create(pk=5_000_000_001, isbn13="9791000000008", title="Far", price=Decimal("0.10"))
    books[2].retired = True
    books[2].save()
    told = {book.id: book for book in read_all(shop.book_changes)[0]}
    on_sale = [told[books[0].id], told[books[1].id]]

    page = shop.book_ranges(0, 20)
    assert [(found.first, found.count) for found in page.ranges] == [(0, 2)] and page.next == 5_000_000_000
    assert page.ranges[0].books == md5("".join(map(book_digest, on_sale)))
    assert page.ranges[0].stock == md5("".join(row_digest(book.id, book.free) for book in on_sale))
    last = shop.book_ranges(page.next, 20)
    assert [found.count for found in last.ranges] == [1] and last.next is None

    rows = {row.id: row for row in shop.book_rows(0)}
    assert rows[books[0].id] == BookRow(books[0].id, on_sale[0].version, True, False, book_digest(on_sale[0]), 3)
    assert rows[books[2].id].gone
    assert shop.books_after(books[0].id, 1000)[0].id == books[1].id
    far.delete()
    assert [(row.gone, row.book) for row in shop.book_rows(5_000_000_000)] == [(True, "")]


def test_orders_in_short_are_what_the_contract_says(shop, line_to_store, books):
    """L27: a client's own orders only."""
    number, early, who = uuid4(), uuid4(), {"actor": "dan@example.org", "now": NOW}
    shop.put_order(number, order_of((books[0], 2), (books[1], 1)))
    shop.cancel_order(early, "changed my mind")
    line_to_store("orders:push", name="another-shop").put_order(uuid4(), order_of((books[0], 1)))
    fall_short(order_id=Order.objects.get(number=number).id, line=1, number=1, reason="Lost", **who)
    all_is_told()
    lines = [[1, books[0].id, books[0].isbn13, 2, "12.50"], [2, books[1].id, books[1].isbn13, 1, "9.90"]]
    content = row_digest(str(number), "34.90", "EUR", "on_delivery", lines)
    progress = row_digest(str(number), "packing", 2, [[1, 0, 0, 1]])
    buried = row_digest(str(early)), row_digest(str(early), "cancelled", 1, [])
    expected = sorted([(number, "packing", 2, True, content, progress), (early, "cancelled", 1, True, *buried)])

    rows = [row for digit in "0123456789abcdef" for row in shop.order_rows(digit)]
    assert rows == [OrderRow(*row) for row in expected]
    page = shop.order_ranges("000", 100)
    assert page.next == "064" and all(found.first < "064" for found in page.ranges)
    whole = shop.order_ranges("0", 16)
    assert whole.next is None and sum(found.count for found in whole.ranges) == 2
    of_number = next(found for found in whole.ranges if found.first == str(number)[0])
    if of_number.count == 1:
        assert (of_number.orders, of_number.statuses) == (md5(content), md5(progress))

    stored = shop.order(number)
    assert (stored.status, stored.version, len(stored.events)) == ("packing", 2, 2)
    assert stored.lines[0] == (1, books[0].id, books[0].isbn13, 2, Decimal("12.50"))
    assert refusal(line_to_store("feeds:read", name="another-shop").order, number).status == 404


def test_returns_in_short_are_what_the_contract_says(shop, line_to_store, books, sent, asked):  # noqa: F811
    """L27: a client's own returns only."""
    order, who = sent((books[0], 2)), {"actor": "dan@example.org", "now": NOW}
    found = asked(order, (1, 2))
    approve(return_id=found.pk, **who)
    note_instead(return_id=found.pk, line=1, expected=2, missing=1, **who)
    all_is_told()
    lines = [[1, 2, 0, 0, 0, 0, 1, 0]]
    digest = row_digest(str(found.number), str(order.number), "approved", 3, "", lines)

    first = str(found.number)[0]
    assert shop.return_rows(first) == (ReturnRow(found.number, "approved", 3, True, digest),)
    page = shop.return_ranges("0", 16)
    assert [(one.first, one.count, one.returns) for one in page.ranges] == [
        (first, 1, md5(digest))
    ] and page.next is None
    assert [event.status for event in shop.returned(found.number).events] == ["asked", "approved", "approved"]
    stranger = line_to_store("feeds:read", name="another-shop")
    assert stranger.return_rows(first) == () and refusal(stranger.returned, found.number).status == 404


@pytest.mark.django_db(transaction=True, reset_sequences=True)  # all in the first range
def test_what_is_not_in_the_feed_yet_says_so(shop, books):
    """L17"""
    read_all(shop.book_changes)
    shop.patient = False
    slow = connection.copy()
    try:
        slow.set_autocommit(False)
        with slow.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        books[1].title = "Early"
        books[1].save()
        number = uuid4()
        shop.put_order(number, order_of((books[0], 1)))
        in_feed = {row.id: row.in_feed for row in shop.book_rows(0)}
        assert not in_feed[books[1].id] and in_feed[books[2].id]
        assert [row.in_feed for row in shop.order_rows(str(number)[:4])] == [False]
    finally:
        slow.rollback()
        slow.close()


def test_digests_cost_one_statement_a_page_and_only_readers_of_feeds_see_them(line_to_store, shop, books):
    """L15, L31"""
    shop.order(shop.put_order(uuid4(), order_of((books[0], 1))).order)
    doors = [
        lambda client: client.book_ranges(0, 100),
        lambda client: client.book_rows(0),
        lambda client: client.order_ranges("00", 100),
        lambda client: client.order_rows("00"),
        lambda client: client.return_ranges("00", 100),
        lambda client: client.return_rows("00"),
    ]
    stranger = line_to_store("orders:push", name="pusher")
    for door in doors:
        door(shop)
        with pytest.raises(StoreUnavailable, match="403"):
            door(stranger)


@pytest.mark.parametrize("query", ["from=7", "from=-1", "from=x", "ranges=0", "ranges=101", "from=1e3"])
def test_a_range_of_books_that_is_none_is_refused(service, query):
    answer = service("feeds:read").get(f"/api/books/digests/?{query}")
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-parameter")


@pytest.mark.parametrize("prefix", ["", "A", "g", "00000", "%"])
def test_a_range_of_orders_that_is_none_is_refused(service, prefix):
    for door in ("", "rows/"):
        answer = service("feeds:read").get(f"/api/orders/digests/{door}", {"from": prefix})
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/bad-parameter")


@pytest.mark.parametrize("path", ["books/digests/?from=0", "orders/digests/?from=00"])
def test_a_page_of_digests_costs_as_many_statements_for_many_rows(
    service, accept, books, path, django_assert_max_num_queries
):
    """L15: the credential and the digests."""
    for _ in range(3):
        accept((books[0], 1))
    client = service("feeds:read")
    with django_assert_max_num_queries(2):
        assert client.get(f"/api/{path}").status_code == 200
