"""Read one page of a feed: the rows, the place to go on from, and whether there is more."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from uuid import UUID

from store.feed import epoch
from store.feed.cursor import Cursor
from store.rows import rows_of

MOST_CHARACTERS = 4_000_000


class FeedRestarted(Exception):
    """The cursor belongs to another epoch, or to a later state of this database than it is in."""


class Page(NamedTuple):
    """:ivar rows: each an object to be written as JSON, or that JSON as a text."""

    rows: list[dict[str, Any] | str]
    next: Cursor
    more: bool


def read_page(
    *,
    feed: str,
    sql: str,
    params: dict[str, Any],
    after: str | None,
    limit: int,
    row_id: str,
    shape: Callable,
    at_most: int = MOST_CHARACTERS,
) -> Page:
    """Answer the rows after the cursor that no open transaction can still precede.

    :param sql: one statement that begins with a WITH list holding `HEAD_SQL` and answers horizon, next_xid, epoch and
        row_xid as text beside the row's own columns; the row's columns are null where the page is empty.
    :param row_id: the column that orders rows of one transaction.
    :param shape: what becomes of one row.
    :param at_most: rows that are texts end the page once they have so many characters together.
    :raises BadCursor: see `Cursor.read`.
    :raises FeedRestarted: the reader must start from the beginning.
    """
    cursor = Cursor.read(after, feed=feed) if after else None
    place = {"xid": str(cursor.xid if cursor else 0), "id": cursor.id if cursor else 0, "limit": limit + 1}
    found = rows_of(sql, params | place)
    if found[0]["epoch"] is None:
        epoch.renew()
        found = rows_of(sql, params | place)
    head = found[0]
    life = UUID(head["epoch"])  # here once: for each row it took longer than all else of a row
    if cursor and (cursor.epoch != life or cursor.xid > int(head["next_xid"])):
        raise FeedRestarted
    found = [row for row in found if row["row_xid"] is not None]
    shaped = _that_fit(map(shape, found[:limit]), at_most)
    rows, more = found[: len(shaped)], len(found) > len(shaped)
    if more:
        end = Cursor(feed, life, int(rows[-1]["row_xid"]), rows[-1][row_id])
    else:
        # Nothing below the horizon is left, and no row's id is 0: the next poll starts right at the horizon.
        end = Cursor(feed, life, int(head["horizon"]), 0)
    return Page(shaped, end, more)


def _that_fit(shaped: Iterable, at_most: int) -> list:
    """The first rows, at least one: an answer has a bound however long its texts are."""
    fit, characters = [], 0
    for row in shaped:
        characters += len(row) if isinstance(row, str) else 0
        if fit and characters > at_most:
            break
        fit.append(row)
    return fit
