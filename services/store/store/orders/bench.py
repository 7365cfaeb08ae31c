"""What a packer reads at the bench of one order."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Max

from store.orders import awaiting, queries
from store.orders.codes import Command
from store.orders.models import Allocation, Order, OrderLine, OrderState
from store.orders.packing import PackingRefused
from store.orders.parcels import ParcelState
from store.orders.scanning import InTheBox, OrderCancelled
from store.stock.models import BookItem

GOOD, NOTE, REFUSED, STOP = "good", "note", "refused", "stop"
ICONS = {GOOD: "✓", NOTE: "•", REFUSED: "✗", STOP: "✗"}
COMMANDS = {
    Command.DONE: "Done: send it off",
    Command.SEAL: "Seal the parcel",
    Command.TRACKING: "Tracking code: scan it next",
    Command.NEW_PARCEL: "New parcel",
    Command.UNDO: "Undo the last scan",
    Command.CANNOT_FIND: "Can't find it",
    Command.DAMAGED: "It is damaged",
    Command.NEXT: "Leave it, take the next",
}


class Told(NamedTuple):
    """The answer to a scan, as it is shown and heard."""

    tone: str
    words: str

    @property
    def icon(self) -> str:
        return ICONS[self.tone]


def told_of(refusal: PackingRefused) -> Told:
    tone = {OrderCancelled: STOP, InTheBox: NOTE}.get(type(refusal), REFUSED)
    return Told(tone, " ".join(refusal.sentences))


def context_of(order: Order, lines: list[OrderLine] | None, told: Told | None, *, packer: str, now: datetime) -> dict:
    """What the page shows of an order; the lines are read unless they are known."""
    lines = queries.lines_at_bench(order) if lines is None else lines
    packed, copies = sum(line.packed for line in lines), sum(line.to_deliver for line in lines)
    sent = sum(line.shipped for line in lines)
    awaiting.note_kept(lines)
    for line in lines:
        line.to_take = line.to_deliver - line.awaited + line.kept - line.packed
        line.boxed, line.to_send = line.packed - line.shipped, line.to_deliver - line.shipped
    missing = [line for line in lines if line.to_take > 0]
    stopped = order.state == OrderState.CANCELLED
    return {
        "title": f"Packing {order.reference}",
        "order": order,
        "ship_to": order.ship_to,
        "lines": lines,
        "packed": packed,
        "progress": _progress(order, packed, copies, sent, waits=sum(line.awaited - line.kept for line in lines)),
        "offered": next((line for line in missing if line.next), None),
        "told": told,
        "stopped": stopped,
        "parcels": [each | {"words": ParcelState(each["state"]).label} for each in lines[0].parcels] if lines else [],
        "to_put_back": _given_back(order) if stopped else [],
        "others": order.belongs_to_other(packer, now=now),
        "commands": {command.name.lower(): str(command) for command in Command},
    }


def _progress(order: Order, packed: int, copies: int, sent: int, *, waits: int) -> str:
    if not order.is_open:
        return f"This order is {order.get_state_display()}."
    if packed == copies and sent:
        return f"{sent} sent, and the rest is in the box: scan “done”."
    if packed == copies:
        return "Everything is in the box: scan “done”." if copies > 1 else "The copy is in the box: scan “done”."
    rest = copies - packed - waits
    told = f"{sent} sent, {packed - sent} in the box" if sent else f"{packed} of {copies} in the box"
    told += f", {rest} {'to scan' if sent else 'more to scan'}." if rest else "."
    return f"{told} The order waits for {waits} that {'has' if waits == 1 else 'have'} not come." if waits else told


def _given_back(order: Order) -> list[BookItem]:
    """The copies that were in the box when the order ended."""
    released = Allocation.objects.filter(line__order=order, released_at__isnull=False)
    last = released.aggregate(at=Max("released_at"))["at"]
    return [each.copy for each in released.filter(released_at=last).select_related("copy__book").order_by("id")]
