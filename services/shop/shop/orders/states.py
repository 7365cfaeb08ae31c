"""The legal moves of an order in the shop, in one table."""

from django.db import models


class State(models.TextChoices):
    AWAITING_PAYMENT = "awaiting_payment", "Waiting for payment"
    EXPIRED = "expired", "Not paid in time"
    PLACED = "placed", "Placed"
    ACCEPTED = "accepted", "Accepted by the warehouse"
    REJECTED = "rejected", "Not possible"
    PACKING = "packing", "Being packed"
    SHIPPED = "shipped", "Shipped"
    FAILED = "failed", "Could not be delivered"
    CANCEL_REQUESTED = "cancel_requested", "Cancelling asked for"
    CANCELLED = "cancelled", "Cancelled"


MOVES: dict[State, frozenset[State]] = {
    State.AWAITING_PAYMENT: frozenset({State.PLACED, State.EXPIRED, State.CANCELLED}),
    State.EXPIRED: frozenset({State.PLACED}),  # late money, and the copies could be held again
    State.PLACED: frozenset({State.ACCEPTED, State.REJECTED, State.CANCELLED, State.CANCEL_REQUESTED}),
    # Back to placed: the store lost the order with its records, and is asked again.
    State.ACCEPTED: frozenset(
        {State.PLACED, State.PACKING, State.SHIPPED, State.FAILED, State.CANCELLED, State.CANCEL_REQUESTED},
    ),
    State.PACKING: frozenset(
        {State.PLACED, State.ACCEPTED, State.SHIPPED, State.FAILED, State.CANCELLED, State.CANCEL_REQUESTED},
    ),
    # The store answers: done, or too late, and then the order is back where the store says it is.
    State.CANCEL_REQUESTED: frozenset(
        {
            State.CANCELLED,
            State.PLACED,
            State.ACCEPTED,
            State.REJECTED,
            State.PACKING,
            State.SHIPPED,
            State.FAILED,
        }
    ),
    State.REJECTED: frozenset(),
    State.SHIPPED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}

# The store's words on the wire, and what the shop calls the same thing.
FROM_STORE: dict[str, State] = {
    "received": State.ACCEPTED,
    "rejected": State.REJECTED,
    "packing": State.PACKING,
    "dispatched": State.SHIPPED,
    "failed": State.FAILED,
    "cancelled": State.CANCELLED,
}


class IllegalMove(Exception):
    """An order cannot go from where it is to where it was sent."""
