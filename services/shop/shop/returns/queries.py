"""Reading returns, always through their order."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch

from shop.orders.models import Order, OrderLine
from shop.orders.states import State as OrderState
from shop.returns.models import Return, ReturnEvent, ReturnLine, last_day


def returns_of(order: Order, *, anyhow: bool = False) -> list[Return]:
    """The order's returns with lines and events, the oldest first; not asked for of an order that was not sent.

    :param anyhow: ask, whatever the order's counters say.
    """
    if not (anyhow or any(line.shipped for line in order.lines.all())):
        return []
    lines = Prefetch("lines", ReturnLine.objects.select_related("line").order_by("line__position"))
    events = Prefetch("events", ReturnEvent.objects.order_by("version"))
    found = list(Return.objects.filter(order=order).order_by("asked_at", "number").prefetch_related(lines, events))
    for one in found:
        one.order = order
    return found


def return_of(order: Order, number: UUID) -> Return | None:
    return next((one for one in returns_of(order) if one.number == number), None)


def left_to_return(lines: Iterable[OrderLine], returns: Iterable[Return]) -> dict[int, int]:
    """How many copies of each line were sent, did not come back, and are in no return already; by the line's position."""
    left = {line.position: line.shipped for line in lines}
    for each in returns:
        for line in each.lines.all():
            left[line.line.position] -= line.taken_up
    return left


def returned(returns: Iterable[Return]) -> dict[int, int]:
    """How many copies of each line came back, by the line's position."""
    came: dict[int, int] = {}
    for each in returns:
        for line in each.lines.all():
            came[line.line.position] = came.get(line.line.position, 0) + line.received
    return came


def ask_until(order: Order) -> datetime | None:
    """Until when copies of an order can be sent back; None if it has not been sent, or not all of it."""
    if order.state != OrderState.SHIPPED:
        return None
    sent = [event.at for event in order.events.all() if event.state == OrderState.SHIPPED]
    return last_day(max(sent)) if sent else None


def can_ask(order: Order, returns: Iterable[Return], *, now: datetime) -> bool:
    until = ask_until(order)
    return until is not None and now < until and any(n > 0 for n in left_to_return(order.lines.all(), returns).values())
