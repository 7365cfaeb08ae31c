"""Orders as the shop sent them, and the copies put into each."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import models
from django.db.models.functions import Now

from store.accounts.roles import SEE_UNPAID
from store.catalogue.models import Book
from store.feed.models import FeedRow
from store.moves import Move, legal
from store.orders.parcels import Parcel
from store.stock.models import BookItem

LARGEST_QUANTITY = 99
CLAIM_MINUTES = 15  # so long an order stays its packer's without a scan


class OrderState(models.TextChoices):
    RECEIVED = "received", "received"
    PACKING = "packing", "being packed"
    PART_SENT = "part_sent", "sent in part"
    DISPATCHED = "dispatched", "dispatched"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"
    REJECTED = "rejected", "rejected: too few copies"


# The only moves an order can make; every move is an OrderEvent.
ORDER_TABLE = (
    Move(None, OrderState.RECEIVED, "shop", "sends it, and there are copies for all lines"),
    Move(None, OrderState.REJECTED, "shop", "sends it, and copies are short"),
    Move(None, OrderState.CANCELLED, "shop", "cancels before the order has come: a tombstone"),
    Move(OrderState.RECEIVED, OrderState.PACKING, "packer", "puts the first copy into the box, or notes one as short"),
    Move(OrderState.RECEIVED, OrderState.DISPATCHED, "packer", "packs and sends it off in one go"),
    Move(OrderState.RECEIVED, OrderState.FAILED, "packer", "fails it with a reason, or nothing is left to deliver"),
    Move(OrderState.RECEIVED, OrderState.CANCELLED, "shop", "cancels"),
    Move(OrderState.PACKING, OrderState.DISPATCHED, "packer", "sends it off"),
    Move(OrderState.PACKING, OrderState.FAILED, "packer", "fails it with a reason, or nothing is left to deliver"),
    Move(OrderState.PACKING, OrderState.CANCELLED, "shop", "cancels, and no parcel is sealed yet"),
    Move(OrderState.PACKING, OrderState.PART_SENT, "packer", "sends a parcel off, and more is to come"),
    Move(OrderState.PART_SENT, OrderState.DISPATCHED, "packer", "sends the rest off, or gives it up with a reason"),
)
ORDER_MOVES = legal(OrderState, ORDER_TABLE)
OPEN_STATES = frozenset(state for state, moves in ORDER_MOVES.items() if state and moves)


class Payment(models.TextChoices):
    ON_DELIVERY = "on_delivery", "on delivery"
    PREPAID = "prepaid", "paid beforehand"


class IfShort(models.TextChoices):
    SHIP = "ship", "send what is there"
    WAIT = "wait", "wait until all is there"


class IllegalMove(Exception):
    """The order cannot go from its state to the wanted one."""


class OrderQuerySet(models.QuerySet):
    def that_may_be_packed(self) -> "OrderQuerySet":
        """Orders to be paid on delivery, or paid in full."""
        return self.exclude(payment=Payment.PREPAID, paid__lt=models.F("total"))

    def seen_by(self, user) -> "OrderQuerySet":
        """Those who pack see only what they may pack."""
        return self.seen_with(user.get_group_permissions())

    def seen_with(self, rights: Collection[str]) -> "OrderQuerySet":
        return self if SEE_UNPAID in rights else self.that_may_be_packed()

    def to_pack(self) -> "OrderQuerySet":
        return self.that_may_be_packed().filter(state__in=OPEN_STATES)

    def placed_after(self, order: "Order") -> "OrderQuerySet":
        """Those that come after this one where the oldest comes first."""
        later = models.Q(placed_at__gt=order.placed_at)
        return self.filter(later | models.Q(placed_at=order.placed_at, pk__gt=order.pk))

    def claimed(self, *, now: datetime) -> "OrderQuerySet":
        return self.filter(claimed_until__gt=now)

    def unclaimed(self, *, now: datetime) -> "OrderQuerySet":
        """Nobody's, or left by its packer for too long."""
        return self.exclude(claimed_until__gt=now)


