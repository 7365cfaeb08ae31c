"""What waits to be packed, the longest waiting first."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.timezone import localdate

from store.orders import awaiting
from store.orders.models import OPEN_STATES, Order, OrderLine, OrderQuerySet, OrderState, Payment
from store.orders.parcels import Parcel

# What packers save counts the revision on, every move the version; what is waited for comes without either; and some things
# change because time passes.
MARK = """
SELECT count(*), sum(hashtextextended(concat_ws(' ', id, version, revision, claimed_until > %(now)s, packer, placed_at < %(late)s), 0)),
       (SELECT sum(hashtextextended(concat_ws(' ', level.book_id, level.on_shelf - level.not_new - level.reserved), 0))
        FROM stock_stocklevel level WHERE level.book_id IN (SELECT book_id FROM orders_orderline WHERE awaited > 0))
FROM orders_order WHERE state = ANY(%(open)s) AND NOT (payment = %(prepaid)s AND paid < total)
"""


class Filters(NamedTuple):
    """What a packer wants to see of the queue; blank is everything."""

    claim: str = ""  # free, mine, others
    short: str = ""  # yes, no
    late: str = ""  # yes


CHOICES = {
    "claim": [("", "anybody's"), ("free", "nobody's"), ("mine", "mine"), ("others", "others'")],
    "short": [("", "with or without"), ("yes", "only with"), ("no", "only without")],
    "late": [("", "all"), ("yes", "only late ones")],
}


class Waiting(NamedTuple):
    """One order of the queue.

    :ivar copies: to be delivered; :ivar packed: of these, in the box; :ivar short: titles of what cannot be delivered; :ivar come:
        of what it waited for and is kept for it now.
    """

    order: Order
    due: datetime
    lines: int
    copies: int
    packed: int
    short: list[str]
    come: list[str]


def queue(orders: OrderQuerySet, filters: Filters, *, packer: str, now: datetime, promise: timedelta) -> OrderQuerySet:
    """The orders of these that are to be packed. All are promised within the same time: the oldest is due first."""
    waiting = orders.to_pack()
    by_claim = {
        "free": lambda: waiting.unclaimed(now=now),
        "mine": lambda: waiting.claimed(now=now).filter(packer=packer),
        "others": lambda: waiting.claimed(now=now).exclude(packer=packer),
    }
    if filters.claim in by_claim:
        waiting = by_claim[filters.claim]()
    if filters.short in ("yes", "no"):
        short = Exists(OrderLine.objects.filter(Q(short__gt=0) | Q(awaited__gt=0), order=OuterRef("pk")))
        waiting = waiting.filter(short if filters.short == "yes" else ~short)
    if filters.late == "yes":
        waiting = waiting.filter(placed_at__lt=now - promise)
    return waiting.order_by("placed_at", "id")


def mark(*, now: datetime, promise: timedelta) -> str:
    """This function will answer a word that stays the same for as long as the queue does, whatever is shown of it."""
    asked = {
        "now": now,
        "late": now - promise,
        "open": [str(state) for state in OPEN_STATES],
        "prepaid": Payment.PREPAID,
    }
    with connection.cursor() as cursor:
        cursor.execute(MARK, asked)
        return "-".join(
            map(str, (f"{localdate(now):%j}", *cursor.fetchone()))
        )  # the day: what was packed today is counted


def told(orders: Iterable[Order], *, promise: timedelta) -> list[Waiting]:
    """The orders with what a packer wants to know before opening one, by one statement for all, or two if one waits."""
    orders = list(orders)
    live = Q(allocations__released_at__isnull=True)
    lines_of: dict[int, list[OrderLine]] = {order.pk: [] for order in orders}
    for line in (
        OrderLine.objects.filter(order__in=orders).annotate(packed=Count("allocations", filter=live)).order_by("line")
    ):
        lines_of[line.order_id].append(line)
    awaiting.note_kept(line for lines in lines_of.values() for line in lines)
    return [_told(order, lines_of[order.pk], promise) for order in orders]


def _told(order: Order, lines: list[OrderLine], promise: timedelta) -> Waiting:
    return Waiting(
        order=order,
        due=order.placed_at + promise,
        lines=sum(1 for line in lines if line.to_deliver),
        copies=sum(line.to_deliver for line in lines),
        packed=sum(line.packed for line in lines),
        short=[f"{line.short} × {line.title}" for line in lines if line.short]
        + [f"waits for {n} × {line.title}" for line in lines if (n := line.awaited - line.kept)],
        come=[f"{line.kept} × {line.title}" for line in lines if line.kept],
    )


def packed_since(moment: datetime) -> int:
    """How many orders were sent off since then, the last of their parcels."""
    left = Parcel.objects.filter(dispatched_at__gte=moment, order__state=OrderState.DISPATCHED)
    return left.values("order").distinct().count()
