"""A client's orders in short, so that it can tell what differs from its own without reading all of them.

Orders are kept in ranges of their numbers by the first hexadecimal digits. The digests are made as those of books; see
`store.catalogue.digests`.
"""

from typing import Any
from uuid import UUID

from store.feed.epoch import HEAD_SQL
from store.rows import rows_of

MOST_DIGITS = 4
# An order's own content, and how far it has come as the latest event told it. A cancel that came before its order has no
# content; lines without any copy packed, shipped or short are left out, which is how it counts there, too.
_TOLD_SQL = """
    told AS (
        SELECT o.number, o.state AS status, o.version, event.xid, o.fingerprint = '' AS is_tombstone,
               md5(CASE WHEN o.fingerprint = '' THEN jsonb_build_array(o.number)
                        ELSE jsonb_build_array(o.number, o.total::text, o.currency, o.payment, lines.told)
                   END::text) AS content,
               md5(jsonb_build_array(o.number, o.state, o.version, COALESCE(counts.told, '[]'::jsonb))::text) AS progress
        FROM orders_order o
        LEFT JOIN orders_orderevent event ON event.order_id = o.id AND event.version = o.version
        LEFT JOIN LATERAL (
            SELECT jsonb_agg(jsonb_build_array(line.line, line.book_id, line.isbn13, line.quantity, line.unit_price::text)
                             ORDER BY line.line) AS told
            FROM orders_orderline line WHERE line.order_id = o.id
        ) lines ON true
        LEFT JOIN LATERAL (
            SELECT jsonb_agg(jsonb_build_array(c.line, c.packed, c.shipped, c.short) ORDER BY c.line) AS told
            FROM jsonb_to_recordset(event.lines) AS c (line int, packed int, shipped int, short int)
            WHERE c.packed + c.shipped + c.short > 0
        ) counts ON true
        WHERE o.client = %(client)s AND o.number >= %(first)s AND o.number <= %(last)s
    )
"""
RANGES_SQL = f"""
    WITH {_TOLD_SQL}
    SELECT left(number::text, %(digits)s) AS first, count(*) AS count,
           md5(string_agg(content, '' ORDER BY number)) AS orders, md5(string_agg(progress, '' ORDER BY number)) AS statuses
    FROM told GROUP BY 1 ORDER BY 1
"""
ROWS_SQL = f"""
    WITH {HEAD_SQL}, {_TOLD_SQL}
    SELECT number AS "order", status, version, COALESCE(told.xid < head.horizon, true) AS in_feed, content, progress
    FROM head CROSS JOIN told ORDER BY number
"""


def ranges(*, client: str, first: str, number: int) -> tuple[list[dict[str, Any]], str | None]:
    """The digests of so many ranges of the client's orders from one on, without the empty ones, and the range after.

    :param first: the first digits of the numbers; how many there are says how large the ranges are.
    """
    params, next_range = span(first, number)
    return rows_of(RANGES_SQL, params | {"client": client}), next_range


def rows(*, client: str, prefix: str) -> list[dict[str, Any]]:
    """The client's orders of one range, each with its digests and how far it is."""
    return rows_of(ROWS_SQL, {"client": client} | whole(prefix))


def span(first: str, number: int) -> tuple[dict[str, Any], str | None]:
    """This function will answer the parameters of a statement over so many ranges of numbers, and the range after."""
    last = min(int(first, 16) + number, 16 ** len(first)) - 1
    next_range = _prefix(last + 1, len(first)) if last + 1 < 16 ** len(first) else None
    ends = {"first": _lowest(first), "last": _highest(_prefix(last, len(first)))}
    return ends | {"digits": len(first)}, next_range


def whole(prefix: str) -> dict[str, Any]:
    """This function will answer the parameters of a statement over one range of numbers."""
    return {"first": _lowest(prefix), "last": _highest(prefix)}


def _prefix(place: int, digits: int) -> str:
    return f"{place:0{digits}x}"


def _lowest(prefix: str) -> UUID:
    return UUID(prefix.ljust(32, "0"))


def _highest(prefix: str) -> UUID:
    return UUID(prefix.ljust(32, "f"))
