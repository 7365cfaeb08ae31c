"""Copies that were booked by their book's own code: which one it is, only a label says, and may say it afterwards."""

from store.orders import packing
from store.orders.at_bench import Bench, on_shelf
from store.orders.models import Allocation
from store.orders.parcels import ParcelState
from store.stock.models import BookItem
from store.stock.operations import lock_copies


def confirm(bench: Bench, copy: BookItem) -> str:
    """Step: note that the label says the same as the ISBN did; answer what to tell, or nothing if it had said so before."""
    if not _in_open_boxes(bench).filter(copy=copy).update(by_isbn=False):
        return ""
    return f"Copy {copy.barcode} of “{copy.book}” is the one that its ISBN had booked: it is in the box."


def replace(bench: Bench, copy: BookItem) -> str:
    """Step: put this copy, known by its label, in the place of the one that an ISBN booked last.

    :param copy: free, locked, and of the same book, of which the order has enough.
    :returns: what to tell; nothing if no copy of the book was booked so.
    """
    booked = _in_open_boxes(bench).filter(book=copy.book_id).order_by("-id").first()
    if booked is None:
        return ""
    (booked.copy,) = lock_copies([booked.copy_id])
    put = Allocation(line_id=booked.line_id, copy=copy, book_id=copy.book_id, parcel_id=booked.parcel_id)
    packing.exchange(bench.order, into=[put], out=[booked], actor=bench.packer, now=bench.now)
    for line in bench.lines:
        line.next = [one for one in line.next if one["barcode"] != copy.barcode]
    packing.note_work(bench.order, actor=bench.packer, now=bench.now, lines=bench.lines)
    kept = on_shelf(booked.copy.shelf, "on") or " where it was"
    return (
        f"“{copy.book}”: copy {copy.barcode} is in the box in place of {booked.copy.barcode}, which its ISBN had booked. "
        f"{booked.copy.barcode} stays{kept}."
    )


def _in_open_boxes(bench: Bench):
    live = Allocation.objects.filter(line__order=bench.order, released_at__isnull=True, by_isbn=True)
    return live.filter(parcel__state=ParcelState.OPEN)
