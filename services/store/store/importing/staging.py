"""Bring records into the staging table and compare them with the catalogue, a batch at a time."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

from store.catalogue.queries import category_places
from store.importing.cells import CATEGORIES, CHANGEABLE, COLUMNS, ISBN, NOTHING, NUMBER, Cells, array_of
from store.importing.models import Format, ImportRun, Outcome
from store.importing.sources import Fault

# A batch is small beside the catalogue, and the planner does not know it: a table filled a moment ago has no statistics.
BY_INDEX = "; ".join(
    f"SET LOCAL {setting} = off"
    for setting in ("enable_hashjoin", "enable_mergejoin", "enable_seqscan", "enable_material", "jit")
)
INCOMING_SQL = f"""
    {BY_INDEX};
    CREATE TEMP TABLE IF NOT EXISTS importing_incoming (
        isbn13 text, number int, title text, subtitle text, series text, series_number text, authors varchar[],
        first_published smallint, language text, price numeric, currency text, contributors jsonb, publisher text,
        imprint_of text, pages smallint, description text, format text,
        categories jsonb, copies int, shelf text, retire boolean, places bigint[]
    ) ON COMMIT DELETE ROWS;
    DELETE FROM importing_incoming
"""
COPY_SQL = f"COPY importing_incoming ({', '.join(COLUMNS)}, places) FROM STDIN"
# Of a book that stays as it is, it is enough to know that it was in the file.
SAID = (*CHANGEABLE, "categories")
TOLD = [f"CASE WHEN outcome <> 'unchanged' THEN {name} END" for name in SAID]
# Where the record says nothing, what we know is what it says.
DIFFERS = "({}) IS DISTINCT FROM ({})".format(
    ", ".join(f"COALESCE(i.{name}, book.{name})" for name in CHANGEABLE),
    ", ".join(f"book.{name}" for name in CHANGEABLE),
)
IN_ITS_PLACES = """
    (i.places IS NULL OR i.places <@ ARRAY(SELECT category_id FROM catalogue_book_categories WHERE book_id = book.id))
"""
# Looked up record by record, by sub-selects that are no joins to the planner: of tables that have just grown it believes
# that they are small, and would read all of them for each record.
STAGE_SQL = f"""
    WITH compared AS MATERIALIZED (
        SELECT i.*, GREATEST(i.copies - brought.number, 0) AS owed,
               CASE WHEN i.retire AND book.retired IS FALSE THEN 'retired'
                    WHEN i.retire THEN 'unchanged'
                    WHEN book.id IS NULL AND (i.title IS NULL OR i.price IS NULL) THEN 'incomplete'
                    WHEN book.id IS NULL THEN 'new'
                    WHEN {DIFFERS} OR NOT {IN_ITS_PLACES} THEN 'changed'
                    WHEN i.copies > brought.number THEN 'copies'
                    ELSE 'unchanged' END AS outcome
        FROM importing_incoming i
        LEFT JOIN LATERAL (SELECT * FROM catalogue_book WHERE isbn13 = i.isbn13 OFFSET 0) AS book ON true
        CROSS JOIN LATERAL (
            SELECT count(*) AS number FROM stock_bookitem copy
            WHERE i.copies > 0 AND copy.book_id = book.id AND copy.origin = 'import'
        ) AS brought
    ), kept AS (
        INSERT INTO importing_stagedbook (run_id, outcome, owed, isbn13, number, {", ".join(SAID)}, copies, shelf)
        SELECT %(run)s, outcome, owed, isbn13, number, {", ".join(TOLD)}, copies, shelf FROM compared
        WHERE (
            SELECT number FROM importing_stagedbook WHERE run_id = %(run)s AND isbn13 = compared.isbn13
        ) IS NULL
        RETURNING outcome, owed
    )
    SELECT outcome, count(*), sum(owed) FROM kept GROUP BY outcome
"""
# The first record of a book counts; each later one is told which.
LEFT_OUT_SQL = """
    SELECT i.number, i.isbn13, staged.number FROM importing_incoming i
    JOIN importing_stagedbook staged ON staged.run_id = %(run)s AND staged.isbn13 = i.isbn13
    WHERE staged.number <> i.number OR staged.outcome = 'incomplete'
"""
FIRST_SQL = "SELECT isbn13, number FROM importing_stagedbook WHERE run_id = %s AND isbn13 = ANY(%s)"


class Staged(NamedTuple):
    numbers: dict[str, int]
    copies: int
    faults: list[Fault]


def stage(run: ImportRun, records: Sequence[Cells]) -> Staged:
    """Step: stage the records and answer what they come to, by outcome, and which are left out."""
    if not records:
        return Staged({}, 0, [])
    first = {cells[ISBN]: cells for cells in records}
    if len(first) < len(records):
        records = sorted(records, key=lambda cells: int(cells[NUMBER]), reverse=True)
        first = {cells[ISBN]: cells for cells in records}
    lines = map("\t".join, _with_places(list(first.values())))
    with connection.cursor() as cursor:
        cursor.execute(INCOMING_SQL)
        with cursor.copy(COPY_SQL) as copy:
            copy.write("\n".join(lines) + "\n")
        cursor.execute(STAGE_SQL, {"run": run.id})
        found = cursor.fetchall()
        numbers = {outcome: number for outcome, number, _ in found}
        owed = sum(int(copies) for outcome, _, copies in found if outcome not in (Outcome.INCOMPLETE, Outcome.RETIRED))
        faults = []
        if sum(numbers.values()) < len(first) or Outcome.INCOMPLETE in numbers:
            cursor.execute(LEFT_OUT_SQL, {"run": run.id})
            faults = [_fault(run, *left_out) for left_out in cursor.fetchall()]
        if len(first) < len(records):
            faults += _second_ones(run, cursor, [cells for cells in records if first[cells[ISBN]] is not cells])
        return Staged(numbers, owed, faults)


def _with_places(records: Sequence[Cells]) -> list[Cells]:
    """The cells, and behind them the ids of the categories."""
    said = {cells[CATEGORIES] for cells in records} - {NOTHING}
    known = category_places() if said else {}
    places = {categories: _ids_of(categories, known) for categories in said} | {NOTHING: NOTHING}
    return [(*cells, places[cells[CATEGORIES]]) for cells in records]


def _ids_of(categories: str, known: dict[tuple[str, ...], int]) -> str:
    """:param categories: as a cell."""
    paths = json.loads(categories.replace("\\\\", "\\"))
    # A category that is not there yet has no id: with 0 the book does not stand in all of its places.
    return array_of([str(known.get(tuple(path), 0)) for path in paths])


def _second_ones(run: ImportRun, cursor, records: Sequence[Cells]) -> list[Fault]:
    """Why records are left out whose book stands in the same batch before them."""
    cursor.execute(FIRST_SQL, [run.pk, [cells[ISBN] for cells in records]])
    staged = dict(cursor.fetchall())
    return [_fault(run, int(cells[NUMBER]), cells[ISBN], staged[cells[ISBN]]) for cells in records]


def _fault(run: ImportRun, number: int, isbn13: str, staged_as: int) -> Fault:
    if number == staged_as:
        return Fault(
            number, isbn13, f"There is no book {isbn13} yet, and for a new one a title and a price are missing."
        )
    told = f"ISBN {isbn13} stands in {run.what_a_record_is} {staged_as} already."
    return Fault(number, isbn13, told, "isbn13" if run.format == Format.CSV else "")
