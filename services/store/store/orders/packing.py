"""Put copies into an order's box, and send it off."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from store.orders import awaiting, parcelling, queries
from store.orders.models import Allocation, Order, OrderLine, OrderState
from store.orders.operations import record
from store.orders.parcels import ParcelState
from store.stock.models import BookItem, Condition, CopyState, Reason
from store.stock.operations import Shift, lock_copies, lock_levels, move_copies


class PackingRefused(Exception):
    """The copies do not fit the order; `sentences` name each copy and book."""

    def __init__(self, *sentences: str):
        super().__init__(" ".join(sentences))
        self.sentences = list(sentences)


class PackedMeanwhile(PackingRefused):
    """Someone else changed the box after this packer looked into it."""


class Box(NamedTuple):
    """What a packer's save works on: all of it locked until the transaction ends.

    :ivar lines: each with `packed`, and with `closed`: its copies in parcels that are not open any more.
    :ivar live: what lies in open parcels.
    :ivar has_come: whether copies that the order waited for are promised to it now.
    """

    order: Order
    lines: list[OrderLine]
    live: list[Allocation]
    chosen: list[BookItem]
    has_come: bool = False


def choose_copies(
    *, order_id: int, barcodes: Sequence[str], actor: str, now: datetime, revision: int | None = None
) -> Order:
    """Make exactly these copies the content of the order's open box; the others in it go back to the shelf.

    :param revision: what the packer saw; None skips the look whether someone else has packed meanwhile.
    :raises PackingRefused: nothing is changed then. PackedMeanwhile if the revision is not the present one.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().get(pk=order_id)
        refuse_unless_open(order, revision)
        box = open_box(order, barcodes)
        refuse_unless_fitting(box)
        version = order.version
        if _fill(box, actor=actor, now=now):
            note_work(order, actor=actor, now=now)
        if box.has_come and order.version == version:
            record(order, actor=actor, now=now)
    return order


