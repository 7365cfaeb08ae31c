"""The search box: words of title, author, series and publisher, and ISBNs as people type them."""

import pytest
from shopping import text

from shop.catalogue.isbn import isbn13_from

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(make_book):
    make_book(1, title="Emma", authors=["Jane Austen"], isbn13="9780141439587", publisher="Penguin")
    make_book(2, title="Dracula", authors=["Bram Stoker"], isbn13="9780141439846")
    make_book(3, title="The Jane Book", authors=["Ann Other"], series="Pemberley")


def found(client, search):
    return [book.pk for book in client.get("/books/", {"q": search, "order": "title"}).context["page"].object_list]


@pytest.mark.parametrize(
    ("search", "keys"),
    [
        ("emma", [1]),
        ("AUSTEN emma", [1]),
        ("jane", [1, 3]),
        ("jane stoker", []),
        ("penguin", [1]),
        ("pemberley", [3]),
        ("9780141439846", [2]),
        ("978-0-14-143984-6", [2]),
        ("0141439580", [1]),
        ("ISBN 0-14-143958-0", [1]),
        ("%", []),
        ("", [2, 1, 3]),
        ("  ", [2, 1, 3]),
    ],
)
def test_what_is_typed_finds_what_is_meant(client, books, search, keys):
    assert found(client, search) == keys


@pytest.mark.parametrize("search", ["\0", "\0emma", "x" * 100_000, "'; DROP TABLE--", "\\", "{{ 7*7 }}", "😀" * 300])
def test_nothing_that_is_typed_breaks_the_page(client, books, search):
    assert client.get("/books/", {"q": search[:20_000]}).status_code == 200


def test_a_search_without_result_says_what_to_do(client, books):
    page = text(client.get("/books/?q=zzz"))
    assert "No book answers to “zzz”" in page and "See all books" in page


@pytest.mark.parametrize(
    ("typed", "isbn"),
    [
        ("080442957X", "9780804429573"),
        ("0-8044-2957-x", "9780804429573"),
        ("979-10-90636-07-1", "9791090636071"),
        ("1234567890123", None),
        ("12345", None),
        ("emma", None),
    ],
)
def test_isbns_of_ten_digits_become_thirteen(typed, isbn):
    assert isbn13_from(typed) == isbn
