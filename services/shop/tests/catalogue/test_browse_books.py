"""Shelves, lists, pages and single books."""

import pytest
from django.test import Client
from shopping import order, put_in_cart, text

from shop.catalogue.models import Book

pytestmark = pytest.mark.django_db


@pytest.fixture
def fifty(make_book):
    return [make_book(number, title=f"Book {number:02}", price=f"{100 - number}.00") for number in range(1, 51)]


def titles(answer):
    return [book.title for book in answer.context["page"].object_list]


def test_the_newest_books_come_first_twenty_four_to_a_page(client, fifty):
    first = client.get("/books/")
    assert titles(first) == [f"Book {number}" for number in range(50, 26, -1)]
    assert "50 books" in text(first)
    assert titles(client.get("/books/?page=3")) == ["Book 02", "Book 01"]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("0", 1),
        ("-7", 1),
        ("", 1),
        ("two", 1),
        ("1.5", 1),
        ("٣", 1),
        ("4", 3),
        ("99999999999999999999", 3),
        ("9" * 6000, 3),
    ],
)
def test_a_page_that_is_not_there_becomes_the_nearest_one(client, fifty, asked, given):
    answer = client.get("/books/", {"page": asked})
    assert answer.status_code == 200 and answer.context["page"].number == given


def test_the_list_is_ordered_as_asked_and_links_keep_it(client, fifty):
    assert titles(client.get("/books/?order=title"))[:2] == ["Book 01", "Book 02"]
    assert titles(client.get("/books/?order=price"))[:2] == ["Book 50", "Book 49"]
    assert titles(client.get("/books/?order=-price"))[:2] == ["Book 01", "Book 02"]
    page = client.get("/books/?order=title&in_stock=1&page=2").content.decode()
    assert 'href="?order=title&amp;in_stock=1&amp;page=3"' in page
    assert titles(client.get("/books/?order=drop table"))[0] == "Book 50"


def test_in_stock_only_leaves_out_what_the_shop_has_sold_since(client, make_book):
    """L18"""
    make_book(1, title="Sold out there", store_free=0)
    make_book(2, title="Left", store_free=3)
    put_in_cart(client, make_book(3, title="Sold out here", store_free=2), 2)
    assert titles(client.get("/books/?in_stock=1")) == ["Sold out here", "Left"]
    assert order(client).status_code == 302
    assert titles(client.get("/books/?in_stock=1")) == ["Left"]


def test_retired_books_are_not_listed_but_keep_their_page(client, make_book, now):
    gone = make_book(1, title="Gone", retired_at=now)
    assert titles(client.get("/books/")) == []
    page = client.get(gone.get_absolute_url())
    assert page.status_code == 200
    assert "This book is no longer sold." in text(page) and "Add to cart" not in text(page)


def test_a_book_is_found_by_its_key_and_sent_to_its_full_address(client, make_book):
    book = make_book(5, title="Pride and Prejudice")
    for address in ("/books/5/", "/books/5/wrong-words/"):
        assert client.get(address).url == "/books/5/pride-and-prejudice/"
    page = client.get(book.get_absolute_url())
    assert page.status_code == 200 and "€12.50" in text(page)


@pytest.mark.parametrize("path", ["/books/6/", "/books/0/", "/books/99999999999999999999999/x/", "/books/x/"])
def test_an_unknown_book_is_a_404(client, make_book, path):
    make_book(5)
    assert client.get(path).status_code == 404


def test_everything_known_of_a_book_is_on_its_page(client, make_book):
    book = make_book(
        1,
        title="Emma",
        subtitle="A Novel",
        series="Austen's Novels",
        series_number="4",
        language="eng",
        format="paperback",
        first_published=-20,
        publisher="Murray",
        imprint_of="Hodder & Co",
        pages=474,
        contributors=[
            {"name": "Hugh Thomson", "role": "A12"},
            {"name": "<b>", "role": "B06"},
            {"name": "Nobody Knows", "role": "Z98"},
            {"name": "C. E. Brock", "role": "A12"},
        ],
        description="First.\n\n<script>alert(1)</script>",
        categories=[["Fiction", "Classics"]],
    )
    make_book(2, title="Persuasion")
    make_book(3, title="Ulysses", authors=["James Joyce"])
    page = client.get(book.get_absolute_url())
    for words in (
        "A Novel",
        "Book 4 in the series",
        "English",
        "Format Paperback",
        "https://schema.org/Paperback",
        "20 BC",
        ", an imprint of Hodder",
        "Illustrated by Hugh Thomson, C. E. Brock",
        "Pages 474",
        "Fiction › Classics",
        "9780000000001",
    ):
        assert words in text(page)
    assert "Translated by</th><td>&lt;b&gt;</td>" in page.content.decode() and "Nobody Knows" not in text(page)
    assert "<script>alert" not in page.content.decode()
    assert [other.title for other in page.context["beside"].same_author] == ["Persuasion"]


def test_a_book_with_next_to_nothing_known_still_has_a_page(client, make_book):
    book = make_book(1, title="書", authors=[], language="mul")
    assert client.get(book.get_absolute_url()).status_code == 200
    assert client.get("/books/").status_code == 200


def test_home_shows_the_newest_a_category_and_a_decade(client, make_book):
    for number in range(1, 9):
        make_book(number, first_published=1813, categories=[["Fiction", "Classics"]])
    shelves = client.get("/").context["shelves"]
    assert [shelf.title for shelf in shelves] == [
        "New on our shelves",
        "From the shelf: Classics",
        "First published in the 1810s",
    ]
    assert [book.pk for book in shelves[0].books] == [8, 7, 6, 5, 4, 3]


def test_an_empty_shop_says_so(client):
    assert "The shelves are still being filled." in text(client.get("/"))
    assert "The shelves are still being filled." in text(client.get("/books/"))


def test_a_picture_is_given_its_room_and_a_missing_one_is_drawn_the_same_each_time(client, make_book):
    make_book(1, title="With", cover_sha256="ab" * 32)
    make_book(2, title="Without: A Long Story (Series, #1)")
    page = client.get("/books/").content.decode()
    assert 'width="200" height="300" loading="lazy"' in page and "/media/covers/ab/" in page
    assert page.count('class="drawn cloth-') == 1 and ">Without<" in page
    assert Client().get("/books/").content.decode().count(page[page.index('class="drawn') :][:40]) == 1
    assert Book.objects.count() == 2
