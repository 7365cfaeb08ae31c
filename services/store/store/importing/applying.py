"""Bring staged records into the catalogue and their copies onto the shelf, a batch and a transaction at a time."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from store.catalogue.models import Category
from store.catalogue.queries import category_places
from store.importing.cells import CHANGEABLE
from store.importing.models import TO_DO, ImportRun, Outcome
from store.importing.staging import BY_INDEX
from store.ringing import ring_after_commit
from store.shelves.naming import spelled
from store.stock.models import Origin
from store.stock.operations import Delivery, receive_copies
from store.stock.queries import numbers_brought
from worker_bell import Topic

MOST_COPIES_AT_ONCE = 10_000
# The next records of an outcome, up to so many and so many copies, so that no transaction lasts for long.
NEXT_SQL = """
    WITH following AS (
        SELECT number, owed, copies, categories FROM importing_stagedbook
        WHERE run_id = %(run)s AND outcome = %(outcome)s AND number > %(after)s ORDER BY number LIMIT %(size)s
    ), counted AS (
        SELECT *, sum(owed) OVER (ORDER BY number) - owed AS before FROM following
    )
    SELECT max(number), count(*), bool_or(copies > 0 OR categories IS NOT NULL)
    FROM counted WHERE before < %(copies)s
"""
TAKEN = """
    taken.run_id = %(run)s AND taken.outcome = %(outcome)s AND taken.number > %(after)s AND taken.number <= %(upto)s
"""
# Orders lock levels before their change reaches the feed. So do we, or both would wait for each other. A book that is
# new to everybody has no level yet, and nobody waits for it.
LOCK_SQL = f"""
    SELECT FROM importing_stagedbook taken JOIN catalogue_book book USING (isbn13)
    JOIN stock_stocklevel level ON level.book_id = book.id WHERE {TAKEN} ORDER BY level.book_id FOR UPDATE OF level
"""
# Whoever else adds one of these books at this moment was first: then it is a book we know, and the next statement's.
INSERT_SQL = f"""
    INSERT INTO catalogue_book ({", ".join(CHANGEABLE)}, isbn13, picture, picture_sha256, retired)
    SELECT title, COALESCE(subtitle, ''), COALESCE(series, ''), COALESCE(series_number, ''), COALESCE(authors, '{{}}'),
           first_published, COALESCE(language, ''), price, currency,
           COALESCE(contributors, '[]'), COALESCE(publisher, ''), COALESCE(imprint_of, ''), pages, COALESCE(description, ''),
           COALESCE(format, ''), isbn13, '', '', false
    FROM importing_stagedbook taken WHERE {TAKEN} ORDER BY isbn13
    ON CONFLICT (isbn13) DO NOTHING RETURNING id
"""
UPDATE_SQL = f"""
    UPDATE catalogue_book AS book
    SET {", ".join(f"{name} = COALESCE(taken.{name}, book.{name})" for name in CHANGEABLE)}
    FROM importing_stagedbook taken
    WHERE {TAKEN} AND taken.isbn13 = book.isbn13
      AND ({", ".join(f"COALESCE(taken.{name}, book.{name})" for name in CHANGEABLE)})
          IS DISTINCT FROM ({", ".join(f"book.{name}" for name in CHANGEABLE)})
    RETURNING book.id
"""
RETIRE_SQL = f"""
    UPDATE catalogue_book AS book SET retired = true FROM importing_stagedbook taken
    WHERE {TAKEN} AND taken.isbn13 = book.isbn13 AND NOT book.retired
"""
MORE_SQL = f"""
    SELECT book.id, taken.categories, taken.copies, taken.shelf
    FROM importing_stagedbook taken JOIN catalogue_book book USING (isbn13)
    WHERE {TAKEN} AND (taken.copies > 0 OR taken.categories IS NOT NULL) ORDER BY book.id
"""
PLACE_SQL = """
    INSERT INTO catalogue_book_categories (book_id, category_id)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[]) ON CONFLICT DO NOTHING RETURNING book_id
"""


class Place(NamedTuple):
    """The record that was brought in last; the outcomes come in the order of their names."""

    outcome: str = ""
    number: int = 0


class Applied(NamedTuple):
    """What a batch brought, and where it ends."""

    place: Place = Place()
    done: int = 0
    new: int = 0
    changed: int = 0
    retired: int = 0
    copies: int = 0


def apply_batch(run: ImportRun, size: int, *, now: datetime) -> Applied:
    """Step: bring the run's next records in; nothing is left to do when the answer's `done` is 0."""
    after = Place(run.done_outcome, run.done_number)
    with connection.cursor() as cursor:
        cursor.execute(BY_INDEX)
        taken, done, more = _next(cursor, run.pk, after, size)
        if not done:
            return Applied(after)
        if taken["outcome"] == Outcome.RETIRED:
            cursor.execute(LOCK_SQL, taken)
            cursor.execute(RETIRE_SQL, taken)
            brought = Applied(retired=cursor.rowcount)
        else:
            brought = _put_in(cursor, taken, done, more, {**_who(run), "now": now})
    ring_after_commit(Topic.BOOKS)
    return brought._replace(place=Place(taken["outcome"], taken["upto"]), done=done)


def _who(run: ImportRun) -> dict:
    """For the ledger: who said yes, and to what."""
    return {"actor": run.approved_by or run.uploaded_by, "note": f"import {run.pk}: {run.name}"}


def _next(cursor, run_id: int, after: Place, size: int) -> tuple[dict, int, bool]:
    """What to take, how many records that are, and whether there is more to them than the book; 0 if none is left."""
    limits = {"run": run_id, "size": size, "copies": MOST_COPIES_AT_ONCE}
    for outcome in map(str, TO_DO):
        if outcome < after.outcome:
            continue
        taken = limits | {"outcome": outcome, "after": after.number if outcome == after.outcome else 0}
        cursor.execute(NEXT_SQL, taken)
        upto, done, more = cursor.fetchone()
        if done:
            return taken | {"upto": upto}, done, more
    return {}, 0, False


def _put_in(cursor, taken: dict, done: int, more: bool, who: dict) -> Applied:
    new, changed, copies = set(), set(), 0
    if taken["outcome"] == Outcome.NEW:
        new = set(_ids(cursor, INSERT_SQL, taken))
    if len(new) < done:
        cursor.execute(LOCK_SQL, taken)
        changed = set(_ids(cursor, UPDATE_SQL, taken))
    if more:
        cursor.execute(MORE_SQL, taken)
        rows = cursor.fetchall()
        changed |= _put_into_categories(cursor, rows)
        copies = _receive(rows, who)
    return Applied(new=len(new), changed=len(changed - new), copies=copies)


def _ids(cursor, sql: str, taken: dict) -> list[int]:
    cursor.execute(sql, taken)
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


def _receive(more: Sequence[tuple], who: dict) -> int:
    owed_by = [(book, copies, shelf) for book, _, copies, shelf in more if copies]
    brought = numbers_brought([book for book, _, _ in owed_by], Origin.IMPORT)
    shelves = spelled(dict.fromkeys(shelf for _, _, shelf in owed_by))
    deliveries = [Delivery(book, copies - brought.get(book, 0), shelves[shelf]) for book, copies, shelf in owed_by]
    return receive_copies(deliveries, origin=Origin.IMPORT, **who)
