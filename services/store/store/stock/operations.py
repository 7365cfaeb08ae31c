"""Every movement of copies: state, ledger and level change together.

Except `note_count` these are steps of a larger transaction, which they refuse to run without. To stay free of
deadlocks a transaction takes its locks in this order: the order, its hold, the levels by book, the copies by id.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from store.ringing import ring_after_commit
from store.stock.levels import SHIFT_SQL, Shift, added, columns_of, counts_of, shelf_shifts
from store.stock.models import COPY_MOVES, ON_A_SHELF, BookItem, Condition, CopyState, Origin, Reason, StockLevel
from worker_bell import Topic

COUNTED_STATES = frozenset({CopyState.AVAILABLE, CopyState.MISSING, CopyState.DAMAGED, CopyState.WRITTEN_OFF})


class IllegalMove(Exception):
    """A copy cannot go from its state to the wanted one; the text names the copy and both states."""


class NoReason(Exception):
    """A copy is written off for a reason only."""


class PromisedToOrders(Exception):
    """Taking the copies off the shelf would leave fewer than are promised; the text names the book."""


class Delivery(NamedTuple):
    """Copies of one book that came in. A barcode is for a single copy; without one the next free numbers are taken."""

    book_id: int
    number: int = 1
    shelf: str = ""
    condition: str = Condition.NEW
    barcode: str = ""
    condition_note: str = ""
    own_price: Decimal | None = None


MOVE_SQL = f"""
    WITH moved AS (
        UPDATE stock_bookitem SET state = COALESCE(%(to)s::text, state), shelf = COALESCE(%(shelf)s::text, shelf)
        WHERE id = ANY(%(copies)s)
    ), shifted AS ({SHIFT_SQL})
    INSERT INTO stock_ledgerline
        (copy_id, from_state, to_state, from_shelf, to_shelf, reason, note, order_number, actor, at)
    SELECT copy.id, copy.state, COALESCE(%(to)s::text, copy.state), copy.shelf, COALESCE(%(shelf)s::text, copy.shelf),
           %(reason)s, %(note)s, %(order_number)s, %(actor)s, %(now)s
    FROM unnest(%(copies)s::bigint[], %(from)s::text[], %(shelves)s::text[]) AS copy(id, state, shelf)
"""
NEXT_BARCODE_SQL = "'B' || lpad(nextval('stock_barcode')::text, 9, '0')"
COME_IN_SQL = f"""
    WITH came_in AS (
        INSERT INTO stock_bookitem
            (book_id, barcode, shelf, condition, condition_note, own_price, state, origin, received_at)
        SELECT d.book_id,
               CASE d.barcode WHEN '' THEN {NEXT_BARCODE_SQL} ELSE d.barcode END,
               d.shelf, d.condition, d.note, d.price, CASE d.condition WHEN 'damaged' THEN %(damaged)s ELSE %(state)s END,
               %(origin)s, %(now)s
        FROM unnest(%(books)s::bigint[], %(numbers)s::int[], %(shelves)s::text[], %(conditions)s::text[],
                    %(barcodes)s::text[], %(notes)s::text[], %(prices)s::numeric[])
                 AS d(book_id, number, shelf, condition, barcode, note, price),
             generate_series(1, d.number)
        RETURNING id, book_id, shelf, state, condition
    ), written AS (
        INSERT INTO stock_ledgerline (copy_id, from_state, to_state, to_shelf, reason, note, actor, at)
        SELECT id, '', state, shelf, %(reason)s, %(note)s, %(actor)s, %(now)s FROM came_in
    )
"""
RECEIVE_SQL = f"""
    {COME_IN_SQL}
    INSERT INTO stock_stocklevel AS level (book_id, on_shelf, not_new, reserved)
    SELECT book_id, count(*) FILTER (WHERE state = %(state)s),
           count(*) FILTER (WHERE state = %(state)s AND condition <> 'new'), 0
    FROM came_in GROUP BY book_id ORDER BY book_id
    ON CONFLICT (book_id) DO UPDATE
    SET on_shelf = level.on_shelf + excluded.on_shelf, not_new = level.not_new + excluded.not_new
"""
EXPECT_SQL = f"""
    {COME_IN_SQL}, known AS (
        INSERT INTO stock_stocklevel (book_id, on_shelf, reserved)
        SELECT DISTINCT book_id, 0, 0 FROM came_in ON CONFLICT DO NOTHING
    )
    SELECT id, book_id FROM came_in ORDER BY id
