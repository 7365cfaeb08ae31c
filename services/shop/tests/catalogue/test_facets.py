"""Filters beside the list: their counts are true, they live in the URL, and each goes by one click."""

import itertools
import random
from decimal import Decimal

import pytest
from django.http import QueryDict
from shopping import order, put_in_cart, text

from shop.catalogue.finding import find
from shop.catalogue.headings import PRICE_BANDS, heading_id
from shop.catalogue.models import Book, Heading
from shop.catalogue.wish import Wish

pytestmark = pytest.mark.django_db

AUTHORS = ["Ann Ames", "Bob Blé", "Cy Çelik"]
PUBLISHERS = ["", "Orbit", "Faber & Faber"]
PATHS = [["Fiction"], ["Fiction", "Crime"], ["Fiction", "Love"], ["Society", "History"]]
KINDS = ("author", "publisher", "category", "language", "format", "price", "stock")


def slug(said: str) -> str:
    return said.lower().replace("é", "e").replace("ç", "c").replace(" & ", "-").replace(" ", "-")


def headings_of(book: Book) -> set[tuple[str, str]]:
    """What a book stands under, worked out the slow and obvious way."""
    of = {("author", slug(name)) for name in book.authors}
    of |= {("category", slug("/".join(path[:n]))) for path in book.categories for n in range(1, len(path) + 1)}
    of |= {("publisher", slug(book.publisher))} if book.publisher else set()
    of |= {("language", book.language)} if book.language else set()
    of |= {("format", slug(book.format))} if book.format else set()
    of.add(("price", [band for band in PRICE_BANDS if Decimal(band) <= book.price][-1]))
    of.add(("stock", "in" if book.available else "out"))
    return of


def brute_force(wish: Wish):
    """The books and the counts as the rules say: a kind's count leaves out the filter of that kind."""
    books = [
        book for book in Book.objects.listed().with_available() if not wish.search or wish.search in book.title.lower()
    ]
    asked = {kind: {choice[1] for choice in wish.filters if choice[0] == kind} for kind in KINDS}
    if wish.in_stock:
        asked["stock"] = {"in"}

    def fits(book, leaving_out=""):
        under = headings_of(book)
        return all(
            any((kind, each) in under for each in slugs)
            for kind, slugs in asked.items()
            if slugs and kind != leaving_out
        )

    counts = {}
    for book in books:
        for kind, each in headings_of(book):
            if fits(book, leaving_out=kind):
                counts[kind, each] = counts.get((kind, each), 0) + 1
    return {book.pk for book in books if fits(book)}, counts


def fill(make_book, chance, number=60):
    for pk in range(1, number + 1):
        make_book(
            pk,
            title=f"{chance.choice(['Red', 'Blue'])} Book",
            authors=chance.sample(AUTHORS, chance.choice([0, 1, 1, 2])),
            publisher=chance.choice(PUBLISHERS),
            categories=chance.sample(PATHS, chance.choice([0, 1, 2])),
            language=chance.choice(["", "en", "fr"]),
            format=chance.choice(["", "paperback", "audio CD"]),
            price=Decimal(chance.choice(["0.00", "4.99", "5.00", "14.99", "15.00", "49.99", "50.00", "300.00"])),
            store_free=chance.choice([0, 1, 2]),
        )


def asked(chance) -> str:
    choices = [
        [f"author={slug(name)}" for name in AUTHORS],
        ["publisher=orbit", "publisher=faber-faber"],
        ["category=fiction", "category=fiction/love", "category=society"],
        ["language=en", "language=fr"],
        ["format=paperback", "format=audio-cd"],
        ["price=0", "price=15", "price=50"],
        ["in_stock=1"],
    ]
    kinds = chance.sample(choices, chance.choice([0, 1, 1, 2, 3]))
    said = [each for kind in kinds for each in chance.sample(kind, min(len(kind), chance.choice([1, 1, 2])))]
    return "&".join([*said, *chance.choice([[], ["q=red"]])])


@pytest.mark.parametrize("seed", range(4))
def test_books_and_counts_are_what_brute_force_finds(client, make_book, now, seed):
    chance = random.Random(seed)
    fill(make_book, chance)
    for book in Book.objects.filter(store_free=1)[:3]:  # the last copy, sold since the store told of it
        put_in_cart(client, book)
    order(client)
    Book.objects.filter(pk__lte=5).update(retired_at=now)
    Book.objects.filter(pk=7).update(price="3.00", store_free=0, authors=["Ann Ames"], categories=[["Society"]])
    for _ in range(40):
        wish = Wish.from_url(QueryDict(asked(chance)))
        found = find(wish)
        books, counts = brute_force(wish)
        assert found.books == len(books) and set(found.ids) <= books, wish
        assert {(named.kind, named.slug): named.books for named in found.facets} == counts, wish


