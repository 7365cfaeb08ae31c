"""Bring staged records into the catalogue and their copies onto the shelf, a batch and a transaction at a time."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from store.catalogue.models import Category
from store.importing.models import TO_DO
from store.importing.staging import CHANGEABLE, category_places
from store.ringing import ring_after_commit
from store.stock.models import Origin
from store.stock.operations import Delivery, lock_levels, receive_copies
from store.stock.queries import numbers_brought
from worker_bell import Topic

ACTOR = "import_books"
TAKEN_SQL = """
    CREATE TEMP TABLE IF NOT EXISTS importing_taken (LIKE importing_stagedbook) ON COMMIT DELETE ROWS;
    DELETE FROM importing_taken
"""
# What is taken is gone from the staging table with this transaction: no record is ever brought in twice.
TAKE_SQL = """
    WITH taken AS (
        DELETE FROM importing_stagedbook WHERE run_id = %(run)s AND isbn13 = ANY(ARRAY(
            SELECT isbn13 FROM importing_stagedbook WHERE run_id = %(run)s AND outcome = ANY(%(to_do)s)
            ORDER BY outcome, isbn13 LIMIT %(size)s
        )) RETURNING *
    )
    INSERT INTO importing_taken SELECT * FROM taken
"""
KNOWN_SQL = "SELECT book.id FROM importing_taken taken JOIN catalogue_book book USING (isbn13)"
# Whoever else adds one of these books at this moment was first: then it is a book we know, and the next statement's.
INSERT_SQL = f"""
    INSERT INTO catalogue_book ({", ".join(CHANGEABLE)}, isbn13, picture, picture_sha256, retired)
    SELECT title, COALESCE(subtitle, ''), COALESCE(series, ''), COALESCE(series_number, ''), COALESCE(authors, '{{}}'),
           first_published, COALESCE(language, ''), price, currency, COALESCE(publisher, ''), COALESCE(description, ''),
           COALESCE(format, ''), isbn13, '', '', false
    FROM importing_taken WHERE outcome = 'new' ORDER BY isbn13
    ON CONFLICT (isbn13) DO NOTHING RETURNING id
"""
UPDATE_SQL = f"""
    UPDATE catalogue_book AS book
    SET {", ".join(f"{name} = COALESCE(taken.{name}, book.{name})" for name in CHANGEABLE)}
    FROM importing_taken taken
    WHERE taken.isbn13 = book.isbn13 AND taken.outcome <> 'retired'
      AND ({", ".join(f"COALESCE(taken.{name}, book.{name})" for name in CHANGEABLE)})
          IS DISTINCT FROM ({", ".join(f"book.{name}" for name in CHANGEABLE)})
    RETURNING book.id
"""
RETIRE_SQL = """
    UPDATE catalogue_book AS book SET retired = true FROM importing_taken taken
    WHERE taken.isbn13 = book.isbn13 AND taken.outcome = 'retired' AND NOT book.retired RETURNING book.id
"""
MORE_SQL = """
    SELECT book.id, taken.categories, taken.copies, taken.shelf
    FROM importing_taken taken JOIN catalogue_book book USING (isbn13)
    WHERE taken.copies > 0 OR taken.categories IS NOT NULL ORDER BY book.id
"""
PLACE_SQL = """
    INSERT INTO catalogue_book_categories (book_id, category_id)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[]) ON CONFLICT DO NOTHING RETURNING book_id
"""


class Applied(NamedTuple):
    done: int = 0
    new: int = 0
    changed: int = 0
    retired: int = 0
    copies: int = 0


def apply_batch(run_id: int, size: int, *, now: datetime) -> Applied:
    """Step: bring the run's next records in; nothing is left to do when the answer's `done` is 0."""
    with connection.cursor() as cursor:
        cursor.execute(TAKEN_SQL)
        cursor.execute(TAKE_SQL, {"run": run_id, "to_do": [str(outcome) for outcome in TO_DO], "size": size})
        done = cursor.rowcount
        if not done:
            return Applied()
        # Orders lock levels before their change reaches the feed. So do we, or both would wait for each other.
        lock_levels(_ids(cursor, KNOWN_SQL))
        new = set(_ids(cursor, INSERT_SQL))
        changed = set(_ids(cursor, UPDATE_SQL))
        retired = _ids(cursor, RETIRE_SQL)
        cursor.execute(MORE_SQL)
        more = cursor.fetchall()
        changed |= _put_into_categories(cursor, more)
    copies = _receive(more, now)
    ring_after_commit(Topic.BOOKS)
    return Applied(done, len(new), len(changed - new), len(retired), copies)


def _ids(cursor, sql: str) -> list[int]:
    cursor.execute(sql)
    return [pk for (pk,) in cursor.fetchall()]


def _put_into_categories(cursor, more: Sequence[tuple]) -> set[int]:
    """Answer the books that stand in a category they did not stand in before."""
    wanted = [(book, tuple(path)) for book, categories, _, _ in more for path in _paths(categories)]
    if not wanted:
        return set()
    known = category_places()
    for _, path in wanted:
        for depth in range(1, len(path) + 1):
            if path[:depth] not in known:
                parent = known.get(path[: depth - 1])
                known[path[:depth]] = Category.objects.get_or_create(parent_id=parent, name=path[depth - 1])[0].id
    cursor.execute(PLACE_SQL, [[book for book, _ in wanted], [known[path] for _, path in wanted]])
    return {book for (book,) in cursor.fetchall()}


def _paths(categories) -> list[list[str]]:
    return (json.loads(categories) if isinstance(categories, str) else categories) or []


def _receive(more: Sequence[tuple], now: datetime) -> int:
    owed_by = [(book, copies, shelf) for book, _, copies, shelf in more if copies]
    brought = numbers_brought([book for book, _, _ in owed_by], Origin.IMPORT)
    deliveries = [Delivery(book, copies - brought.get(book, 0), shelf) for book, copies, shelf in owed_by]
    return receive_copies(deliveries, origin=Origin.IMPORT, actor=ACTOR, now=now)
