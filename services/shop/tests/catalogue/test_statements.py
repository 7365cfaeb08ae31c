"""Pages cost a constant number of SQL statements, whatever the catalogue's size."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.cart import operations
from shop.cart.models import CartLine
from shop.catalogue.models import Book
from shop.storelink.models import Feed

pytestmark = pytest.mark.django_db

# Session, user and badge are three of each. A number that rises has to be looked at.
SPENT = {
    "/": 9,  # and one more once there are orders, for what is popular
    "/books/": 6,
    "/books/?page=2&order=price&in_stock=1": 6,
    "/books/?q=book": 7,
    "/books/?q=bok": 7,
    "/books/?q=book&category=fiction&author=author-3&author=author-4&in_stock=1&order=title": 7,
    "/books/?q=book+nothing": 7,
    "/authors/author-3/?q=book&category=fiction": 8,
    "/categories/fiction/shelf-1/": 7,
    "/series/saga/": 7,
    "/categories/": 4,
    "/books/1/book-1/": 8,
    "/books/4/book-4/": 8,
    "/cart/": 5,
    "/checkout/": 7,
}


def fill(number):
    Book.objects.bulk_create(
        Book(
            id=pk,
            version=1,
            epoch="first",
            isbn13=str(9780000000000 + pk),
            title=f"Book {pk}",
            authors=[f"Author {pk % 50}"],
            price="12.50",
            currency="EUR",
            store_free=5,
            series="Saga" if pk % 4 == 0 else "",
            series_number=str(pk),
            first_published=1800 + pk % 200,
            categories=[["Fiction", f"Shelf {pk % 7}"]],
        )
        for pk in range(1, number + 1)
    )


@pytest.mark.parametrize(("books", "lines"), [(24, 5), (9000, 60)])
def test_pages_cost_the_same_for_a_small_and_a_large_shop(client, alice, books, lines):
    fill(books)
    Feed.objects.update_or_create(name=Feed.Name.BOOKS, defaults={"heard_at": datetime.now(UTC)})
    cart = operations.cart_of_user(alice)
    CartLine.objects.bulk_create(
        CartLine(cart=cart, book_id=pk, quantity=1, price_when_added=10) for pk in range(1, lines + 1)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does in a shop that runs
    client.force_login(alice)
    client.get("/")
    spent = {path: _statements(client, path) for path in SPENT}
    assert spent == SPENT


def _statements(client, path) -> int:
    with CaptureQueriesContext(connection) as statements:
        assert client.get(path).status_code == 200, path
    return len(statements)
