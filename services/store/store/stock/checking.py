"""Whether the ledger tells how many copies there are: the sum of its lines, book by book."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from store.rows import rows_of
from store.stock.models import ON_HAND, CopyState

BATCH = 1_000
CHECK_SQL = """
    WITH batch AS (
        SELECT id, isbn13, title FROM catalogue_book WHERE id > %(after)s ORDER BY id LIMIT %(size)s
    ), copies AS (
        SELECT book_id, count(*) FILTER (WHERE state = %(shelf)s) AS on_shelf,
               count(*) FILTER (WHERE state = %(shelf)s AND condition <> 'new') AS not_new,
               count(*) FILTER (WHERE state = ANY(%(hand)s)) AS on_hand
        FROM stock_bookitem WHERE book_id IN (SELECT id FROM batch) GROUP BY book_id
    ), lines AS (
        SELECT copy.book_id, line.from_state, line.to_state,
               lag(line.to_state, 1, '') OVER (PARTITION BY line.copy_id ORDER BY line.id) AS was
        FROM stock_ledgerline line JOIN stock_bookitem copy ON copy.id = line.copy_id
        WHERE copy.book_id IN (SELECT id FROM batch)
    ), told AS (
        SELECT book_id,
               sum((to_state = %(shelf)s)::int - (from_state = %(shelf)s)::int) AS on_shelf,
               sum((to_state = ANY(%(hand)s))::int - (from_state = ANY(%(hand)s))::int) AS on_hand,
               bool_or(was <> from_state) AS broken
        FROM lines GROUP BY book_id
    )
    SELECT batch.id, batch.isbn13, batch.title, COALESCE(told.broken, false) AS broken,
           COALESCE(told.on_shelf, 0) AS told_on_shelf, COALESCE(copies.on_shelf, 0) AS on_shelf,
           COALESCE(level.on_shelf, 0) AS level, COALESCE(copies.not_new, 0) AS not_new,
           COALESCE(level.not_new, 0) AS level_not_new, COALESCE(told.on_hand, 0) AS told_on_hand,
           COALESCE(copies.on_hand, 0) AS on_hand
    FROM batch LEFT JOIN told ON told.book_id = batch.id LEFT JOIN copies ON copies.book_id = batch.id
    LEFT JOIN stock_stocklevel level ON level.book_id = batch.id
    ORDER BY batch.id
"""


class Difference(NamedTuple):
    """A book whose ledger, copies and level do not say the same."""

    isbn13: str
    title: str
    sentences: list[str]


def differences(progress: Callable[[int], None]) -> Iterator[Difference]:
    """This function will yield every book that does not add up; it holds one batch of books at a time.

    :param progress: is told after each batch how many books that were.
    """
    after, fixed = 0, {"size": BATCH, "shelf": CopyState.AVAILABLE.value, "hand": sorted(str(s) for s in ON_HAND)}
    while batch := rows_of(CHECK_SQL, {"after": after, **fixed}):
        after = batch[-1]["id"]
        for row in batch:
            if sentences := _sentences(row):
                yield Difference(row["isbn13"], row["title"], sentences)
        progress(len(batch))


def _sentences(row: dict) -> list[str]:
    said = []
    if row["told_on_shelf"] != row["on_shelf"]:
        said.append(f"by its ledger {row['told_on_shelf']} copies are on the shelf, by the copies {row['on_shelf']}")
    if row["told_on_shelf"] != row["level"]:
        said.append(f"by its ledger {row['told_on_shelf']} copies are on the shelf, by its level {row['level']}")
    if row["not_new"] != row["level_not_new"]:
        said.append(f"by the copies {row['not_new']} on the shelf are not new, by its level {row['level_not_new']}")
    if row["told_on_hand"] != row["on_hand"]:
        said.append(f"by its ledger {row['told_on_hand']} copies are in the house, by the copies {row['on_hand']}")
    if row["broken"]:
        said.append("a line of its ledger does not begin where the one before it ended")
    return said
