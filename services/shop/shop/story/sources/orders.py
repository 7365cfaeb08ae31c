"""The moves of the order itself, its invoice, and what a person settled."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from shop.orders import attention, queries
from shop.orders.models import Order
from shop.orders.states import STAFF, State
from shop.storelink.models import StoreEvent
from shop.story.entry import Entry

WORDS: dict[State, str] = {
    State.AWAITING_PAYMENT: "The order came in and waits for its money.",
    State.EXPIRED: "It was not paid in time.",
    State.PLACED: "The order is placed.",
    State.CANCEL_REQUESTED: "The customer asked to cancel it.",
    State.ACCEPTED: "The warehouse has accepted it.",
    State.REJECTED: "The warehouse could not take it.",
    State.PACKING: "The warehouse packs it.",
    State.PARTLY_SHIPPED: "A part of it left the warehouse.",
    State.SHIPPED: "It left the warehouse.",
    State.FAILED: "The warehouse could not complete it.",
    State.CANCELLED: "It is cancelled.",
}

WORDS_BY_STAFF = {State.CANCEL_REQUESTED: "We asked the warehouse to cancel it."}


def moves(order: Order, heard: Iterable[StoreEvent] = ()) -> Iterator[Entry]:
    """:param heard: what the warehouse said of it, by which its own moves are known again."""
    versions = {datetime.fromisoformat(each.body["at"]): each.version for each in heard}
    for event, step in zip(order.events.all(), queries.timeline(order)):
        before = [f"order:{event.version - 1}"] if event.version > 1 else ["hold:1"]
        if event.actor == "warehouse" and event.at in versions:
            before.append(f"store:{versions[event.at]}")
        yield Entry(
            event.at,
            "order",
            (WORDS | WORDS_BY_STAFF if event.actor == STAFF else WORDS)[State(event.state)],
            to_customer=step.words,
            reason=event.reason,
            who=event.actor,
            detail=f"version {event.version}: {event.state} by {event.actor}",
            step=event.state,
            key=f"order:{event.version}",
            after=tuple(before),
        )


def invoice(order: Order) -> Iterator[Entry]:
    if written := getattr(order, "invoice", None):
        words = f"{written} was written."
        yield Entry(written.issued_at, "invoice", words, f"Your {str(written).lower()} was written.")


def settled(order: Order) -> Iterator[Entry]:
    for entry in attention.settled(order):
        said = entry.change_message.removeprefix(attention.MARK)
        yield Entry(entry.action_time, "attention", "A call for attention was settled.", reason=said)
