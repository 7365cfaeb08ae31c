"""What staff note on a parcel: carrier and tracking code, why it is opened again, what became of it."""

from datetime import datetime

from django.db import transaction

from store.orders import packing, parcelling
from store.orders.models import Order
from store.orders.operations import record
from store.orders.packing import PackingRefused
from store.orders.parcels import ENDS, IllegalParcelMove, Parcel, ParcelState
from store.stock.models import CopyState, Reason
from store.stock.operations import lock_levels, move_copies


def write_label(
    *, parcel_id: int, carrier: str, tracking: str, weight_g: int | None, actor: str, now: datetime
) -> Parcel:
    """Note who carries the parcel and under which code. Of one that has left the customer's page says so at once.

    :raises PackingRefused: if the parcel is not used.
    """
    with transaction.atomic(durable=True):
        order, parcel = _locked(parcel_id)
        if parcel.state == ParcelState.VOID:
            raise PackingRefused(f"{parcel} is not used.")
        is_news = parcel.has_left and (parcel.carrier, parcel.tracking) != (carrier, tracking)
        parcel.carrier, parcel.tracking, parcel.weight_g = carrier, tracking, weight_g
        parcel.save(update_fields=["carrier", "tracking", "weight_g"])
        if is_news:
            record(order, actor=actor, now=now)
    return parcel


def open_again(*, parcel_id: int, reason: str, actor: str, now: datetime) -> Parcel:
    """Open a sealed parcel that has not left, so that what is in it can change, and its order be cancelled.

    :param reason: not blank.
    :raises PackingRefused: if it is not sealed.
    """
    with transaction.atomic(durable=True):
        order, parcel = _locked(parcel_id)
        _move(parcel, ParcelState.OPEN, reason=reason, actor=actor, now=now)
        lock_levels(order.lines.values_list("book_id", flat=True))
        copies = [allocation.copy for allocation in parcelling.contents([parcel])[parcel.pk]]
        told = {"actor": actor, "now": now, "order_number": order.number, "note": reason}
        move_copies(copies, CopyState.ALLOCATED, reason=Reason.CHOSEN, **told)
        order.revision += 1
        packing.note_work(order, actor=actor, now=now)
    return parcel


def note_end(*, parcel_id: int, state: ParcelState, reason: str, actor: str, now: datetime) -> Parcel:
    """Note what became of a parcel that has left: it was delivered, is lost, or came back.

    :raises PackingRefused: if it is not on its way.
    """
    if state not in ENDS:
        raise ValueError(f"{state} is no end of a parcel.")
    with transaction.atomic(durable=True):
        order, parcel = _locked(parcel_id)
        _move(parcel, state, reason=reason, actor=actor, now=now)
        record(order, actor=actor, now=now)
    return parcel


def _locked(parcel_id: int) -> tuple[Order, Parcel]:
    """The parcel and its order; whoever changes a parcel holds its order."""
    order = Order.objects.select_for_update().get(parcels=parcel_id)
    return order, Parcel.objects.get(pk=parcel_id)


def _move(parcel: Parcel, state: ParcelState, *, reason: str, actor: str, now: datetime) -> None:
    try:
        event = parcel.move_to(state, actor=actor, reason=reason, now=now)
    except IllegalParcelMove as error:
        raise PackingRefused(str(error)) from None
    parcel.save()
    event.save()
