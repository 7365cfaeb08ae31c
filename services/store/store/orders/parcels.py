"""Parcels: the boxes that an order leaves in."""

from datetime import datetime

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Now

from store.moves import Move, legal

HEAVIEST_G = 50_000


class ParcelState(models.TextChoices):
    OPEN = "open", "open"
    SEALED = "sealed", "sealed"
    DISPATCHED = "dispatched", "on its way"
    DELIVERED = "delivered", "delivered"
    LOST = "lost", "lost"
    CAME_BACK = "came_back", "came back"
    VOID = "void", "not used"


# The only moves a parcel can make; every move after the first is a ParcelEvent.
PARCEL_TABLE = (
    Move(None, ParcelState.OPEN, "packer", "puts the first copy into a box, or begins another one"),
    Move(ParcelState.OPEN, ParcelState.SEALED, "packer", "closes it"),
    Move(ParcelState.OPEN, ParcelState.VOID, "packer", "leaves it empty, or its order ends"),
    Move(ParcelState.SEALED, ParcelState.OPEN, "packer", "opens it again, and says why"),
    Move(ParcelState.SEALED, ParcelState.DISPATCHED, "packer", "hands it over to the carrier"),
    Move(ParcelState.DISPATCHED, ParcelState.DELIVERED, "staff", "hear that it arrived"),
    Move(ParcelState.DISPATCHED, ParcelState.LOST, "staff", "hear that it is lost"),
    Move(ParcelState.DISPATCHED, ParcelState.CAME_BACK, "staff", "have it back unopened"),
)
PARCEL_MOVES = legal(ParcelState, PARCEL_TABLE)
ENDS = (ParcelState.DELIVERED, ParcelState.LOST, ParcelState.CAME_BACK)
GONE = (ParcelState.DISPATCHED, *ENDS)  # has left, whatever became of it


class IllegalParcelMove(Exception):
    """The parcel cannot go from its state to the wanted one."""


class Parcel(models.Model):
    """One box of one order. A number that was not used is given to the next."""

    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="parcels")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=ParcelState, default=ParcelState.OPEN)
    carrier = models.CharField(max_length=40, blank=True)
    tracking = models.CharField("tracking code", max_length=60, blank=True)
    weight_g = models.PositiveIntegerField(
        "weight in g", null=True, blank=True, validators=[MaxValueValidator(HEAVIEST_G)]
    )
    made_at = models.DateTimeField(db_default=Now())
    sealed_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=ParcelState.values), name="parcel_state_is_known"),
            models.UniqueConstraint(
                fields=["order", "number"], condition=~models.Q(state=ParcelState.VOID), name="parcel_once_in_its_order"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=GONE) | models.Q(dispatched_at__isnull=False),
                name="parcel_left_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["dispatched_at", "id"],
                name="parcels_by_day",
                condition=models.Q(dispatched_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"Parcel {self.number}"

    @property
    def has_left(self) -> bool:
        return self.state in GONE

    def move_to(self, state: ParcelState, *, actor: str, now: datetime, reason: str = "") -> "ParcelEvent":
        """This function will move the locked parcel and return what tells of it; the caller saves both.

        :raises IllegalParcelMove: unless the table above has this move.
        """
        if state not in PARCEL_MOVES[self.state]:
            raise IllegalParcelMove(f"{self} is {self.get_state_display()}; it cannot become {state.label}.")
        event = ParcelEvent(parcel=self, from_state=self.state, to_state=state, actor=actor, reason=reason, at=now)
        self.state = state
        if state == ParcelState.SEALED:
            self.sealed_at = now
        elif state == ParcelState.DISPATCHED:
            self.dispatched_at = now
        elif state == ParcelState.OPEN:
            self.sealed_at = None
        return event


class ParcelEvent(models.Model):
    """One move of one parcel, kept for ever."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="events")
    from_state = models.CharField(max_length=10, choices=ParcelState)
    to_state = models.CharField(max_length=10, choices=ParcelState)
    reason = models.CharField(max_length=500, blank=True)
    actor = models.CharField(max_length=254)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.get_from_state_display()} → {self.get_to_state_display()}"
