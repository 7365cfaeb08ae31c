"""Packing by scanner: one order, one packer, one code at a time. What may go into a box `store.orders.packing` says."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from store.catalogue.models import Book
from store.clock import by_clock
from store.holds.operations import lapse_due_holds
from store.orders import awaiting, by_isbn, codes, labelling, packing, parcelling, queries, sending, shortage
from store.orders.at_bench import Bench, Done, Scanned, on_shelf, refuse_if_changed
from store.orders.codes import AtDesk, Command, Label
from store.orders.models import Allocation, Order, OrderQuerySet, OrderState
from store.orders.operations import record
from store.orders.packing import PackingRefused
from store.orders.parcels import Parcel, ParcelState
from store.orders.story import copy_in_a_sentence
from store.stock.models import BookItem, Condition, CopyState, LedgerLine
from store.stock.operations import lock_copies
from store.waiting import InProgress


class OrderCancelled(PackingRefused):
    """The full stop: whatever is in the box goes back."""


class ClaimedByOther(PackingRefused):
    """Somebody else is packing this order."""


class InTheBox(PackingRefused):
    """The copy is where it belongs already."""


def scan(*, orders: OrderQuerySet, order_id: int, scanned: Scanned, packer: str, now: datetime) -> Done:
    """Do what was scanned at the bench of an order: put a copy into the box, or obey a command.

    The order becomes the packer's, or stays it for another while.

    :param orders: those that the packer may see.
    :param packer: an e-mail.
    :raises Order.DoesNotExist: if it is not among these.
    :raises PackingRefused: nothing is changed then. OrderCancelled, ClaimedByOther, InTheBox and PackedMeanwhile are
        such.
    """
    if scanned.what in shortage.NOTED:
        with suppress(InProgress):  # at worst a lapsed hold still stands in the way
            lapse_due_holds(now=now)
    with transaction.atomic(durable=True):
        order = _take_up(orders.select_for_update().get(pk=order_id), packer=packer, now=now)
        bench = Bench(order, queries.lines_at_bench(order, locked=True), packer, now)
        has_come, version = awaiting.promise_again(bench.lines), order.version
        done = _done(bench, scanned)
        if has_come and order.version == version:
            record(order, actor=packer, now=now, lines=bench.lines)
    return done


def _done(bench: Bench, scanned: Scanned) -> Done:
    if scanned.what in COMMANDS:
        refuse_if_changed(bench.order, scanned)
        return COMMANDS[scanned.what](bench)
    if isinstance(scanned.what, AtDesk):
        raise PackingRefused(f"{scanned.what} is a command of the desk for returns.")
    if scanned.what in shortage.NOTED:
        words = shortage.note(bench, scanned)
    elif isinstance(scanned.what, Label):
        refuse_if_changed(bench.order, scanned)
        words = labelling.note(bench, scanned.what)
    else:
        words = _put_in(bench, scanned)
    return Done(bench.order, bench.lines, words)


def take_over(*, orders: OrderQuerySet, order_id: int, packer: str, now: datetime) -> Order:
    """Claim the order, also if it is another packer's.

    :raises PackingRefused: if it can no longer be packed, or not yet.
    """
    with transaction.atomic(durable=True):
        order = _take_up(orders.select_for_update().get(pk=order_id), packer=packer, now=now, anyhow=True)
        order.save(update_fields=["packer", "claimed_until"])
    return order


def take_next(*, queue: OrderQuerySet, packer: str, now: datetime, instead_of: int | None = None) -> Order | None:
    """Claim the first order of the queue that is nobody's; answer None if there is none.

    Orders of which nothing can be packed before copies come are left out.

    :param queue: orders to pack, the oldest first.
    :param instead_of: an order that the packer leaves to others: the one after it is taken, and after the last the first.
    """
    with transaction.atomic(durable=True):
        free = queue.unclaimed(now=now).exclude(pk__in=awaiting.in_vain())
        turns = [free]
        if instead_of is not None:
            Order.objects.filter(pk=instead_of, packer=packer).update(packer="", claimed_until=None)
            left, others = Order.objects.filter(pk=instead_of).first(), free.exclude(pk=instead_of)
            turns = [others.placed_after(left), others] if left else [others]
        # Who comes second skips what the first is taking; a row taken meanwhile no longer is unclaimed.
        first = (each.select_for_update(of=("self",), skip_locked=True).first() for each in turns)
        order = next((each for each in first if each is not None), None)
        if order is not None:
            order.claim(packer, now=now)
            order.save(update_fields=["packer", "claimed_until"])
    return order


def _take_up(order: Order, *, packer: str, now: datetime, anyhow: bool = False) -> Order:
    if order.state == OrderState.CANCELLED:
        raise OrderCancelled("This order was cancelled: do not pack it.")
    packing.refuse_unless_open(order, None)
    if order.belongs_to_other(packer, now=now) and not anyhow:
        raise ClaimedByOther(
            f"{order.packer} is packing this order, and has it until {by_clock(order.claimed_until, '%H:%M %Z')} unless you take it over."
        )
    order.claim(packer, now=now)
    return order


def _put_in(bench: Bench, scanned: Scanned) -> str:
    order, lines = bench.order, bench.lines
    copy = _copy_of(bench, scanned)
    is_labelled = copy.barcode in scanned.what.labels
    if copy.state != CopyState.AVAILABLE:
        last = LedgerLine.objects.filter(copy=copy).latest("id")
        if copy.state == CopyState.ALLOCATED and last.order_number == order.number:
            if words := by_isbn.confirm(bench, copy):
                return words
            raise InTheBox(f"Copy {copy.barcode} of “{copy.book}” is in this box already.")
        raise PackingRefused(copy_in_a_sentence(copy, last))
    places = packing.places_left(lines, {line.id: line.packed for line in lines})
    if copy.book_id not in places:
        raise PackingRefused(f"“{copy.book}” is not in this order: {_put_back(copy)}.")
    if copy.condition != Condition.NEW:
        raise PackingRefused(packing.why_not_sold(copy))
    if not places[copy.book_id] and is_labelled and (words := by_isbn.replace(bench, copy)):
        return words
    if not places[copy.book_id] and any(each.awaited for each in lines if each.book_id == copy.book_id):
        raise PackingRefused(awaiting.none_free(str(copy.book)))
    if not places[copy.book_id]:
        where = "sent or in the box" if any(each.shipped for each in lines) else "in the box"
        raise PackingRefused(f"All copies of “{copy.book}” are {where} already: {_put_back(copy)}.")
    line = places[copy.book_id][0]
    put = Allocation(line=line, copy=copy, book_id=copy.book_id, parcel_id=bench.box and bench.box["id"])
    put.by_isbn = not is_labelled
    if bench.box is None:
        number = max((each["number"] for each in bench.parcels), default=0) + 1
        bench.parcels.append(sending.in_short(parcelling.begin_with(put, of=order, number=number)))
    packing.exchange(order, into=[put], out=[], actor=bench.packer, now=bench.now)
    line.packed += 1
    bench.box["copies"] += 1
    for each in lines:
        each.next = [one for one in each.next if one["barcode"] != copy.barcode]
    packing.note_work(order, actor=bench.packer, now=bench.now, lines=lines)
    to_send = line.to_deliver - line.shipped
    return f"“{copy.book}”: {line.packed - line.shipped} of {to_send} in the box. Copy {copy.barcode}."


def _copy_of(bench: Bench, scanned: Scanned) -> BookItem:
    """The copy that was scanned, locked. A book's own code means the longest free copy of the book."""
    code = scanned.what
    wanted = Q(barcode__in=code.labels)
    line = next((line for line in bench.lines if code.isbn13 and line.isbn13 == code.isbn13), None)
    if line:
        free = queries.free_copies(book=line.book_id).order_by("received_at", "id")
        wanted |= Q(pk__in=free.values("pk")[:1])
    found = list(BookItem.objects.select_for_update(of=("self",)).select_related("book").filter(wanted))
    labelled = [copy for copy in found if copy.barcode in code.labels]
    if labelled:
        return min(labelled, key=lambda copy: copy.barcode != code.text)
    if line:
        refuse_if_changed(bench.order, scanned)
        if not found:
            raise PackingRefused(f"No copy of “{line.title}” is free on the shelf.")
        return found[0]
    if book := code.isbn13 and Book.objects.filter(isbn13=code.isbn13).first():
        raise PackingRefused(f"“{book}” is not in this order: put the copy back.")
    raise PackingRefused(str(codes.NotACode(code.text)))


