"""Keep copies for an order that is about to be placed, for a while.

A transaction takes its locks in this order: the number, the order, its hold, the levels by book, the copies by id.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection, transaction

from store.catalogue.queries import require_sold
from store.holds.models import Hold, HoldLine, HoldState
from store.orders.models import Order
from store.ringing import ring_after_commit
from store.stock.operations import Shift, lock_levels, shift_levels
from store.stock.promising import Shortage, promise_copies
from store.waiting import LONGEST_WAIT_MS, alone_with, in_progress, wait_no_longer_than
from worker_bell import Topic

# The limit of waiting is set by the statement itself, so that a poll with nothing due costs a single one. Rows are taken
# in the house's order: holds by id, levels by book.
LAPSE_SQL = """
    WITH limited AS MATERIALIZED (
        SELECT set_config('lock_timeout', %(wait)s, true)
    ), due AS MATERIALIZED (
        SELECT hold.id FROM limited, holds_hold hold
        WHERE hold.state = 'held' AND hold.held_until <= %(now)s
        ORDER BY hold.id FOR UPDATE OF hold
    ), lapsed AS (
        UPDATE holds_hold hold SET state = 'lapsed', ended_at = %(now)s FROM due WHERE hold.id = due.id
        RETURNING hold.id
    ), back AS MATERIALIZED (
        SELECT line.book_id, sum(line.quantity) AS number
        FROM holds_holdline line JOIN lapsed ON lapsed.id = line.hold_id GROUP BY line.book_id
    ), locked AS MATERIALIZED (
        SELECT level.book_id FROM stock_stocklevel level
        WHERE level.book_id IN (SELECT book_id FROM back) ORDER BY level.book_id FOR UPDATE
    ), freed AS (
        UPDATE stock_stocklevel level SET reserved = level.reserved - back.number
        FROM back JOIN locked USING (book_id) WHERE level.book_id = back.book_id
    )
    SELECT count(*) FROM lapsed
"""


class HoldDiffers(Exception):
    """Other copies are held under this number; they must be released first."""


class HoldUsed(Exception):
    """The order of this number has come, or was cancelled."""


class OutOfStock(Exception):
    """Nothing is held; `short` says which lines ask for more than is free."""

    def __init__(self, short: list[Shortage]):
        super().__init__(short)
        self.short = short


class Line(NamedTuple):
    line: int
    book: int
    quantity: int


def take_hold(*, number: UUID, client: str, lines: Sequence[Line], now: datetime) -> tuple[Hold, bool]:
    """Keep the copies for the order of this number; answer the hold and whether it is new.

    The same again changes nothing: a hold is not prolonged by asking.

    :raises OutOfStock: nothing is held then.
    :raises HoldDiffers: if other lines are held under the number.
    :raises HoldUsed: if its order has come.
    :raises UnknownBooks: nothing is held then.
    :raises InProgress: try again in a second.
    """
    lapse_due_holds(now=now)
    try:
        with transaction.atomic(durable=True):
            wait_no_longer_than(LONGEST_WAIT_MS)
            alone_with(number)
            if Order.objects.filter(number=number).exists():
                raise HoldUsed(number)
            if held := lock_hold(number):
                return _same_again(held, client, lines), False
            require_sold((line.book, None) for line in lines)
            if short := promise_copies(lines):
                raise OutOfStock(short)
            until = now + timedelta(seconds=settings.HOLD_S)
            hold = Hold.objects.create(number=number, client=client, made_at=now, held_until=until)
            HoldLine.objects.bulk_create(
                HoldLine(hold=hold, line=line.line, book_id=line.book, quantity=line.quantity) for line in lines
            )
            return hold, True
    except OperationalError as error:
        raise in_progress(error) from error


def release_hold(*, number: UUID, client: str, now: datetime) -> bool:
    """Give the copies held for the number back, if they are still held; answer whether there ever was a hold.

    :raises HoldUsed: if its order has come.
    :raises InProgress: try again in a second.
    """
    try:
        with transaction.atomic(durable=True):
            wait_no_longer_than(LONGEST_WAIT_MS)
            alone_with(number)
            order = Order.objects.filter(number=number, client=client).first()
            if order and not order.is_tombstone:
                raise HoldUsed(number)
            end_hold(number, client, HoldState.RELEASED, now=now)
            return Hold.objects.filter(number=number, client=client).exists()
    except OperationalError as error:
        raise in_progress(error) from error


def lapse_due_holds(*, now: datetime) -> int:
    """Let every hold end whose time is over; answer how many. With none it costs one cheap statement.

    Whoever is about to need copies, or to tell how many are free, does this first; so no schedule has to.

    :raises InProgress: try again in a second.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(LAPSE_SQL, {"now": now, "wait": f"{LONGEST_WAIT_MS}ms"})
            (lapsed,) = cursor.fetchone()
    except OperationalError as error:
        raise in_progress(error) from error
    if lapsed:
        ring_after_commit(Topic.BOOKS)
    return lapsed


def lock_hold(number: UUID) -> Hold | None:
    """Step: the live hold of the number, ours until the transaction ends."""
    return Hold.objects.select_for_update().filter(number=number, state=HoldState.HELD).first()


def use_holds(numbers: Collection[UUID], client: str, *, now: datetime) -> dict[UUID, Counter]:
    """Step: end the live holds whose orders have come; answer the copies of each by book, which stay reserved.

    The caller makes them the orders' own, or gives them back.
    """
    live = Hold.objects.select_for_update().filter(number__in=numbers, state=HoldState.HELD, client=client)
    held = {hold.id: hold for hold in live.order_by("id")}
    if not held:
        return {}
    for hold in held.values():
        hold.move_to(HoldState.USED, now=now)
    Hold.objects.filter(id__in=held).update(state=HoldState.USED, ended_at=now)
    copies: dict[UUID, Counter] = {}
    for line in HoldLine.objects.filter(hold__in=held):
        copies.setdefault(held[line.hold_id].number, Counter())[line.book_id] += line.quantity
    return copies


def end_hold(number: UUID, client: str, state: HoldState, *, now: datetime) -> None:
    """Step: end the live hold, if there is one, and give its copies back."""
    held = lock_hold(number)
    if held is None or held.client != client:
        return
    _end(held, state, now=now)
    back = _by_book(held.lines.all())
    lock_levels(back)
    shift_levels({book: Shift(reserved=-number) for book, number in back.items()})


def _end(hold: Hold, state: HoldState, *, now: datetime) -> None:
    hold.move_to(state, now=now)
    hold.save(update_fields=["state", "ended_at"])


def _by_book(lines: Iterable[HoldLine]) -> Counter:
    number = Counter()
    for line in lines:
        number[line.book_id] += line.quantity
    return number


def _same_again(held: Hold, client: str, lines: Sequence[Line]) -> Hold:
    known = {(line.line, line.book_id, line.quantity) for line in held.lines.all()}
    if held.client != client or known != set(lines):
        raise HoldDiffers(held.number)
    return held
