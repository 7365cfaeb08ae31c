"""Bring records into the staging table and compare them with the catalogue, a batch at a time."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

from store.importing.models import ImportRun, Outcome
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
    "publisher",
    "description",
    "format",
)
COLUMNS = ("isbn13", "number", *CHANGEABLE, "categories", "copies", "shelf")
INCOMING_SQL = """
    CREATE TEMP TABLE IF NOT EXISTS importing_incoming (
        isbn13 text, number int, title text, subtitle text, series text, series_number text, authors varchar[],
        first_published smallint, language text, price numeric, currency text, publisher text, description text, format text,
        categories jsonb, copies int, shelf text, retire boolean, places bigint[]
    ) ON COMMIT DELETE ROWS;
    DELETE FROM importing_incoming
"""
COPY_SQL = f"COPY importing_incoming ({', '.join(COLUMNS)}, retire, places) FROM STDIN"
# Where the record says nothing, what we know is what it says.
DIFFERS = "({}) IS DISTINCT FROM ({})".format(
    ", ".join(f"COALESCE(i.{name}, book.{name})" for name in CHANGEABLE),
    ", ".join(f"book.{name}" for name in CHANGEABLE),
)
IN_ITS_PLACES = """
    (i.places IS NULL OR i.places <@ ARRAY(SELECT category_id FROM catalogue_book_categories WHERE book_id = book.id))
"""
STAGE_SQL = f"""
    WITH compared AS (
        SELECT i.*, GREATEST(i.copies - brought.number, 0) AS owed,
               CASE WHEN i.retire AND book.retired IS FALSE THEN 'retired'
                    WHEN i.retire THEN 'unchanged'
                    WHEN book.id IS NULL AND (i.title IS NULL OR i.price IS NULL) THEN 'incomplete'
                    WHEN book.id IS NULL THEN 'new'
                    WHEN {DIFFERS} OR NOT {IN_ITS_PLACES} THEN 'changed'
                    WHEN i.copies > brought.number THEN 'copies'
                    ELSE 'unchanged' END AS outcome
        FROM importing_incoming i LEFT JOIN catalogue_book book ON book.isbn13 = i.isbn13
        CROSS JOIN LATERAL (
            SELECT count(*) AS number FROM stock_bookitem copy
            WHERE i.copies > 0 AND copy.book_id = book.id AND copy.origin = 'import'
        ) AS brought
    ), kept AS (
        INSERT INTO importing_stagedbook (run_id, outcome, {", ".join(COLUMNS)})
        SELECT %(run)s, outcome, {", ".join(COLUMNS)} FROM compared ORDER BY number
        ON CONFLICT (run_id, isbn13) DO NOTHING RETURNING number, outcome
    )
    SELECT outcome, count(*), sum(owed) FROM kept JOIN compared USING (number, outcome) GROUP BY outcome
"""
# The first record of a book counts; each later one is told which.
LEFT_OUT_SQL = """
    SELECT i.number, i.isbn13, staged.number FROM importing_incoming i
    JOIN importing_stagedbook staged ON staged.run_id = %(run)s AND staged.isbn13 = i.isbn13
    WHERE staged.number <> i.number OR staged.outcome = 'incomplete' ORDER BY i.number
"""
CATEGORY_PATHS_SQL = """
    WITH RECURSIVE placed AS (
        SELECT id, ARRAY[name::text] AS path FROM catalogue_category WHERE parent_id IS NULL
        UNION ALL
        SELECT child.id, placed.path || child.name::text FROM catalogue_category child JOIN placed ON child.parent_id = placed.id
    )
    SELECT path, id FROM placed
"""


class Fault(NamedTuple):
    record: int
    reference: str
    reason: str


class Staged(NamedTuple):
    numbers: dict[str, int]
    copies: int
    faults: list[Fault]


def stage(run: ImportRun, rows: Sequence[Row]) -> Staged:
    """Step: stage the rows and answer what they come to, by outcome, and which are left out."""
    if not rows:
        return Staged({}, 0, [])
    places = category_places() if any(row.categories for row in rows) else {}
    with connection.cursor() as cursor:
        cursor.execute(INCOMING_SQL)
        with cursor.copy(COPY_SQL) as copy:
            for row in rows:
                copy.write_row(_cells(row, places))
        cursor.execute(STAGE_SQL, {"run": run.id})
        found = cursor.fetchall()
        numbers = {outcome: number for outcome, number, _ in found}
        owed = sum(int(copies) for outcome, _, copies in found if outcome not in (Outcome.INCOMPLETE, Outcome.RETIRED))
        faults = []
        if sum(numbers.values()) < len(rows) or Outcome.INCOMPLETE in numbers:
            cursor.execute(LEFT_OUT_SQL, {"run": run.id})
            faults = [_fault(run, *left_out) for left_out in cursor.fetchall()]
        return Staged(numbers, owed, faults)


def category_places() -> dict[tuple[str, ...], int]:
    """The categories there are, by their names from the top."""
    with connection.cursor() as cursor:
        cursor.execute(CATEGORY_PATHS_SQL)
        return {tuple(path): pk for path, pk in cursor.fetchall()}


def _cells(row: Row, places: dict[tuple[str, ...], int]) -> tuple:
    # A category that is not there yet has no id: with 0 the book does not stand in all of its places.
    known = [places.get(path, 0) for path in row.categories] or None
    categories = json.dumps(row.categories) if row.categories else None
    changeable = (getattr(row, name) for name in CHANGEABLE)
    return (row.isbn13, row.number, *changeable, categories, row.copies, row.shelf, row.retire, known)


def _fault(run: ImportRun, number: int, isbn13: str, staged_as: int) -> Fault:
    if number == staged_as:
        return Fault(
            number, isbn13, f"There is no book {isbn13} yet, and for a new one a title and a price are missing."
        )
    return Fault(number, isbn13, f"ISBN {isbn13} stands in {run.what_a_record_is} {staged_as} already.")
