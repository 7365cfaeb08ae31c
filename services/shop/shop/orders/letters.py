"""What a customer is told about an order, and when. Each letter says what is true at its event and no more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shop.notifications.models import Mail
from shop.notifications.notices import topic_of
from shop.notifications.operations import compose
from shop.orders.countries import NAMES
from shop.orders.models import Order, OrderEvent, OrderLine, Parcel
from shop.orders.parcel_news import event_of_change
from shop.orders.states import State
from shop.orders.sums import sums, tax_sentence
from shop.pages.wording import money

KINDS: dict[State, str] = {
    State.EXPIRED: "order_expired",
    State.PLACED: "order_received",
    State.ACCEPTED: "order_accepted",
    State.REJECTED: "order_rejected",
    State.PACKING: "order_packing",
    State.PARTLY_SHIPPED: "order_parcel",
    State.SHIPPED: "order_shipped",
    State.FAILED: "order_failed",
    State.CANCELLED: "order_cancelled",
}


# The page tells of these; whoever pays at once, or waits for the store's word, would only get one letter too many.
SILENT = frozenset({State.AWAITING_PAYMENT, State.CANCEL_REQUESTED})
# Back to where the order was, after the store lost or restored its records: the customer has heard of that state.
TOLD_BEFORE = frozenset(
    {(State.ACCEPTED, State.PLACED), (State.PACKING, State.PLACED), (State.PACKING, State.ACCEPTED)}
)
NOT_CANCELLED = "order_not_cancelled"
PARCEL = KINDS[State.PARTLY_SHIPPED]  # also of a parcel that leaves while the order makes no move
REST = "order_rest"  # what has not been sent will not be
SHORT = "order_short"  # copies of an order cannot be sent; it goes on, and no move tells of it
GOING_ON = frozenset({State.PLACED, State.ACCEPTED, State.PACKING, State.PARTLY_SHIPPED})
NOTHING_DUE = frozenset({State.REJECTED, State.FAILED, State.CANCELLED, State.EXPIRED})


def kind_of(source: State | None, target: State) -> str:
    """Which letter a move brings about; an empty text for none."""
    if target in SILENT or (source, target) in TOLD_BEFORE:
        return ""
    return NOT_CANCELLED if source == State.CANCEL_REQUESTED and target in GOING_ON else KINDS[target]


@dataclass(frozen=True)
class Row:
    """One line of the table in a letter, ready to print.

    :ivar copies: such as "2", or "1 of 2" of a part.
    :ivar instead_of: the price of one before a discount, and the discount's name; empty without one.
    :ivar missing: what cannot be sent, how much less is to be paid for it and why; empty if all of it can.
    :ivar awaited: what the order waits for, and why; empty if all of it is there.
    """

    title: str
    authors: str
    copies: str
    several: bool
    price: str
    instead_of: str
    total: str
    missing: str
    awaited: str


def letter(
    order: Order,
    lines: list[OrderLine],
    event: OrderEvent,
    *,
    now: datetime,
    returned: Decimal = Decimal(0),
    kind: str = "",
    reasons: Mapping[int, str] | None = None,
    parcel: Parcel | None = None,
    by_staff: bool = False,
) -> Mail:
    """This function will render the letter that tells of one event; the caller saves it with the event.

    :param returned: how much of what was paid goes back because of this event.
    :param kind: which letter, if it is not the one that its state always has.
    :param reasons: why copies of a line cannot be sent, in the warehouse's words, by the line's position.
    :param parcel: the one that left with this event; of several the last.
    :param by_staff: whether it was not its customer who wanted what this event is the end of.
    """
    kind = kind or KINDS[State(event.state)]
    return compose(
        event=f"order:{order.number}:{event.version}:{kind}",
        kind=kind,
        key=str(order.number),
        to=order.email,
        template=kind,
        layout="order",
        context=(context := _context(order, lines, State(event.state), event.reason, returned, reasons or {}))
        | _of_parcel(order, lines, parcel)
        | {"by_staff": by_staff},
        now=now,
        message_id=f"order-{order.number}-v{event.version}-{kind}",
        reader=order.user_id,
        is_needed=_is_needed(order, kind, context),
    )


def short_letter(order: Order, lines: list[OrderLine], reasons: Mapping[int, str], *, now: datetime) -> Mail:
    """This function will render the letter on copies that cannot be sent while the order itself goes on.

    The shop's order makes no move, so the store's version makes the letter unique.
    """
    return compose(
        event=f"short:{order.number}:{order.store_version}",
        kind=SHORT,
        key=str(order.number),
        to=order.email,
        template=SHORT,
        layout="order",
        context=_context(order, lines, State(order.state), "", Decimal(0), reasons),
        now=now,
    )


def parcel_letter(order: Order, lines: list[OrderLine], parcel: Parcel, *, now: datetime) -> Mail:
    """This function will render the letter on a parcel that no move of the order tells of.

    Its number makes the letter unique.
    """
    return compose(
        event=f"parcel:{order.number}:{parcel.number}",
        kind=PARCEL,
        key=str(order.number),
        to=order.email,
        template=PARCEL,
        layout="order",
        context=_context(order, lines, State.PARTLY_SHIPPED, "", Decimal(0), {}) | _of_parcel(order, lines, parcel),
        now=now,
        reader=order.user_id,
        is_needed=order.is_collected,
    )


def change_letter(order: Order, lines: list[OrderLine], parcel: Parcel, kind: str, *, now: datetime) -> Mail:
    """This function will render the letter on something new about a parcel that has left before."""
    state = State.SHIPPED if order.state == State.SHIPPED else State.PARTLY_SHIPPED
    return compose(
        event=event_of_change(order.number, parcel, kind),
        kind=kind,
        key=str(order.number),
        to=order.email,
        template=kind,
        layout="order",
        context=_context(order, lines, state, "", Decimal(0), {}) | _of_parcel(order, lines, parcel),
        now=now,
        reader=order.user_id,
    )


def _is_needed(order: Order, kind: str, context: dict) -> bool:
    """Whether a letter tells of money, of missing books, or of what is to be paid when the parcel is handed over."""
    is_due = topic_of(kind) == "parcels" and order.is_collected
    return bool(context["returned"] or context["in_part"] or context["awaited"] or is_due)


def _of_parcel(order: Order, lines: list[OrderLine], parcel: Parcel | None) -> dict:
    """What a letter says of one parcel; `alone` if it holds all that is sent."""
    if parcel is None:
        return {"parcel": None}
    copies = parcel.copies(lines)
    return {
        "parcel": parcel,
        "alone": all(copies.get(line, 0) == line.shipped for line in lines),
        "contents": [f"{number} × {line.title}" for line, number in copies.items()],
        "parcel_price": money(parcel.price, order.currency),
    }


def _context(
    order: Order,
    lines: list[OrderLine],
    state: State,
    reason: str,
    returned: Decimal,
    reasons: Mapping[int, str],
) -> dict:
    sent, ordered = sum(_sent(line, state) for line in lines), sum(line.quantity for line in lines)
    in_part = sent < ordered
    copies = {line: _sent(line, state) for line in lines}
    awaited = sum(line.awaited for line in lines) if state in GOING_ON else 0
    total = order.total if state in NOTHING_DUE else order.price_of(copies)
    return {
        "order": order,
        "is_prepaid": order.is_prepaid,
        "is_collected": order.is_collected,
        "country": NAMES.get(order.ship_country, order.ship_country),
        "returned": money(returned, order.currency) if returned else "",
        "reason": reason,
        "rows": [_row(line, order.currency, state, reasons) for line in lines],
        "total_label": _total_label(order, state, in_part),
        "sums": sums(order, copies),
        "total": money(total, order.currency),
        "tax": tax_sentence(order, total),
        "sent": sent,
        "missing": ordered - sent,
        "awaited": awaited,
        "ordered": ordered,
        "in_part": in_part,
        "url": order.signed_url,
    }


def _sent(line: OrderLine, state: State) -> int:
    """How many copies the customer gets. Of an order that is over all are listed, since none of them is sent."""
    if state in NOTHING_DUE:
        return line.quantity
    return line.shipped if state == State.SHIPPED else max(line.quantity - line.short, 0)


def _total_label(order: Order, state: State, in_part: bool) -> str:
    if state in NOTHING_DUE and order.payment == Order.Payment.ON_DELIVERY:
        return "Total of the order; nothing is due"
    if state in NOTHING_DUE:
        return "Total of the order; nothing of it is sent"
    if not order.total:
        return "Total, nothing to pay"
    if not in_part:
        return "Total, paid" if order.payment == Order.Payment.PREPAID else "Total, to be paid on delivery"
    part = "what was sent" if state == State.SHIPPED else "what will be sent"
    if order.payment == Order.Payment.PREPAID:
        return f"{part.capitalize()}, paid"
    return f"To be paid on delivery, for {part}"


def _row(line: OrderLine, currency: str, state: State, reasons: Mapping[int, str]) -> Row:
    copies = _sent(line, state)
    missing = line.short if state in NOTHING_DUE else line.quantity - copies
    reason = reasons.get(line.position, "")
    is_told = missing and (reason or state not in NOTHING_DUE)
    worth = money(line.to_pay - line.price_of(line.quantity - missing), currency)
    return Row(
        title=line.title,
        authors=line.authors,
        copies=str(copies) if copies == line.quantity else f"{copies} of {line.quantity}",
        several=copies > 1,
        price=money(line.unit_price, currency),
        instead_of=f"{money(line.list_price, currency)}, {line.price_reason}" if line.price_reason else "",
        total=money(copies * line.unit_price, currency),
        missing=f"{missing} cannot be sent ({worth}): {reason or 'not there'}" if is_told else "",
        awaited=f"{line.awaits} {reason}".strip() if line.awaited and state in GOING_ON else "",
    )
