"""Copies kept for an order that is about to be placed."""

from django.db import models

from store.catalogue.models import Book
from store.moves import Move, legal
from store.orders.models import LARGEST_QUANTITY


class HoldState(models.TextChoices):
    HELD = "held", "held"
    USED = "used", "used by its order"
    RELEASED = "released", "released"
    LAPSED = "lapsed", "lapsed"


# The only moves a hold can make. What is held again after its end is another row.
HOLD_TABLE = (
    Move(None, HoldState.HELD, "shop", "asks for copies for a checkout, and all are free"),
    Move(HoldState.HELD, HoldState.USED, "shop", "sends the order: the copies are its own"),
    Move(HoldState.HELD, HoldState.RELEASED, "shop", "gives the copies back"),
    Move(
        HoldState.HELD, HoldState.LAPSED, "store", "sees that its time is over, whenever anybody reads or needs copies"
    ),
)
HOLD_MOVES = legal(HoldState, HOLD_TABLE)


class IllegalMove(Exception):
    """The hold has ended already."""


class Hold(models.Model):
    """While it is held its copies count as reserved. A number has one live hold at most, and keeps those that ended."""

    number = models.UUIDField()
    client = models.CharField(max_length=100)
    state = models.CharField(max_length=12, choices=HoldState, default=HoldState.HELD)
    made_at = models.DateTimeField()
    held_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=models.Q(state=HoldState.HELD), name="one_live_hold_of_a_number"
            ),
            models.CheckConstraint(condition=models.Q(state__in=HoldState.values), name="hold_state_is_known"),
            models.CheckConstraint(
                condition=models.Q(state=HoldState.HELD, ended_at__isnull=True)
                | (~models.Q(state=HoldState.HELD) & models.Q(ended_at__isnull=False)),
                name="hold_has_ended_unless_held",
            ),
        ]
        indexes = [
            models.Index(fields=["number"], name="holds_of_number"),
            models.Index(fields=["held_until"], condition=models.Q(state=HoldState.HELD), name="holds_by_their_end"),
        ]

    def __str__(self) -> str:
        return f"{self.number}, {self.get_state_display()}"

    def move_to(self, state: HoldState, *, now) -> None:
        """:raises IllegalMove: unless the table above has this move."""
        if state not in HOLD_MOVES[self.state]:
            raise IllegalMove(f"A hold that is {self.get_state_display()} cannot become {state.label}.")
        self.state, self.ended_at = state, now


class HoldLine(models.Model):
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="lines")
    line = models.PositiveSmallIntegerField()
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="hold_lines")
    quantity = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hold", "line"], name="line_once_in_its_hold"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1, quantity__lte=LARGEST_QUANTITY), name="held_quantity_is_sensible"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of book {self.book_id}"
