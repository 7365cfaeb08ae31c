"""Take orders in, and end them. Packing stands in `store.orders.packing`."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from store.catalogue.models import Book
from store.orders.models import ORDER_MOVES, Allocation, Order, OrderEvent, OrderLine, OrderState
from store.orders.queries import lines_with_packed
from store.ringing import ring_after_commit
from store.stock.models import CopyState, Reason
from store.stock.operations import Shift, lock_copies, lock_levels, move_copies, shift_levels
from worker_bell import Topic

LONGEST_WAIT_MS = 1_500


class OrderDiffers(Exception):
    """The number is taken by an order with another content."""


class OrderCancelled(Exception):
    """A cancel of this number came before the order."""


class OrderInProgress(Exception):
    """Another transaction has held the order for more than 1.5 s."""


class UnknownBooks(Exception):
    """Lines name books we do not sell; `errors` says which: [(index of the line, sentence)]."""

    def __init__(self, errors: list[tuple[int, str]]):
        super().__init__(errors)
        self.errors = errors


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

    :param facts: Order's fields placed_at, payment, total, currency, ship_to, note.
    :raises OrderDiffers: if the number is taken by an order with another fingerprint.
    :raises OrderCancelled: if a cancel of the number came first.
    :raises OrderInProgress: try again in a second.
    :raises UnknownBooks: nothing is kept then.
    """
    try:
        with transaction.atomic(durable=True):
            wait_no_longer_than(LONGEST_WAIT_MS)
            order = Order.objects.create(number=number, client=client, fingerprint=fingerprint, **facts)
            _add_lines(order, lines)
            order.shortage = _reserve(lines)
            order.state = OrderState.REJECTED if order.shortage else OrderState.RECEIVED
            record(order, actor=actor, now=now)
        return order, True
    except IntegrityError:  # the unique number, not a look beforehand, decides who came first
        earlier = Order.objects.filter(number=number).first()
        if earlier is None:
            raise  # another rule was broken than the number's
        return _same_again(earlier, client, fingerprint), False
    except OperationalError as error:
        raise _in_progress(error) from error


def cancel_order(*, number: UUID, client: str, reason: str, actor: str, now: datetime) -> tuple[Order, bool]:
    """Cancel the order and give its copies back; answer it and whether it was unknown until now.

    The cancel of an unknown number stays as a tombstone: should the order still come, it is not packed.

    :raises TooLate: once it was dispatched, failed or rejected.
    :raises OrderInProgress: try again in a second.
    :raises Order.DoesNotExist: if the number is another client's.
    """
    try:
        with transaction.atomic(durable=True):
            wait_no_longer_than(LONGEST_WAIT_MS)
            order = Order.objects.select_for_update().filter(number=number).first()
            if order is None:
                return _bury(number, client, reason, actor=actor, now=now), True
            if order.client != client:
                raise Order.DoesNotExist
            if order.state != OrderState.CANCELLED:
                end(order, OrderState.CANCELLED, reason=reason, actor=actor, now=now)
            return order, False
    except IntegrityError:  # the order came between our look and our tombstone; the next try finds it
        raise OrderInProgress from None
    except OperationalError as error:
        raise _in_progress(error) from error


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
        owed[line.book_id] += line.quantity - line.packed
    shift_levels({book: Shift(on_shelf=back[book], reserved=-owed[book]) for book in back.keys() | owed.keys()})
    order.move_to(state)
    order.reason = reason
    record(order, actor=actor, now=now)


def record(order: Order, *, actor: str, now: datetime) -> None:
    """Step: save the order with its next version, and tell the move to the feed of statuses."""
    order.version += 1
    order.save()
    OrderEvent.objects.create(
        order=order,
        number=order.number,
        client=order.client,
        version=order.version,
        status=order.state,
        reason=order.reason,
        lines=_counts(order),
        actor=actor,
        at=now,
    )
    ring_after_commit(Topic.ORDERS)


def wait_no_longer_than(milliseconds: int) -> None:
    """Step: let this transaction give up waiting for another's locks after so long."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{milliseconds}ms"])


def _add_lines(order: Order, lines: Sequence[Line]) -> None:
    books = Book.objects.in_bulk({line.book for line in lines})
    errors = []
    for index, line in enumerate(lines):
        book = books.get(line.book)
        if book is None:
            errors.append((index, f"There is no book {line.book}."))
        elif book.retired:
            errors.append((index, f"“{book.title}” is no longer sold."))
        elif book.isbn13 != line.isbn13:
            errors.append((index, f"Book {line.book} is “{book.title}”, ISBN {book.isbn13}, and not {line.isbn13}."))
    if errors:
        raise UnknownBooks(errors)
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


def _reserve(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Promise all copies and answer [], or promise none and answer the lines that are short."""
    levels = lock_levels(line.book for line in lines)
    free = {book: level.free for book, level in levels.items()}
    left, short = Counter(free), []
    for line in lines:
        if left[line.book] < line.quantity:
            has = max(left[line.book], 0)
            short.append(
                {"line": line.line, "book": line.book, "isbn13": line.isbn13, "wanted": line.quantity, "free": has}
            )
        left[line.book] -= line.quantity
    if not short:
        wanted = Counter()
        for line in lines:
            wanted[line.book] += line.quantity
        shift_levels({book: Shift(reserved=number) for book, number in wanted.items()})
    return short


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


def _in_progress(error: OperationalError) -> Exception:
    return OrderInProgress() if isinstance(error.__cause__, LockNotAvailable) else error


def _counts(order: Order) -> list[dict[str, int]]:
    """How each line stands. Packed copies count as packed when they are shipped, too."""
    missing = {entry["line"]: entry["wanted"] - entry["free"] for entry in order.shortage}
    counts = []
    for line in lines_with_packed(order):
        failed = line.quantity if order.state == OrderState.FAILED else 0
        counts.append(
            {
                "line": line.line,
                "ordered": line.quantity,
                "packed": line.packed,
                "shipped": line.packed if order.state == OrderState.DISPATCHED else 0,
                "short": failed or missing.get(line.line, 0),
            }
        )
    return counts
