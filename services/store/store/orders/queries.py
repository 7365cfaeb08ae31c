"""Questions about orders."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, JSONObject, RowNumber

from store.orders.models import Allocation, Order, OrderLine
from store.orders.parcels import GONE, Parcel, ParcelState
from store.stock.models import BookItem, Condition, CopyState

SHELVES_SHOWN = 3
NEXT_SHOWN = 2  # the one to take, and the one after it
LEVEL_DIFFERENCES_SQL = """
    WITH counted AS (
        SELECT book_id, count(*) AS on_shelf, count(*) FILTER (WHERE condition <> 'new') AS not_new
        FROM stock_bookitem WHERE state = 'available' GROUP BY book_id
    ), waiting AS (
        SELECT line.book_id, line.quantity - line.short - line.awaited - COALESCE(boxed.number, 0) AS number, line.awaited
        FROM orders_orderline line
        JOIN orders_order o ON o.id = line.order_id AND o.state IN ('received', 'packing', 'part_sent')
        LEFT JOIN (
            SELECT line_id, count(*) AS number FROM orders_allocation WHERE released_at IS NULL GROUP BY line_id
        ) boxed ON boxed.line_id = line.id
        UNION ALL
        SELECT line.book_id, line.quantity, 0 FROM holds_holdline line
        JOIN holds_hold hold ON hold.id = line.hold_id AND hold.state = 'held'
    ), promised AS (
        SELECT book_id, sum(number) AS reserved, sum(awaited) AS awaited FROM waiting GROUP BY book_id
    )
    SELECT book_id FROM stock_stocklevel level
    FULL JOIN counted USING (book_id) FULL JOIN promised USING (book_id)
    WHERE (COALESCE(level.on_shelf, 0), COALESCE(level.not_new, 0), COALESCE(level.reserved, 0), COALESCE(level.awaited, 0))
          IS DISTINCT FROM (COALESCE(counted.on_shelf, 0), COALESCE(counted.not_new, 0), COALESCE(promised.reserved, 0),
                            COALESCE(promised.awaited, 0))
    ORDER BY book_id
"""


def lines_with_packed(order: Order) -> list[OrderLine]:
    """The order's lines in their order, each with `packed`, its copies in parcels, and `shipped`, those that have left."""
    live = Q(allocations__released_at__isnull=True)
    packed, shipped = (
        Count("allocations", filter=live),
        Count("allocations", filter=live & Q(allocations__parcel__state__in=GONE)),
    )
    return list(order.lines.annotate(packed=packed, shipped=shipped).order_by("line"))


def copies_in_box(order: Order) -> list[BookItem]:
    """The copies put into parcels that are still open, oldest choice first, each with its book."""
    live = Allocation.objects.filter(line__order=order, released_at__isnull=True, parcel__state=ParcelState.OPEN)
    return [a.copy for a in live.select_related("copy__book").order_by("id")]


def copies_by_parcel(order: Order) -> list[tuple[Parcel, list[BookItem]]]:
    """The order's parcels that are used, each with what lies in it, oldest choice first."""
    live = Allocation.objects.filter(line__order=order, released_at__isnull=True).select_related("copy__book", "parcel")
    found: dict[Parcel, list[BookItem]] = {}
    for allocation in live.order_by("parcel__number", "id"):
        found.setdefault(allocation.parcel, []).append(allocation.copy)
    return list(found.items())


def free_copies(**asked) -> QuerySet:
    """Copies on the shelf that orders can be packed with: new ones."""
    return BookItem.objects.filter(state=CopyState.AVAILABLE, condition=Condition.NEW, **asked)


def oldest_free_copies(number_by_book: dict[int, int]) -> list[BookItem]:
    """For each book so many of its free copies (fewer, if there are not so many), the longest on the shelf first."""
    if not number_by_book:
        return []
    age = Window(RowNumber(), partition_by="book_id", order_by=["received_at", "id"])
    wanted = Q(pk__in=[])
    for book_id, number in number_by_book.items():
        wanted |= Q(book_id=book_id, age__lte=number)
    free = free_copies(book_id__in=number_by_book).annotate(age=age)
    return list(free.filter(wanted).select_related("book").order_by("book_id", "age"))


def number_to_pack() -> int:
    """How many orders wait to be packed."""
    return Order.objects.to_pack().count()


