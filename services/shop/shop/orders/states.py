"""The legal moves of an order in the shop, in one table."""

from django.db import models


class State(models.TextChoices):
    PLACED = "placed", "Placed"
    ACCEPTED = "accepted", "Accepted by the warehouse"
    REJECTED = "rejected", "Not possible"
    PACKING = "packing", "Being packed"
    SHIPPED = "shipped", "Shipped"
    FAILED = "failed", "Could not be delivered"
    CANCELLED = "cancelled", "Cancelled"


MOVES: dict[State, frozenset[State]] = {
    State.PLACED: frozenset({State.ACCEPTED, State.REJECTED, State.CANCELLED}),
    State.ACCEPTED: frozenset({State.PACKING, State.SHIPPED, State.FAILED, State.CANCELLED}),
    State.PACKING: frozenset({State.ACCEPTED, State.SHIPPED, State.FAILED, State.CANCELLED}),
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
