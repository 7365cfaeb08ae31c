"""What customers send back. The warehouse decides on it and receives it; the shop keeps what it heard, by version."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from shop.cart.models import MAX_QUANTITY
from shop.orders.models import Order, OrderLine

LONGEST_WORDS = 1_000
LABEL_DIGITS = 12


class State(models.TextChoices):
    """The store's words; its machine is in the store."""

    ASKED = "asked", "Asked for"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"
    ON_THE_WAY = "on_the_way", "On its way back"
    RECEIVED = "received", "Received"
    CLOSED = "closed", "Closed"


class Why(models.TextChoices):
    NOT_WANTED = "not_wanted", "I do not want it any more"
    DAMAGED = "damaged", "It arrived damaged"
    WRONG = "wrong", "It is not what I ordered"
    FAULTY = "faulty", "It is badly printed or bound"
    OTHER = "other", "Another reason"
    UNASKED = "unasked", "It came back without being asked for"  # only the warehouse says so


OVER = frozenset({State.REFUSED, State.CLOSED})
WITH_LABEL = frozenset({State.APPROVED, State.ON_THE_WAY, State.RECEIVED})


class Return(models.Model):
    """Copies of one order on their way back. `number` is its key here, on the wire and in the store."""

    number = models.UUIDField(primary_key=True, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="returns")
    state = models.CharField(max_length=12, choices=State, default=State.ASKED)
    version = models.PositiveIntegerField(default=0, help_text="Newest version of the store's return applied here.")
    why = models.CharField("reason", max_length=12, choices=Why)
    words = models.CharField("in the customer's words", max_length=LONGEST_WORDS, blank=True)
    reason = models.CharField("why it was refused", max_length=500, blank=True)
    asked_at = models.DateTimeField()
    by_hand = models.DecimalField(
        "to be paid back by hand",
        max_digits=12,
        decimal_places=2,
        default=0,
        help_text="What no payment of the order can give back, since it was paid on delivery.",
    )

    class Meta:
        indexes = [models.Index(F("asked_at").desc(), name="returns_newest")]

    def __str__(self) -> str:
        return f"Return {self.reference}"

    @property
    def reference(self) -> str:
        """What people say on the phone; the full number stays the key."""
        return f"R-{self.number.hex[:4]}-{self.number.hex[4:8]}".upper()

    @property
    def barcode(self) -> str:
        """What the label says in bars; the desk of the warehouse finds the return by it."""
        return f"R{self.number.hex[:LABEL_DIGITS]}".upper()

    @property
    def has_label(self) -> bool:
        return self.state in WITH_LABEL and self.why != Why.UNASKED

    @property
    def label_url(self) -> str:
        return reverse("returns:label", args=[self.order_id, self.number])


class ReturnLine(models.Model):
    """Copies of one line of the order. All counters but `quantity` are the store's."""

    of = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="returns")
    quantity = models.PositiveSmallIntegerField()
    received = models.PositiveSmallIntegerField(default=0)
    restocked = models.PositiveSmallIntegerField(default=0)
    damaged = models.PositiveSmallIntegerField(default=0)
    not_ours = models.PositiveSmallIntegerField(default=0)
    missing = models.PositiveSmallIntegerField(default=0)
    refund = models.PositiveSmallIntegerField(default=0, help_text="Of how many copies the money goes back.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of", "line"], name="one_return_line_per_line"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY), name="return_quantity_sane"
            ),
            models.CheckConstraint(condition=Q(refund__lte=F("received")), name="money_for_what_came_back"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.title}"

    @property
    def taken_up(self) -> int:
        """How many copies of the order's line this return stands for: none if it was refused, at its end what came."""
        if self.of.state == State.REFUSED:
            return 0
        return self.received if self.of.state == State.CLOSED else self.quantity - self.not_ours - self.missing


class ReturnEvent(models.Model):
    """One version of a return as the store told it, once, whatever way it came."""

    of = models.ForeignKey(Return, on_delete=models.CASCADE, related_name="events")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State)
    at = models.DateTimeField()
    body = models.JSONField()
    heard_at = models.DateTimeField()
    amount = models.DecimalField(
        max_digits=12, decimal_places=2, default=Decimal(0), help_text="What goes back for it."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "version"], name="one_return_event_per_version")]

    def __str__(self) -> str:
        return f"{self.of_id} v{self.version} {self.state}"


def last_day(sent_at: datetime) -> datetime:
    return sent_at + settings.RETURN_WITHIN
