"""What is to be fetched for some orders, in the order in which one walks along the shelves."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import Count, Q

from store.orders.awaiting import note_kept
from store.orders.models import Order, OrderLine
from store.orders.queries import oldest_free_copies
from store.stock.models import BookItem

MOST_ORDERS = 100
MOST_COPIES = 600
DIGITS = re.compile(r"(\d+)")


class TooMany(Exception):
    """The list would be too long; the text says by how much, and what to do."""


class Fetch(NamedTuple):
    """A copy to fetch, and the order for which it is meant."""

    copy: BookItem
    reference: str


class Lacking(NamedTuple):
    """So many copies that an order wants and that no shelf has."""

    title: str
    number: int
    reference: str


class PickList(NamedTuple):
    orders: list[Order]
    fetch: list[Fetch]
    lacking: list[Lacking]


def pick_list(orders: Iterable[Order]) -> PickList:
    """This function will find the longest free copies for what is not in the boxes yet, with two statements.

    Nothing is kept for anybody: at the bench every other copy of the same book will do.

    :raises TooMany:
    """
    orders = list(orders)
    if len(orders) > MOST_ORDERS:
        raise TooMany(f"A pick list has {MOST_ORDERS} orders at most; choose fewer.")
    lines = _lines(orders)
    wanted = Counter()
    for line in lines:
        wanted[line.book_id] += line.wanted
    if wanted.total() > MOST_COPIES:
        raise TooMany(
            f"These orders want {wanted.total()} copies; a pick list has {MOST_COPIES} at most. Choose fewer."
        )
    free = defaultdict(list)
    for copy in oldest_free_copies(dict(wanted)):
        free[copy.book_id].append(copy)
    fetch, lacking = [], []
    for line in lines:
        mine, free[line.book_id] = free[line.book_id][: line.wanted], free[line.book_id][line.wanted :]
        fetch += [Fetch(copy, line.order.reference) for copy in mine]
        if len(mine) < line.wanted:
            lacking.append(Lacking(line.title, line.wanted - len(mine), line.order.reference))
    return PickList(orders, sorted(fetch, key=_on_the_way), lacking)


def _lines(orders: Sequence[Order]) -> list[OrderLine]:
    """The lines that still want copies, those of the first order first."""
    place = {order.pk: number for number, order in enumerate(orders)}
    live = Count("allocations", filter=Q(allocations__released_at__isnull=True))
    lines = OrderLine.objects.filter(order__in=place).annotate(packed=live).select_related("order")
    found = sorted(lines, key=lambda line: (place[line.order_id], line.line))
    note_kept(found)
    for line in found:
        line.wanted = line.to_deliver - line.packed - line.awaited + line.kept
    return [line for line in found if line.wanted > 0]


def _on_the_way(fetch: Fetch) -> tuple:
    """Shelf 2 comes before shelf 10; what has no shelf comes last."""
    parts = [(int(part), "") if part.isdigit() else (0, part) for part in DIGITS.split(fetch.copy.shelf) if part]
    return (not fetch.copy.shelf, parts, fetch.copy.book.title, fetch.copy.pk)
