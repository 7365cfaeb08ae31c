"""The pages of authors, series, publishers and categories, the neighbours of a book, and what crawlers read."""

import json
import re

import pytest
from shopping import text

from shop.catalogue.models import Book

pytestmark = pytest.mark.django_db


@pytest.fixture
def saga(make_book):
    for pk, number in enumerate(["1", "2", "10", ""], 1):
        make_book(
            pk,
            title=f"Volume {number or 'extra'}",
            series="The Long Saga",
            series_number=number,
            publisher="Faber & Faber",
            categories=[["Fiction", "Crime"]],
        )


def titles(books):
    return [book.title for book in books]


@pytest.mark.parametrize(
    "path",
    ["/authors/jane-austen/", "/series/the-long-saga/", "/publishers/faber-faber/", "/categories/fiction/crime/"],
)
def test_each_place_has_a_page_with_one_canonical_address(client, saga, path):
    answer = client.get(path + "?utm=x")
    assert "4 books" in text(answer)
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{path}">' in answer.content.decode()
    assert "noindex" not in answer.content.decode()
    assert "noindex" in client.get(path + "?in_stock=1").content.decode()


@pytest.mark.parametrize(
    "path", ["/authors/nobody/", "/series/%00/", "/categories/fiction/x/", "/authors/" + "x" * 3000 + "/"]
)
def test_an_unknown_place_is_a_404(client, saga, path):
    assert client.get(path).status_code == 404


def test_a_series_stands_in_its_own_order(client, saga):
    page = client.get("/series/the-long-saga/").context["page"]
    assert titles(page.object_list) == ["Volume 1", "Volume 2", "Volume 10", "Volume extra"]


def test_a_book_tells_what_to_read_next_and_what_stands_beside_it(client, saga, make_book):
    make_book(11, title="Emma", categories=[["Fiction", "Crime"]], authors=["Jane Austen", "Ann Other"])
    make_book(12, title="EMMA")
    make_book(13, title="Dracula", authors=["Bram Stoker"], categories=[["Fiction", "Crime"]])
    beside = client.get("/books/2/volume-2/").context["beside"]
    assert beside.next_in_series.title == "Volume 10"
    assert titles(beside.strip) == ["Volume 1", "Volume 2", "Volume 10", "Volume extra"]
    assert titles(beside.same_author) == ["EMMA", "Emma"] and titles(beside.same_category) == ["Dracula"]
    assert titles(client.get("/books/11/emma/").context["beside"].editions) == ["EMMA"]
    assert client.get("/books/3/volume-10/").context["beside"].next_in_series.title == "Volume extra"


def test_a_retired_book_keeps_its_neighbours(client, saga, now):
    Book.objects.filter(pk=2).update(retired_at=now)
    answer = client.get("/books/2/volume-2/")
    assert answer.status_code == 200 and answer.context["beside"].next_in_series is None
    assert "Volume 2" not in titles(client.get("/books/1/volume-1/").context["beside"].strip)


def test_a_very_long_series_shows_what_is_around(client, make_book):
    for pk in range(1, 31):
        make_book(pk, series="Long", series_number=str(pk))
    beside = client.get("/books/15/book-15/").context["beside"]
    assert [book.pk for book in beside.strip] == list(range(10, 21)) and beside.next_in_series.pk == 16


def test_books_seen_lately_are_shown_and_forgotten_without_a_session(client, saga, make_book):
    make_book(20, title="Ulysses", authors=["James Joyce"])
    client.get("/books/20/ulysses/")
    client.get("/books/20/ulysses/")
    answer = client.get("/books/1/volume-1/")
    assert titles(answer.context["beside"].seen) == ["Ulysses"] and "Seen lately" in text(answer)
    assert "sessionid" not in client.cookies and client.cookies["seen"]["httponly"]
    client.post("/books/seen/forget/")
    assert client.get("/books/1/volume-1/").context["beside"].seen == []


@pytest.mark.parametrize("cookie", ["x.y", "9" * 500, "1.1.1", "-1", "²", "1" + ".2" * 5000])
def test_a_cookie_that_was_tampered_with_does_no_harm(client, saga, cookie):
    client.cookies["seen"] = cookie
    assert client.get("/books/1/volume-1/").status_code == 200


def test_search_engines_read_the_book_as_data_and_no_text_breaks_out(client, make_book):
    book = make_book(1, title="</script><b>&", first_published=1813, language="en", categories=[["Fiction"]])
    page = client.get(book.get_absolute_url()).content.decode()
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    facts, way = json.loads(data)["@graph"]
    assert facts["name"] == "</script><b>&" and facts["isbn"] == book.isbn13 and facts["datePublished"] == "1813"
    assert facts["offers"]["price"] == "12.50" and facts["offers"]["availability"].endswith("/InStock")
    assert [step["name"] for step in way["itemListElement"]] == ["Fiction", book.title]
    assert f'<meta property="og:url" content="http://127.0.0.1:8000{book.get_absolute_url()}">' in page


def test_the_sitemap_names_every_page_for_crawlers_and_no_other(
    client, saga, make_book, now, django_assert_num_queries
):
    make_book(9, title="Gone", authors=["Nobody Now"], retired_at=now)
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in client.get("/robots.txt").content.decode()
    parts = re.findall(r"<loc>(.*?)</loc>", client.get("/sitemap.xml").content.decode())
    assert parts == [f"http://testserver/sitemap-{name}.xml" for name in ("pages", "books", "places")]
    with django_assert_num_queries(2):
        books = client.get("/sitemap-books.xml").content.decode()
    assert "http://127.0.0.1:8000/books/1/volume-1/" in books and "gone" not in books
    with django_assert_num_queries(2):
        places = re.findall(
            r"<loc>http://127.0.0.1:8000(.*?)</loc>", client.get("/sitemap-places.xml").content.decode()
        )
    assert sorted(places) == [
        "/authors/jane-austen/",
        "/categories/fiction/",
        "/categories/fiction/crime/",
        "/publishers/faber-faber/",
        "/series/the-long-saga/",
    ]
    assert all(client.get(path).status_code == 200 for path in places)


def test_categories_are_a_tree(client, saga):
    page = client.get("/categories/").content.decode()
    assert page.index('href="/categories/fiction/"') < page.index('href="/categories/fiction/crime/"')
    assert "No book has a category yet" not in page


def test_names_of_any_kind_have_a_page(client, make_book):
    book = make_book(
        1, authors=["村上春樹", "...", "A/B\x01 C"], publisher="???", categories=[["Kids’ & Teens", "a/b"]]
    )
    answer = client.get(book.get_absolute_url())
    for step in [*answer.context["beside"].authors, *answer.context["beside"].paths[0]]:
        assert client.get(step.address).status_code == 200, step
