"""How returns go on, as their client reads it: every event, in order."""

import json
from typing import Any

from store.feed.epoch import HEAD_SQL
from store.feed.page import Page, read_page

CHANGES_SQL = f"""
    WITH {HEAD_SQL}, page AS (
        SELECT event.* FROM returns_returnevent event
        WHERE event.client = %(client)s AND (event.xid, event.id) > (%(xid)s::xid8, %(id)s)
          AND event.xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY event.xid, event.id LIMIT %(limit)s
    )
    SELECT head.horizon::text AS horizon, head.next_xid::text AS next_xid, head.epoch, page.xid::text AS row_xid,
           page.id, page.number, page.order_number, page.version, page.status, page.at, page.why, page.reason,
           page.lines::text AS lines
    FROM head LEFT JOIN page ON true
    ORDER BY page.xid, page.id
"""


def changes(*, client: str, after: str | None, limit: int) -> Page:
    """One page of the client's events.

    :raises BadCursor, FeedRestarted: see `store.feed.page.read_page`.
    """
    params = {"client": client}
    return read_page(
        feed="returns", sql=CHANGES_SQL, params=params, after=after, limit=limit, row_id="id", shape=_as_told
    )


def _as_told(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "return": str(row["number"]),
        "order": str(row["order_number"]),
        "version": row["version"],
        "status": row["status"],
        "at": row["at"].isoformat().replace("+00:00", "Z"),
        "why": row["why"],
        "reason": row["reason"],
        "lines": json.loads(row["lines"]),
    }
