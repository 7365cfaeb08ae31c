"""Books as a CSV under the names that imports know, so that staff change them in a spreadsheet and bring them in again."""

from collections.abc import Iterator

from django.db.models import QuerySet

from store.catalogue.models import Book
from store.catalogue.queries import category_places
from store.importing.with_roles import in_a_cell
from store.spreadsheet import harmless

# Without copies: how many there are is no fact of a book. Without shelves for the same reason.
COLUMNS = (
    "isbn13", "title", "subtitle", "series", "series_number", "authors", "contributors", "publisher", "imprint_of",
    "pages", "first_published", "language", "format", "price", "currency", "categories", "description",
)  # fmt: skip
CHUNK = 500


def lines_of(books: QuerySet[Book]) -> Iterator[list[str]]:
    """The header, and a line for each book; words are kept from being taken for formulas."""
    names = {pk: " > ".join(path) for path, pk in category_places().items()}
    yield list(COLUMNS)
    for book in books.prefetch_related("categories").iterator(chunk_size=CHUNK):
        told = {
            "authors": ", ".join(book.authors),
            "contributors": in_a_cell(book.contributors),
            "categories": "; ".join(sorted(names.get(each.pk, each.name) for each in book.categories.all())),
        }
        yield [_cell(told.get(name, getattr(book, name, ""))) for name in COLUMNS]


def _cell(value) -> str:
    if value is None:
        return ""
    return harmless(value) if isinstance(value, str) else str(value)
