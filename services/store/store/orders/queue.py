"""What waits to be packed, the longest waiting first."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q

from store.orders.models import Order, OrderEvent, OrderLine, OrderQuerySet, OrderState


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

    :ivar copies: to be delivered; :ivar packed: of these, in the box; :ivar short: titles of what cannot be delivered.
    """

    order: Order
    due: datetime
    lines: int
    copies: int
    packed: int
    short: list[str]


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
        short = Exists(OrderLine.objects.filter(order=OuterRef("pk"), short__gt=0))
        waiting = waiting.filter(short if filters.short == "yes" else ~short)
    if filters.late == "yes":
        waiting = waiting.filter(placed_at__lt=now - promise)
    return waiting.order_by("placed_at", "id")


def told(orders: Iterable[Order], *, promise: timedelta) -> list[Waiting]:
    """The orders with what a packer wants to know before opening one, by one statement for all."""
    orders = list(orders)
    live = Q(allocations__released_at__isnull=True)
    lines_of: dict[int, list[OrderLine]] = {order.pk: [] for order in orders}
    for line in (
        OrderLine.objects.filter(order__in=orders).annotate(packed=Count("allocations", filter=live)).order_by("line")
    ):
        lines_of[line.order_id].append(line)
    return [_told(order, lines_of[order.pk], promise) for order in orders]


def _told(order: Order, lines: list[OrderLine], promise: timedelta) -> Waiting:
    return Waiting(
        order=order,
        due=order.placed_at + promise,
        lines=sum(1 for line in lines if line.to_deliver),
        copies=sum(line.to_deliver for line in lines),
        packed=sum(line.packed for line in lines),
        short=[f"{line.short} × {line.title}" for line in lines if line.short],
    )


def packed_since(moment: datetime) -> int:
    """How many orders were sent off since then."""
    return OrderEvent.objects.filter(status=OrderState.DISPATCHED, at__gte=moment).count()
