"""The legal moves of a payment and of a refund, each in one table."""

from django.db import models


class State(models.TextChoices):
    CREATED = "created", "Not yet known to the gateway"
    PENDING = "pending", "The customer is asked to pay"
    AUTHORISED = "authorised", "Allowed by the customer, not yet taken"
    CAPTURED = "captured", "The money was taken"
    FAILED = "failed", "Declined"
    EXPIRED = "expired", "Not paid in time"
    CANCELLED = "cancelled", "Given up"


# Money that was taken is a fact, whatever we believed before: every state but itself leads to CAPTURED.
MOVES: dict[State, frozenset[State]] = {
    State.CREATED: frozenset({State.PENDING, State.CAPTURED, State.FAILED, State.EXPIRED, State.CANCELLED}),
    State.PENDING: frozenset({State.AUTHORISED, State.CAPTURED, State.FAILED, State.EXPIRED, State.CANCELLED}),
    State.AUTHORISED: frozenset({State.CAPTURED, State.FAILED, State.EXPIRED, State.CANCELLED}),
    State.CAPTURED: frozenset(),
    State.FAILED: frozenset({State.CAPTURED}),
    State.EXPIRED: frozenset({State.CAPTURED}),
    State.CANCELLED: frozenset({State.CAPTURED}),
}


class RefundState(models.TextChoices):
    """Read off the delivery of the refund; see Refund.stage."""

    DUE = "due", "To be sent"
    SENT = "sent", "Sent, not yet confirmed"
    DONE = "done", "Given back"
    FAILED = "failed", "Refused: a person must look"


REFUND_MOVES: dict[RefundState, frozenset[RefundState]] = {
    RefundState.DUE: frozenset({RefundState.SENT}),
    RefundState.SENT: frozenset({RefundState.DONE, RefundState.FAILED}),
    RefundState.FAILED: frozenset({RefundState.SENT}),
    RefundState.DONE: frozenset(),
}


class IllegalMove(Exception):
    """A payment cannot go from where it is to where it was sent."""
