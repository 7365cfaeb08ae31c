"""Books as other services read them: the feed of changes, and lists in the same shape."""

import json
from operator import itemgetter
from typing import Any

from store.feed.epoch import HEAD_SQL
from store.feed.page import Page, read_page
from store.rows import rows_of

# Needs a `page` of (book_id, version, deleted, xid) in its WITH list. One statement, so that a book's number of free
# copies, its version and the horizon are of one moment.
TREE_SQL = """
    tree AS (
        SELECT id, ARRAY[name::text] AS path FROM catalogue_category WHERE parent_id IS NULL
        UNION ALL
        SELECT child.id, tree.path || child.name::text FROM catalogue_category child JOIN tree ON child.parent_id = tree.id
    )
"""
_PLACES_SQL = """
    places AS (
        SELECT placed.book_id, json_agg(to_json(tree.path) ORDER BY tree.path) AS paths
        FROM page JOIN catalogue_book_categories placed USING (book_id) JOIN tree ON tree.id = placed.category_id
        GROUP BY placed.book_id
    )
"""
# As `StockLevel.free`; a book that never had a copy has no level. GREATEST leaves out what is NULL.
FREE_SQL = "GREATEST(level.on_shelf - level.not_new - level.reserved - level.awaited, 0)"
# A book as the contract has it, written by Postgres: what passes through Python unread costs it nothing. A row becomes JSON
# in half the time that json_build_object takes, which looks at the type of each name as well.
_TOLD_SQL = f"""
    page.book_id,
    CASE WHEN page.deleted OR book.id IS NULL
    THEN json_build_object('id', page.book_id, 'version', page.version, 'deleted', true)
    ELSE (SELECT row_to_json(told) FROM (SELECT
        page.book_id AS id, page.version, book.isbn13, book.title, book.subtitle, book.authors, book.contributors, book.publisher,
        book.imprint_of, book.pages, book.series, book.series_number, book.language, book.format, book.first_published, book.description,
        book.price::text AS price, book.currency, {FREE_SQL} AS free, book.retired,
        COALESCE(places.paths, '[]') AS categories,
        CASE WHEN book.picture_sha256 <> '' THEN json_build_object(
            'sha256', book.picture_sha256, 'url', '/api/books/' || page.book_id || '/picture/') END AS picture
    ) AS told) END::text AS told
"""
_JOINS_SQL = """
    LEFT JOIN catalogue_book book ON book.id = page.book_id
    LEFT JOIN stock_stocklevel level ON level.book_id = page.book_id
    LEFT JOIN places ON places.book_id = page.book_id
"""
# `page.xid` stays unselected under its own name: ORDER BY would take an output column of that name, and as text.
# Where very many books have one xid, as after a restore or a large import, Postgres takes it that hardly any is left
# after a place among them, and would then compare each book of the page with the categories of each. Of generate_series
# with an end that it does not know it expects a thousand rows, and so at least as many of the page as are asked for.
CHANGES_SQL = f"""
    WITH RECURSIVE {HEAD_SQL}, {TREE_SQL}, page AS (
        SELECT found.* FROM (
            SELECT change.book_id, change.version, change.deleted, change.xid FROM catalogue_bookchange change
            WHERE (change.xid, change.book_id) > (%(xid)s::xid8, %(id)s)
              AND change.xid < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY change.xid, change.book_id LIMIT %(limit)s
        ) AS found CROSS JOIN generate_series(1, (SELECT 1)) LIMIT %(limit)s
    ), {_PLACES_SQL}
    SELECT head.horizon::text AS horizon, head.next_xid::text AS next_xid, head.epoch, page.xid::text AS row_xid,
           {_TOLD_SQL}
    FROM head LEFT JOIN page ON true {_JOINS_SQL}
    ORDER BY page.xid, page.book_id
"""
LIST_SQL = f"""
    WITH RECURSIVE {TREE_SQL}, page AS (
        SELECT found.id AS book_id, change.version, change.deleted FROM catalogue_book found
        JOIN catalogue_bookchange change ON change.book_id = found.id
        WHERE found.id > %(after)s AND (%(id)s::bigint IS NULL OR found.id = %(id)s)
          AND (%(search)s = '' OR found.isbn13 = %(search)s OR found.title ILIKE %(pattern)s
               OR array_to_string(found.authors, ' ') ILIKE %(pattern)s)
        ORDER BY found.id LIMIT %(limit)s
    ), {_PLACES_SQL}
    SELECT {_TOLD_SQL} FROM page {_JOINS_SQL} ORDER BY page.book_id
"""


def changes(*, after: str | None, limit: int) -> Page:
    """One page of the books that changed, each at its latest state.

    :raises BadCursor, FeedRestarted: see `store.feed.page.read_page`.
    """
    told = itemgetter("told")
    return read_page(feed="books", sql=CHANGES_SQL, params={}, after=after, limit=limit, row_id="book_id", shape=told)


def books(*, search: str = "", after: int = 0, limit: int = 1, book_id: int | None = None) -> list[dict[str, Any]]:
    """Books by their ids, in the feed's shape. `search` is an ISBN-13 or a part of the title or an author."""
    pattern = "%" + search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    params = {"after": after, "id": book_id, "search": search, "pattern": pattern, "limit": limit}
    return [json.loads(row["told"]) for row in rows_of(LIST_SQL, params)]