def test_the_counts_kept_on_the_headings_follow_every_change(make_book, now):
    chance = random.Random(99)
    fill(make_book, chance)
    for pk in range(1, 40):
        chance.choice(
            [
                lambda book: book.update(retired_at=now),
                lambda book: book.update(authors=chance.sample(AUTHORS, 2)),
                lambda book: book.update(store_free=chance.choice([0, 5])),
                lambda book: book.update(categories=chance.sample(PATHS, 2), price=chance.choice([1, 60])),
                lambda book: book.update(format=chance.choice(["hardback", "paperback"])),
                lambda book: book.delete(),
            ]
        )(Book.objects.filter(pk=pk))
    Book.objects.filter(pk__lte=10).update(retired_at=None)
    true = {}
    for book in Book.objects.listed().with_available():
        for under in headings_of(book):
            true[under] = true.get(under, 0) + 1
    assert {(each.kind, each.slug): each.books for each in Heading.objects.filter(books__gt=0)} == true


def test_an_emptied_shop_has_no_headings_left(client, make_book):
    from django.db import connection

    make_book(1)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE catalogue_book CASCADE")
    assert not Heading.objects.exists() and "0 books" in text(client.get("/books/"))


@pytest.mark.parametrize(
    ("kind", "said"), [("author", "jane-austen"), ("category", "fiction/crime"), ("stock", "in"), ("format", "x")]
)
def test_python_and_the_database_number_headings_alike(db, kind, said):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT catalogue_heading_id(%s, %s)", [kind, said])
        assert cursor.fetchone()[0] == heading_id(kind, said)


def test_the_whole_state_is_in_the_url_and_kept_over_pages(client, make_book):
    for pk in range(1, 61):
        make_book(pk, title="Red Book", publisher="Orbit", language="en" if pk > 2 else "fr")
    answer = client.get("/books/?q=red&publisher=orbit&language=en&order=price&page=2")
    page = answer.content.decode()
    assert answer.context["page"].number == 2 and "58 books" in text(answer)
    assert "?q=red&amp;publisher=orbit&amp;language=en&amp;order=price&amp;page=3" in page
    assert 'href="/books/?q=red&amp;language=en&amp;order=price"' in page  # one click takes the publisher away
    for name, value in (("q", "red"), ("publisher", "orbit"), ("language", "en")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page


@pytest.mark.parametrize(
    "said",
    ["author=nobody", "price=7", "category=../../etc", "language=\0", "order=x", "author=" + "x" * 5000, "page=-1"],
)
def test_what_no_heading_answers_to_is_left_out(client, make_book, said):
    make_book(1)
    answer = client.get(f"/books/?{said}")
    assert answer.status_code == 200 and "1 book" in text(answer) and not answer.context["removals"]


def test_a_price_that_was_chosen_is_taken_away_once(client, make_book):
    make_book(1, price="7.00")
    for price in ("5", "20"):  # with books, and without
        answer = client.get(f"/books/?price={price}")
        assert [removal.label for removal in answer.context["removals"]] == [
            {"5": "€5 to €10", "20": "€20 to €30"}[price]
        ]


def test_authors_are_told_by_their_names_and_languages_by_theirs(client, make_book):
    make_book(1, authors=["José Saramago"], language="pt")
    make_book(2, authors=["Jose Saramago"], language="en")
    page = client.get("/books/")
    assert "Portuguese" in text(page)
    assert [named.books for named in find(Wish()).facets if named.kind == "author"] == [2]


def test_the_way_down_the_tree_and_up_again(client, make_book):
    for pk, path in enumerate(itertools.chain(PATHS, PATHS), 1):
        make_book(pk, categories=[path])
    page = client.get("/categories/fiction/").content.decode()
    assert 'href="/categories/fiction/crime/"' in page and 'href="/categories/society/' not in page
    answer = client.get("/categories/fiction/crime/?order=title")
    assert "2 books" in text(answer) and 'href="/categories/fiction/"' in answer.content.decode()


@pytest.mark.parametrize("kind", ["author", "publisher", "language", "format", "price"])
@pytest.mark.parametrize("url", ["", "q=a%00b%26+c&author=x&in_stock=1&order=title", "publisher=orbit"])
def test_addresses_made_at_once_are_those_made_one_by_one(kind, url):
    wish, slugs = Wish.from_url(QueryDict(url)), ["10", "faber-&-faber", "ünd %00?", "x+y"]
    assert wish.addresses_with(kind, slugs) == [wish.toggled(kind, slug).address for slug in slugs]