class Order(models.Model):
    """An order under the shop's own number. A cancel that came first leaves a row without a fingerprint or lines."""

    number = models.UUIDField(unique=True)
    client = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=12, choices=OrderState, default=OrderState.RECEIVED)
    version = models.PositiveIntegerField(default=0)  # of the latest event
    revision = models.PositiveIntegerField(default=0)  # counts what packers saved, so that none undoes another's work
    placed_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())
    payment = models.CharField(max_length=30, blank=True, choices=Payment)
    total = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    paid = models.DecimalField(max_digits=12, decimal_places=2, default=0)  # what the shop says it has
    # Of the total; None in orders that came before the shop told it.
    delivery = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    ship_to = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    if_short = models.CharField(max_length=10, choices=IfShort, default=IfShort.SHIP)  # the customer's wish
    reason = models.TextField(blank=True)  # why it failed or was cancelled
    shortage = models.JSONField(default=list)  # of a rejected order, as the shop was told
    packer = models.CharField(max_length=254, blank=True, default="", db_default="")  # an e-mail: who claimed it last
    claimed_until = models.DateTimeField(null=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        permissions = [("see_unpaid_order", "Can see orders that are not paid yet")]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=OrderState.values), name="order_state_is_known")
        ]
        indexes = [
            models.Index(fields=["state", "placed_at", "id"], name="orders_by_state"),
            models.Index(fields=["client", "id"], name="orders_of_client"),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def reference(self) -> str:
        """The order as the customer knows it, short enough to say on the phone; `number` stays the key."""
        return f"{self.number.hex[:4]}-{self.number.hex[4:8]}".upper()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def may_be_packed(self) -> bool:
        return self.payment != Payment.PREPAID or self.paid >= self.total

    @property
    def waits_for_all(self) -> bool:
        """Whether nothing is to be sent before every copy is there."""
        return self.if_short == IfShort.WAIT

    def move_to(self, state: OrderState) -> None:
        """:raises IllegalMove: unless the table above has this move."""
        if state not in ORDER_MOVES[self.state]:
            raise IllegalMove(f"An order that is {self.get_state_display()} cannot become {state.label}.")
        self.state = state
        if not self.is_open:
            self.let_go()

    def claim(self, packer: str, *, now: datetime) -> None:
        """Keep the order for this packer, who has the time anew with each scan. Others may take it over before."""
        self.packer, self.claimed_until = packer, now + timedelta(minutes=CLAIM_MINUTES)

    def let_go(self) -> None:
        self.packer, self.claimed_until = "", None

    def is_claimed(self, *, now: datetime) -> bool:
        return self.claimed_until is not None and self.claimed_until > now

    def belongs_to_other(self, packer: str, *, now: datetime) -> bool:
        """Whether somebody else has claimed it, and has not left it for long."""
        return self.is_claimed(now=now) and self.packer != packer

    @property
    def is_tombstone(self) -> bool:
        return not self.fingerprint


class OrderLine(models.Model):
    """Title and price as the shopper saw them; they never follow the book."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    line = models.PositiveSmallIntegerField()
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="order_lines")
    isbn13 = models.CharField(max_length=13)
    title = models.CharField(max_length=300)
    unit_price = models.DecimalField(max_digits=10, decimal_places=2)
    # For all its copies, less what a coupon takes off; None in orders that came before the shop told it.
    to_pay = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    quantity = models.PositiveSmallIntegerField()
    short = models.PositiveSmallIntegerField(default=0)  # copies that cannot be delivered
    short_reason = models.TextField(blank=True)
    # Still owed to a customer who waits for all, and not promised: they were lost after the promise. See `orders.awaiting`.
    awaited = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(short__lte=models.F("quantity") - models.F("awaited")),
                name="no_more_short_than_ordered",
            ),
            models.UniqueConstraint(fields=["order", "line"], name="line_once_in_its_order"),
            models.UniqueConstraint(fields=["id", "book"], name="line_and_its_book"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1, quantity__lte=LARGEST_QUANTITY), name="line_quantity_is_sensible"
            ),
        ]
        indexes = [
            models.Index(fields=["book"], name="lines_that_wait", condition=models.Q(awaited__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def to_deliver(self) -> int:
        return self.quantity - self.short


class Allocation(models.Model):
    """A copy put into an order's line. `book` ties both by two-column keys (migrations/0002): no copy of another book."""

    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="allocations")
    copy = models.ForeignKey(BookItem, on_delete=models.PROTECT, related_name="allocations")
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="allocations")
    made_at = models.DateTimeField(db_default=Now())
    by_isbn = models.BooleanField(default=False, db_default=False)  # which copy it is, its label has not said
    released_at = models.DateTimeField(null=True)
    # It was sent and came back: it counts as sent for ever, and the copy may be sold again.
    returned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["copy"],
                condition=models.Q(released_at__isnull=True, returned_at__isnull=True),
                name="copy_in_one_order_only",
            )
        ]


class OrderEvent(FeedRow):
    """One move of one order: the feed of statuses. The database refuses to change or delete it."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")
    number = models.UUIDField()
    client = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=OrderState)
    reason = models.TextField(blank=True)
    lines = models.JSONField(
        default=list
    )  # [{"line", "ordered", "packed", "shipped", "short"}], and "awaited" if any are
    line_reasons = models.JSONField(default=dict)  # {"1": why copies of line 1 are short}
    parcels = models.JSONField(default=list)  # all that have left by then: see `queries.parcels_told`
    actor = models.CharField(max_length=254)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "version"], name="order_version_once")]
        indexes = [
            models.Index(fields=["client", "xid", "id"], name="order_feed"),
            models.Index(fields=["at"], condition=models.Q(status=OrderState.DISPATCHED), name="dispatched_by_time"),
        ]

    def as_told(self) -> dict:
        """The event as clients read it."""
        return {
            "order": str(self.number),
            "version": self.version,
            "status": self.status,
            "at": self.at.isoformat().replace("+00:00", "Z"),
            "reason": self.reason,
            "lines": self.lines,
            "line_reasons": self.line_reasons,
            "parcels": self.parcels,
        }
