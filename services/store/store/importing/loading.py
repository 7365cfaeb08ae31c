"""Bring rows into the catalogue and their copies onto the shelf, a thousand at a time."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from store.catalogue.models import Book, Category
from store.importing.rows import Row
from store.ringing import ring_after_commit
from store.stock.models import Origin
from store.stock.operations import Delivery, lock_levels, receive_copies
from store.stock.queries import numbers_brought
from worker_bell import Topic

BATCH_ROWS = 1_000
MOST_TRIES = 3
ACTOR = "import_books"
# Any number will do that no other advisory lock of the store uses.
IMPORT_LOCK = 7_302

COLUMNS = ("title", "series", "series_number", "authors", "first_published", "language", "price", "currency")
IF_NAMED = ("publisher", "description", "format")
UPSERT_SQL = """
    INSERT INTO catalogue_book AS book
        (isbn13, title, series, series_number, authors, first_published, language, price, currency, publisher, description,
         format, subtitle, picture, picture_sha256, retired)
    SELECT isbn13, title, series, series_number, ARRAY(SELECT jsonb_array_elements_text(authors)), first_published,
           language, price, currency, publisher, description, format, '', '', '', false
    FROM unnest(%(isbn13)s::text[], %(title)s::text[], %(series)s::text[], %(series_number)s::text[], %(authors)s::jsonb[],
                %(first_published)s::smallint[], %(language)s::text[], %(price)s::numeric[], %(currency)s::text[],
                %(publisher)s::text[], %(description)s::text[], %(format)s::text[])
         AS incoming(isbn13, title, series, series_number, authors, first_published, language, price, currency, publisher,
                     description, format)
    ORDER BY isbn13
    ON CONFLICT (isbn13) DO UPDATE SET {assignments}
    WHERE ({old}) IS DISTINCT FROM ({new})
    RETURNING book.xmax = 0
"""


class AnotherImportRuns(Exception):
    """Only one import may run at a time."""


class Tally(NamedTuple):
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    copies: int = 0

    def plus(self, other: "Tally") -> "Tally":
        return Tally(*map(sum, zip(self, other)))


def load(rows: Sequence[Row], *, columns: Collection[str], now: datetime, dry_run: bool = False) -> Tally:
    """Add or change the rows' books in one transaction, and add the copies imports still owe them.

    :param rows: each ISBN once.
    :param columns: of the file; optional columns it lacks are left alone in books we know.
    :param dry_run: do everything and roll it back, so that the answer is what would happen.
    :raises AnotherImportRuns:
    """
    for last_try in (False,) * (MOST_TRIES - 1) + (True,):
        try:
            with transaction.atomic(durable=True):
                tally = _load(rows, columns, now)
                transaction.set_rollback(dry_run)
            return tally
        except OperationalError as error:  # someone who changes the same books may take their locks in another order
            if last_try or not isinstance(error.__cause__, DeadlockDetected):
                raise
    raise AssertionError("the last try answers or raises")


def _load(rows: Sequence[Row], columns: Collection[str], now: datetime) -> Tally:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [IMPORT_LOCK])
        if not cursor.fetchone()[0]:
            raise AnotherImportRuns
    isbns = [row.isbn13 for row in rows]
    # Orders lock levels before their change reaches the feed. So do we, or both would wait for each other.
    lock_levels(Book.objects.filter(isbn13__in=isbns).values_list("id", flat=True))
    outcomes = _upsert(rows, columns)
    ids = dict(Book.objects.filter(isbn13__in=isbns).values_list("isbn13", "id"))
    if "categories" in columns:
        _put_into_categories(rows, ids)
    brought = numbers_brought(ids.values(), Origin.IMPORT)
    owed = [Delivery(ids[row.isbn13], row.copies - brought.get(ids[row.isbn13], 0), row.shelf) for row in rows]
    copies = receive_copies(owed, origin=Origin.IMPORT, actor=ACTOR, now=now)
    if outcomes:
        ring_after_commit(Topic.BOOKS)
    new = sum(outcomes)
    return Tally(new=new, changed=len(outcomes) - new, unchanged=len(rows) - len(outcomes), copies=copies)


def _upsert(rows: Sequence[Row], columns: Collection[str]) -> list[bool]:
    """Answer one value for each book that was touched: whether it is new."""
    ours = [*COLUMNS, *(name for name in IF_NAMED if name in columns)]
    sql = UPSERT_SQL.format(
        assignments=", ".join(f"{name} = excluded.{name}" for name in ours),
        old=", ".join(f"book.{name}" for name in ours),
        new=", ".join(f"excluded.{name}" for name in ours),
    )
    names = ("isbn13", *COLUMNS, *IF_NAMED)
    params = {name: [getattr(row, name) for row in rows] for name in names}
    params["authors"] = [json.dumps(row.authors) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [new for (new,) in cursor.fetchall()]


def _put_into_categories(rows: Sequence[Row], ids: dict[str, int]) -> None:
    known = {(parent, name): pk for pk, parent, name in Category.objects.values_list("id", "parent_id", "name")}
    placed = []
    for row in rows:
        for path in row.categories:
            parent = None
            for name in path:
                if (parent, name) not in known:
                    known[parent, name] = Category.objects.create(parent_id=parent, name=name).id
                parent = known[parent, name]
            placed.append((ids[row.isbn13], parent))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalogue_book_categories (book_id, category_id) "
            "SELECT * FROM unnest(%s::bigint[], %s::bigint[]) ON CONFLICT DO NOTHING",
            [[book for book, _ in placed], [category for _, category in placed]],
        )
