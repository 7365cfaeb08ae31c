"""Statuses of orders as their client reads them: every one, in order."""

import json
from typing import Any

from store.feed.epoch import HEAD_SQL
from store.feed.page import Page, read_page

CHANGES_SQL = f"""
    WITH {HEAD_SQL}, page AS (
        SELECT event.* FROM orders_orderevent event
        WHERE event.client = %(client)s AND (event.xid, event.id) > (%(xid)s::xid8, %(id)s)
          AND event.xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY event.xid, event.id LIMIT %(limit)s
    )
    SELECT head.horizon::text AS horizon, head.next_xid::text AS next_xid, head.epoch, page.xid::text AS row_xid,
           page.id, page.number, page.version, page.status, page.at, page.reason, page.lines::text AS lines,
           page.line_reasons::text AS line_reasons, page.parcels::text AS parcels
    FROM head LEFT JOIN page ON true
    ORDER BY page.xid, page.id
"""


def changes(*, client: str, after: str | None, limit: int) -> Page:
    """One page of the client's events.

    :raises BadCursor, FeedRestarted: see `store.feed.page.read_page`.
    """
    return read_page(
        feed="orders",
        sql=CHANGES_SQL,
        params={"client": client},
        after=after,
        limit=limit,
        row_id="id",
        shape=_as_told,
    )


def _as_told(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "order": str(row["number"]),
        "version": row["version"],
        "status": row["status"],
        "at": row["at"].isoformat().replace("+00:00", "Z"),
        "reason": row["reason"],
        "lines": json.loads(row["lines"]),
        "line_reasons": json.loads(row["line_reasons"]),
        "parcels": json.loads(row["parcels"]),
    }
