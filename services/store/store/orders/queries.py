"""Questions about orders."""

from django.db import connection
from django.db.models import Count, Q, Window
from django.db.models.functions import RowNumber

from store.orders.models import Allocation, Order, OrderLine
from store.stock.models import BookItem, CopyState

LEVEL_DIFFERENCES_SQL = """
    WITH counted AS (
        SELECT book_id, count(*) AS on_shelf FROM stock_bookitem WHERE state = 'available' GROUP BY book_id
    ), promised AS (
        SELECT line.book_id, sum(line.quantity - COALESCE(boxed.number, 0)) AS reserved
        FROM orders_orderline line
        JOIN orders_order o ON o.id = line.order_id AND o.state IN ('received', 'packing')
        LEFT JOIN (
            SELECT line_id, count(*) AS number FROM orders_allocation WHERE released_at IS NULL GROUP BY line_id
        ) boxed ON boxed.line_id = line.id
        GROUP BY line.book_id
    )
    SELECT book_id FROM stock_stocklevel level
    FULL JOIN counted USING (book_id) FULL JOIN promised USING (book_id)
    WHERE (COALESCE(level.on_shelf, 0), COALESCE(level.reserved, 0))
          IS DISTINCT FROM (COALESCE(counted.on_shelf, 0), COALESCE(promised.reserved, 0))
    ORDER BY book_id
"""


def lines_with_packed(order: Order) -> list[OrderLine]:
    """The order's lines in their order, each with `packed`: how many copies are in the box for it."""
    live = Q(allocations__released_at__isnull=True)
    return list(order.lines.annotate(packed=Count("allocations", filter=live)).order_by("line"))


def copies_in_box(order: Order) -> list[BookItem]:
    """The copies put into the order, oldest choice first, each with its book."""
    live = Allocation.objects.filter(line__order=order, released_at__isnull=True)
    return [a.copy for a in live.select_related("copy__book").order_by("id")]


def oldest_free_copies(number_by_book: dict[int, int]) -> list[BookItem]:
    """For each book so many of its free copies (fewer, if there are not so many), the longest on the shelf first."""
    if not number_by_book:
        return []
    age = Window(RowNumber(), partition_by="book_id", order_by=["received_at", "id"])
    wanted = Q(pk__in=[])
    for book_id, number in number_by_book.items():
        wanted |= Q(book_id=book_id, age__lte=number)
    free = BookItem.objects.filter(book_id__in=number_by_book, state=CopyState.AVAILABLE).annotate(age=age)
    return list(free.filter(wanted).select_related("book").order_by("book_id", "age"))


def books_with_wrong_level() -> list[int]:
    """Books whose level is not what their copies and the open orders say. Empty, unless there is a fault."""
    with connection.cursor() as cursor:
        cursor.execute(LEVEL_DIFFERENCES_SQL)
        return [row[0] for row in cursor.fetchall()]
