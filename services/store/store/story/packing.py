"""What became of an order's copies and parcels."""

from collections.abc import Iterator
from itertools import groupby

from store.clock import by_clock
from store.orders.models import Order, OrderEvent
from store.orders.parcels import Parcel, ParcelEvent, ParcelState
from store.stock.models import LedgerLine, Reason
from store.story.entry import Entry

COPIES: dict[Reason, str] = {
    Reason.CHOSEN: "put into the box",
    Reason.UNCHOSEN: "taken out of the box",
    Reason.PACKED: "packed",
    Reason.SHIPPED: "sent off",
    Reason.GIVEN_BACK: "given back to the shelf",
    Reason.RETURNED: "taken in again",
    Reason.INSPECTED: "looked at",
}
PARCELS: dict[ParcelState, tuple[str, str]] = {
    ParcelState.OPEN: ("was opened again", ""),
    ParcelState.SEALED: ("was closed", "is packed and closed"),
    ParcelState.DISPATCHED: ("left", ""),  # the shop tells of it
    ParcelState.DELIVERED: ("arrived", "arrived"),
    ParcelState.LOST: ("is lost", "was lost on its way"),
    ParcelState.CAME_BACK: ("came back", "came back to us"),
    ParcelState.VOID: ("was not used", ""),
}


def counted(copies: int) -> str:
    return f"{copies} {'copy' if copies == 1 else 'copies'}"


def copies(order: Order) -> Iterator[Entry]:
    """Copies that one person moved one after the other in the same way are told of together."""
    moves = LedgerLine.objects.filter(order_number=order.number).select_related("copy").order_by("id")
    for (reason, before, after, actor), together in groupby(moves, key=_way):
        same = list(together)
        labels = ", ".join(move.copy.barcode for move in same)
        was = COPIES.get(Reason(reason), Reason(reason).label)
        ended = f", the last at {by_clock(same[-1].at, '%T')}" if same[-1].at != same[0].at else ""
        yield Entry(
            same[0].at,
            "copy",
            f"{counted(len(same))} {was}.",
            who=actor,
            detail=f"{before or 'new'} → {after}: {labels}{ended}",
        )


def _way(move: LedgerLine) -> tuple[str, str, str, str]:
    return move.reason, move.from_state, move.to_state, move.actor


def shortages(order: Order, events: list[OrderEvent]) -> Iterator[Entry]:
    """Copies that could not be found, with the event that first counts them."""
    titles = {line.line: line.title for line in order.lines.all()}
    before: dict[int, int] = {}
    for event in events:
        short = {count["line"]: count["short"] for count in event.lines}
        for line, number in short.items():
            if line in titles and number > before.get(line, 0):
                words = f"{counted(number - before.get(line, 0))} of “{titles[line]}” cannot be delivered."
                reason = event.line_reasons.get(str(line), "")
                yield Entry(event.at, "short", words, reason=reason, who=event.actor, detail=f"line {line}")
        before = short


def parcels(order: Order) -> tuple[list[Entry], list[Entry]]:
    """Which boxes were begun, and what became of them. A box is begun by the database's clock, but before all that follows."""
    events = list(ParcelEvent.objects.filter(parcel__order=order).select_related("parcel").order_by("id"))
    begun = []
    for parcel in Parcel.objects.filter(order=order).order_by("number", "id"):
        at = min([parcel.made_at, *(event.at for event in events if event.parcel_id == parcel.pk)])
        begun.append(Entry(at, "parcel", f"Parcel {parcel.number} was begun."))
    return begun, [_of_parcel(event) for event in events]


def _of_parcel(event: ParcelEvent) -> Entry:
    parcel = event.parcel
    was, to_customer = PARCELS[ParcelState(event.to_state)]
    by = f"{parcel.carrier} {parcel.tracking}".strip()
    return Entry(
        event.at,
        "parcel",
        f"Parcel {parcel.number} {was}.",
        f"Parcel {parcel.number} {to_customer}." if to_customer else "",
        reason=event.reason,
        who=event.actor,
        detail=f"{event.from_state} → {event.to_state}" + (f", {by}" if by else ""),
        key=f"parcel:{parcel.number}:{event.to_state}",
    )
