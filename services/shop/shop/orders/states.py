"""The legal moves of an order in the shop, in one table."""

from django.db import models

from shop.moves import Move, legal


class State(models.TextChoices):
    AWAITING_PAYMENT = "awaiting_payment", "Waiting for payment"
    EXPIRED = "expired", "Not paid in time"
    PLACED = "placed", "Placed"
    ACCEPTED = "accepted", "Accepted by the warehouse"
    REJECTED = "rejected", "Not possible"
    PACKING = "packing", "Being packed"
    PARTLY_SHIPPED = "partly_shipped", "Shipped in part"
    SHIPPED = "shipped", "Shipped"
    FAILED = "failed", "Could not be delivered"
    CANCEL_REQUESTED = "cancel_requested", "Cancelling asked for"
    CANCELLED = "cancelled", "Cancelled"


CUSTOMER, SHOP, WAREHOUSE = "customer", "shop", "warehouse"
STAFF = "staff"  # in place of the customer, where a move says so

TABLE = (
    Move(None, State.AWAITING_PAYMENT, CUSTOMER, "orders, and is going to pay at once"),
    Move(None, State.PLACED, CUSTOMER, "orders, and pays on delivery"),
    Move(State.AWAITING_PAYMENT, State.PLACED, CUSTOMER, "pays in time, or late while the copies can still be held"),
    Move(State.AWAITING_PAYMENT, State.EXPIRED, SHOP, "sees that the time to pay is over"),
    Move(State.AWAITING_PAYMENT, State.CANCELLED, CUSTOMER, "cancels before anything is paid, or staff do"),
    Move(State.EXPIRED, State.PLACED, CUSTOMER, "paid late, and the copies could be held again"),
    Move(State.PLACED, State.ACCEPTED, WAREHOUSE, "has the copies and puts them aside"),
    Move(State.PLACED, State.REJECTED, WAREHOUSE, "has too few copies, or does not sell a book any more"),
    Move(State.PLACED, State.CANCELLED, WAREHOUSE, "had heard of a cancelling before it heard of the order"),
    Move(State.PLACED, State.CANCEL_REQUESTED, CUSTOMER, "asks to cancel, or staff do"),
    Move(
        State.ACCEPTED,
        State.PLACED,
        SHOP,
        "finds that the warehouse lost the order with its records, and sends it again",
    ),
    Move(State.ACCEPTED, State.PACKING, WAREHOUSE, "puts the first copy into the box, or finds one missing"),
    Move(State.ACCEPTED, State.SHIPPED, WAREHOUSE, "packs and hands over in one go"),
    Move(State.ACCEPTED, State.FAILED, WAREHOUSE, "cannot deliver, and says why"),
    Move(State.ACCEPTED, State.CANCELLED, WAREHOUSE, "says that it was cancelled there"),
    Move(State.ACCEPTED, State.CANCEL_REQUESTED, CUSTOMER, "asks to cancel, or staff do"),
    Move(
        State.PACKING,
        State.PLACED,
        SHOP,
        "finds that the warehouse lost the order with its records, and sends it again",
    ),
    Move(State.PACKING, State.ACCEPTED, WAREHOUSE, "tells its log anew after a restore, and has not begun to pack"),
    Move(State.PACKING, State.PARTLY_SHIPPED, WAREHOUSE, "hands a parcel over, and more is to come"),
    Move(State.PACKING, State.SHIPPED, WAREHOUSE, "hands the parcel over"),
    Move(State.PACKING, State.FAILED, WAREHOUSE, "cannot deliver, and says why"),
    Move(State.PACKING, State.CANCELLED, WAREHOUSE, "says that it was cancelled there"),
    Move(State.PACKING, State.CANCEL_REQUESTED, CUSTOMER, "asks to cancel, or staff do"),
    Move(State.PARTLY_SHIPPED, State.SHIPPED, WAREHOUSE, "hands the last parcel over, or cannot deliver the rest"),
    # The store answers a cancelling: done, or not, and then the order is back where the store says it is.
    Move(State.CANCEL_REQUESTED, State.CANCELLED, WAREHOUSE, "could stop it"),
    Move(State.CANCEL_REQUESTED, State.PLACED, WAREHOUSE, "refuses, and has told nothing of the order yet"),
    Move(State.CANCEL_REQUESTED, State.ACCEPTED, WAREHOUSE, "refuses, and goes on"),
    Move(State.CANCEL_REQUESTED, State.PACKING, WAREHOUSE, "refuses, and goes on packing"),
    Move(State.CANCEL_REQUESTED, State.PARTLY_SHIPPED, WAREHOUSE, "refuses, since a part has left"),
    Move(State.CANCEL_REQUESTED, State.REJECTED, WAREHOUSE, "had too few copies anyway"),
    Move(State.CANCEL_REQUESTED, State.SHIPPED, WAREHOUSE, "had handed it over already"),
    Move(State.CANCEL_REQUESTED, State.FAILED, WAREHOUSE, "could not deliver anyway"),
)
MOVES = legal(State, TABLE)

# The store's words on the wire, and what the shop calls the same thing.
FROM_STORE: dict[str, State] = {
    "received": State.ACCEPTED,
    "rejected": State.REJECTED,
    "packing": State.PACKING,
    "part_sent": State.PARTLY_SHIPPED,
    "dispatched": State.SHIPPED,
    "failed": State.FAILED,
    "cancelled": State.CANCELLED,
}


class IllegalMove(Exception):
    """An order cannot go from where it is to where it was sent."""
