"""How far an order has come: a line of stages to be drawn."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shop.orders.models import Order
from shop.orders.states import State

WAY = ((State.PLACED, "Ordered"), (State.ACCEPTED, "Accepted"), (State.PACKING, "Packing"), (State.SHIPPED, "Shipped"))
WAY_PREPAID = ((State.AWAITING_PAYMENT, "Ordered"), (State.PLACED, "Paid"), *WAY[1:])
IN_PART = (State.PARTLY_SHIPPED, "Partly shipped")
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
    if State.PARTLY_SHIPPED in reached:
        way = (*way[:-1], IN_PART, way[-1])
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
