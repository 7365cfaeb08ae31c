"""Orders as the customer sees them. Titles, prices and addresses are frozen when the order is placed."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse

from shop.cart.models import MAX_QUANTITY
from shop.catalogue.models import UNCOUNTED
from shop.coupons.pricing import share, tax_in
from shop.linked import Linked
from shop.orders.states import MOVES, IllegalMove, State

ADDRESS = ("name", "line1", "line2", "postcode", "city", "country")


class OrderQuerySet(models.QuerySet):
    def newest_first(self) -> "OrderQuerySet":
        return self.order_by("-placed_at", "number")


class Order(Linked, models.Model):
    """One purchase. `number` is its key everywhere: here, on the wire and in the store."""

    link_salt = "shop.orders.link"
    is_new = False  # of the one that place_order() has just made

    class Payment(models.TextChoices):
        ON_DELIVERY = "on_delivery", "Pay on delivery"
        PREPAID = "prepaid", "Pay now"

    class IfShort(models.TextChoices):
        SHIP = "ship", "Send what is there"
        WAIT = "wait", "Wait until all is there"

    number = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    checkout_key = models.UUIDField(
        unique=True, help_text="Made with the checkout form: sending it twice is one order."
    )
    asked_mark = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="A keyed hash of the whole request by which a program ordered with a key of its own.",
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="orders")
    email = models.EmailField()
    state = models.CharField(max_length=20, choices=State, default=State.PLACED)
    version = models.PositiveIntegerField(default=0, help_text="Number of the newest event.")
    store_version = models.PositiveIntegerField(
        default=0, help_text="Newest version of the store's order applied here."
    )
    reason = models.CharField(max_length=500, blank=True)
    attention = models.CharField(max_length=200, blank=True, help_text="Why a person should look; empty: all is well.")
    held = models.BooleanField(
        default=False, help_text="Whether the store held the copies before the order was placed."
    )
    placed_at = models.DateTimeField()
    pay_until = models.DateTimeField(null=True, blank=True, help_text="When the time to pay ends, by the shop's clock.")
    restored_at = models.DateTimeField(null=True, blank=True, help_text="When its books went back into a cart.")
    payment = models.CharField(max_length=20, choices=Payment, default=Payment.ON_DELIVERY)
    currency = models.CharField(max_length=3)
    delivery = models.DecimalField(max_digits=12, decimal_places=2, default=0, help_text="What sending it costs.")
    discount = models.DecimalField(
        max_digits=12, decimal_places=2, default=0, help_text="What the coupon takes off the goods."
    )
    coupon_code = models.CharField("coupon", max_length=30, blank=True)
    total = models.DecimalField(max_digits=12, decimal_places=2, help_text="What the customer owes in all.")
    tax_percent = models.DecimalField(
        max_digits=4, decimal_places=2, default=0, help_text="Tax that all of these prices include."
    )
    if_short = models.CharField(
        "if copies are missing", max_length=10, choices=IfShort, default=IfShort.SHIP, help_text="The customer's wish."
    )

    ship_name = models.CharField("name", max_length=120)
    ship_line1 = models.CharField("street and number", max_length=200)
    ship_line2 = models.CharField("addition", max_length=200, blank=True)
    ship_postcode = models.CharField("postcode", max_length=20)
    ship_city = models.CharField("city", max_length=120)
    ship_country = models.CharField("country", max_length=2)
    ship_phone = models.CharField("phone", max_length=40, blank=True)
    note = models.CharField("note for the warehouse", max_length=500, blank=True)

    # All blank: the bill goes where the parcel goes.
    bill_name = models.CharField("name on the bill", max_length=120, blank=True)
    bill_line1 = models.CharField("street and number on the bill", max_length=200, blank=True)
    bill_line2 = models.CharField("addition on the bill", max_length=200, blank=True)
    bill_postcode = models.CharField("postcode on the bill", max_length=20, blank=True)
    bill_city = models.CharField("city on the bill", max_length=120, blank=True)
    bill_country = models.CharField("country on the bill", max_length=2, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(F("user"), F("placed_at").desc(), name="orders_of_user"),
            models.Index(fields=["number"], name="orders_uncounted", condition=Q(state__in=UNCOUNTED, held=False)),
            models.Index(F("placed_at").desc(), name="orders_newest"),
            models.Index(Lower("email"), name="orders_of_guests", condition=Q(user=None)),
            models.Index(fields=["pay_until"], name="orders_to_expire", condition=Q(state="awaiting_payment")),
            models.Index(fields=["number"], name="orders_for_attention", condition=~Q(attention="")),
        ]

    def __str__(self) -> str:
        return f"Order {self.reference}"

    def get_absolute_url(self) -> str:
        return reverse("orders:order", args=[self.number])

    @property
    def reference(self) -> str:
        """What people say on the phone; the full number stays the key."""
        return f"{self.number.hex[:4]}-{self.number.hex[4:8]}".upper()

    def is_of(self, buyer, email: str) -> bool:
        """Whether who sends its checkout key again has placed it. A guest shows that with the key, and with the address if
        the order has come to an account meanwhile."""
        if buyer:
            return self.user_id == buyer.pk
        return self.user_id is None or self.email.lower() == email.lower()

    @property
    def goods(self) -> Decimal:
        """What the books cost before the coupon."""
        return self.total + self.discount - self.delivery

    @property
    def tax(self) -> Decimal:
        """How much of the total is tax."""
        return tax_in(self.total, self.tax_percent)

    @property
    def bill_to(self) -> dict[str, str]:
        """Whom the bill names: name, line1, line2, postcode, city, country."""
        of = "bill" if self.bill_name else "ship"
        return {part: getattr(self, f"{of}_{part}") for part in ADDRESS}

    def price_of(self, copies: "Mapping[OrderLine, int]") -> Decimal:
        """This function will answer what is owed for a part of the order: so many copies of each line, and the delivery.

        Nothing is owed if nothing is sent. What the coupon takes off belongs to all copies of a line alike.
        """
        price = sum((line.price_of(number) for line, number in copies.items()), Decimal("0.00"))
        return price + self.delivery if any(copies.values()) else price

    def is_payable(self, now: datetime) -> bool:
        """The deadline itself decides, whether or not anything has tidied up since."""
        return self.state == State.AWAITING_PAYMENT and self.pay_until is not None and now < self.pay_until

    def state_at(self, now: datetime) -> State:
        """The state to show: an order past its deadline has expired, also while the schedule sleeps."""
        is_late = self.state == State.AWAITING_PAYMENT and not self.is_payable(now)
        return State.EXPIRED if is_late else State(self.state)

    @property
    def is_prepaid(self) -> bool:
        return self.payment == self.Payment.PREPAID

    @property
    def is_collected(self) -> bool:
        """Whether the carrier takes money for it: not for what a coupon has made free."""
        return not self.is_prepaid and bool(self.total)

    @property
    def is_unconfirmed(self) -> bool:
        """Sold against the shop's last known number, since the store could not be asked."""
        return not self.held and self.state in (State.AWAITING_PAYMENT, State.PLACED)

    def move_to(self, state: State, *, at: datetime, reason: str = "", actor: str = "shop") -> "OrderEvent":
        """This function will change a locked order and return the event that tells of it; the caller saves both.

        :raises IllegalMove: if the table of moves does not allow it.
        """
        if state not in MOVES[State(self.state) if self.version else None]:
            raise IllegalMove(f"{self} cannot go from {self.state} to {state}.")
        self.state, self.reason, self.version = state, reason, self.version + 1
        return OrderEvent(order=self, version=self.version, state=state, at=at, reason=reason, actor=actor)


