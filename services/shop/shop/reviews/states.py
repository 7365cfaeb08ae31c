"""The legal moves of a review, in one table."""

from django.db import models

from shop.moves import Move, legal


class State(models.TextChoices):
    WAITING = "waiting", "Waits to be read"
    APPROVED = "approved", "Shown"
    REFUSED = "refused", "Not shown"


BUYER, MODERATOR = "buyer", "moderator"

TABLE = (
    Move(None, State.WAITING, BUYER, "writes it"),
    Move(State.WAITING, State.WAITING, BUYER, "changes it before anybody has read it"),
    Move(State.WAITING, State.APPROVED, MODERATOR, "approves it"),
    Move(State.WAITING, State.REFUSED, MODERATOR, "refuses it, and says why"),
    Move(State.APPROVED, State.WAITING, BUYER, "changes it"),
    Move(State.APPROVED, State.REFUSED, MODERATOR, "takes it down, and says why"),
    Move(State.REFUSED, State.WAITING, BUYER, "changes it"),
    Move(State.REFUSED, State.APPROVED, MODERATOR, "thinks again"),
)
MOVES = legal(State, TABLE)


class IllegalMove(Exception):
    """A review cannot go from where it is to where it was sent."""
