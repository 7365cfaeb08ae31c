"""Take orders in: one by itself, or many with the statements of one."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import OperationalError, transaction

from store.catalogue.models import Book
from store.catalogue.queries import UnknownBooks, require_sold
from store.holds.operations import lapse_due_holds, use_holds
from store.orders.models import Order, OrderEvent, OrderLine, OrderState
from store.orders.operations import event_of
from store.ringing import ring_after_commit
from store.stock.promising import Shortage, promise_in_turn
from store.waiting import LONGEST_WAIT_MS, alone_with, in_progress, wait_no_longer_than
from worker_bell import Topic

log = logging.getLogger(__name__)


class OrderDiffers(Exception):
    """The number is taken by an order with another content."""


class OrderCancelled(Exception):
    """A cancel of this number came before the order."""


class Line(NamedTuple):
    line: int
    book: int
    isbn13: str
    title: str
    quantity: int
    unit_price: Decimal
    to_pay: Decimal | None = None


class NewOrder(NamedTuple):
    """:ivar facts: Order's fields placed_at, payment, paid, total, delivery, currency, ship_to, note, if_short."""

    number: UUID
    fingerprint: str
    lines: Sequence[Line]
    facts: dict[str, Any]


class Taken(NamedTuple):
    """:ivar new: False for an order that we had already."""

    order: Order
    new: bool


def accept_order(new_order: NewOrder, *, client: str, actor: str, now: datetime) -> Taken:
    """Take an order in for packing, or reject it for good if copies are short; answer it and whether it is new.

    Copies held for its number become its own; without a live hold it is promised what is free.

    :raises OrderDiffers: if the number is taken by an order with another fingerprint.
    :raises OrderCancelled: if a cancel of the number came first.
    :raises InProgress: try again in a second.
    :raises UnknownBooks: nothing is kept then.
    """
    (outcome,) = accept_orders([new_order], client=client, actor=actor, now=now)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def accept_orders(new_orders: Sequence[NewOrder], *, client: str, actor: str, now: datetime) -> list[Taken | Exception]:
    """Do for each of the orders what `accept_order` does; answer in their order what it would answer or raise.

    All are taken in by one transaction. If that fails because of one of them, each is taken in by its own.

    :param new_orders: each of another number.
    :raises InProgress: nothing was taken in; try again in a second.
    """
    lapse_due_holds(now=now)
    try:
        outcomes = _take_in(new_orders, client, actor, now)
    except OperationalError as error:
        raise in_progress(error) from error
    except Exception as error:
        if len(new_orders) == 1:
            return [error]
        log.exception("%s orders cannot be taken in together; each is taken in by itself", len(new_orders))
        return [accept_orders([one], client=client, actor=actor, now=now)[0] for one in new_orders]
    return [outcomes[new_order.number] for new_order in new_orders]


def _take_in(new_orders: Sequence[NewOrder], client: str, actor: str, now: datetime) -> dict[UUID, Taken | Exception]:
    numbers = [new_order.number for new_order in new_orders]
    with transaction.atomic(durable=True):
        wait_no_longer_than(LONGEST_WAIT_MS)
        alone_with(*numbers)
        # Whoever makes an order is alone with its number, so this look cannot be overtaken.
        earlier = {order.number: order for order in Order.objects.filter(number__in=numbers)}
        outcomes = {
            one.number: _same_again(earlier[one.number], client, one) for one in new_orders if one.number in earlier
        }
        unheard = [one for one in new_orders if one.number not in earlier]
        books = Book.objects.in_bulk({line.book for one in unheard for line in one.lines})
        outcomes |= {one.number: error for one in unheard if (error := _unsold(one, books))}
        fresh = [one for one in unheard if one.number not in outcomes]
        if fresh:
            outcomes |= _write(fresh, client, actor, now)
    return outcomes


def _write(fresh: list[NewOrder], client: str, actor: str, now: datetime) -> dict[UUID, Taken]:
    held = use_holds([one.number for one in fresh], client, now=now)
    shortages = _reserve([(one.lines, held.get(one.number, Counter())) for one in fresh])
    orders = [_new(one, client, shortage) for one, shortage in zip(fresh, shortages)]
    Order.objects.bulk_create(orders)
    lines = [[_line(order, line) for line in one.lines] for order, one in zip(orders, fresh)]
    OrderLine.objects.bulk_create(line for of_one in lines for line in of_one)
    OrderEvent.objects.bulk_create(
        event_of(order, of_one, actor=actor, now=now) for order, of_one in zip(orders, lines)
    )
    ring_after_commit(Topic.ORDERS)
    return {order.number: Taken(order, new=True) for order in orders}


def _reserve(wants: Sequence[tuple[Sequence[Line], Counter]]) -> list[list[Shortage]]:
    """Promise each order all of its copies, or none and name the lines that are short; the earlier order comes first."""
    return promise_in_turn(wants)


def _new(one: NewOrder, client: str, short: list[Shortage]) -> Order:
    isbn13 = {line.line: line.isbn13 for line in one.lines}
    return Order(
        number=one.number,
        client=client,
        fingerprint=one.fingerprint,
        state=OrderState.REJECTED if short else OrderState.RECEIVED,
        version=1,
        shortage=[line._asdict() | {"isbn13": isbn13[line.line]} for line in short],
        **one.facts,
    )


def _line(order: Order, line: Line) -> OrderLine:
    made = OrderLine(
        order=order,
        line=line.line,
        book_id=line.book,
        isbn13=line.isbn13,
        title=line.title,
        unit_price=line.unit_price,
        to_pay=line.to_pay,
        quantity=line.quantity,
    )
    made.packed = made.shipped = 0
    return made


def _unsold(one: NewOrder, books: dict[int, Book]) -> UnknownBooks | None:
    try:
        require_sold(((line.book, line.isbn13) for line in one.lines), among=books)
    except UnknownBooks as error:
        return error
    return None


def _same_again(order: Order, client: str, one: NewOrder) -> Taken | Exception:
    if order.client == client and order.is_tombstone:
        return OrderCancelled(order.number)
    if order.client != client or order.fingerprint != one.fingerprint:
        return OrderDiffers(order.number)
    return Taken(order, new=False)