class OrderLine(models.Model):
    """Copies of one book. `unit_price` is what a copy costs today, before the coupon, which takes off the whole line."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    book = models.ForeignKey("catalogue.Book", on_delete=models.PROTECT, related_name="+")
    isbn13 = models.CharField("ISBN", max_length=13)
    title = models.CharField(max_length=500)
    authors = models.CharField(max_length=500, blank=True)
    list_price = models.DecimalField(max_digits=10, decimal_places=2, help_text="Of a copy, before any discount.")
    price_reason = models.CharField(max_length=80, blank=True, help_text="Name of the discount that lowered it.")
    unit_price = models.DecimalField(max_digits=10, decimal_places=2)
    discount = models.DecimalField(
        max_digits=12, decimal_places=2, default=0, help_text="What the coupon takes off the whole line."
    )
    quantity = models.PositiveSmallIntegerField()
    packed = models.PositiveSmallIntegerField(default=0)
    shipped = models.PositiveSmallIntegerField(default=0)
    short = models.PositiveSmallIntegerField(default=0)
    awaited = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Not there by now, but still to come: the customer waits for all copies."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="one_order_line_per_position"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY), name="order_quantity_sane"
            ),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=F("unit_price") * F("quantity")),
                name="coupon_within_its_line",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def total(self) -> Decimal:
        """What the copies cost before the coupon."""
        return self.quantity * self.unit_price

    @property
    def to_pay(self) -> Decimal:
        """What the copies cost after the coupon."""
        return self.total - self.discount

    @property
    def awaits(self) -> str:
        """A sentence for the customer on copies that are still to come; empty if there are none."""
        if not self.awaited:
            return ""
        copies, they_are = ("copy", "it is") if self.awaited == 1 else ("copies", "they are")
        told = f"The order waits for {self.awaited} {copies} that the warehouse does not have at present"
        return f"{told}; it is sent when {they_are} there, all together as you chose."

    def price_of(self, copies: int) -> Decimal:
        """This function will answer what so many of the line's copies cost after the coupon."""
        return share(self.to_pay, copies, self.quantity)


class Parcel(models.Model):
    """What left the warehouse in one box, as the warehouse told of it."""

    class State(models.TextChoices):
        DISPATCHED = "dispatched", "On its way"
        DELIVERED = "delivered", "Delivered"
        LOST = "lost", "Lost"
        CAME_BACK = "came_back", "Came back to us"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="parcels")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DISPATCHED)
    carrier = models.CharField(max_length=40, blank=True)
    tracking = models.CharField("tracking code", max_length=60, blank=True)
    contents = models.JSONField(default=dict, help_text="Copies by the position of their line.")
    price = models.DecimalField(
        max_digits=12, decimal_places=2, help_text="Of what is in it; the first to leave bears the delivery."
    )
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="one_parcel_per_number")]

    def __str__(self) -> str:
        return f"Parcel {self.number}"

    def copies(self, lines: "Iterable[OrderLine]") -> "dict[OrderLine, int]":
        """How many copies of each of the order's lines lie in it, of those that do."""
        inside = {line: self.contents.get(str(line.position), 0) for line in lines}
        return {line: number for line, number in inside.items() if number}


class OrderEvent(models.Model):
    """One move of an order, kept for ever."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=State)
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    actor = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "version"], name="one_order_event_per_version")]

    def __str__(self) -> str:
        return f"{self.order_id} v{self.version} {self.state}"
