"""How far an order has come: a line of stages to be drawn, and all that has happened in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shop.orders.models import Order, OrderLine
from shop.orders.queries import Step
from shop.orders.states import State
from shop.pages.wording import counted, money
from shop.payments.models import Refund
from shop.payments.states import RefundState
from shop.storelink.models import StoreEvent
from store_client import OrderEvent as Heard

WAY = ((State.PLACED, "Ordered"), (State.ACCEPTED, "Accepted"), (State.PACKING, "Packing"), (State.SHIPPED, "Shipped"))
WAY_PREPAID = ((State.AWAITING_PAYMENT, "Ordered"), (State.PLACED, "Paid"), *WAY[1:])
ENDS = {
    State.EXPIRED: "Not paid",
    State.CANCELLED: "Cancelled",
    State.REJECTED: "Not possible",
    State.FAILED: "Not possible",
}


@dataclass(frozen=True)
class Stage:
    """One point of the drawn line.

    :ivar status: done, now, todo, or ended where the order came to nothing.
    """

    label: str
    status: str

    @property
    def spoken(self) -> str:
        """For who hears the line instead of seeing it."""
        return {"done": "done", "now": "now", "todo": "still to come", "ended": "here it ended"}[self.status]


def stages(order: Order, *, now: datetime, returned: Decimal | None = None) -> list[Stage]:
    """This function will draw up the line of an order that was read with its events.

    :param returned: what goes back, or went back, to the customer.
    """
    state, reached = order.state_at(now), {State(event.state) for event in order.events.all()}
    way = WAY_PREPAID if order.payment == Order.Payment.PREPAID else WAY
    places = [
        place for place, (each, _) in enumerate(way) if each == state or (each in reached and state not in dict(way))
    ]
    here = max(places, default=0)
    if state in dict(way):
        last = "done" if state == State.SHIPPED else "now"
        line = [Stage(label, _status(place, here, last)) for place, (_, label) in enumerate(way)]
    else:
        line = [Stage(label, "done") for _, label in way[: here + 1]]
        line.append(Stage(ENDS[state], "ended") if state in ENDS else Stage("Cancelling", "now"))
    return [*line, Stage("Money back", "done")] if returned else line


def _status(place: int, here: int, last: str) -> str:
    return last if place == here else "done" if place < here else "todo"


def with_money_and_shortages(
    steps: list[Step], order: Order, refunds: Iterable[Refund], heard: list[StoreEvent]
) -> list[Step]:
    """This function will put into an order's history what fell short and what went back, each after what was before it."""
    more = [*_of_money(order, refunds), *_of_shortages(order, heard)]
    told = list(steps)
    for step in sorted(more, key=lambda each: each.at):
        place = next((place for place, each in enumerate(told) if each.at > step.at), len(told))
        told.insert(place, step)
    return told


def _of_money(order: Order, refunds: Iterable[Refund]) -> Iterable[Step]:
    for refund in refunds:
        amount = money(refund.amount, refund.payment.captured_currency)
        yield Step(refund.created_at, "refund", f"{amount} goes back to you.", refund.reason)
        if refund.stage == RefundState.DONE:
            yield Step(refund.done_at, "refund", f"{amount} was paid back.")


def _of_shortages(order: Order, kept: list[StoreEvent]) -> Iterable[Step]:
    """The moments at which the warehouse found that copies are not there."""
    lines = {line.position: line for line in order.lines.all()}
    before: dict[int, int] = {}
    for event in kept:
        heard = Heard.parse(event.body)
        for count in heard.lines:
            if count.line in lines and count.short > before.get(count.line, 0):
                yield _short(order, lines[count.line], before.get(count.line, 0), count.short, heard)
        before = {count.line: count.short for count in heard.lines}


def _short(order: Order, line: OrderLine, before: int, short: int, heard: Heard) -> Step:
    worth = line.price_of(line.quantity - before) - line.price_of(line.quantity - short)
    copies = counted(short - before, "copy", "copies")
    words = f"{copies} of “{line.title}” cannot be sent, {money(worth, order.currency)}."
    return Step(heard.at, "short", words, heard.line_reasons.get(line.position, ""))
