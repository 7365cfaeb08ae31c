"""The legal moves of a talk, in one table."""

from django.db import models

from shop.moves import Move, legal


class State(models.TextChoices):
    WAITING = "waiting", "Waits for us"
    ACTIVE = "active", "Somebody is at it"
    CLOSED = "closed", "Closed"
    REOPENED = "reopened", "Opened again"


SHOPPER, EMPLOYEE = "shopper", "employee"

TABLE = (
    Move(None, State.WAITING, SHOPPER, "writes for the first time"),
    Move(State.WAITING, State.ACTIVE, EMPLOYEE, "takes it, or answers"),
    Move(State.WAITING, State.CLOSED, SHOPPER, "needs no answer any more"),
    Move(State.WAITING, State.CLOSED, EMPLOYEE, "closes it unanswered"),
    Move(State.ACTIVE, State.ACTIVE, EMPLOYEE, "takes it over from another"),
    Move(State.ACTIVE, State.CLOSED, SHOPPER, "ends it"),
    Move(State.ACTIVE, State.CLOSED, EMPLOYEE, "closes it"),
    Move(State.CLOSED, State.REOPENED, SHOPPER, "writes again"),
    Move(State.CLOSED, State.REOPENED, EMPLOYEE, "opens it again, and has it then"),
    Move(State.REOPENED, State.ACTIVE, EMPLOYEE, "takes it, or answers"),
    Move(State.REOPENED, State.CLOSED, SHOPPER, "ends it"),
    Move(State.REOPENED, State.CLOSED, EMPLOYEE, "closes it"),
)
MOVES = legal(State, TABLE)
UNTAKEN = frozenset({State.WAITING, State.REOPENED})


class IllegalMove(Exception):
    """A talk cannot go from where it is to where it was sent; the text is for whoever tried."""