"""


def receive_copies(
    deliveries: Collection[Delivery], *, origin: Origin, actor: str, now: datetime, note: str = ""
) -> int:
    """Put copies on the shelf, with one statement for however many; answer how many. Damaged ones are put aside.

    :raises IntegrityError: for a barcode that is taken.
    """
    _require_transaction()
    arriving = [d for d in deliveries if d.number > 0]
    if not arriving:
        return 0
    told = {"state": CopyState.AVAILABLE, "reason": Reason.RECEIVED, "origin": origin, "note": note}
    with connection.cursor() as cursor:
        cursor.execute(RECEIVE_SQL, _coming_in(arriving, told) | {"actor": actor, "now": now})
    ring_after_commit(Topic.BOOKS)
    return sum(d.number for d in arriving)


def expect_copies(deliveries: Collection[Delivery], *, actor: str, now: datetime, note: str = "") -> list[tuple]:
    """Step: note copies that shall come, with one statement; answer pairs of copy and book, both as ids.

    They count nowhere until `move_copies` makes them available.
    """
    _require_transaction()
    told = {"state": CopyState.EXPECTED, "reason": Reason.ANNOUNCED, "origin": Origin.HAND, "note": note}
    with connection.cursor() as cursor:
        cursor.execute(EXPECT_SQL, _coming_in(deliveries, told) | {"actor": actor, "now": now})
        return cursor.fetchall()


def _coming_in(deliveries: Collection[Delivery], told: Mapping[str, str]) -> dict:
    names = ("books", "numbers", "shelves", "conditions", "barcodes", "notes", "prices")
    columns = {name: [getattr(v, "value", v) for v in column] for name, column in zip(names, zip(*deliveries))}
    return columns | {name: str(value) for name, value in told.items()} | {"damaged": CopyState.DAMAGED.value}


def next_barcode() -> str:
    """A number no copy has yet, as `receive_copies` takes them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {NEXT_BARCODE_SQL}")
        return cursor.fetchone()[0]


def lock_levels(book_ids: Iterable[int]) -> dict[int, StockLevel]:
    """The levels of the books, ours until the transaction ends. Books that never had a copy have none."""
    _require_transaction()
    levels = StockLevel.objects.select_for_update().filter(book_id__in=set(book_ids)).order_by("book_id")
    return {level.book_id: level for level in levels}


def lock_copies(copies: Iterable[int]) -> list[BookItem]:
    """The copies with these ids, ours until the transaction ends. Lock their books' levels first."""
    _require_transaction()
    rows = BookItem.objects.select_for_update(of=("self",)).select_related("book")
    return list(rows.filter(id__in=set(copies)).order_by("id"))


def move_copies(
    copies: Collection[BookItem],
    to: CopyState,
    *,
    reason: Reason,
    actor: str,
    now: datetime,
    order_number: UUID | None = None,
    note: str = "",
    shelf: str | None = None,
    shifts: Mapping[int, Shift] | None = None,
) -> None:
    """Give locked copies another state, write a ledger line for each and shift the levels of their books, which are locked
    too: all with one statement for however many.

    :param shelf: where they go, if not to the shelf they are of.
    :param shifts: what else to shift, as in `shift_levels`: promises.
    :raises IllegalMove: naming the first copy that cannot go there.
    """
    _require_transaction()
    for copy in copies:
        if to not in COPY_MOVES[copy.state]:
            was = CopyState(copy.state).label
            raise IllegalMove(f"Copy {copy.barcode} of “{copy.book}” is {was}; it cannot become {to.label}.")
    told = {"reason": reason, "note": note, "order_number": order_number, "actor": actor, "now": now}
    _write_moves(copies, to, shelf, told, added(shelf_shifts(copies, to), shifts or {}))


def shelve_copies(copies: Collection[BookItem], shelf: str, *, actor: str, now: datetime, note: str = "") -> None:
    """Step: put locked copies on another shelf, with a ledger line for each.

    :raises IllegalMove: naming the first copy that stands on no shelf.
    """
    _require_transaction()
    for copy in copies:
        if copy.state not in ON_A_SHELF:
            raise IllegalMove(f"Copy {copy.barcode} of “{copy.book}” is {copy.get_state_display()}: it is on no shelf.")
    told = {"reason": Reason.SHELVED, "note": note, "order_number": None, "actor": actor, "now": now}
    _write_moves(copies, None, shelf, told, {})


