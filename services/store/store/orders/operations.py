"""Take orders in, and end them. Packing stands in `store.orders.packing`."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction

from store.catalogue.queries import require_sold
from store.holds.models import HoldState
from store.holds.operations import end_hold, lapse_due_holds, use_hold
from store.orders.models import ORDER_MOVES, Allocation, Order, OrderEvent, OrderLine, OrderState
from store.orders.queries import lines_with_packed
from store.ringing import ring_after_commit
from store.stock.models import CopyState, Reason
from store.stock.operations import Shift, lock_copies, lock_levels, move_copies, promise_copies, shift_levels
from store.waiting import LONGEST_WAIT_MS, InProgress, alone_with, in_progress, wait_no_longer_than
from worker_bell import Topic


class OrderDiffers(Exception):
    """The number is taken by an order with another content."""


class OrderCancelled(Exception):
    """A cancel of this number came before the order."""


class TooLate(Exception):
    """The order has ended another way; the text is its state."""


class NoReason(Exception):
    """An order fails for a reason only."""


class Line(NamedTuple):
    line: int
    book: int
    isbn13: str
    title: str
    quantity: int
    unit_price: Decimal


def accept_order(
    *,
    number: UUID,
    client: str,
    fingerprint: str,
    lines: Sequence[Line],
    facts: dict[str, Any],
    actor: str,
    now: datetime,
) -> tuple[Order, bool]:
    """Take an order in for packing, or reject it for good if copies are short; answer it and whether it is new.

    Copies held for its number become its own; without a live hold it is promised what is free.

    :param facts: Order's fields placed_at, payment, paid, total, currency, ship_to, note.
    :raises OrderDiffers: if the number is taken by an order with another fingerprint.
    :raises OrderCancelled: if a cancel of the number came first.
    :raises InProgress: try again in a second.
    :raises UnknownBooks: nothing is kept then.
    """
    lapse_due_holds(now=now)
    try:
        with transaction.atomic(durable=True):
            wait_no_longer_than(LONGEST_WAIT_MS)
            alone_with(number)
            order = Order.objects.create(number=number, client=client, fingerprint=fingerprint, **facts)
            _add_lines(order, lines)
            order.shortage = _reserve(lines, held=use_hold(number, client, now=now))
            order.state = OrderState.REJECTED if order.shortage else OrderState.RECEIVED
            record(order, actor=actor, now=now)
        return order, True
    except IntegrityError:  # the unique number, not a look beforehand, decides who came first
        earlier = Order.objects.filter(number=number).first()
        if earlier is None:
            raise  # another rule was broken than the number's
        return _same_again(earlier, client, fingerprint), False
    except OperationalError as error:
        raise in_progress(error) from error


def cancel_order(*, number: UUID, client: str, reason: str, actor: str, now: datetime) -> tuple[Order, bool]:
    """Cancel the order and give its copies back; answer it and whether it was unknown until now.

    The cancel of an unknown number stays as a tombstone: should the order still come, it is not packed. What was held
    for it is released.

    :raises TooLate: once it was dispatched, failed or rejected.
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
    """Note that the order cannot be packed, and give its copies back.

    :raises NoReason: if the reason is blank.
    :raises TooLate: if it has ended already.
    """
    if not reason.strip():
        raise NoReason
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().get(pk=order_id)
        end(order, OrderState.FAILED, reason=reason.strip(), actor=actor, now=now)
    return order


def end(order: Order, state: OrderState, *, reason: str, actor: str, now: datetime) -> None:
    """Step: end a locked order without shipping it. Its copies go back to the shelf and its promise is void."""
    if state not in ORDER_MOVES[order.state]:
        raise TooLate(order.get_state_display())
    lines = lines_with_packed(order)
    lock_levels(line.book_id for line in lines)
    live = Allocation.objects.filter(line__order=order, released_at__isnull=True)
    copies = lock_copies(live.values_list("copy_id", flat=True))
    live.update(released_at=now)
    move_copies(copies, CopyState.AVAILABLE, reason=Reason.GIVEN_BACK, actor=actor, now=now, order_number=order.number)
    back, owed = Counter(copy.book_id for copy in copies), Counter()
    for line in lines:
        owed[line.book_id] += line.to_deliver - line.packed
    shift_levels({book: Shift(on_shelf=back[book], reserved=-owed[book]) for book in back.keys() | owed.keys()})
    order.move_to(state)
    order.reason = reason
    record(order, actor=actor, now=now)


def record(order: Order, *, actor: str, now: datetime) -> None:
    """Step: save the order with its next version, and tell the move to the feed of statuses."""
    order.version += 1
    order.save()
    lines = lines_with_packed(order)
    OrderEvent.objects.create(
        order=order,
        number=order.number,
        client=order.client,
        version=order.version,
        status=order.state,
        reason=order.reason,
        lines=_counts(order, lines),
        line_reasons={str(line.line): line.short_reason for line in lines if line.short},
        actor=actor,
        at=now,
    )
    ring_after_commit(Topic.ORDERS)


def _add_lines(order: Order, lines: Sequence[Line]) -> None:
    require_sold((line.book, line.isbn13) for line in lines)
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            line=line.line,
            book_id=line.book,
            isbn13=line.isbn13,
            title=line.title,
            unit_price=line.unit_price,
            quantity=line.quantity,
        )
        for line in lines
    )


def _reserve(lines: Sequence[Line], *, held: Counter) -> list[dict[str, Any]]:
    """Promise all copies and answer [], or promise none and answer the lines that are short."""
    isbn13 = {line.line: line.isbn13 for line in lines}
    return [short._asdict() | {"isbn13": isbn13[short.line]} for short in promise_copies(lines, already=held)]


def _same_again(order: Order, client: str, fingerprint: str) -> Order:
    if order.client != client:
        raise OrderDiffers(order.number)
    if order.is_tombstone:
        raise OrderCancelled(order.number)
    if order.fingerprint != fingerprint:
        raise OrderDiffers(order.number)
    return order


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
                "shipped": line.packed if order.state == OrderState.DISPATCHED else 0,
                "short": failed or line.short or missing.get(line.line, 0),
            }
        )
    return counts
