"""A parcel that came back unopened is taken in as a whole; the look at each copy is the same as of any return."""

from collections import Counter
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet

from store.orders.models import Allocation, Order
from store.orders.parcels import Parcel, ParcelState
from store.returns import accepting, receiving
from store.returns.models import Return, ReturnLine, ReturnState, Why
from store.returns.operations import ReturnRefused
from store.stock.operations import lock_copies, lock_levels


def to_take_in(parcel: Parcel) -> QuerySet[Allocation]:
    """What lay in a parcel that came back, and nobody has taken in yet."""
    away = accepting.with_customers().filter(parcel=parcel).order_by("id")
    return away if parcel.state == ParcelState.CAME_BACK else away.none()


def take_in(*, parcel_id: int, actor: str, now: datetime) -> list[Return]:
    """Take in all copies of a parcel that came back: for returns that wait for them, the rest for one that is made now.

    :returns: the returns that the copies are in.
    :raises ReturnRefused: if nothing of it is to be taken in, its order is still being packed, or a return that nobody
        has decided on asks for what lies in it; nothing is changed then.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().get(parcels=parcel_id)
        parcel = Parcel.objects.get(pk=parcel_id)
        inside = list(to_take_in(parcel).select_related("line__order"))
        if not inside:
            raise ReturnRefused(f"Nothing of {parcel} is to be taken in.")
        receiving.refuse_if_open(order)
        lock_levels(each.book_id for each in inside)
        lock_copies(each.copy_id for each in inside)
        waiting = _returns_for(order, inside, actor=actor, now=now)
        found = {}
        for each in inside:
            line = waiting[each.line_id].pop(0)
            why = f"{parcel} came back"
            taken = receiving.take_in(line, each.copy_id, why=why, actor=actor, now=now)
            found[line.of_id] = taken.line.of
    return list(found.values())


def _returns_for(order: Order, inside: list[Allocation], *, actor: str, now: datetime) -> dict[int, list[ReturnLine]]:
    """Step: for each copy the line of a return that takes it, by the order's line; of the rest a return is made."""
    wanted = Counter(each.line for each in inside)
    waiting = {
        line.pk: [each for each in receiving.expecting(line) for _ in range(each.expected)][:number]
        for line, number in wanted.items()
    }
    rest = [(line, number - len(waiting[line.pk])) for line, number in wanted.items() if number > len(waiting[line.pk])]
    if not rest:
        return waiting
    left = accepting.still_with_customer(order)
    if any(left[line.pk] < number for line, number in rest):
        raise ReturnRefused(f"There is a return for copies of order {order.reference}: decide on that one.")
    facts = {"number": uuid4(), "state": ReturnState.APPROVED, "why": Why.UNASKED, "asked_at": now}
    made = accepting.write(order, rest, client=order.client, actor=actor, now=now, **facts)
    for line in made.lines.counted():
        waiting[line.line_id] += [line] * line.quantity
    return waiting
