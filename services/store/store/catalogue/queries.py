"""Questions about titles."""

from collections.abc import Iterable, Mapping

from django.db import connection

from store.catalogue.feed import TREE_SQL
from store.catalogue.models import Book


class UnknownBooks(Exception):
    """Lines name books we do not sell; `errors` says which: [(index of the line, sentence)]."""

    def __init__(self, errors: list[tuple[int, str]]):
        super().__init__(errors)
        self.errors = errors


def require_sold(lines: Iterable[tuple[int, str | None]], *, among: Mapping[int, Book] | None = None) -> None:
    """See that each line's book, named by its id and perhaps its ISBN, is one we sell.

    :param among: books that were read before, by id; without it they are read.
    :raises UnknownBooks: naming every line that is wrong.
    """
    lines = list(lines)
    books = Book.objects.in_bulk({book_id for book_id, _ in lines}) if among is None else among
    errors = []
    for index, (book_id, isbn13) in enumerate(lines):
        book = books.get(book_id)
        if book is None:
            errors.append((index, f"There is no book {book_id}."))
        elif book.retired:
            errors.append((index, f"“{book.title}” is no longer sold."))
        elif isbn13 not in (None, book.isbn13):
            errors.append((index, f"Book {book_id} is “{book.title}”, ISBN {book.isbn13}, and not {isbn13}."))
    if errors:
        raise UnknownBooks(errors)


def category_places() -> dict[tuple[str, ...], int]:
    """The categories there are, by their names from the top."""
    with connection.cursor() as cursor:
        cursor.execute(f"WITH RECURSIVE {TREE_SQL} SELECT path, id FROM tree")
        return {tuple(path): pk for path, pk in cursor.fetchall()}