def describe_copy(
    copy: BookItem, *, condition: str, condition_note: str, own_price: Decimal | None, actor: str, now: datetime
) -> None:
    """Step: note a locked copy's condition and own price, with a ledger line if anything is new. Its book's level is locked.

    What stands on the shelf and is damaged is put aside.

    :raises PromisedToOrders: if it is new until now, and promised.
    """
    _require_transaction()
    if (copy.condition, copy.condition_note, copy.own_price) == (condition, condition_note, own_price):
        return
    to = CopyState.DAMAGED if (condition, copy.state) == (Condition.DAMAGED, CopyState.AVAILABLE) else None
    before, after = counts_of(copy.state, copy.condition), counts_of(to or copy.state, condition)
    shift = Shift(*(new - old for new, old in zip(after, before)))
    if shift.on_shelf - shift.not_new < 0:
        _refuse_if_promised([copy])
    copy.condition, copy.condition_note, copy.own_price = condition, condition_note, own_price
    copy.save(update_fields=["condition", "condition_note", "own_price"])
    note = ", ".join(str(part) for part in (copy.get_condition_display(), condition_note, own_price) if part)
    told = {"reason": Reason.DESCRIBED, "note": note, "order_number": None, "actor": actor, "now": now}
    _write_moves([copy], to, None, told, {copy.book_id: shift})


def _write_moves(copies, to: CopyState | None, shelf: str | None, told: dict, shifts: Mapping[int, Shift]) -> None:
    if not copies:
        return
    levels = columns_of(shifts)
    columns = {"copies": [c.id for c in copies], "from": [str(c.state) for c in copies]}
    columns["shelves"] = [c.shelf for c in copies]
    where = {"to": to and str(to), "shelf": shelf}
    with connection.cursor() as cursor:
        cursor.execute(MOVE_SQL, columns | where | told | {"reason": str(told["reason"])} | levels)
    if levels["books"]:
        ring_after_commit(Topic.BOOKS)
    for copy in copies:
        copy.state = to or copy.state
        copy.shelf = copy.shelf if shelf is None else shelf


def shift_levels(shifts: Mapping[int, Shift]) -> None:
    """Add to the levels of locked books with one statement; the database refuses what would promise too much."""
    _require_transaction()
    levels = columns_of(shifts)
    if not levels["books"]:
        return
    with connection.cursor() as cursor:
        cursor.execute(SHIFT_SQL, levels)
    ring_after_commit(Topic.BOOKS)


def note_count(copy_ids: Collection[int], to: CopyState, *, actor: str, now: datetime, note: str = "") -> int:
    """Note what a look at the shelf showed: copies found, missing, damaged or written off. Answer how many changed.

    :raises IllegalMove: also for copies that are in an order.
    :raises NoReason: if they are written off without a note.
    :raises PromisedToOrders: if those very copies are promised to open orders or held for customers.
    """
    with transaction.atomic(durable=True):
        lock_levels(BookItem.objects.filter(id__in=copy_ids).values_list("book_id", flat=True))
        copies = [copy for copy in lock_copies(copy_ids) if copy.state != to]
        note_copies(copies, to, actor=actor, now=now, note=note)
    return len(copies)


def note_copies(
    copies: Collection[BookItem],
    to: CopyState,
    *,
    actor: str,
    now: datetime,
    note: str = "",
    order_number: UUID | None = None,
    shelf: str | None = None,
) -> None:
    """Step: what `note_count` does to copies that are locked, as are their books' levels.

    :param order_number: of the order for which they were looked for.
    :param shelf: where they were found.
    """
    if to == CopyState.WRITTEN_OFF and not note.strip():
        raise NoReason
    for copy in copies:
        if copy.state not in COUNTED_STATES:
            where = "delivery" if copy.state == CopyState.EXPECTED else "order"
            raise IllegalMove(f"Copy {copy.barcode} of “{copy.book}” is {copy.get_state_display()}: see its {where}.")
        if (copy.state, copy.condition, to) == (CopyState.DAMAGED, Condition.DAMAGED, CopyState.AVAILABLE):
            raise IllegalMove(
                f"Copy {copy.barcode} of “{copy.book}” is described as damaged: write on its page what it is by now, and its "
                "price if it is used."
            )
    _refuse_if_promised([c for c in copies if counts_of(c.state, c.condition) == (1, 0)])
    named = {"actor": actor, "now": now, "note": note, "order_number": order_number, "shelf": shelf}
    move_copies(copies, to, reason=Reason.COUNTED, **named)


def _refuse_if_promised(copies: Collection[BookItem]) -> None:
    """Step: see that these new copies, all of them on the shelf, can be taken off it.

    :raises PromisedToOrders:
    """
    levels, off = lock_levels(copy.book_id for copy in copies), Counter(copy.book_id for copy in copies)
    for copy in copies:
        level = levels[copy.book_id]
        if level.unpromised < off[copy.book_id]:
            raise PromisedToOrders(
                f"“{copy.book}”: open orders and checkouts wait for {level.reserved} of the "
                f"{level.on_shelf - level.not_new} copies on the shelf. Pack, fail or cancel an order first."
            )


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A movement of copies is a step of a larger transaction.")
