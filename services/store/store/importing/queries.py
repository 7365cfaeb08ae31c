"""Questions about imports."""

from collections.abc import Iterator
from typing import NamedTuple

from store.catalogue.models import Book
from store.importing.models import WORKED_ON, ImportFault, ImportRun, Outcome, StagedBook
from store.importing.staging import CHANGEABLE

CHANGES_SHOWN = 20
FAULTS_SHOWN = 100
LONGEST_SHOWN = 120
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Change(NamedTuple):
    """A field of a book as it is and as the file has it, in words short enough to compare."""

    field: str
    before: str
    after: str


class ChangedBook(NamedTuple):
    isbn13: str
    title: str
    changes: list[Change]


def changes_of(run: ImportRun, *, limit: int = CHANGES_SHOWN) -> list[ChangedBook]:
    """The first books that the import would change, field by field, with two statements."""
    staged = list(
        StagedBook.objects.filter(run_id=run.pk, outcome=Outcome.CHANGED).order_by("outcome", "isbn13")[:limit]
    )
    books = Book.objects.prefetch_related("categories").in_bulk([row.isbn13 for row in staged], field_name="isbn13")
    return [
        ChangedBook(row.isbn13, books[row.isbn13].title, _changes(books[row.isbn13], row))
        for row in staged
        if row.isbn13 in books
    ]


def examples_of(run: ImportRun, outcome: Outcome, *, limit: int = CHANGES_SHOWN) -> list[StagedBook]:
    """The first staged records with this outcome."""
    return list(StagedBook.objects.filter(run_id=run.pk, outcome=outcome).order_by("outcome", "isbn13")[:limit])


def books_to_retire(run: ImportRun) -> list[Book]:
    """The first books that the import would retire, as we know them."""
    isbns = [row.isbn13 for row in examples_of(run, Outcome.RETIRED)]
    return list(Book.objects.filter(isbn13__in=isbns).order_by("isbn13"))


def import_before(run: ImportRun) -> ImportRun | None:
    """The one that is worked on first, if it is not this one."""
    return ImportRun.objects.filter(state__in=WORKED_ON, id__lt=run.pk).order_by("id").first()


def faults_for_a_file(run: ImportRun) -> Iterator[list[str]]:
    """Lines for a CSV; nothing in them is taken for a formula by a spreadsheet."""
    yield [run.what_a_record_is, "reference", "reason"]
    for fault in ImportFault.objects.filter(run=run).order_by("record", "id").iterator(chunk_size=1000):
        yield [str(fault.record), harmless(fault.reference), harmless(fault.reason)]


def harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


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
    text = ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
