"""Everything the store knows of one order, in the sequence in which it happened: one machine, one clock."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from operator import attrgetter
from uuid import UUID

from store.clock import by_clock
from store.holds.models import Hold, HoldState
from store.orders.models import CLAIM_MINUTES, Order, OrderEvent, OrderState
from store.returns.models import Return, ReturnEvent
from store.story import packing
from store.story.entry import Entry
from store.story.table import TOLD

MOVES: dict[OrderState, str] = {
    OrderState.RECEIVED: "The order came, and there are copies for all of it.",
    OrderState.REJECTED: "The order was refused: there are too few copies.",
    OrderState.PACKING: "Packing began.",
    OrderState.PART_SENT: "A part of it was sent off.",
    OrderState.DISPATCHED: "It was sent off.",
    OrderState.FAILED: "It failed.",
    OrderState.CANCELLED: "It was cancelled.",
}
ENDS: dict[HoldState, tuple[str, str]] = {
    HoldState.USED: ("The order took the copies over that were put aside.", ""),
    HoldState.RELEASED: ("The copies that were put aside were given back.", "The copies are no longer put aside."),
    HoldState.LAPSED: ("The time of the copies that were put aside was over.", "The copies are no longer put aside."),
}


def story_of(number: UUID, *, client: str | None = None) -> list[Entry]:
    """This function will tell all that happened under an order's number; [] if the store has heard of none.

    :param client: only what is that service's own.
    """
    own = {"number": number} | ({} if client is None else {"client": client})
    entries = list(_holds(Hold.objects.filter(**own).order_by("id").prefetch_related("lines")))
    # The number is unique. Should it ever not be, this is where one must see it.
    for order in Order.objects.filter(**own).order_by("id").prefetch_related("lines"):
        entries += _of_order(order)
    entries.sort(key=attrgetter("at"))  # at the same time, what was told first
    by_the_shop = [entry for entry in entries if entry.kind == TOLD]
    entries = [entry for entry in entries if entry.kind != TOLD]
    place = next((place for place, entry in enumerate(entries) if not _was_before_it(entry)), len(entries))
    return [*entries[:place], *by_the_shop, *entries[place:]]  # by another clock


def _was_before_it(entry: Entry) -> bool:
    """Copies are put aside before the order is placed, and given back; it is the order that takes them over."""
    return entry.kind == "hold" and entry.words != ENDS[HoldState.USED][0]


def heads_of(number: UUID) -> list[str]:
    """What the store's orders of this number are, with their lines, for who reads the story as text."""
    told = []
    for order in Order.objects.filter(number=number).order_by("id").prefetch_related("lines"):
        told.append(
            f"Store order {order.number} of {order.client}: {order.state}, version {order.version}, total {order.total} "
            f"{order.currency}, {order.payment or 'no payment'}, {order.paid} paid."
        )
        told += [
            f"  line {line.line}: {line.quantity} × {line.title} (book {line.book_id}) at {line.unit_price}"
            for line in sorted(order.lines.all(), key=attrgetter("line"))
        ]
    return told


def _of_order(order: Order) -> Iterator[Entry]:
    yield from _told_by_the_shop(order)
    events = list(order.events.order_by("version"))
    begun, of_parcels = packing.parcels(order)
    # What one moment brought is told as it is done: a box, what goes into it, the box as a whole, and the order.
    yield from begun
    yield from packing.copies(order)
    yield from of_parcels
    yield from _moves(order, events)
    yield from packing.shortages(order, events)
    yield from _claim(order)
    for found in Return.objects.filter(order=order).order_by("id").prefetch_related("events"):
        yield from _return(found)


def _holds(holds: Iterable[Hold]) -> Iterator[Entry]:
    for place, hold in enumerate(holds, start=1):
        lines = sorted(hold.lines.all(), key=lambda line: line.line)
        copies = packing.counted(sum(line.quantity for line in lines))
        held = ", ".join(f"{line.quantity} × book {line.book_id}" for line in lines)
        yield Entry(
            hold.made_at,
            "hold",
            f"{copies} put aside until {by_clock(hold.held_until, '%H:%M %Z')}.",
            f"The warehouse put {copies} aside for you until {by_clock(hold.held_until, '%H:%M %Z')}.",
            detail=f"held {held} for {hold.client} until {by_clock(hold.held_until, '%F %T')}",
            key=f"hold:{place}",
        )
        if hold.ended_at:
            words, to_customer = ENDS[HoldState(hold.state)]
            yield Entry(hold.ended_at, "hold", words, to_customer, detail=f"the hold was {hold.get_state_display()}")


def _told_by_the_shop(order: Order) -> Iterator[Entry]:
    """What it sent, by its own clock: the store has no other word of what happened there."""
    detail = f"total {order.total} {order.currency}, {order.payment or 'no payment'}, {order.paid} paid"
    yield Entry(order.placed_at, TOLD, "It was placed in the shop, as the shop says.", detail=detail)


def _moves(order: Order, events: list[OrderEvent]) -> Iterator[Entry]:
    before = None
    for event in events:
        counts = ", ".join(
            f"line {n['line']}: {n['packed']} packed, {n['shipped']} shipped, {n['short']} short" for n in event.lines
        )
        words = MOVES[OrderState(event.status)] if event.status != before else "Its copies were counted anew."
        yield Entry(
            event.at,
            "order",
            words,
            reason=event.reason,
            who=event.actor,
            detail=f"version {event.version}: {event.status}; {counts}; transaction {event.xid}",
            key=f"store:{event.version}",
        )
        before = event.status


def _claim(order: Order) -> Iterator[Entry]:
    """The claim that lasts, as of its last scan; one that is over is not kept."""
    if order.claimed_until:
        words = f"It is claimed until {by_clock(order.claimed_until, '%H:%M %Z')}."
        yield Entry(order.claimed_until - timedelta(minutes=CLAIM_MINUTES), "claim", words, who=order.packer)


def _return(found: Return) -> Iterator[Entry]:
    before = None
    for event in sorted(found.events.all(), key=lambda event: event.version):
        yield _of_return(found, event, is_news=event.status != before)
        before = event.status


def _of_return(found: Return, event: ReturnEvent, *, is_news: bool) -> Entry:
    counts = "; ".join(", ".join(f"{name} {number}" for name, number in line.items()) for line in event.lines)
    state = event.get_status_display()
    return Entry(
        event.at,
        "return",
        f"Return {found.reference}: {state}." if is_news else f"Return {found.reference}: its copies were counted.",
        reason=event.reason,
        who=event.actor,
        detail=f"version {event.version} of {found.number}: {event.status}; {counts}",
        key=f"return:{found.number}:{event.version}",
    )