def books_with_wrong_level() -> list[int]:
    """Books whose level is not what their copies, the open orders and the live holds say. Empty, unless there is a fault."""
    with connection.cursor() as cursor:
        cursor.execute(LEVEL_DIFFERENCES_SQL)
        return [row[0] for row in cursor.fetchall()]


def lines_for_packing(order: Order) -> list[OrderLine]:
    """The order's lines with `packed`, `on_shelf` and `shelves`: how many new copies stand on the shelf, the oldest where."""
    lines = list(
        OrderLine.objects.filter(order=order)
        .annotate(
            packed=Count("allocations", filter=Q(allocations__released_at__isnull=True)),
            on_shelf=Coalesce(F("book__level__on_shelf") - F("book__level__not_new"), 0),
        )
        .order_by("line")
    )
    shelves: dict[int, list[str]] = {}
    for copy in oldest_free_copies({line.book_id: SHELVES_SHOWN for line in lines}):
        if copy.shelf and copy.shelf not in shelves.setdefault(copy.book_id, []):
            shelves[copy.book_id].append(copy.shelf)
    for line in lines:
        line.shelves = shelves.get(line.book_id, [])
    return lines


def lines_at_bench(order: Order, *, locked: bool = False) -> list[OrderLine]:
    """The order's lines with `packed`, `shipped` and `next`: its longest free copies as dicts of barcode and shelf.

    Each has `parcels` as well, which are the order's and not the line's: dicts of id, number, state, carrier, tracking and
    copies.

    :param locked: also lock the levels of their books until the transaction ends. An open order has one for each.
    """
    live = Allocation.objects.filter(line=OuterRef("pk"), released_at__isnull=True).order_by().values("line")
    free = free_copies(book=OuterRef("book")).order_by("received_at", "id")
    shown = free.values(shown=JSONObject(barcode="barcode", shelf="shelf"))[:NEXT_SHOWN]
    lines = OrderLine.objects.filter(order=order).annotate(
        packed=_number(live),
        shipped=_number(live.filter(parcel__state__in=GONE)),
        next=ArraySubquery(shown),
        parcels=ArraySubquery(_parcels_in_short(order)),
    )
    if locked:
        levels = lines.filter(book__level__isnull=False).select_related("book__level")
        lines = levels.select_for_update(of=("book__level",)).order_by("book_id")
    return sorted(lines, key=lambda line: line.line)


def _parcels_in_short(order: Order) -> QuerySet:
    inside = Allocation.objects.filter(parcel=OuterRef("pk"), released_at__isnull=True).order_by().values("parcel")
    fields = {name: name for name in ("id", "number", "state", "carrier", "tracking")}
    used = Parcel.objects.filter(order=order).exclude(state=ParcelState.VOID).order_by("number")
    return used.values(told=JSONObject(**fields, copies=_number(inside)))


def _number(rows: QuerySet) -> Coalesce:
    """How many of these there are; they are grouped by what is the same for all of them."""
    return Coalesce(Subquery(rows.values(number=Count("pk")), output_field=IntegerField()), 0)


def parcels_told(order: Order) -> list[dict]:
    """What is told of the parcels that have left: number, carrier, tracking, state and lines with their copies."""
    left = Allocation.objects.filter(parcel__order=order, parcel__state__in=GONE, released_at__isnull=True)
    lines: dict[int, list[dict]] = {}
    for parcel, line, copies in (
        left.values_list("parcel", "line__line").annotate(copies=Count("pk")).order_by("line__line")
    ):
        lines.setdefault(parcel, []).append({"line": line, "copies": copies})
    return [
        {
            "number": parcel.number,
            "carrier": parcel.carrier,
            "tracking": parcel.tracking,
            "state": parcel.state,
            "lines": lines.get(parcel.pk, []),
        }
        for parcel in order.parcels.filter(state__in=GONE).order_by("number")
    ]


def copies_to_choose_from(order: Order, term: str, *, page: int, size: int) -> tuple[list[BookItem], bool]:
    """A page of the free copies of the ordered books, oldest first, by a part of barcode or title; is there more?"""
    books = OrderLine.objects.filter(order=order).values("book_id")
    free = free_copies(book_id__in=books).select_related("book")
    if term:
        free = free.filter(Q(barcode__icontains=term) | Q(book__title__icontains=term))
    start = (page - 1) * size
    found = list(free.order_by("book__title", "received_at", "id")[start : start + size + 1])
    return found[:size], len(found) > size
