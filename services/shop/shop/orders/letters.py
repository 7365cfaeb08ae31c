"""What a customer is told about an order, and when. Each letter says what is true at its event and no more."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shop.notifications.models import Mail
from shop.notifications.operations import compose
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.orders.states import State
from shop.pages.wording import money

KINDS: dict[State, str] = {
    State.EXPIRED: "order_expired",
    State.PLACED: "order_received",
    State.ACCEPTED: "order_accepted",
    State.REJECTED: "order_rejected",
    State.PACKING: "order_packing",
    State.SHIPPED: "order_shipped",
    State.FAILED: "order_failed",
    State.CANCELLED: "order_cancelled",
}


# The page tells of these; whoever pays at once, or waits for the store's word, would only get one letter too many.
SILENT = frozenset({State.AWAITING_PAYMENT, State.CANCEL_REQUESTED})
NOT_CANCELLED = "order_not_cancelled"
NOTHING_DUE = frozenset({State.REJECTED, State.FAILED, State.CANCELLED, State.EXPIRED})


@dataclass(frozen=True)
class Row:
    """One line of the table in a letter, ready to print. `copies` is such as "2", or "1 of 2" of a part."""

    title: str
    authors: str
    copies: str
    several: bool
    price: str
    total: str


def letter(
    order: Order,
    lines: list[OrderLine],
    event: OrderEvent,
    *,
    now: datetime,
    returned: Decimal = Decimal(0),
    kind: str = "",
) -> Mail:
    """This function will render the letter that tells of one event; the caller saves it with the event.

    :param returned: how much of what was paid goes back because of this event.
    :param kind: which letter, if it is not the one that its state always has.
    """
    kind = kind or KINDS[State(event.state)]
    return compose(
        event=f"order:{order.number}:{event.version}:{kind}",
        kind=kind,
        key=str(order.number),
        to=order.email,
        template=kind,
        layout="order",
        context=_context(order, lines, event, returned),
        now=now,
        message_id=f"order-{order.number}-v{event.version}-{kind}",
    )


def _context(order: Order, lines: list[OrderLine], event: OrderEvent, returned: Decimal) -> dict:
    shipped, ordered = sum(line.shipped for line in lines), sum(line.quantity for line in lines)
    in_part = event.state == State.SHIPPED and 0 < shipped < ordered
    return {
        "order": order,
        "is_prepaid": order.payment == Order.Payment.PREPAID,
        "returned": money(returned, order.currency) if returned else "",
        "reason": event.reason,
        "rows": [_row(line, order.currency, in_part=in_part) for line in lines],
        "total_label": _total_label(order, State(event.state), in_part),
        "total": money(
            sum(line.shipped * line.unit_price for line in lines) if in_part else order.total, order.currency
        ),
        "shipped": shipped,
        "ordered": ordered,
        "in_part": in_part,
        "url": order.signed_url,
    }


def _total_label(order: Order, state: State, in_part: bool) -> str:
    if order.payment == Order.Payment.PREPAID and state not in NOTHING_DUE:
        return "What was sent, paid" if in_part else "Total, paid"
    if in_part:
        return "To be paid on delivery, for what was sent"
    return "Total of the order; nothing is due" if state in NOTHING_DUE else "Total, to be paid on delivery"


def _row(line: OrderLine, currency: str, *, in_part: bool) -> Row:
    copies = line.shipped if in_part else line.quantity
    return Row(
        title=line.title,
        authors=line.authors,
        copies=f"{copies} of {line.quantity}" if in_part else str(copies),
        several=copies > 1,
        price=money(line.unit_price, currency),
        total=money(copies * line.unit_price, currency),
    )
