"""What makes a price lower: coupons that a customer types, and discounts on books for a time."""

import re
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from shop.pages.wording import percent

CODE = re.compile(r"^[A-Z0-9-]{3,30}\Z")


def in_its_time(now: datetime) -> Q:
    return (Q(starts_at=None) | Q(starts_at__lte=now)) & (Q(ends_at=None) | Q(ends_at__gt=now))


class ForATime(models.Model):
    starts_at = models.DateTimeField("from", null=True, blank=True, help_text="Empty: at once.")
    ends_at = models.DateTimeField("until", null=True, blank=True, help_text="Empty: without end.")

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise ValidationError({"ends_at": "The end must come after the beginning."})


class CouponQuerySet(models.QuerySet):
    def named(self, code: str) -> "CouponQuerySet":
        """By what a customer typed, in any case and with spaces around; what cannot be a code finds nothing."""
        code = code.strip().upper()
        return self.filter(code__iexact=code) if CODE.fullmatch(code) else self.none()


class Coupon(ForATime):
    """A code that lowers an order's price. Who has used it how often follows from the orders that came of it."""

    class Kind(models.TextChoices):
        PERCENT = "percent", "per cent of the goods"
        AMOUNT = "amount", "an amount off the goods"
        DELIVERY = "delivery", "free delivery"

    code = models.CharField(
        max_length=30,
        validators=[RegexValidator(CODE, "Use 3 to 30 capital letters, digits and hyphens.")],
        help_text="Customers may type it in small letters.",
    )
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0)],
        help_text="Per cent, or an amount in the currency below. 0 for free delivery.",
    )
    currency = models.CharField(max_length=3, blank=True, help_text="Of the amount and of the minimum, such as EUR.")
    minimum = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0)],
        help_text="The goods must be worth at least this much.",
    )
    most_uses = models.PositiveIntegerField(null=True, blank=True, help_text="By all together. Empty: without limit.")
    most_per_customer = models.PositiveIntegerField(
        "most uses per customer", default=1, help_text="By e-mail address. 0: without limit."
    )
    is_active = models.BooleanField(default=True)
    note = models.CharField(max_length=200, blank=True, help_text="For staff: what it is for.")

    objects = CouponQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Upper("code"), name="coupon_code_whatever_case"),
            models.CheckConstraint(
                condition=~Q(kind="percent") | Q(value__gt=0, value__lte=100), name="coupon_percent_sane"
            ),
            models.CheckConstraint(condition=~Q(kind="amount") | Q(value__gt=0), name="coupon_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self):
        super().clean()
        self.code, self.currency = self.code.upper(), self.currency.upper()
        if self.kind == self.Kind.PERCENT and not 0 < self.value <= 100:
            raise ValidationError({"value": "Between 1 and 100 per cent."})
        if self.kind == self.Kind.AMOUNT and self.value <= 0:
            raise ValidationError({"value": "How much is it worth?"})
        if (self.kind == self.Kind.AMOUNT or self.minimum) and len(self.currency) != 3:
            raise ValidationError({"currency": "An amount needs its currency, such as EUR."})


class CouponUse(models.Model):
    """One order that a coupon made cheaper. It counts against the limits while its order lives."""

    order = models.OneToOneField("orders.Order", on_delete=models.CASCADE, related_name="coupon_use")
    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="uses")
    customer = models.CharField(max_length=254, help_text="The e-mail address in small letters.")
    used_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(F("coupon"), F("customer"), name="coupon_uses_by_customer")]

    def __str__(self) -> str:
        return f"{self.coupon_id} for {self.order_id}"


class DiscountQuerySet(models.QuerySet):
    def running(self, now: datetime) -> "DiscountQuerySet":
        return self.filter(in_its_time(now), is_active=True)


class Discount(ForATime):
    """Some books, or all, are cheaper for a time. If several fit a book, the best for the customer counts, alone."""

    name = models.CharField(max_length=80, help_text="Customers read it beside the price, such as Summer sale.")
    percent = models.DecimalField(
        max_digits=4, decimal_places=1, validators=[MinValueValidator(Decimal("0.1")), MaxValueValidator(90)]
    )
    every_book = models.BooleanField(default=False)
    books = models.ManyToManyField("catalogue.Book", blank=True, related_name="+")
    is_active = models.BooleanField(default=True)
    in_force = models.BooleanField(default=False, db_default=False, editable=False)  # as the lists were last told

    objects = DiscountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=90), name="discount_percent_sane")
        ]

    def __str__(self) -> str:
        return f"{self.name} (\N{MINUS SIGN}{percent(self.percent)})"
