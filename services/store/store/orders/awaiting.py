"""Copies that an order waits for, since those promised to it turned out to be missing or damaged.

Copies that come onto the shelf, whichever way, are theirs at once who wait for them, the oldest order first: the book's level
counts what is awaited, and nobody else is promised that. So nothing has to be done, and no order locked, where copies come in;
the order takes its promise when it is packed.
"""

from collections.abc import Collection, Iterable, Sequence

from django.db import connection

from store.orders.models import OPEN_STATES, Order, OrderLine
from store.stock.operations import Shift, lock_levels, shift_levels

# Of each line that waits, how many copies are kept for it. Few lines wait at any time, and an index has just them.
KEPT_SQL = """
    SELECT line.id, line.order_id, line.quantity - line.short - line.awaited AS promised,
           LEAST(line.awaited, GREATEST(0, level.on_shelf - level.not_new - level.reserved + line.awaited - sum(line.awaited)
               OVER (PARTITION BY line.book_id ORDER BY o.placed_at, o.id, line.line ROWS UNBOUNDED PRECEDING))) AS kept
    FROM orders_orderline line
    JOIN orders_order o ON o.id = line.order_id AND o.state = ANY(%(open)s)
    JOIN stock_stocklevel level ON level.book_id = line.book_id
    WHERE line.awaited > 0 AND (%(books)s::bigint[] IS NULL OR line.book_id = ANY(%(books)s::bigint[]))
"""
# Orders of which nothing can be packed before copies come. Who has all in the box waits for nobody.
IN_VAIN_SQL = f"""
    SELECT waiting.order_id FROM ({KEPT_SQL}) AS waiting GROUP BY waiting.order_id
    HAVING sum(waiting.kept) = 0 AND NOT EXISTS (
        SELECT FROM orders_orderline line
        WHERE line.order_id = waiting.order_id AND line.quantity - line.short - line.awaited > (
            SELECT count(*) FROM orders_allocation put WHERE put.line_id = line.id AND put.released_at IS NULL
        )
    )
"""
OLDER_SQL = """
    SELECT COALESCE(sum(line.awaited), 0) FROM orders_orderline line
    JOIN orders_order o ON o.id = line.order_id AND o.state = ANY(%(open)s)
    WHERE line.awaited > 0 AND line.book_id = %(book)s AND (o.placed_at, o.id) < (%(placed_at)s, %(order)s)
"""
OPEN = {"open": sorted(str(state) for state in OPEN_STATES)}


def kept_for(books: Collection[int]) -> dict[int, int]:
    """How many copies on the shelf are kept for each line that waits for these books, by its id."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT_SQL, OPEN | {"books": sorted(books)})
        return {line: kept for line, _, _, kept in cursor.fetchall()}


def note_kept(lines: Iterable[OrderLine]) -> None:
    """Give each line `kept`: how many of the copies that it waits for have come. Without lines that wait it costs nothing."""
    lines = list(lines)
    books = {line.book_id for line in lines if line.awaited}
    kept = kept_for(books) if books else {}
    for line in lines:
        line.kept = kept.get(line.pk, 0)


def in_vain() -> list[int]:
    """The orders that a packer can do nothing for before copies come."""
    with connection.cursor() as cursor:
        cursor.execute(IN_VAIN_SQL, OPEN | {"books": None})
        return [order for (order,) in cursor.fetchall()]


def promise_again(lines: Sequence[OrderLine]) -> bool:
    """Step: promise the lines of a locked order what is kept for them; answer whether anything was."""
    if not any(line.awaited for line in lines):
        return False
    lock_levels(line.book_id for line in lines)
    note_kept(lines)
    shifts: dict[int, Shift] = {}
    for line in (line for line in lines if line.kept):
        line.awaited -= line.kept
        line.save(update_fields=["awaited"])
        own = Shift(reserved=line.kept, awaited=-line.kept)
        shifts[line.book_id] = shifts.get(line.book_id, Shift()).plus(own)
        line.kept = 0
    shift_levels(shifts)
    return bool(shifts)


def older_want(order: Order, book: int) -> int:
    """How many copies of the book older orders wait for. The book's level is locked."""
    older = {"book": book, "placed_at": order.placed_at, "order": order.pk}
    with connection.cursor() as cursor:
        cursor.execute(OLDER_SQL, OPEN | older)
        return cursor.fetchone()[0]


def none_free(title: str) -> str:
    return f"“{title}”: the order waits for copies; those on the shelf are promised to others."