def dispatch(
    *, order_id: int, barcodes: Sequence[str], actor: str, now: datetime, revision: int | None = None
) -> Order:
    """Send the order off with exactly these copies, which must be all that is still to be delivered and nothing else.

    Parcels that are sealed leave with them. It is one move, and the customer hears of it once, also if the box was empty until now.

    :param revision: as in `choose_copies`.
    :raises PackingRefused: nothing is changed then.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().get(pk=order_id)
        refuse_unless_open(order, revision)
        box = open_box(order, barcodes)
        refuse_unless_fitting(box, complete=True)
        _fill(box, actor=actor, now=now)
        send_off(order, actor=actor, now=now)
    return order


def propose_copies(order: Order) -> list[BookItem]:
    """What is in the box already and, for the rest, the longest free copies on the shelf. Nothing is saved."""
    in_box = queries.copies_in_box(order)
    wanted = Counter()
    lines = queries.lines_with_packed(order)
    awaiting.note_kept(lines)
    for line in lines:
        wanted[line.book_id] += line.to_deliver - line.packed - line.awaited + line.kept
    return in_box + queries.oldest_free_copies({book: number for book, number in wanted.items() if number > 0})


def refuse_unless_open(order: Order, revision: int | None) -> None:
    """Step: see that the locked order may be packed and is as the packer saw it.

    :raises PackingRefused: PackedMeanwhile if the revision is not the present one.
    """
    if not order.is_open:
        raise PackingRefused(f"This order is {order.get_state_display()} already; its copies can no longer change.")
    if not order.may_be_packed:
        raise PackingRefused(f"Only {order.paid} of {order.total} {order.currency} are paid; it must not be packed.")
    if revision is not None and revision != order.revision:
        raise PackedMeanwhile(
            "Someone else has packed this order meanwhile: the table shows what is in the box now. "
            "Save again to make it what you have chosen."
        )


def open_box(order: Order, barcodes: Sequence[str]) -> Box:
    """Step: lock what a packer's choice of copies for the locked order touches.

    :raises PackingRefused: if a barcode is named twice, or no copy has it.
    """
    twice = [barcode for barcode, times in Counter(barcodes).items() if times > 1]
    if twice:
        raise PackingRefused(*(f"Copy {barcode} is named twice; a copy goes into the box once." for barcode in twice))
    lines = queries.lines_with_packed(order)
    lock_levels(line.book_id for line in lines)
    has_come = awaiting.promise_again(lines)
    live = list(Allocation.objects.filter(line__order=order, released_at__isnull=True, parcel__state=ParcelState.OPEN))
    in_box = Counter(allocation.line_id for allocation in live)
    for line in lines:
        line.closed = line.packed - in_box[line.id]
    named = list(BookItem.objects.filter(barcode__in=barcodes).values_list("id", flat=True))
    copies = lock_copies([*named, *(allocation.copy_id for allocation in live)])
    by_barcode = {copy.barcode: copy for copy in copies}
    unknown = [barcode for barcode in barcodes if barcode not in by_barcode]
    if unknown:
        raise PackingRefused(*(f"There is no copy with the barcode {barcode}." for barcode in unknown))
    by_id = {copy.id: copy for copy in copies}
    for allocation in live:
        allocation.copy = by_id[allocation.copy_id]
    return Box(order, lines, live, [by_barcode[barcode] for barcode in barcodes], has_come)


def refuse_unless_fitting(box: Box, *, complete: bool = False) -> None:
    """Step: see that the chosen copies are free, of ordered books, and not too many.

    :param complete: nor too few.
    :raises PackingRefused: naming every copy and book that is in the way.
    """
    ordered, awaited, titles = Counter(), Counter(), {}
    for line in box.lines:
        ordered[line.book_id] += line.to_deliver - line.closed
        awaited[line.book_id] += line.awaited
        titles[line.book_id] = line.title
    in_box = {allocation.copy_id for allocation in box.live}
    problems = [
        f"Copy {copy.barcode} is “{copy.book}”, which this order does not contain."
        for copy in box.chosen
        if copy.book_id not in ordered
    ]
    problems += why_not_free([c for c in box.chosen if c.state != CopyState.AVAILABLE and c.id not in in_box])
    problems += [why_not_sold(c) for c in box.chosen if c.condition != Condition.NEW and c.id not in in_box]
    chosen = Counter(copy.book_id for copy in box.chosen)
    for book_id, number in ordered.items():
        if chosen[book_id] > number:
            surplus = [copy.barcode for copy in box.chosen if copy.book_id == book_id][number:]
            problems.append(
                f"“{titles[book_id]}”: {chosen[book_id]} copies chosen, {number} ordered. Take out {', '.join(surplus)}."
            )
        elif chosen[book_id] > number - awaited[book_id]:
            problems.append(awaiting.none_free(titles[book_id]))
        elif complete and chosen[book_id] < number:
            problems.append(f"“{titles[book_id]}”: {chosen[book_id]} of {number} ordered copies chosen.")
    if problems:
        raise PackingRefused(*problems)


def why_not_free(copies: Sequence[BookItem]) -> list[str]:
    """A sentence for each copy that says where it is instead of on the shelf."""
    if not copies:
        return []
    live = Allocation.objects.filter(copy__in=copies, released_at__isnull=True, returned_at__isnull=True)
    order_of = {allocation.copy_id: allocation.line.order for allocation in live.select_related("line__order")}
    sentences = []
    for copy in copies:
        where = copy.get_state_display()
        if order := order_of.get(copy.id):
            where = f"in order {order.number} ({order.get_state_display()})"
        sentences.append(f"Copy {copy.barcode} of “{copy.book}” is {where}.")
    return sentences


def why_not_sold(copy: BookItem) -> str:
    """Why a copy that is not new stays on the shelf."""
    told = f"Copy {copy.barcode} of “{copy.book}” is {copy.get_condition_display()}"
    return f"{told}: orders are of new copies. What it is can be changed on the copy's page."


def send_off(order: Order, *, actor: str, now: datetime) -> int:
    """Step: seal what is packed and hand over all that is sealed; answer how many copies leave.

    The levels of the order's books are locked, and it has nothing in open boxes that is to stay.
    """
    parcels = list(order.parcels.filter(state__in=(ParcelState.OPEN, ParcelState.SEALED)).order_by("number"))
    sealed = [parcel for parcel in parcels if parcel.state == ParcelState.SEALED]
    sealed += parcelling.seal([each for each in parcels if each not in sealed], of=order, actor=actor, now=now)
    copies = parcelling.hand_over(sealed, of=order, actor=actor, now=now)
    lines = queries.lines_with_packed(order)
    state = parcelling.after_leaving(lines)
    if state != order.state:
        order.move_to(state)
    order.revision += 1
    record(order, actor=actor, now=now, lines=lines)
    return copies


def note_work(order: Order, *, actor: str, now: datetime, lines: Sequence[OrderLine] | None = None) -> None:
    """Step: save the locked order after its box has changed. With the first change it is being packed.

    :param lines: as in `operations.record`.
    """
    if order.state == OrderState.RECEIVED:
        order.move_to(OrderState.PACKING)
        record(order, actor=actor, now=now, lines=lines)
    else:
        order.save(update_fields=["revision", "packer", "claimed_until"])


def places_left(lines: Sequence[OrderLine], taken: Mapping[int, int]) -> dict[int, list[OrderLine]]:
    """For each ordered book the lines that are promised another copy of it, in their order, each as often as that.

    :param taken: how many copies are in parcels, by the id of the line.
    """
    places: dict[int, list[OrderLine]] = {}
    for line in lines:
        places.setdefault(line.book_id, []).extend([line] * (line.to_deliver - line.awaited - taken.get(line.id, 0)))
    return places


def exchange(order: Order, *, into: Sequence[Allocation], out: Sequence[Allocation], actor: str, now: datetime) -> None:
    """Step: put copies into the locked order's box and take others out, with allocations, ledger and levels.

    A promised copy leaves the shelf as one. Copies and levels are locked. What is saved already is not saved again.
    """
    Allocation.objects.filter(id__in=[allocation.id for allocation in out]).update(released_at=now)
    Allocation.objects.bulk_create([allocation for allocation in into if allocation.pk is None])
    for allocations, state, reason, shelf in (
        (out, CopyState.AVAILABLE, Reason.UNCHOSEN, 1),
        (into, CopyState.ALLOCATED, Reason.CHOSEN, -1),
    ):
        copies = [allocation.copy for allocation in allocations]
        numbers = Counter(copy.book_id for copy in copies)
        shifts = {book: Shift(reserved=shelf * n) for book, n in numbers.items()}
        told = {"actor": actor, "now": now, "order_number": order.number}
        move_copies(copies, state, reason=reason, shifts=shifts, **told)
    order.revision += 1


def _fill(box: Box, *, actor: str, now: datetime) -> bool:
    """Step: bring the box to what was chosen; answer whether anything changed."""
    chosen = {copy.id for copy in box.chosen}
    out = [allocation for allocation in box.live if allocation.copy_id not in chosen]
    kept = {allocation.copy_id: allocation.line_id for allocation in box.live if allocation.copy_id in chosen}
    added = [copy for copy in box.chosen if copy.id not in kept]
    if not out and not added:
        return False
    places = places_left(box.lines, Counter(kept.values()) + Counter({line.id: line.closed for line in box.lines}))
    parcel = parcelling.current(box.order)
    into = [Allocation(line=places[c.book_id].pop(0), copy=c, book_id=c.book_id, parcel=parcel) for c in added]
    exchange(box.order, into=into, out=out, actor=actor, now=now)
    return True
