"""Steps with an order's parcels: begin, seal, hand over. The order is locked by who takes them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Max

from store.orders.models import Allocation, Order, OrderLine, OrderState
from store.orders.parcels import Parcel, ParcelEvent, ParcelState
from store.stock.models import CopyState, Reason
from store.stock.operations import lock_copies, move_copies

# The first scan of an order makes its box; one statement for both keeps it as quick as the others.
BEGIN_WITH_SQL = """
    WITH begun AS (
        INSERT INTO orders_parcel (order_id, number, state, carrier, tracking) VALUES (%(order)s, %(number)s, 'open', '', '')
        RETURNING id
    )
    INSERT INTO orders_allocation (line_id, copy_id, book_id, parcel_id, by_isbn)
    SELECT %(line)s, %(copy)s, %(book)s, id, %(by_isbn)s FROM begun
    RETURNING id, parcel_id
"""


def begin(order: Order) -> Parcel:
    """Step: begin another box."""
    used = Parcel.objects.filter(order=order).exclude(state=ParcelState.VOID)
    return Parcel.objects.create(order=order, number=(used.aggregate(last=Max("number"))["last"] or 0) + 1)


def begin_with(allocation: Allocation, *, of: Order, number: int) -> Parcel:
    """Step: begin a box with its first copy. The allocation is saved by this."""
    names = {"line": "line_id", "copy": "copy_id", "book": "book_id", "by_isbn": "by_isbn"}
    put = {name: getattr(allocation, field) for name, field in names.items()}
    with connection.cursor() as cursor:
        cursor.execute(BEGIN_WITH_SQL, put | {"order": of.pk, "number": number})
        allocation.pk, allocation.parcel_id = cursor.fetchone()
    return Parcel(id=allocation.parcel_id, order=of, number=number)


def current(order: Order) -> Parcel:
    """Step: the box that copies go into: the newest open one, or one that is begun now."""
    return Parcel.objects.filter(order=order, state=ParcelState.OPEN).order_by("-number").first() or begin(order)


def contents(parcels: Collection[Parcel]) -> dict[int, list[Allocation]]:
    """What lies in each of the parcels, by its id, with the copies locked. Their books' levels are locked already."""
    live = list(Allocation.objects.filter(parcel__in=parcels, released_at__isnull=True).order_by("id"))
    copies = {copy.id: copy for copy in lock_copies(allocation.copy_id for allocation in live)}
    found: dict[int, list[Allocation]] = {parcel.pk: [] for parcel in parcels}
    for allocation in live:
        allocation.copy = copies[allocation.copy_id]
        found[allocation.parcel_id].append(allocation)
    return found


def seal(parcels: Sequence[Parcel], *, of: Order, actor: str, now: datetime) -> list[Parcel]:
    """Step: close these open boxes with what is in them; an empty one is not used. Answer those that were sealed."""
    inside = contents(parcels)
    full = [parcel for parcel in parcels if inside[parcel.pk]]
    copies = [allocation.copy for parcel in full for allocation in inside[parcel.pk]]
    move_copies(copies, CopyState.PACKED, reason=Reason.PACKED, actor=actor, now=now, order_number=of.number)
    leave_unused([parcel for parcel in parcels if not inside[parcel.pk]], actor=actor, now=now)
    _move(full, ParcelState.SEALED, actor=actor, now=now)
    return full


def hand_over(parcels: Sequence[Parcel], *, of: Order, actor: str, now: datetime) -> int:
    """Step: give these sealed parcels to the carrier; answer how many copies leave."""
    copies = [allocation.copy for inside in contents(parcels).values() for allocation in inside]
    move_copies(copies, CopyState.SHIPPED, reason=Reason.SHIPPED, actor=actor, now=now, order_number=of.number)
    _move(parcels, ParcelState.DISPATCHED, actor=actor, now=now)
    return len(copies)


def leave_unused(parcels: Sequence[Parcel], *, actor: str, now: datetime) -> None:
    """Step: put aside open boxes without content."""
    _move(parcels, ParcelState.VOID, actor=actor, now=now)


def after_leaving(lines: Iterable[OrderLine]) -> OrderState:
    """What an order is of which a parcel has just left.

    :param lines: each with `shipped`, that parcel included.
    """
    more_to_come = any(line.shipped < line.to_deliver for line in lines)
    return OrderState.PART_SENT if more_to_come else OrderState.DISPATCHED


def _move(parcels: Sequence[Parcel], state: ParcelState, *, actor: str, now: datetime) -> None:
    if not parcels:
        return
    events = [parcel.move_to(state, actor=actor, now=now) for parcel in parcels]
    Parcel.objects.bulk_update(parcels, ["state", "sealed_at", "dispatched_at"])
    ParcelEvent.objects.bulk_create(events)
