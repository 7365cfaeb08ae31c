"""The legal moves of a payment and of a refund, each in one table."""

from django.db import models

from shop.moves import Move, legal


class State(models.TextChoices):
    CREATED = "created", "Not yet known to the gateway"
    PENDING = "pending", "The customer is asked to pay"
    AUTHORISED = "authorised", "Allowed by the customer, not yet taken"
    CAPTURED = "captured", "The money was taken"
    FAILED = "failed", "Declined"
    EXPIRED = "expired", "Not paid in time"
    CANCELLED = "cancelled", "Given up"


CUSTOMER, SHOP, BANK = "customer", "shop", "bank"

# Money that was taken is a fact, whatever we believed before: every state but itself leads to CAPTURED.
TABLE = (
    Move(None, State.CREATED, CUSTOMER, "chooses a way to pay"),
    Move(None, State.PENDING, BANK, "took a second charge on the same try: it is a payment of its own"),
    Move(State.CREATED, State.PENDING, BANK, "has opened the try"),
    Move(State.CREATED, State.CAPTURED, BANK, "took the money before we heard that the try is open"),
    Move(State.CREATED, State.FAILED, BANK, "declined before we heard that the try is open"),
    Move(State.CREATED, State.EXPIRED, SHOP, "sees that the time to pay is over"),
    Move(State.CREATED, State.CANCELLED, SHOP, "ends it with its order, or since another try was paid"),
    Move(State.PENDING, State.AUTHORISED, BANK, "has the customer's word; the money is not taken yet"),
    Move(State.PENDING, State.CAPTURED, BANK, "took the money"),
    Move(State.PENDING, State.FAILED, BANK, "declined"),
    Move(State.PENDING, State.EXPIRED, SHOP, "sees that the time to pay is over"),
    Move(State.PENDING, State.CANCELLED, SHOP, "ends it with its order, or since another try was paid"),
    Move(State.AUTHORISED, State.CAPTURED, BANK, "took the money because the shop asked for it"),
    Move(State.AUTHORISED, State.FAILED, BANK, "declined after all"),
    Move(State.AUTHORISED, State.EXPIRED, SHOP, "sees that the time to pay is over"),
    Move(State.AUTHORISED, State.CANCELLED, SHOP, "lets it go: its order cannot be placed any more"),
    Move(State.FAILED, State.CAPTURED, BANK, "took the money all the same"),
    Move(State.EXPIRED, State.CAPTURED, BANK, "took the money late"),
    Move(State.CANCELLED, State.CAPTURED, BANK, "took the money all the same"),
)
MOVES = legal(State, TABLE)


class RefundState(models.TextChoices):
    """Read off the delivery of the refund; see Refund.stage."""

    DUE = "due", "To be sent"
    SENT = "sent", "Sent, not yet confirmed"
    DONE = "done", "Given back"
    FAILED = "failed", "Refused: a person must look"


REFUND_TABLE = (
    Move(None, RefundState.DUE, SHOP, "writes it with the event that is its reason"),
    Move(RefundState.DUE, RefundState.SENT, SHOP, "asks the bank"),
    Move(RefundState.SENT, RefundState.DONE, BANK, "gave the money back"),
    Move(RefundState.SENT, RefundState.FAILED, BANK, "refuses"),
    Move(RefundState.FAILED, RefundState.SENT, SHOP, "asks again because a person said so"),
)
REFUND_MOVES = legal(RefundState, REFUND_TABLE)


class IllegalMove(Exception):
    """A payment cannot go from where it is to where it was sent."""
