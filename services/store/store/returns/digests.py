"""A client's returns in short, made and kept in ranges as its orders are; see `store.orders.digests`."""

from typing import Any

from store.feed.epoch import HEAD_SQL
from store.orders.digests import span, whole
from store.rows import rows_of

# As the latest event told it.
_TOLD_SQL = """
    told AS (
        SELECT r.number, r.state AS status, r.version, event.xid,
               md5(jsonb_build_array(
                   r.number, o.number, r.state, r.version, r.reason, COALESCE(counts.told, '[]'::jsonb)
               )::text) AS digest
        FROM returns_return r JOIN orders_order o ON o.id = r.order_id
        LEFT JOIN returns_returnevent event ON event.of_id = r.id AND event.version = r.version
        LEFT JOIN LATERAL (
            SELECT jsonb_agg(jsonb_build_array(c.line, c.asked, c.received, c.restocked, c.damaged, c.not_ours, c.missing,
                                               c.refund) ORDER BY c.line) AS told
            FROM jsonb_to_recordset(event.lines) AS c (line int, asked int, received int, restocked int, damaged int,
                                                       not_ours int, missing int, refund int)
        ) counts ON true
        WHERE r.client = %(client)s AND r.number >= %(first)s AND r.number <= %(last)s
    )
"""
RANGES_SQL = f"""
    WITH {_TOLD_SQL}
    SELECT left(number::text, %(digits)s) AS first, count(*) AS count, md5(string_agg(digest, '' ORDER BY number)) AS returns
    FROM told GROUP BY 1 ORDER BY 1
"""
ROWS_SQL = f"""
    WITH {HEAD_SQL}, {_TOLD_SQL}
    SELECT number AS "return", status, version, COALESCE(told.xid < head.horizon, true) AS in_feed, digest
    FROM head CROSS JOIN told ORDER BY number
"""


def ranges(*, client: str, first: str, number: int) -> tuple[list[dict[str, Any]], str | None]:
    """The digests of so many ranges of the client's returns from one on, without the empty ones, and the range after."""
    params, next_range = span(first, number)
    return rows_of(RANGES_SQL, params | {"client": client}), next_range


def rows(*, client: str, prefix: str) -> list[dict[str, Any]]:
    """The client's returns of one range, each with its digest and how far it is."""
    return rows_of(ROWS_SQL, {"client": client} | whole(prefix))
