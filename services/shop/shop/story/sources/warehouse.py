"""What the shop heard from the warehouse: parcels, shortages, versions, and what went wrong with the hearing."""

from collections.abc import Iterable, Iterator

from shop.clock import by_clock
from shop.orders.models import Order, OrderLine, Parcel
from shop.pages.wording import counted, money
from shop.storelink.models import Feed, Retelling, SetAside, StoreEvent
from shop.story.entry import Entry
from store_client import OrderEvent as Heard


def parcels(order: Order, left: Iterable[Parcel]) -> Iterator[Entry]:
    """Each parcel that left. To its customer the order's own move tells of one that is the only one."""
    left = list(left)
    is_told = order.state == "shipped" and len(left) == 1
    for parcel in left:
        books = ", ".join(f"{copies} × {line.title}" for line, copies in parcel.inside)
        by = f" by {parcel.carrier}" if parcel.carrier else ""
        by += f", tracking code {parcel.tracking}" if parcel.tracking else ""
        yield Entry(
            parcel.sent_at,
            "parcel",
            f"Parcel {parcel.number} left{by}: {books}.",
            to_customer="" if is_told else f"Parcel {parcel.number} left: {books}.",
            detail=f"now {parcel.state}",
            step="parcel",
            key=f"left:{parcel.number}",
            after=(f"parcel:{parcel.number}:dispatched",),
        )


def shortages(order: Order, kept: Iterable[StoreEvent]) -> Iterator[Entry]:
    """The moments at which the warehouse found that copies are not there."""
    lines = {line.position: line for line in order.lines.all()}
    before: dict[int, int] = {}
    for event in kept:
        heard = Heard.parse(event.body)
        for count in heard.lines:
            if count.line in lines and count.short > before.get(count.line, 0):
                yield _short(order, lines[count.line], before.get(count.line, 0), count.short, heard)
        before = {count.line: count.short for count in heard.lines}


def _short(order: Order, line: OrderLine, before: int, short: int, heard: Heard) -> Entry:
    worth = money(line.price_of(line.quantity - before) - line.price_of(line.quantity - short), order.currency)
    words = f"{counted(short - before, 'copy', 'copies')} of “{line.title}” cannot be sent"
    reason, after = heard.line_reasons.get(line.position, ""), (f"store:{heard.version}",)
    return Entry(heard.at, "short", f"{words}.", f"{words}, {worth}.", worth, reason, step="short", after=after)


def heard(kept: Iterable[StoreEvent]) -> Iterator[Entry]:
    for event in kept:
        said = event.body.get("status")
        yield Entry(
            event.heard_at,
            "heard",
            f"Heard from the warehouse: {said}.",
            detail=f"heard of the store's version {event.version}: {said}",
            key=f"heard:{event.version}",
            after=(f"store:{event.version}", f"heard:{event.version - 1}"),
        )


def retold(order: Order) -> Iterator[Entry]:
    for anew in Retelling.objects.filter(order=order):
        gone = ", ".join(f"version {body.get('version')} ({body.get('status')})" for body in anew.forgotten)
        words = "The store's own log of it was found to be another one, as after a restore; no state is told twice."
        yield Entry(anew.at, "retold", words, detail=f"Heard before and gone there: {gone or 'nothing'}.")


def set_aside(order: Order) -> Iterator[Entry]:
    for row in SetAside.objects.filter(feed=Feed.Name.ORDERS, key__startswith=str(order.number)).order_by("id"):
        yield Entry(
            row.first_at,
            "aside",
            f"Set aside: {row.reason}",
            detail=f"{row.key}, last on {by_clock(row.last_at, '%F %T')}",
        )
