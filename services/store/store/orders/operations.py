"""End orders, and write down every move of one. They are taken in by `store.orders.accepting`, packed by `store.orders.packing`."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction

from store.holds.models import HoldState
from store.holds.operations import end_hold
from store.orders import parcelling
from store.orders.models import ORDER_MOVES, Allocation, Order, OrderEvent, OrderLine, OrderState
from store.orders.parcels import Parcel, ParcelState
from store.orders.queries import lines_with_packed, parcels_told
from store.ringing import ring_after_commit
from store.stock.models import CopyState, Reason
from store.stock.operations import Shift, lock_copies, lock_levels, move_copies, shift_levels
from store.waiting import LONGEST_WAIT_MS, InProgress, alone_with, in_progress, wait_no_longer_than
from worker_bell import Topic


class TooLate(Exception):
    """The order has ended another way; the text is its state."""


class NoReason(Exception):
    """An order fails for a reason only."""


def cancel_order(*, number: UUID, client: str, reason: str, actor: str, now: datetime) -> tuple[Order, bool]:
    """Cancel the order and give its copies back; answer it and whether it was unknown until now.

    The cancel of an unknown number stays as a tombstone: should the order still come, it is not packed. What was held
    for it is released.

    :raises TooLate: once a parcel of it is sealed, or it has failed or was rejected.
    :raises InProgress: try again in a second.
    :raises Order.DoesNotExist: if the number is another client's.
    """
    try:
        with transaction.atomic(durable=True):
            wait_no_longer_than(LONGEST_WAIT_MS)
            alone_with(number)
            order = Order.objects.select_for_update().filter(number=number).first()
            if order is None:
                end_hold(number, client, HoldState.RELEASED, now=now)
                return _bury(number, client, reason, actor=actor, now=now), True
            if order.client != client:
                raise Order.DoesNotExist
            if order.state != OrderState.CANCELLED:
                end(order, OrderState.CANCELLED, reason=reason, actor=actor, now=now)
            return order, False
    except IntegrityError:  # the order came between our look and our tombstone; the next try finds it
        raise InProgress from None
    except OperationalError as error:
        raise in_progress(error) from error


def fail_order(*, order_id: int, reason: str, actor: str, now: datetime) -> Order:
    """Note that the order cannot be packed, and give its copies back. Of one that was sent in part the rest is given up.

    :raises NoReason: if the reason is blank.
    :raises TooLate: if it has ended already, or a sealed parcel of it waits for its carrier.
    """
    if not reason.strip():
        raise NoReason
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().get(pk=order_id)
        if order.state == OrderState.PART_SENT:
            _give_up_rest(order, reason=reason.strip(), actor=actor, now=now)
        else:
            end(order, OrderState.FAILED, reason=reason.strip(), actor=actor, now=now)
    return order


def end(order: Order, state: OrderState, *, reason: str, actor: str, now: datetime) -> None:
    """Step: end a locked order without shipping it. Its copies go back to the shelf and its promise is void."""
    if state not in ORDER_MOVES[order.state]:
        raise TooLate(order.get_state_display())
    _refuse_if_sealed(order)
    _put_back(order, lines_with_packed(order), actor=actor, now=now)
    order.move_to(state)
    order.reason = reason
    record(order, actor=actor, now=now)


def _give_up_rest(order: Order, *, reason: str, actor: str, now: datetime) -> None:
    """Step: what has not left will not; what has left stays sent."""
    _refuse_if_sealed(order)
    lines = lines_with_packed(order)
    _put_back(order, lines, actor=actor, now=now)
    for line in lines:
        if line.shipped < line.to_deliver:
            line.short, line.short_reason = line.quantity - line.shipped, reason
        line.packed, line.awaited = line.shipped, 0
    OrderLine.objects.bulk_update(lines, ["short", "short_reason", "awaited"])
    order.move_to(OrderState.DISPATCHED)
    record(order, actor=actor, now=now, lines=lines)


def _refuse_if_sealed(order: Order) -> None:
    if Parcel.objects.filter(order=order, state=ParcelState.SEALED).exists():
        raise TooLate("sealed in a parcel")


def _put_back(order: Order, lines: Sequence[OrderLine], *, actor: str, now: datetime) -> None:
    """Step: what lies in open parcels goes back to the shelf, and nothing more is promised."""
    lock_levels(line.book_id for line in lines)
    parcels = list(Parcel.objects.filter(order=order, state=ParcelState.OPEN))
    live = Allocation.objects.filter(parcel__in=parcels, released_at__isnull=True)
    copies = lock_copies(live.values_list("copy_id", flat=True))
    live.update(released_at=now)
    parcelling.leave_unused(parcels, actor=actor, now=now)
    move_copies(copies, CopyState.AVAILABLE, reason=Reason.GIVEN_BACK, actor=actor, now=now, order_number=order.number)
    owed, awaited = Counter(), Counter()
    for line in lines:
        owed[line.book_id] += line.to_deliver - line.packed - line.awaited
        awaited[line.book_id] += line.awaited
    if awaited.total():
        OrderLine.objects.filter(order=order, awaited__gt=0).update(awaited=0)
    shift_levels({book: Shift(reserved=-owed[book], awaited=-awaited[book]) for book in owed})


def record(order: Order, *, actor: str, now: datetime, lines: Sequence[OrderLine] | None = None) -> None:
    """Step: save the order with its next version, and tell the move to the feed of statuses.

    :param lines: as in `event_of`, for a caller that knows how they stand now.
    """
    order.version += 1
    order.save()
    lines = lines_with_packed(order) if lines is None else lines
    event = event_of(order, lines, actor=actor, now=now)
    if any(line.shipped for line in lines):
        event.parcels = parcels_told(order)
    event.save(force_insert=True)
    ring_after_commit(Topic.ORDERS)


def event_of(order: Order, lines: Sequence[OrderLine], *, actor: str, now: datetime) -> OrderEvent:
    """The event that tells of the order's present version, to be saved by the caller.

    :param lines: each with `packed`.
    """
    return OrderEvent(
        order=order,
        number=order.number,
        client=order.client,
        version=order.version,
        status=order.state,
        reason=order.reason,
        lines=_counts(order, lines),
        line_reasons={str(line.line): line.short_reason for line in lines if line.short or line.awaited},
        actor=actor,
        at=now,
    )


def _bury(number: UUID, client: str, reason: str, *, actor: str, now: datetime) -> Order:
    order = Order.objects.create(number=number, client=client, placed_at=now, state=OrderState.CANCELLED, reason=reason)
    record(order, actor=actor, now=now)
    return order


def _counts(order: Order, lines: Sequence[OrderLine]) -> list[dict[str, int]]:
    """How each line stands. Packed copies count as packed when they are shipped, too."""
    missing = {entry["line"]: entry["wanted"] - entry["free"] for entry in order.shortage}
    counts = []
    for line in lines:
        failed = line.quantity if order.state == OrderState.FAILED else 0
        counts.append(
            {
                "line": line.line,
                "ordered": line.quantity,
                "packed": line.packed,
                "shipped": line.shipped,
                "short": failed or line.short or missing.get(line.line, 0),
            }
            | ({"awaited": line.awaited} if line.awaited else {})
        )
    return counts
