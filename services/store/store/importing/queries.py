"""Questions about imports."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import QuerySet

from store.catalogue.contributors import in_words
from store.catalogue.models import Book
from store.importing.cells import CHANGEABLE
from store.importing.models import WORKED_ON, ImportFault, ImportRun, Outcome, StagedBook
from store.spreadsheet import harmless
from store.stock.models import BookItem, Origin

CHANGES_SHOWN = 20
CHANGES_AT_ONCE = 500
FAULTS_SHOWN = 100


class Change(NamedTuple):
    """A field of a book as it is and as the file has it, in words."""

    field: str
    before: str
    after: str


class ChangedBook(NamedTuple):
    """:ivar number: of the record."""

    number: int
    isbn13: str
    title: str
    changes: list[Change]


def changes_of(run: ImportRun, *, after: int = 0, limit: int = CHANGES_SHOWN) -> list[ChangedBook]:
    """The first books behind a record that the import would change, field by field, with three statements."""
    staged = list(
        StagedBook.objects.filter(run_id=run.pk, outcome=Outcome.CHANGED, number__gt=after).order_by(
            "outcome", "number"
        )[:limit]
    )
    books = Book.objects.prefetch_related("categories").in_bulk([row.isbn13 for row in staged], field_name="isbn13")
    return [
        ChangedBook(row.number, row.isbn13, books[row.isbn13].title, _changes(books[row.isbn13], row))
        for row in staged
        if row.isbn13 in books
    ]


def changes_for_a_file(run: ImportRun) -> Iterator[list[str]]:
    """Lines for a CSV: every field of every book that the import would change."""
    yield ["ISBN", "title", "field", "now", "in the file"]
    after = 0
    while books := changes_of(run, after=after, limit=CHANGES_AT_ONCE):
        for book in books:
            for change in book.changes:
                yield [harmless(cell) for cell in (book.isbn13, book.title, *change)]
        after = books[-1].number


def examples_of(run: ImportRun, outcome: Outcome, *, limit: int = CHANGES_SHOWN) -> list[StagedBook]:
    """The first staged records with this outcome."""
    return list(StagedBook.objects.filter(run_id=run.pk, outcome=outcome).order_by("outcome", "number")[:limit])


def books_to_retire(run: ImportRun) -> list[Book]:
    """The first books that the import would retire, as we know them."""
    isbns = [row.isbn13 for row in examples_of(run, Outcome.RETIRED)]
    return list(Book.objects.filter(isbn13__in=isbns).order_by("isbn13"))


def copies_of(run: ImportRun, copies: QuerySet | None = None) -> QuerySet:
    """The copies that the import brought. While one is brought in no other one is: so it is known by the time."""
    copies = BookItem.objects.all() if copies is None else copies
    if not (run.done_copies and run.brought_from):
        return copies.none()
    return copies.filter(origin=Origin.IMPORT, received_at__gte=run.brought_from, received_at__lte=run.worked_at)


def import_before(run: ImportRun) -> ImportRun | None:
    """The one that is worked on first, if it is not this one."""
    return ImportRun.objects.filter(state__in=WORKED_ON, id__lt=run.pk).order_by("id").first()


def faults_for_a_file(run: ImportRun) -> Iterator[list[str]]:
    """Lines for a CSV: what was left out."""
    yield [run.what_a_record_is, "reference", "reason"]
    for fault in ImportFault.objects.filter(run=run).order_by("record", "id").iterator(chunk_size=1000):
        yield [str(fault.record), harmless(fault.reference), harmless(fault.reason)]


def _changes(book: Book, row: StagedBook) -> list[Change]:
    found = [
        Change(name.replace("_", " "), _shown(getattr(book, name)), _shown(getattr(row, name)))
        for name in CHANGEABLE
        if getattr(row, name) is not None and getattr(row, name) != getattr(book, name)
    ]
    if row.categories:
        wanted = ["; ".join(" > ".join(path) for path in row.categories)]
        known = sorted(category.name for category in book.categories.all())
        if not {path[-1] for path in row.categories} <= set(known):
            found.append(Change("categories", _shown(known), _shown(wanted) + " (added)"))
    return found


def _shown(value) -> str:
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return in_words(value)
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
