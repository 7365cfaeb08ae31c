"""Reading the catalogue. Each function costs a constant number of statements, whatever the catalogue's size."""

from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import F, Func, Value
from django.db.models.expressions import BaseExpression

from shop.catalogue import popular
from shop.catalogue.finding import Found, find
from shop.catalogue.headings import Named, heading_id
from shop.catalogue.isbn import isbn13_from
from shop.catalogue.models import Book, BookQuerySet, Heading
from shop.catalogue.wish import Wish

BOOKS_PER_SHELF = 6
IN_SERIES = (F("card__series_place").asc(nulls_last=True), "card__sort_title", "id")
SAMPLE = 400  # newest books among which the home page looks for its shelves


@dataclass(frozen=True)
class Shelf:
    """:ivar address: of the whole list, where there is one."""

    title: str
    books: list[Book]
    address: str = ""


class _Counted(Paginator):
    """Pages of books of which one page was read together with the number of all."""

    def __init__(self, found: Found, books: list[Book]):
        super().__init__(books, found.wish.size)
        self.count = found.books


def page_of_books(wish: Wish) -> tuple[Found, Page]:
    """This function will find the page asked for, or the nearest one there is."""
    found = find(wish)
    books = books_by_keys(found.ids)
    return found, Page(books, found.number, _Counted(found, books))


def books_by_keys(keys: list[int]) -> list[Book]:
    """Books in the order of their keys; those that are gone are left out."""
    known = Book.objects.with_available().with_rating().in_bulk(keys)
    return [known[key] for key in keys if key in known]


def book(pk: int, **annotations: BaseExpression) -> Book | None:
    """This function will find any book, also a retired one: its page stays.

    :param annotations: what else is to be read with it.
    """
    return Book.objects.with_available().with_rating().annotate(**annotations).filter(pk=pk).first()


def book_by_isbn(text: str) -> Book | None:
    """The book whose ISBN, in whatever form, this text is: the one on sale, or else the one that was."""
    isbn = isbn13_from(text)
    return (
        Book.objects.filter(isbn13=isbn).order_by(F("retired_at").asc(nulls_first=True), "-id").first()
        if isbn
        else None
    )


def place(kind: str, slug: str) -> list[Named]:
    """An author, series … by the words of its address, last of the way to it from the root; empty if there is none."""
    if "\0" in slug:
        return []
    parts = slug.split("/") if kind == "category" else [slug]
    slugs = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
    found = Heading.objects.filter(pk__in=[heading_id(kind, each) for each in slugs]).values_list(
        "slug", "label", "books"
    )
    way = sorted((Named(kind, each, label, books) for each, label, books in found), key=lambda named: len(named.slug))
    return way if way and way[-1].slug == slug else []


def categories(roots_only: bool = False) -> list[Named]:
    """The tree of categories with books, each before what lies below it."""
    found = Heading.objects.filter(kind="category", books__gt=0)
    if roots_only:
        found = found.exclude(slug__contains="/")
    return [Named("category", slug, label, n) for slug, label, n in sorted(found.values_list("slug", "label", "books"))]


def shelves(*, today: date) -> list[Shelf]:
    """This function will fill the home page: new, popular, a series, and a category and a decade that change by the day."""
    found = [Shelf("New on our shelves", _shelf(Book.objects.listed(), "-id"))]
    found.append(Shelf("Popular now", books_by_keys(popular.keys()[:BOOKS_PER_SHELF])))
    if series := _of_the_day(popular.long_series(), today):
        books = Book.objects.listed().filter(card__headings__contains=[series.id])
        found.append(Shelf(f"In series: {series.label}", _shelf(books, *IN_SERIES), series.address))
    sample = Book.objects.listed().order_by("-id").values_list("categories", "first_published")[:SAMPLE]
    sample = list(sample)
    if path := _of_the_day(sorted({tuple(path) for paths, _ in sample for path in paths if path}), today):
        books = Book.objects.listed().filter(categories__contains=[list(path)])
        found.append(Shelf(f"From the shelf: {path[-1]}", _shelf(books, *_rotated(today))))
    if decade := _of_the_day(sorted({year // 10 * 10 for _, year in sample if year and year > 1000}), today):
        books = Book.objects.listed().filter(first_published__range=(decade, decade + 9))
        found.append(Shelf(f"First published in the {decade}s", _shelf(books, "first_published", "id")))
    return [shelf for shelf in found if shelf.books]


def _shelf(books: BookQuerySet, *order) -> list[Book]:
    return list(books.with_available().with_rating().order_by(*order)[:BOOKS_PER_SHELF])


def _rotated(today: date) -> tuple:
    """Another order each day, the same all day."""
    return Func(F("isbn13"), Value(today.isoformat()), template="md5(%(expressions)s)", arg_joiner=" || "), "id"


def _of_the_day(choices: list, today: date):
    return choices[today.toordinal() % len(choices)] if choices else None
