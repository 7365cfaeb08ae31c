"""The catalogue in short, so that a reader can tell what differs from its copy without reading all of it.

What a digest is of, the contract says: the MD5 of a row is that of a JSON array's text as Postgres writes it, and the
MD5 of a range is that of its rows' MD5s, joined in the order of their ids. MD5 tells drift apart, not forgeries.
"""

from typing import Any

from store.catalogue.feed import FREE_SQL, TREE_SQL
from store.feed.epoch import HEAD_SQL
from store.rows import rows_of

RANGE = 1_000  # ids
LAST_ID = 2**63 - 1

# Every book of some ids, with the MD5 of what a shopper sees of it. A retired book is as good as none.
_ROWS_SQL = f"""
    places AS (
        SELECT placed.book_id, jsonb_agg(to_jsonb(tree.path) ORDER BY tree.path) AS paths
        FROM catalogue_book_categories placed JOIN tree ON tree.id = placed.category_id
        WHERE placed.book_id >= %(first)s AND placed.book_id < %(end)s GROUP BY placed.book_id
    ), told AS (
        SELECT book.id, book.retired, {FREE_SQL} AS free,
               md5(jsonb_build_array(
                   book.id, book.isbn13, book.title, book.subtitle, to_jsonb(book.authors), book.publisher, book.series,
                   book.series_number, book.language, book.format, book.first_published, book.description,
                   book.price::text, book.currency, COALESCE(places.paths, '[]'::jsonb), book.picture_sha256
               )::text) AS book,
               md5(jsonb_build_array(book.id, {FREE_SQL})::text) AS stock
        FROM catalogue_book book
        LEFT JOIN stock_stocklevel level ON level.book_id = book.id LEFT JOIN places ON places.book_id = book.id
        WHERE book.id >= %(first)s AND book.id < %(end)s
    )
"""
RANGES_SQL = f"""
    WITH RECURSIVE {TREE_SQL}, {_ROWS_SQL}
    SELECT id / %(range)s * %(range)s AS first, count(*) AS count, md5(string_agg(book, '' ORDER BY id)) AS books,
           md5(string_agg(stock, '' ORDER BY id)) AS stock,
           NULL::bigint AS next
    FROM told WHERE NOT retired GROUP BY 1
    UNION ALL
    SELECT NULL, 0, '', '', (SELECT min(id) / %(range)s * %(range)s FROM catalogue_book WHERE id >= %(end)s)
    ORDER BY first NULLS LAST
"""
# A row is in the feed once no older transaction is open any more; until then a reader cannot have heard of it.
ROWS_SQL = f"""
    WITH RECURSIVE {TREE_SQL}, {HEAD_SQL}, {_ROWS_SQL}
    SELECT change.book_id AS id, change.version, change.xid < head.horizon AS in_feed,
           told.id IS NULL OR told.retired AS gone, COALESCE(told.book, '') AS book, COALESCE(told.free, 0) AS free
    FROM head CROSS JOIN catalogue_bookchange change LEFT JOIN told ON told.id = change.book_id
    WHERE change.book_id >= %(first)s AND change.book_id < %(end)s
    ORDER BY change.book_id
"""


def ranges(*, first: int, number: int) -> tuple[list[dict[str, Any]], int | None]:
    """The digests of so many ranges of ids from one on, without the empty ones, and where the next book is."""
    *found, end = rows_of(RANGES_SQL, {"first": first, "end": min(first + number * RANGE, LAST_ID), "range": RANGE})
    return [{name: row[name] for name in ("first", "count", "books", "stock")} for row in found], end["next"]


def rows(*, first: int) -> list[dict[str, Any]]:
    """Every book of a range, also those that are gone, each with its digest, its free copies and its version."""
    return rows_of(ROWS_SQL, {"first": first, "end": min(first + RANGE, LAST_ID)})
