"""Copies of an order that cannot be delivered. The rest of the order goes on."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from store.orders import parcelling, queries
from store.orders.models import Allocation, Order, OrderLine, OrderState
from store.orders.operations import NoReason, end, record
from store.orders.packing import PackingRefused, refuse_unless_open, why_not_free
from store.orders.parcels import ParcelState
from store.stock.models import BookItem, Condition, CopyState, CountTask, Reason, StockLevel
from store.stock.operations import Shift, lock_copies, lock_levels, move_copies, shift_levels

WAITS = (
    "This customer wants all copies together and waits for them. Leave the order open until they are there, or fail all "
    "of it with a reason."
)


class Lost(NamedTuple):
    """Copies that were looked for in vain, and where they should have been."""

    on_shelf: list[BookItem]
    in_box: list[BookItem]


def fall_short(
    *,
    order_id: int,
    line: int,
    number: int,
    reason: str,
    actor: str,
    now: datetime,
    missing: Sequence[str] = (),
    revision: int | None = None,
) -> Order:
    """Note that so many more copies of a line cannot be delivered; the order goes on with what is left.

    With nothing left to deliver in any line the order has failed.

    :param missing: barcodes of copies that were looked for in vain, on the shelf or in the line's box: they become
        missing.
    :param revision: as in `packing.choose_copies`.
    :raises NoReason: if the reason is blank.
    :raises PackingRefused: nothing is changed then.
    """
    reason = reason.strip()
    if not reason:
        raise NoReason
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().get(pk=order_id)
        refuse_unless_open(order, revision)
        if order.waits_for_all:
            raise PackingRefused(WAITS)
        lines = {each.line: each for each in order.lines.all()}
        if line not in lines:
            raise PackingRefused(f"This order has no line {line}.")
        short, levels = lines[line], lock_levels(each.book_id for each in lines.values())
        lost = _looked_for(short, missing)
        _refuse_unless_left(short, lost, number)
        _refuse_if_promised(short, levels[short.book_id], lost, number)
        _note_missing(order, short, lost, number, reason=reason, actor=actor, now=now)
        short.short, short.short_reason = short.short + number, reason
        short.save(update_fields=["short", "short_reason"])
        order.revision += 1
        if any(each.to_deliver for each in lines.values()):
            go_on(order, actor=actor, now=now)
        else:
            end(order, OrderState.FAILED, reason=reason, actor=actor, now=now)
    return order


def go_on(order: Order, *, actor: str, now: datetime) -> None:
    """Step: record that copies fell short of an order that goes on. If all the others have left it has ended with that."""
    lines = queries.lines_with_packed(order)
    if order.state == OrderState.RECEIVED:
        order.move_to(OrderState.PACKING)
    elif order.state == OrderState.PART_SENT and parcelling.after_leaving(lines) == OrderState.DISPATCHED:
        parcelling.leave_unused(list(order.parcels.filter(state=ParcelState.OPEN)), actor=actor, now=now)
        order.move_to(OrderState.DISPATCHED)
    record(order, actor=actor, now=now, lines=lines)


def _looked_for(line: OrderLine, barcodes: Sequence[str]) -> Lost:
    """The named copies, locked. Only a copy on the shelf or in this line's box can turn out to be missing."""
    copies = lock_copies(BookItem.objects.filter(barcode__in=barcodes).values_list("id", flat=True))
    unknown = set(barcodes) - {copy.barcode for copy in copies}
    problems = [f"There is no copy with the barcode {barcode}." for barcode in sorted(unknown)]
    problems += [
        f"Copy {copy.barcode} is “{copy.book}”, not “{line.title}”." for copy in copies if copy.book_id != line.book_id
    ]
    boxed = set(_live(line).filter(parcel__state=ParcelState.OPEN).values_list("copy_id", flat=True))
    elsewhere = [copy for copy in copies if copy.state != CopyState.AVAILABLE and copy.id not in boxed]
    problems += why_not_free(elsewhere)
    if problems:
        raise PackingRefused(*problems)
    return Lost([c for c in copies if c.id not in boxed], [c for c in copies if c.id in boxed])


def _refuse_unless_left(line: OrderLine, lost: Lost, number: int) -> None:
    in_box = _live(line).count() - len(lost.in_box)
    left = line.to_deliver - in_box
    if not 1 <= number <= left:
        told = f"“{line.title}”: {line.to_deliver} to deliver, {in_box} in the box, so at most {left} can be short."
        raise PackingRefused(f"{told} Take copies out of the box first." if number > left and in_box else told)


def _refuse_if_promised(line: OrderLine, level: StockLevel, lost: Lost, number: int) -> None:
    lost_of_new = sum(1 for copy in lost.on_shelf if copy.condition == Condition.NEW)
    on_shelf = level.on_shelf - level.not_new - lost_of_new
    reserved = level.reserved + len(lost.in_box) - number
    is_worse = on_shelf - reserved < level.unpromised  # used copies may have been promised long ago
    if reserved > on_shelf and is_worse:
        raise PackingRefused(
            f"“{line.title}”: without the missing copies {on_shelf} are on the shelf, and open orders and checkouts "
            f"wait for {reserved}. Note more copies of this order as short, or fail another order first."
        )


def _note_missing(
    order: Order, line: OrderLine, lost: Lost, number: int, *, reason: str, actor: str, now: datetime
) -> None:
    """Step: so many copies are promised no more; those that were looked for are missing, and their shelves to be counted."""
    named = {"actor": actor, "now": now, "order_number": order.number}
    _live(line).filter(copy__in=lost.in_box).update(released_at=now)
    back = {line.book_id: Shift(reserved=len(lost.in_box))}
    move_copies(lost.in_box, CopyState.AVAILABLE, reason=Reason.UNCHOSEN, shifts=back, **named)
    shift_levels({line.book_id: Shift(reserved=-number)})
    copies = [*lost.on_shelf, *lost.in_box]
    move_copies(copies, CopyState.MISSING, reason=Reason.COUNTED, note=reason[:500], **named)
    for copy in copies:
        why = f"Copy {copy.barcode} was looked for in vain for order {order.reference}: {reason}"
        CountTask.ask(copy, why=why, now=now)


def _live(line: OrderLine):
    return Allocation.objects.filter(line=line, released_at__isnull=True)
