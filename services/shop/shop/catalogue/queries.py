"""Reading the catalogue. Each function costs a constant number of statements, whatever the catalogue's size."""

from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import F, Func, Q, TextField, Value

from shop.catalogue.isbn import isbn13_from
from shop.catalogue.models import Book, BookQuerySet
from shop.pages.paging import nearest_page

BOOKS_PER_PAGE = 24
BOOKS_PER_SHELF = 6
SAMPLE = 400  # newest books among which the home page looks for its shelves
SEARCH_LENGTH = 100

ORDERS = {
    "newest": ("Newest first", ["-id"]),
    "title": ("Title", ["title", "id"]),
    "price": ("Price, lowest first", ["price", "id"]),
    "-price": ("Price, highest first", ["-price", "-id"]),
}


@dataclass(frozen=True)
class Wish:
    """What a shopper asked the list for, read from the URL; whatever makes no sense there is left out."""

    search: str = ""
    order: str = "newest"
    in_stock: bool = False
    page: str = ""

    @classmethod
    def from_url(cls, url) -> "Wish":
        order = url.get("order", "")
        return cls(
            search=" ".join(url.get("q", "").replace("\0", " ").split())[:SEARCH_LENGTH],
            order=order if order in ORDERS else "newest",
            in_stock=url.get("in_stock") == "1",
            page=url.get("page", ""),
        )


@dataclass(frozen=True)
class Shelf:
    title: str
    books: list[Book]


def page_of_books(wish: Wish) -> Page:
    """This function will find the page asked for, or the nearest one there is."""
    books = Book.objects.listed().with_available()
    if wish.search:
        books = books.filter(_matches(wish.search))
    if wish.in_stock:
        books = books.filter(store_free__gt=0, available__gt=0)  # the first spares looking at sales of sold-out books
    _, order = ORDERS[wish.order]
    paginator = Paginator(books.order_by(*order), BOOKS_PER_PAGE)
    return paginator.page(nearest_page(wish.page, paginator.num_pages))


def book(pk: int) -> Book | None:
    """This function will find any book, also a retired one: its page stays."""
    return Book.objects.with_available().filter(pk=pk).first()


def by_same_author(of: Book) -> list[Book]:
    if not of.authors:
        return []
    books = Book.objects.listed().filter(authors__contains=of.authors[:1]).exclude(pk=of.pk)
    return list(books.with_available().order_by("first_published", "title", "id")[:BOOKS_PER_SHELF])


def shelves(*, today: date) -> list[Shelf]:
    """This function will fill the home page: the newest books, and a category and a decade that change by the day."""
    found = [Shelf("New on our shelves", _shelf(Book.objects.listed(), "-id"))]
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
    return list(books.with_available().order_by(*order)[:BOOKS_PER_SHELF])


def _rotated(today: date) -> tuple:
    """Another order each day, the same all day."""
    return Func(F("isbn13"), Value(today.isoformat()), template="md5(%(expressions)s)", arg_joiner=" || "), "id"


def _of_the_day(choices: list, today: date):
    return choices[today.toordinal() % len(choices)] if choices else None


def _matches(search: str) -> Q:
    if isbn := isbn13_from(search):
        return Q(isbn13=isbn)
    found = Q()
    for word in search.split():
        found &= (
            Q(title__icontains=word)
            | Q(subtitle__icontains=word)
            | Q(series__icontains=word)
            | Q(publisher__icontains=word)
            | Q(pk__in=_written_by(word))
        )
    return found


def _written_by(word: str):
    authors = Func(F("authors"), Value(" "), function="array_to_string", output_field=TextField())
    return Book.objects.annotate(names=authors).filter(names__icontains=word).values("pk")
