"""Records as the text that COPY reads: a tuple of cells each, in the order of `COLUMNS`."""

import json
from collections.abc import Sequence

from store.importing.rows import Row

# What an import may change of a book we know, in the names of both tables.
CHANGEABLE = (
    "title",
    "subtitle",
    "series",
    "series_number",
    "authors",
    "first_published",
    "language",
    "price",
    "currency",
    "contributors",
    "publisher",
    "imprint_of",
    "pages",
    "description",
    "format",
)
COLUMNS = ("isbn13", "number", *CHANGEABLE, "categories", "copies", "shelf", "retire")
ISBN, NUMBER, CATEGORIES = COLUMNS.index("isbn13"), COLUMNS.index("number"), COLUMNS.index("categories")
NOTHING = "\\N"
Cells = tuple[str, ...]


def cells_of(row: Row) -> Cells:
    """The cells of one record."""
    said = row._asdict() | {
        "authors": None if row.authors is None else array_of(row.authors),
        "contributors": None if row.contributors is None else json.dumps(row.contributors),
        "categories": categories_of(row.categories),
        "retire": "t" if row.retire else "f",
    }
    return tuple(NOTHING if said[name] is None else escaped(str(said[name])) for name in COLUMNS)


def array_of(texts: Sequence[str]) -> str:
    """An array as Postgres reads it."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"


def categories_of(paths: Sequence[Sequence[str]]) -> str | None:
    return json.dumps(paths) if paths else None


def escaped(text: str) -> str:
    """The text of a cell, in which nothing is taken for the end of a cell or of a line."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