def _undo(bench: Bench) -> Done:
    """Take the copy that went in last out again; or leave the box that was begun last, if it is still empty."""
    box = bench.box
    if box and not box["copies"] and len(bench.parcels) > 1:
        words = _leave(bench, box)
    else:
        words = _take_out(bench)
    return Done(bench.order, bench.lines, words)


def _leave(bench: Bench, box: dict) -> str:
    parcelling.leave_unused([Parcel.objects.get(pk=box["id"])], actor=bench.packer, now=bench.now)
    bench.parcels.remove(box)
    bench.order.revision += 1
    packing.note_work(bench.order, actor=bench.packer, now=bench.now, lines=bench.lines)
    return f"Parcel {box['number']} is not used."


def _take_out(bench: Bench) -> str:
    live = Allocation.objects.filter(line__order=bench.order, released_at__isnull=True, parcel__state=ParcelState.OPEN)
    last = live.order_by("-id").first()
    if last is None:
        raise PackingRefused(_why_nothing_to_undo(bench))
    (last.copy,) = lock_copies([last.copy_id])
    packing.exchange(bench.order, into=[], out=[last], actor=bench.packer, now=bench.now)
    line = next(line for line in bench.lines if line.id == last.line_id)
    line.packed -= 1
    next(each for each in bench.parcels if each["id"] == last.parcel_id)["copies"] -= 1
    packing.note_work(bench.order, actor=bench.packer, now=bench.now, lines=bench.lines)
    return f"Copy {last.copy.barcode} of “{last.copy.book}” is out of the box: {_put_back(last.copy)}."


def _why_nothing_to_undo(bench: Bench) -> str:
    sealed = [each["number"] for each in bench.parcels if each["state"] == ParcelState.SEALED]
    if sealed:
        return (
            f"Parcel {sealed[-1]} is sealed: “undo” does not open it. Open it again on its own page, which the list of "
            "parcels below leads to; it asks why."
        )
    return "The box is empty: there is nothing to undo."


def _put_back(copy: BookItem) -> str:
    return f"put {copy.barcode} back{on_shelf(copy.shelf, 'on')}"


COMMANDS = {
    Command.UNDO: _undo,
    Command.NEW_PARCEL: sending.begin_another,
    Command.SEAL: sending.seal,
    Command.TRACKING: labelling.await_tracking,
    Command.DONE: sending.finish,
}
