"""Take in what the shop's customers ask for."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import QuerySet

from store.orders.models import Allocation, Order, OrderLine
from store.returns.models import OPEN_STATES, Return, ReturnLine, Why
from store.returns.operations import record
from store.stock.models import CopyState
from store.waiting import LONGEST_WAIT_MS, in_progress, wait_no_longer_than


class Wanted(NamedTuple):
    line: int
    quantity: int


class NewReturn(NamedTuple):
    """A return as the shop asks for it. `order` is the order's number."""

    number: UUID
    fingerprint: str
    order: UUID
    why: str
    words: str
    asked_at: datetime
    lines: list[Wanted]


class ReturnDiffers(Exception):
    """The number is taken by a return with another content."""


class NotSent(Exception):
    """The order has not left yet, or not all of it: its box is still open."""


class TooMany(Exception):
    """More copies than are with the customer; the text names each line."""


def accept_return(new: NewReturn, *, client: str, actor: str, now: datetime) -> tuple[Return, bool]:
    """Take a return in to be decided upon; answer it and whether it is new.

    :raises ReturnDiffers: if the number is taken.
    :raises NotSent, TooMany: nothing is kept then.
    :raises Order.DoesNotExist: if the order is unknown, or another client's.
    :raises InProgress: try again in a second.
    """
    try:
        with transaction.atomic(durable=True):
            wait_no_longer_than(LONGEST_WAIT_MS)
            order = Order.objects.select_for_update().get(number=new.order, client=client)
            if earlier := Return.objects.filter(number=new.number).select_related("order").first():
                return _same_again(earlier, new, client), False
            return _write(order, new, client=client, actor=actor, now=now), True
    except IntegrityError:  # a return of another order took the number at the same moment
        raise ReturnDiffers(new.number) from None
    except OperationalError as error:
        raise in_progress(error) from error


def with_customers() -> QuerySet[Allocation]:
    """The copies that were sent and did not come back, each with the line that it was sent for."""
    live = Allocation.objects.filter(released_at__isnull=True, returned_at__isnull=True)
    return live.filter(copy__state=CopyState.SHIPPED)


def still_with_customer(order: Order) -> dict[int, int]:
    """How many copies of each line were sent, did not come back, and are in no return already; by the line's id."""
    sent = with_customers().filter(line__order=order)
    left = dict.fromkeys(order.lines.values_list("id", flat=True), 0)
    for line_id in sent.values_list("line", flat=True):
        left[line_id] += 1
    for line in ReturnLine.objects.filter(of__order=order, of__state__in=OPEN_STATES).counted():
        left[line.line_id] -= line.expected
    return left


def write(
    order: Order, lines: Sequence[tuple[OrderLine, int]], *, client: str, actor: str, now: datetime, **facts
) -> Return:
    """Step: write a return of a locked order."""
    found = Return.objects.create(order=order, client=client, **facts)
    ReturnLine.objects.bulk_create(ReturnLine(of=found, line=line, quantity=number) for line, number in lines)
    record(found, actor=actor, now=now)
    return found


def _write(order: Order, new: NewReturn, *, client: str, actor: str, now: datetime) -> Return:
    if order.is_open:
        raise NotSent(f"Order {order.reference} is still being packed.")
    lines, left = {line.line: line for line in order.lines.all()}, still_with_customer(order)
    problems = [
        f"Line {line}: {quantity} to be sent back, {left[lines[line].id] if line in lines else 0} can be."
        for line, quantity in new.lines
        if line not in lines or quantity > left[lines[line].id]
    ]
    if problems:
        raise TooMany(" ".join(problems))
    facts = {"number": new.number, "fingerprint": new.fingerprint, "why": Why(new.why), "words": new.words}
    wanted = [(lines[line], quantity) for line, quantity in new.lines]
    return write(order, wanted, client=client, actor=actor, now=now, asked_at=new.asked_at, **facts)


def _same_again(earlier: Return, new: NewReturn, client: str) -> Return:
    if earlier.client != client or earlier.fingerprint != new.fingerprint:
        raise ReturnDiffers(new.number)
    return earlier
