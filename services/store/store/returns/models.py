"""Copies that customers send back: what was asked for, what came, and what became of each."""

from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Now

from store.feed.models import FeedRow
from store.moves import Move, legal
from store.orders.models import Order, OrderLine
from store.stock.models import BookItem


class ReturnState(models.TextChoices):
    ASKED = "asked", "asked for"
    APPROVED = "approved", "approved"
    REFUSED = "refused", "refused"
    ON_THE_WAY = "on_the_way", "on the way"
    RECEIVED = "received", "received"
    CLOSED = "closed", "closed"


# The only moves a return can make; every move is a ReturnEvent.
RETURN_TABLE = (
    Move(None, ReturnState.ASKED, "shop", "passes on what its customer asks for"),
    Move(None, ReturnState.APPROVED, "packer", "makes one for a copy that came back unasked"),
    Move(ReturnState.ASKED, ReturnState.APPROVED, "staff", "approve it"),
    Move(ReturnState.ASKED, ReturnState.REFUSED, "staff", "refuse it, and say why"),
    Move(ReturnState.APPROVED, ReturnState.ON_THE_WAY, "staff", "hear that the parcel is on its way"),
    Move(ReturnState.APPROVED, ReturnState.RECEIVED, "packer", "scans the first copy that came"),
    Move(ReturnState.APPROVED, ReturnState.CLOSED, "packer", "notes that none of its copies comes"),
    Move(ReturnState.ON_THE_WAY, ReturnState.RECEIVED, "packer", "scans the first copy that came"),
    Move(ReturnState.ON_THE_WAY, ReturnState.CLOSED, "packer", "notes that none of its copies comes"),
    Move(ReturnState.RECEIVED, ReturnState.CLOSED, "packer", "has said of the last copy what became of it"),
)
RETURN_MOVES = legal(ReturnState, RETURN_TABLE)
EXPECTING = frozenset({ReturnState.APPROVED, ReturnState.ON_THE_WAY, ReturnState.RECEIVED})
OPEN_STATES = EXPECTING | {ReturnState.ASKED}


class Why(models.TextChoices):
    """The customer's reason."""

    NOT_WANTED = "not_wanted", "no longer wanted"
    DAMAGED = "damaged", "arrived damaged"
    WRONG = "wrong", "not what was ordered"
    FAULTY = "faulty", "badly printed or bound"
    OTHER = "other", "another reason"
    UNASKED = "unasked", "came back unasked"  # only the warehouse says so


class Outcome(models.TextChoices):
    RESTOCKED = "restocked", "back on the shelf"
    DAMAGED = "damaged", "damaged"


class IllegalMove(Exception):
    """The return cannot go from its state to the wanted one."""


class Return(models.Model):
    """What a customer sends back of one order, under the shop's own number."""

    number = models.UUIDField(unique=True)
    client = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64, blank=True)  # blank: the warehouse made it
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="returns")
    state = models.CharField(max_length=12, choices=ReturnState, default=ReturnState.ASKED)
    version = models.PositiveIntegerField(default=0)  # of the latest event
    why = models.CharField("reason", max_length=12, choices=Why)
    words = models.TextField("in the customer's words", blank=True)
    reason = models.TextField(blank=True)  # why it was refused
    asked_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())  # the request, not the copies

    class Meta:
        permissions = [("decide_return", "Can approve and refuse returns")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReturnState.values), name="return_state_is_known"),
        ]
        indexes = [models.Index(fields=["state", "asked_at", "id"], name="returns_by_state")]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The return as the customer knows it. Its label has twelve of the number's digits, see `store.returns.labels`."""
        return f"R-{self.number.hex[:4]}-{self.number.hex[4:8]}".upper()

    @property
    def is_expecting(self) -> bool:
        return self.state in EXPECTING

    def move_to(self, state: ReturnState) -> None:
        """:raises IllegalMove: unless the table above has this move."""
        if state not in RETURN_MOVES[self.state]:
            raise IllegalMove(f"Return {self.reference} is {self.get_state_display()}; it cannot become {state.label}.")
        self.state = state


class ReturnLineQuerySet(models.QuerySet):
    def counted(self) -> "ReturnLineQuerySet":
        """With `received`, `restocked`, `damaged`, `refund` and `waiting`: so many of its copies."""
        return self.annotate(
            received=Count("copies"),
            restocked=Count("copies", filter=Q(copies__outcome=Outcome.RESTOCKED)),
            damaged=Count("copies", filter=Q(copies__outcome=Outcome.DAMAGED)),
            refund=Count("copies", filter=Q(copies__refund=True)),
            waiting=Count("copies", filter=Q(copies__outcome="")),
        )


class ReturnLine(models.Model):
    """So many copies of one line of the order."""

    of = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="returns")
    quantity = models.PositiveSmallIntegerField()
    # What the parcel had instead of a copy: something that is not ours, or nothing.
    not_ours = models.PositiveSmallIntegerField(default=0)
    missing = models.PositiveSmallIntegerField(default=0)

    objects = ReturnLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of", "line"], name="line_once_in_its_return"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="return_of_something"),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("not_ours") + F("missing")), name="no_more_missing_than_returned"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.title}"

    @property
    def expected(self) -> int:
        """How many have still to come. Of a counted line only."""
        return self.quantity - self.received - self.not_ours - self.missing


class ReturnedCopy(models.Model):
    """A copy that came back, and what the look at it showed."""

    line = models.ForeignKey(ReturnLine, on_delete=models.PROTECT, related_name="copies")
    copy = models.ForeignKey(BookItem, on_delete=models.PROTECT, related_name="returns")
    received_at = models.DateTimeField()
    receiver = models.CharField(max_length=254)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)  # blank: nobody has looked yet
    refund = models.BooleanField("its money goes back", default=False)
    note = models.CharField(max_length=300, blank=True)
    inspected_at = models.DateTimeField(null=True)
    inspector = models.CharField(max_length=254, blank=True)

    class Meta:
        verbose_name_plural = "returned copies"
        constraints = [
            models.UniqueConstraint(fields=["copy"], condition=Q(outcome=""), name="copy_waits_in_one_return_only")
        ]

    def __str__(self) -> str:
        return self.copy.barcode


class ReturnEvent(FeedRow):
    """One move of one return, or another count of its copies. The database refuses to change or delete it."""

    id = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="events")
    number = models.UUIDField()
    order_number = models.UUIDField()
    client = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=ReturnState)
    why = models.CharField(max_length=12, choices=Why)
    reason = models.TextField(blank=True)
    # [{"line", "asked", "received", "restocked", "damaged", "not_ours", "missing", "refund"}]
    lines = models.JSONField(default=list)
    actor = models.CharField(max_length=254)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "version"], name="return_version_once")]
        indexes = [models.Index(fields=["client", "xid", "id"], name="return_feed")]

    def as_told(self) -> dict:
        """The event as clients read it."""
        return {
            "return": str(self.number),
            "order": str(self.order_number),
            "version": self.version,
            "status": self.status,
            "at": self.at.isoformat().replace("+00:00", "Z"),
            "why": self.why,
            "reason": self.reason,
            "lines": self.lines,
        }
