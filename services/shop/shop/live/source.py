"""A log whose new rows open streams hear of, read by its growing ids, and without missing one that commits late."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from django.db import connection

from shop.live.position import Position

MOST_ROWS = 1_000  # in one look
OVERLAP = 1_000  # rows before the newest, among which a process that starts looks for gaps
Row = TypeVar("Row")

# The row without an id says which transactions were under way for the very snapshot that the rows are read from.
LOOK = """
SELECT {nothing}, pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint
UNION ALL
(SELECT {columns}, NULL, NULL FROM {tables} WHERE fresh.id > %s ORDER BY fresh.id LIMIT %s)
UNION ALL
(SELECT {columns}, NULL, NULL FROM {tables} WHERE fresh.id = ANY(%s))
"""


@dataclass(frozen=True)
class Source(Generic[Row]):
    """
    :ivar tables: the log as "fresh", and what is joined to it.
    :ivar columns: of which the first is fresh.id; what make() makes a row of.
    :ivar worth_telling: leaves out of the rows of one look those that others say as well.
    """

    name: str
    tables: str
    columns: tuple[str, ...]
    make: Callable[..., Row]
    worth_telling: Callable[[list[Row]], list[Row]] = list

    @cached_property
    def _look(self) -> str:
        nothing = ", ".join(f"NULL AS column{place}" for place in range(len(self.columns)))
        return LOOK.format(nothing=nothing, columns=", ".join(self.columns), tables=self.tables)

    def begin(self) -> Position:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT fresh.id FROM {self.tables} ORDER BY fresh.id DESC LIMIT 1")
            newest = cursor.fetchone() or (0,)
            return Position(max(newest[0] - OVERLAP, 0))

    def look(self, position: Position) -> tuple[list[Row], bool]:
        """This function will read the rows after a position and move it on; answer them, and whether there are more."""
        with connection.cursor() as cursor:
            cursor.execute(self._look, [position.newest, MOST_ROWS, position.missing])
            found = cursor.fetchall()
        *_, running_from, next_transaction = next(row for row in found if row[0] is None)
        rows = sorted((row[:-2] for row in found if row[0] is not None), key=lambda row: row[0])
        ids = (row[0] for row in rows)
        position.advance(ids, running_from=running_from, next_transaction=next_transaction)
        return self.worth_telling([self.make(*row) for row in rows]), len(rows) >= MOST_ROWS
