"""Everything the store knows of one order, in the order in which it happened."""

from uuid import UUID

from store.holds.models import Hold
from store.orders.models import Allocation, Order
from store.stock.models import BookItem, CopyState, LedgerLine

WHERE_IT_WENT = {
    CopyState.EXPECTED: "is expected with a delivery",
    CopyState.AVAILABLE: "has been on the shelf",
    CopyState.ALLOCATED: "is in the box",
    CopyState.PACKED: "was packed",
    CopyState.SHIPPED: "was shipped",
    CopyState.MISSING: "was noted as missing",
    CopyState.DAMAGED: "was noted as damaged",
    CopyState.WRITTEN_OFF: "was written off",
}


def story_of(number: UUID) -> list[str]:
    """This function will tell an order's whole story, one sentence a line; [] if the store has no such order."""
    sentences = [sentence for hold in Hold.objects.filter(number=number).order_by("id") for sentence in _hold(hold)]
    # The number is unique. Should it ever not be, this is where one must see it.
    for order in Order.objects.filter(number=number).order_by("id"):
        sentences += [_head(order), *_lines(order), *(sentence for _, sentence in sorted(_happened(order)))]
    return sentences


def _hold(hold: Hold) -> list[str]:
    held = ", ".join(f"{line.quantity} × book {line.book_id}" for line in hold.lines.order_by("line"))
    told = [f"{hold.made_at:%F %T.%f} the store held {held} for {hold.client} until {hold.held_until:%F %T}"]
    return told + ([f"{hold.ended_at:%F %T.%f} the hold was {hold.get_state_display()}"] if hold.ended_at else [])


def _head(order: Order) -> str:
    told = f"Store order {order.number} of {order.client}: {order.state}, version {order.version}"
    return told + f", total {order.total} {order.currency}, {order.payment or 'no payment'}, {order.paid} paid."


def _lines(order: Order) -> list[str]:
    return [
        f"  line {line.line}: {line.quantity} × {line.title} (book {line.book_id}) at {line.unit_price}"
        for line in order.lines.order_by("line")
    ]


def _happened(order: Order) -> list[tuple]:
    """Pairs of (time, rank, id) and a sentence: what came first stands first, also within one transaction."""
    told = [((order.placed_at, 0, 0), f"{order.placed_at:%F %T.%f} placed in the shop")]
    told.append(((order.received_at, 1, 0), f"{order.received_at:%F %T.%f} the store wrote its row"))
    for event in order.events.all():
        counts = ", ".join(
            f"line {n['line']}: {n['packed']} packed, {n['shipped']} shipped, {n['short']} short" for n in event.lines
        )
        counts += "".join(f", line {line}: {reason}" for line, reason in event.line_reasons.items())
        said = f"version {event.version}: {event.status} by {event.actor}; {counts}; {event.reason}".rstrip("; ")
        told.append(((event.at, 3, event.id), f"{event.at:%F %T.%f} {said} (transaction {event.xid})"))
    return told + _moves(order) + _box(order)


def _moves(order: Order) -> list[tuple]:
    """Copies that moved together are told of together."""
    together: dict[tuple, list[LedgerLine]] = {}
    for move in LedgerLine.objects.filter(order_number=order.number).select_related("copy").order_by("id"):
        together.setdefault((move.at, move.from_state, move.to_state, move.reason, move.actor), []).append(move)
    told = []
    for (at, before, after, reason, actor), moves in together.items():
        copies = ", ".join(move.copy.barcode for move in moves)
        said = f"{before} → {after}: {reason} by {actor}: {copies}"
        told.append(((at, 2, moves[0].id), f"{at:%F %T.%f} {said}"))
    return told


def _box(order: Order) -> list[tuple]:
    told = []
    for allocation in Allocation.objects.filter(line__order=order, released_at=None).select_related("copy", "line"):
        said = f"copy {allocation.copy.barcode} ({allocation.copy.state}) put into line {allocation.line.line}"
        told.append(((allocation.made_at, 4, allocation.id), f"{allocation.made_at:%F %T.%f} {said}"))
    return told


def copy_in_a_sentence(copy: BookItem, last: LedgerLine) -> str:
    """What became of a copy.

    :param last: the copy's latest line of the ledger.
    """
    of_order = f" for order {Order(number=last.order_number).reference}" if last.order_number else ""
    note = f": {last.note}" if last.note else ""
    went = f"{WHERE_IT_WENT[CopyState(copy.state)]}{of_order} since {last.at:%-d %B %Y, %H:%M} UTC, {last.actor}{note}"
    return f"Copy {copy.barcode} of “{copy.book}” {went}."
